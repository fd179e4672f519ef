"""What asyncio runs on inside: an event loop that needs no socket, for there is none behind the walls.

The usual loop wakes itself through a pair of sockets. This one waits on a lock, so coroutines, tasks, timers and work
in threads go as ever, and only streams and subprocesses don't.
"""

import asyncio
import selectors
import threading
from typing import Any, NoReturn


class _NoFiles(selectors.BaseSelector):
    """Waits for a time, or until somebody wakes it; there are no files to watch."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def wake(self) -> None:
        """End the wait that goes on, or the next one."""
        self._woken.set()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._woken.wait(timeout if timeout is None else max(0.0, timeout))
        self._woken.clear()
        return []

    def register(self, *_: Any) -> NoReturn:
        raise PermissionError("no files or sockets can be waited for here")

    def unregister(self, fileobj: Any) -> NoReturn:
        raise KeyError(fileobj)

    def get_map(self) -> dict[Any, selectors.SelectorKey]:
        return {}


class EventLoop(asyncio.SelectorEventLoop):
    """An event loop of one process: what other threads hand it wakes it by a lock."""

    def __init__(self) -> None:
        self._waiting = _NoFiles()
        super().__init__(self._waiting)

    def _make_self_pipe(self) -> None:
        self._internal_fds = 0

    def _close_self_pipe(self) -> None:
        pass

    def _write_to_self(self) -> None:
        self._waiting.wake()


class Policy(asyncio.DefaultEventLoopPolicy):
    """Makes `EventLoop`s for `asyncio.run`, `asyncio.new_event_loop` and `asyncio.get_event_loop`."""

    _loop_factory = EventLoop
