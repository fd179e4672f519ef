"""Work that is stopped from another thread: it ends, and nothing after it does."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from grader.overtime import Stoppable, TooLong


class Door:
    """A lock at which something happens: as one comes to it, and as one has left it."""

    def __init__(self, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None) -> None:
        self._lock, self._before, self._after = threading.Lock(), before, after

    def __enter__(self) -> None:
        before, self._before = self._before, None
        if before:
            before()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        after, self._after = self._after, None
        if after:
            after()


@pytest.fixture
def quick_turns() -> Iterator[None]:
    """Have threads take turns as often as Python lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def count(to: int = 1000) -> int:
    """Run some Python, in which whatever was sent to this thread would arrive."""
    return sum(1 for _ in range(to))


def endless() -> None:
    while True:
        count()


def test_what_is_not_stopped_returns_or_raises_as_it_does() -> None:
    stoppable = Stoppable()
    assert stoppable.run(count) == 1000
    with pytest.raises(ZeroDivisionError):
        stoppable.run(lambda: 1 // 0)


def test_what_is_endless_is_stopped_and_the_next_is_not() -> None:
    stoppable, began = Stoppable(), threading.Event()

    def stop() -> None:
        began.wait()
        stoppable.stop()

    def work() -> None:
        began.set()
        endless()

    watcher = threading.Thread(target=stop)
    watcher.start()
    with pytest.raises(TooLong, match="did not come to an end"):
        stoppable.run(work)
    watcher.join()
    assert stoppable.run(count) == 1000


def test_where_nothing_runs_nothing_is_stopped() -> None:
    stoppable = Stoppable()
    stoppable.stop()
    assert stoppable.run(count) == 1000
    stoppable.stop()
    assert count() == 1000


def test_a_stop_that_comes_when_the_work_has_just_ended_is_the_works() -> None:
    stoppable = Stoppable()
    stoppable._lock = Door(before=stoppable.stop)  # type: ignore[assignment]
    with pytest.raises(TooLong):
        stoppable.run(count)
    stoppable.stop()
    assert count() == 1000
    assert stoppable.run(count) == 1000


def test_a_stop_that_comes_when_the_work_was_left_is_nobodys() -> None:
    stoppable = Stoppable()
    stoppable._lock = Door(after=stoppable.stop)  # type: ignore[assignment]
    assert stoppable.run(count) == 1000
    assert count() == 1000


@pytest.mark.usefixtures("quick_turns")
def test_stops_at_all_moments_never_leave_the_work() -> None:
    stoppable, over = Stoppable(), threading.Event()

    def stop() -> None:
        while not over.is_set():
            stoppable.stop()

    watcher = threading.Thread(target=stop)
    watcher.start()
    strays = 0
    for _ in range(3000):
        try:
            with contextlib.suppress(TooLong):
                stoppable.run(lambda: count(3))
            count(3)
        except TooLong:
            strays += 1
    over.set()
    watcher.join()
    assert strays == 0
