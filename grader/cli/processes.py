"""The processes of commands that grade: whether walls can be had, a pool of workers, its end."""

import multiprocessing
import os
import signal
import socket
import threading
from concurrent.futures import Executor, ProcessPoolExecutor

from grader.walls import bubblewrap
from grader.walls.seccomp import program
from grader.walls.zygotes import STEM, Stem


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


def pool(jobs: int, stem: Stem) -> Executor:
    """Return an executor of that many processes, which leave Ctrl-C to this one and never outlive it."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(stem.socket,))


def _begin(stem: socket.socket | None) -> None:
    STEM.set(stem)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, name="parent", daemon=True).start()


def _end_with_the_parent() -> None:
    """Wait for the grader's end: one that was killed tells nobody, and its processes would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def end_processes() -> None:
    """Kill what this process started."""
    for process in multiprocessing.active_children():
        process.kill()
