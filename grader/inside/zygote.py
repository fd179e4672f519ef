"""The process that imports TensorFlow once and forks: one fork a job, each behind walls of its own.

It listens on a socket, its only standing descriptor. A request comes with three descriptors: the job, the pipe for
answers, the pipe for what is printed. It may also be asked for another zygote, a fork of itself. It never touches
student code, and waits for a fork no longer than its limits allow (`fork.py`). No operation of TensorFlow runs here: a
process that has run one hangs in its forks.
"""

import asyncio
import contextlib
import gc
import os
import socket
import sys
import threading
from pathlib import Path

from . import memory, wire

_LONGEST_REQUEST = 1 << 16


class Request(wire.Frozen, frozen=True, tag="job"):
    """What the grader sends for a job; the descriptors travel beside it.

    Args:
        ahead: the job comes later, through a pipe; then a fourth descriptor is the socket to say its end on.
    """

    limits: wire.Limits
    ahead: bool = False


class Ready(wire.Frozen, frozen=True):
    """What the zygote says when it may be used."""

    tensorflow: str
    threads: int


class Settings(wire.Frozen, frozen=True):
    """How a zygote is started: where the given helpers lie, and the seccomp program (None: no walls)."""

    given: str
    seccomp: bytes | None


class BranchOff(wire.Frozen, frozen=True, tag="branch"):
    """What asks a zygote to fork another one; the descriptor beside it is that one's own socket."""


def main() -> None:
    """Warm up, say so, and serve requests until the socket closes, or something fails: then nobody waits in vain."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = wire.decode(control.recv(_LONGEST_REQUEST), Settings)
    with memory.in_huge_pages() if settings.seccomp is not None else contextlib.nullcontext():  # many forks are to come
        version = warm(Path(settings.given))
    serve(control, version, settings.seccomp)


def serve(control: socket.socket, version: str, seccomp: bytes | None) -> None:
    """Say that the zygote may be used, and serve requests until the socket closes. Returns in the branches too."""
    from . import fork

    standing = fork.stand(control, walled=seccomp is not None)
    _say_ready(control, version)
    between: list[int] = []
    while True:
        data, fds, _, _ = socket.recv_fds(control, _LONGEST_REQUEST, 4)
        if not data:
            return
        request = wire.decode(data, Request | BranchOff)
        if isinstance(request, Request) and not request.ahead:
            control.send(wire.encode(fork.run(request.limits, seccomp, standing, fork.Pipes(*fds))))
            continue
        pid = os.fork()
        if pid == 0 and isinstance(request, BranchOff):
            standing.close()
            serve(socket.socket(fileno=fds[0]), version, seccomp)
            return
        if pid == 0:
            told = socket.socket(fileno=fds[3])
            fork.run_ahead(request.limits, standing._replace(control=told), fork.Pipes(*fds[:3]))
        for fd in fds:
            os.close(fd)
        between = [one for one in (*between, pid) if os.waitpid(one, os.WNOHANG)[0] == 0]


def _say_ready(control: socket.socket, version: str) -> None:
    """Say that this process may be used, with a descriptor by which it can be ended, where there are such."""
    process = [os.pidfd_open(os.getpid())] if hasattr(os, "pidfd_open") else []
    socket.send_fds(control, [wire.encode(Ready(version, _threads()))], process)
    for fd in process:
        os.close(fd)


def warm(given: Path) -> str:
    """Import what every fork needs, so that none pays for it; return TensorFlow's version.

    Args:
        given: the folder that holds the `exercises` package with the given helpers.
    """
    os.environ.pop("PYTHONMALLOC", None)  # has done its work at the start; forks have only what they need
    gc.disable()  # what TensorFlow's import makes stays: looking for garbage in it takes a quarter of the time
    sys.path.insert(0, str(given))
    import numpy
    import PIL.Image
    import scipy.signal
    import tensorflow as tf

    from exercises.utils import images

    from . import evaluator, eventloop, registry, student

    asyncio.set_event_loop_policy(eventloop.Policy())
    sys.modules["utils"] = sys.modules["exercises.utils"]
    # Sessions without a configuration of their own take these: in a fork that runs a graph once or twice, rewriting it
    # first costs ten times what it saves (0.4 s of CPU for the shipped model), and more threads than two cost memory.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    registry.parsed(registry.SHIPPED)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
    assert all((numpy, PIL.Image, scipy.signal, images, evaluator, student))
    return str(tf.__version__)


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


if __name__ == "__main__":
    main()
    os._exit(0)
