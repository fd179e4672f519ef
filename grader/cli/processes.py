"""The processes of commands that grade: whether walls can be had, a pool of workers, its end."""

import multiprocessing
import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor

from grader.walls import bubblewrap
from grader.walls.seccomp import program


def try_walls() -> None:
    """Raise unless walls can be put up here.

    Raises:
        WallsMissing, SeccompMissing: with what mends it.
    """
    bwrap = bubblewrap.find_bwrap()
    program()
    refused = bubblewrap.try_walls(bwrap) if os.geteuid() != 0 else None
    if refused is not None:
        raise bubblewrap.WallsMissing(bubblewrap.advice(refused))


def pool(jobs: int) -> Executor:
    """Return an executor of that many processes, which leave Ctrl-C to this one."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_processes() -> None:
    """Kill what this process started."""
    for process in multiprocessing.active_children():
        process.kill()
