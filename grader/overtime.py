"""Work that another thread may stop, without ever stopping what its own thread does next."""

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class TooLong(BaseException):
    """A check did not come to an end. Nothing that takes an `Exception` for a student's mistake may hold it up."""

    def __str__(self) -> str:
        return "the check did not come to an end"


class Stoppable:
    """What one thread does piece by piece; of these, another thread can stop the present one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: int | None = None

    def run(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work, and return what it returns.

        Raises:
            TooLong: it was stopped.
        """
        self._running = threading.get_ident()
        try:
            return work()
        finally:
            # If what was sent comes in here, there is nothing left to do: it is sent once, and `stop` has left for us.
            self._leave()

    def stop(self) -> None:
        """Stop the present piece of work, if there is one: its thread raises `TooLong` as soon as it runs Python."""
        with self._lock:
            thread, self._running = self._running, None
            if thread is not None:
                _send(thread, TooLong)

    def _leave(self) -> None:
        """Have nothing sent any more, and take back what was sent and has not come yet."""
        with self._lock:
            self._running = None
            _send(threading.get_ident(), None)


def _send(thread: int, exception: type[BaseException] | None) -> None:
    raised = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
