"""One zygote and the way to it: start it, give it a job, read what its fork says, replace it when it dies."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Literal, Self

import msgspec

from grader import material
from grader.inside import wire, zygote
from grader.walls import bubblewrap, descend, seccomp
from grader.walls.replies import Report, WorkerDied, collect
from grader.walls.turns import Turns

__all__ = ["Isolation", "Report", "Worker", "WorkerDied"]

Isolation = Literal["walls", "none"]

_START_SECONDS = 120.0
_PACKAGE = Path(__file__).resolve().parent.parent
_CLOSE_SECONDS = 1.0


class Worker:
    """A zygote behind the walls (or without them, for a student's own check). Use it as a context manager."""

    def __init__(self, isolation: Isolation, turns: Turns | None = None) -> None:
        self._isolation = isolation
        self._turns = turns or Turns(None)
        self._errors: BinaryIO | None = None
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
            words = self._last_words()
            self.close()
            if words.startswith(("bwrap: ", "walls: ")):
                raise bubblewrap.WallsMissing(bubblewrap.advice(words)) from error
            raise WorkerDied(f"the zygote did not start: {words or error}") from error
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
        given = bubblewrap.GIVEN if walled else str(material.exercises().parent)
        # Before there is anyone to read it: a process that ends at once is then found out by `start`, with its words.
        ours.send(wire.encode(zygote.Settings(given, seccomp.program() if walled else None)))
        with theirs:
            self._process = self._walled(theirs.fileno()) if walled else self._bare(theirs.fileno())
        self._control = ours

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
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=(control_fd,),
            env=environment,
        )

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
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
            return collect(control, answers_read, output_read, job)
        except WorkerDied:
            self.close()
            raise

    def ahead(self, limits: wire.Limits) -> "Ahead":
        """Return a fork that has got ready by the time its job comes. Only without walls, for a student's own check.

        Raises:
            WorkerDied: the zygote went away.
        """
        self.start()
        control = self._control
        assert control is not None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (job_read, job_write), (answers_read, answers_write), (output_read, output_write) = (
            os.pipe() for _ in range(3)
        )
        made = Ahead(limits, ours, job_write, answers_read, output_read)
        with theirs:
            fds = [job_read, answers_write, output_write, theirs.fileno()]
            try:
                socket.send_fds(control, [wire.encode(zygote.Request(limits, ahead=True))], fds)
            except OSError as error:
                made.close()
                self.close()
                raise WorkerDied(f"the zygote is gone: {error}") from error
            finally:
                for fd in fds[:3]:
                    os.close(fd)
        return made

    def close(self) -> None:
        """End the zygote and all that it forked: by itself if it is idle, by force if it is not."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(_CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._errors is not None:
            self._errors.close()
            self._errors = None
        self.tensorflow = ""


class Ahead:
    """A fork that waits for its one job."""

    def __init__(self, limits: wire.Limits, control: socket.socket, job: int, answers: int, output: int) -> None:
        self.limits = limits
        self._control = control
        self._job, self._answers, self._output = job, answers, output

    def run(self, job: wire.Job) -> Report:
        """Hand the job over and return what is left of it; the fork is gone then.

        Raises:
            WorkerDied: it was gone before.
        """
        with self._control:
            try:
                with os.fdopen(self._job, "wb") as pipe:
                    pipe.write(wire.encode(job))
            except OSError as error:
                os.close(self._answers)
                os.close(self._output)
                raise WorkerDied(f"the fork is gone: {error}") from error
            return collect(self._control, self._answers, self._output, job)

    def close(self) -> None:
        """Send it away without a job."""
        self._control.close()
        for fd in (self._job, self._answers, self._output):
            os.close(fd)


def _in_memory(data: bytes) -> BinaryIO:
    """Return a file that holds `data`, read from its start, and is on no disk where the system can do that."""
    in_memory = hasattr(os, "memfd_create")
    file = os.fdopen(os.memfd_create("job"), "w+b") if in_memory else tempfile.TemporaryFile()  # noqa: SIM115
    file.write(data)
    file.flush()
    file.seek(0)
    return file
