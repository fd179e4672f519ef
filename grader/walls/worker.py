"""One zygote and the way to it: start it, give it a job, read what its fork says, replace it when it dies."""

import os
import socket
import tempfile
from typing import BinaryIO, Self

from grader.inside import wire, zygote
from grader.walls.replies import Report, WorkerDied, collect
from grader.walls.turns import Turns
from grader.walls.zygotes import Branch, Isolation, Own, Zygote

__all__ = ["Isolation", "Report", "Worker", "WorkerDied"]


class Worker:
    """A zygote behind the walls (or without them, for a student's own check). Use it as a context manager.

    Args:
        turns: whom it takes turns with.
        stem: the socket of a `Stem` that its zygotes are branches of; None: they are processes of their own.
    """

    def __init__(self, isolation: Isolation, turns: Turns | None = None, stem: socket.socket | None = None) -> None:
        self._isolation = isolation
        self._turns = turns or Turns(None)
        self._stem = stem
        self._zygote: Zygote | None = None
        self.tensorflow = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> Zygote:
        """Start the zygote unless it runs, wait until it has imported TensorFlow, and return it.

        Raises:
            WallsMissing: this machine cannot build the walls.
            WorkerDied: the zygote did not come up.
        """
        zygote = self.launch()
        while not self.tensorflow:
            try:
                self.tensorflow = zygote.ready().tensorflow
            except Exception:
                self.close()
                if not isinstance(zygote, Branch):
                    raise
                self._stem = None
                zygote = self.launch()
        return zygote

    def launch(self) -> Zygote:
        """Start the zygote unless it runs, without waiting for it: importing TensorFlow takes seconds."""
        if self._zygote is not None and self._zygote.runs():
            return self._zygote
        self.close()
        if self._stem is not None:
            try:
                self._zygote = Branch(self._stem)
            except OSError:
                self._stem = None
        if self._zygote is None:
            self._zygote = Own(self._isolation)
        return self._zygote

    def run(self, job: wire.Job, alone: bool = False) -> Report:
        """Run one job in a fork of its own and return what is left of it when all of it is gone.

        Args:
            alone: wait until no other worker of this run has a job, and keep them waiting meanwhile.

        Raises:
            WorkerDied: the zygote went away or did not answer in time. It is replaced at the next call.
        """
        control = self.start().control
        with self._turns.take(alone):
            return self._run(job, control)

    def _run(self, job: wire.Job, control: socket.socket) -> Report:
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
        control = self.start().control
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
        """End the zygote and all that it forked."""
        if self._zygote is not None:
            self._zygote.end()
            self._zygote = None
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
