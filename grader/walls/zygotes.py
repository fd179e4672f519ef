"""How a worker comes to its zygote: a process of its own that imports TensorFlow, or a branch of one that has done so.

The workers of a run share a `Stem`, a zygote that forks zygotes: what takes seconds and most of the memory is done once
a machine, not once a worker. A worker whose stem is gone starts a zygote of its own.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextvars import ContextVar
from pathlib import Path
from typing import Literal, Protocol, Self

import msgspec

from grader import material
from grader.inside import wire, zygote
from grader.walls import bubblewrap, descend, seccomp
from grader.walls.replies import WorkerDied

Isolation = Literal["walls", "none"]

STEM: ContextVar[socket.socket | None] = ContextVar("STEM", default=None)
"""Where this process asks for zygotes, if it shares a stem with others."""
_START_SECONDS = 120.0
_CLOSE_SECONDS = 1.0
_PACKAGE = Path(__file__).resolve().parent.parent


class Zygote(Protocol):
    """A zygote, wherever it comes from."""

    control: socket.socket

    def ready(self) -> zygote.Ready:
        """Wait until it may be used.

        Raises:
            WallsMissing: this machine cannot build the walls.
            WorkerDied: it did not come up.
        """

    def runs(self) -> bool:
        """Tell whether it has not ended yet."""

    def end(self) -> None:
        """End it and all that it forked: by itself if it is idle, by force if it is not."""


class Own:
    """A zygote in a process of its own, started at once: importing TensorFlow takes it seconds."""

    def __init__(self, isolation: Isolation) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        walled = isolation == "walls"
        given = bubblewrap.GIVEN if walled else str(material.exercises().parent)
        # Before there is anyone to read it: a process that ends at once is then found out by `ready`, with its words.
        self.control.send(wire.encode(zygote.Settings(given, seccomp.program() if walled else None)))
        with theirs:
            self.process = self._walled(theirs.fileno()) if walled else self._bare(theirs.fileno())

    def _walled(self, control_fd: int) -> "subprocess.Popen[bytes]":
        bwrap = bubblewrap.find_bwrap()
        shown = bubblewrap.binds()
        if os.geteuid() == 0:
            spec = msgspec.json.encode(descend.Spec(bwrap, tuple(shown), control_fd)).decode()
            command = [sys.executable, "-P", "-m", "grader.walls.descend", spec]
        else:
            command = bubblewrap.command(bwrap, shown, control_fd)
        return self._popen(command, control_fd, {"PYTHONPATH": str(_PACKAGE.parent)})

    def _bare(self, control_fd: int) -> "subprocess.Popen[bytes]":
        environment = os.environ | bubblewrap.ENVIRONMENT | {"PYTHONPATH": str(_PACKAGE), "HOME": str(Path.home())}
        environment |= {"PATH": os.environ.get("PATH", "")}
        return self._popen([sys.executable, "-P", "-m", "inside.zygote", str(control_fd)], control_fd, environment)

    def _popen(self, command: list[str], control_fd: int, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        """Start a zygote without our environment, and never with modules of the folder that we were started in."""
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=(control_fd,),
            env=environment,
        )

    def ready(self) -> zygote.Ready:
        """Do as `Zygote` says."""
        self.control.settimeout(_START_SECONDS)
        try:
            return _single(wire.decode(self.control.recv(1 << 16), zygote.Ready))
        except (OSError, wire.WireError) as error:
            words = self._last_words()
            if words.startswith(("bwrap: ", "walls: ")):
                raise bubblewrap.WallsMissing(bubblewrap.advice(words)) from error
            raise WorkerDied(f"the zygote did not start: {words or error}") from error

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace").strip()

    def runs(self) -> bool:
        """Do as `Zygote` says."""
        return self.process.poll() is None

    def end(self, patience: float = _CLOSE_SECONDS) -> None:
        """Do as `Zygote` says."""
        self.control.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._errors.close()


class Branch:
    """A zygote that a stem forks.

    Args:
        stem: the stem's socket, which all workers of a run hold.

    Raises:
        OSError: the stem is gone.
    """

    def __init__(self, stem: socket.socket) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process: int | None = None
        with theirs:
            try:
                socket.send_fds(stem, [wire.encode(zygote.BranchOff())], [theirs.fileno()])
            except OSError:
                self.control.close()
                raise

    def ready(self) -> zygote.Ready:
        """Do as `Zygote` says."""
        self.control.settimeout(_START_SECONDS)
        try:
            data, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 1)
            self._process = fds[0] if fds else None
            return _single(wire.decode(data, zygote.Ready))
        except (OSError, wire.WireError) as error:
            raise WorkerDied(f"the stem of this run's zygotes is gone: {error}") from error

    def runs(self) -> bool:
        """Do as `Zygote` says."""
        return self._process is None or not _ended(self._process, 0)

    def end(self) -> None:
        """Do as `Zygote` says."""
        self.control.close()
        if self._process is None:
            return
        if not _ended(self._process, _CLOSE_SECONDS):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
            _ended(self._process, None)
        os.close(self._process)
        self._process = None


class Stem:
    """A zygote that forks zygotes, for as long as it is held; use it as a context manager.

    Attributes:
        socket: to be handed to the workers, in this process or others; None where nothing can be shared.
    """

    def __init__(self, isolation: Isolation) -> None:
        self._zygote = Own(isolation) if hasattr(os, "pidfd_open") else None

    @property
    def socket(self) -> socket.socket | None:
        """Return where a worker asks for a zygote."""
        return self._zygote.control if self._zygote else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zygote:
            self._zygote.end(patience=0)  # others may hold its socket, so it would not end by itself


def _single(ready: object) -> zygote.Ready:
    """Return what a zygote said, if it has but one thread."""
    assert isinstance(ready, zygote.Ready)
    if ready.threads > 1:
        raise WorkerDied(f"the zygote has {ready.threads} threads, so it cannot fork; is OPENBLAS_NUM_THREADS=1?")
    return ready


def _ended(process: int, seconds: float | None) -> bool:
    """Tell whether a process (its pidfd) has ended, or does so within some seconds (None: wait for it)."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(None if seconds is None else int(seconds * 1000)))
