"""asyncio without sockets: what waits for times, tasks and threads goes on, what needs a socket is refused."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from grader.inside.eventloop import EventLoop


@pytest.fixture
def loop() -> Iterator[EventLoop]:
    loop = EventLoop()
    yield loop
    loop.close()


async def late(value: int) -> int:
    await asyncio.sleep(0.01 * value)
    return value


def test_tasks_and_timers(loop: EventLoop) -> None:
    async def work() -> list[int]:
        first, *_ = [await one for one in asyncio.as_completed(map(late, (3, 1, 2)))]
        return [first, *await asyncio.gather(*map(late, range(3)))]

    assert loop.run_until_complete(work()) == [1, 0, 1, 2]


def test_work_in_a_thread_wakes_it(loop: EventLoop) -> None:
    def work() -> int:
        time.sleep(0.05)
        return 7

    assert loop.run_until_complete(asyncio.wait_for(loop.run_in_executor(None, work), timeout=60)) == 7
    loop.run_until_complete(loop.shutdown_default_executor())


def test_there_is_nothing_to_connect_to(loop: EventLoop) -> None:
    with pytest.raises(OSError, match="no files or sockets can be waited for here"):
        loop.run_until_complete(asyncio.open_connection("127.0.0.1", 1))
