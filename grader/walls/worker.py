"""One zygote and the way to it: start it, give it a job, read what its fork says, replace it when it dies."""

import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, Literal, Self

import msgspec

from grader import material
from grader.inside import wire, zygote
from grader.walls import bubblewrap, descend, seccomp
from grader.walls.turns import Turns

Isolation = Literal["walls", "none"]

_START_SECONDS = 120.0
_GRACE_SECONDS = 15.0
_CHUNK = 1 << 18


class WorkerDied(Exception):
    """A zygote ended or stopped answering: our fault, never the student's."""


class Report(msgspec.Struct, frozen=True):
    """What a job's fork left: its answers, whole frames only; what it printed, cut; how it ended.

    Args:
        overflow: why reading its answers was given up, "" if it was not.
    """

    answers: tuple[bytes, ...]
    output: bytes
    ended: wire.Ended
    overflow: str = ""


class Worker:
    """A zygote behind the walls (or without them, for a student's own check). Use it as a context manager."""

    def __init__(self, isolation: Isolation, turns: Turns | None = None) -> None:
        self._isolation = isolation
        self._turns = turns or Turns(None)
        self._errors = tempfile.TemporaryFile()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.tensorflow = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the zygote unless it runs, and wait until it has imported TensorFlow.

        Raises:
            WallsMissing: this machine cannot build the walls.
            WorkerDied: the zygote did not come up.
        """
        self.launch()
        control = self._control
        assert control is not None
        if self.tensorflow:
            return
        control.settimeout(_START_SECONDS)
        try:
            ready = wire.decode(control.recv(1 << 16), zygote.Ready)
        except (OSError, wire.WireError) as error:
            self.close()
            raise WorkerDied(f"the zygote did not start: {self._last_words() or error}") from error
        if ready.threads > 1:
            self.close()
            raise WorkerDied(f"the zygote has {ready.threads} threads, so it cannot fork; is OPENBLAS_NUM_THREADS=1?")
        self.tensorflow = ready.tensorflow

    def launch(self) -> None:
        """Start the zygote unless it runs, without waiting for it: importing TensorFlow takes seconds."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        walled = self._isolation == "walls"
        with theirs:
            self._process = self._walled(theirs.fileno()) if walled else self._bare(theirs.fileno())
        self._control = ours
        given = bubblewrap.GIVEN if walled else str(material.exercises().parent)
        ours.send(wire.encode(zygote.Settings(given, seccomp.program() if walled else None)))

    def _walled(self, control_fd: int) -> "subprocess.Popen[bytes]":
        bwrap = bubblewrap.find_bwrap()
        shown = bubblewrap.binds()
        if os.geteuid() == 0:
            spec = msgspec.json.encode(descend.Spec(bwrap, tuple(shown), control_fd)).decode()
            command = [sys.executable, "-m", "grader.walls.descend", spec]
        else:
            command = bubblewrap.command(bwrap, shown, control_fd)
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors, pass_fds=(control_fd,)
        )

    def _bare(self, control_fd: int) -> "subprocess.Popen[bytes]":
        package = Path(__file__).resolve().parent.parent
        environment = os.environ | bubblewrap.ENVIRONMENT | {"PYTHONPATH": str(package), "HOME": str(Path.home())}
        environment |= {"PATH": os.environ.get("PATH", "")}
        command = [sys.executable, "-m", "inside.zygote", str(control_fd)]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=(control_fd,),
            env=environment,
        )

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace").strip()

    def run(self, job: wire.Job, alone: bool = False) -> Report:
        """Run one job in a fork of its own and return what is left of it when all of it is gone.

        Args:
            alone: wait until no other worker of this run has a job, and keep them waiting meanwhile.

        Raises:
            WorkerDied: the zygote went away or did not answer in time. It is replaced at the next call.
        """
        self.start()
        with self._turns.take(alone):
            return self._run(job)

    def _run(self, job: wire.Job) -> Report:
        control = self._control
        assert control is not None
        answers_read, answers_write = os.pipe()
        output_read, output_write = os.pipe()
        with _in_memory(wire.encode(job)) as job_file:
            fds = [job_file.fileno(), answers_write, output_write]
            try:
                socket.send_fds(control, [wire.encode(zygote.Request(job.limits))], fds)
            except OSError as error:
                os.close(answers_read)
                os.close(output_read)
                self.close()
                raise WorkerDied(f"the zygote is gone: {error}") from error
            finally:
                os.close(answers_write)
                os.close(output_write)
        try:
            return _collect(control, answers_read, output_read, job.limits)
        except WorkerDied:
            self.close()
            raise

    def close(self) -> None:
        """End the zygote and all that it forked."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self.tensorflow = ""


def _in_memory(data: bytes) -> BinaryIO:
    """Return a file that holds `data`, read from its start, and is on no disk where the system can do that."""
    file = os.fdopen(os.memfd_create("job"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()
    file.write(data)
    file.flush()
    file.seek(0)
    return file


def _collect(control: socket.socket, answers_fd: int, output_fd: int, limits: wire.Limits) -> Report:
    """Drain both pipes until nothing holds them any more, and take the supervisor's word on how the fork ended."""
    answers, output, overflow = bytearray(), bytearray(), ""
    whole: list[bytes] = []
    received = 0
    ended: wire.Ended | None = None
    deadline = time.monotonic() + limits.total_wall_seconds + _GRACE_SECONDS
    with selectors.DefaultSelector() as selector:
        for source in (control, answers_fd, output_fd):
            selector.register(source, selectors.EVENT_READ)
        try:
            while selector.get_map():
                ready = selector.select(deadline - time.monotonic())
                if not ready:
                    raise WorkerDied("the zygote did not answer in time")
                for key, _ in ready:
                    if key.fileobj is control:
                        ended = _ended(control)
                        selector.unregister(control)
                        continue
                    data = os.read(key.fd, _CHUNK)
                    if key.fd == output_fd:
                        output += data[: limits.output_bytes - len(output)]
                    else:
                        answers += data
                        received += len(data)
                        overflow = _take(answers, whole, received, limits.message_bytes)
                    if not data or (overflow and key.fd == answers_fd):
                        selector.unregister(key.fd)
                        os.close(key.fd)
        except BaseException:
            for fd in {answers_fd, output_fd} & set(selector.get_map()):
                os.close(fd)
            raise
    if ended is None:
        raise WorkerDied("the fork's supervisor did not say how it ended")
    return Report(tuple(whole), bytes(output), ended, overflow)


def _take(answers: bytearray, whole: list[bytes], received: int, longest: int) -> str:
    """Move complete frames over; return why no more is read, or ""."""
    if received > longest:
        return f"more than {longest} bytes came back"
    try:
        whole.extend(wire.frames(answers, longest))
    except wire.WireError as error:
        return str(error)
    return ""


def _ended(control: socket.socket) -> wire.Ended:
    try:
        message = wire.decode(control.recv(1 << 16), wire.Ended)
    except (OSError, wire.WireError) as error:
        raise WorkerDied(f"the zygote went away during a job: {error}") from error
    assert isinstance(message, wire.Ended)
    return message
