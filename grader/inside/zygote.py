"""The process that imports TensorFlow once and forks: one fork a job, each behind walls of its own.

It listens on a socket, its only standing descriptor. A request comes with three descriptors: the job, the pipe for
answers, the pipe for what is printed. The zygote itself never touches student code or waits for it longer than its
supervisor does (`fork.py`). No operation of TensorFlow runs here: a process that has run one hangs in its forks.
"""

import gc
import os
import socket
import sys
import threading
from pathlib import Path

from . import wire

_LONGEST_REQUEST = 1 << 16


class Request(wire.Frozen, frozen=True):
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


def main() -> None:
    """Warm up, say so, and serve requests until the socket closes, or a supervisor fails: then nobody waits in vain."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = wire.decode(control.recv(_LONGEST_REQUEST), Settings)
    version = warm(Path(settings.given))
    from . import fork

    control.send(wire.encode(Ready(version, _threads())))
    waiting: list[int] = []
    while True:
        data, fds, _, _ = socket.recv_fds(control, _LONGEST_REQUEST, 4)
        if not data:
            return
        request = wire.decode(data, Request)
        pid = os.fork()
        if pid == 0:
            told = socket.socket(fileno=fds[3]) if request.ahead else control
            fork.supervise(request.limits, settings.seccomp, told, fds[0], fds[1], fds[2], request.ahead)
        for fd in fds:
            os.close(fd)
        if request.ahead:
            waiting = [one for one in (*waiting, pid) if os.waitpid(one, os.WNOHANG)[0] == 0]
            continue
        _, status = os.waitpid(pid, 0)
        if status:
            return


def warm(given: Path) -> str:
    """Import what every fork needs, so that none pays for it; return TensorFlow's version.

    Args:
        given: the folder that holds the `exercises` package with the given helpers.
    """
    sys.path.insert(0, str(given))
    import numpy
    import PIL.Image
    import scipy.signal
    import tensorflow as tf

    from exercises.utils import images

    from . import evaluator, registry, student

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
    assert all((numpy, PIL.Image, scipy.signal, images, evaluator, student))
    return str(tf.__version__)


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


if __name__ == "__main__":
    main()
    os._exit(0)
