"""A Dask cluster of real processes, to start, stop and kill: what tests of `grader grade --scheduler` need."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

_PATIENCE_SECONDS = 900.0
REPOSITORY = Path(__file__).resolve().parents[2]


class Cluster:
    """A scheduler and workers; use it as a context manager.

    Args:
        folder: for logs and for the workers' files.
        options: what scheduler and workers are given beside, such as certificates.
        environment: of all of them.
        host: of the scheduler, and `wrapper` what stands in front of its command so that it runs there.
    """

    def __init__(
        self,
        folder: Path,
        scheme: str = "tcp",
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        wrapper: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._options = list(options)
        self._environment = dict(environment or {})
        self._processes: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []
        self._wrapper = list(wrapper)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"{scheme}://{host}:{self._port}"
        self.scheduler = self.start_scheduler()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for log in self._logs:
            log.close()

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start a scheduler, at the same address as the one before."""
        host = self.address.rpartition(":")[0]
        started = [*self._wrapper]
        self.scheduler = self._start(
            "scheduler", ["--host", host, "--port", str(self._port), "--no-dashboard"], started
        )
        log = Path(self._logs[-1].name)
        until(lambda: "Scheduler at:" in log.read_text(errors="replace"))
        return self.scheduler

    def start_worker(
        self, *more: str, wrapper: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a worker of one process, with no nanny that would start it again."""
        arguments = [self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", *more]
        return self._start("worker", [*arguments, "--local-directory", str(self._folder)], wrapper, environment or {})

    def said(self) -> str:
        """Return what all processes have logged."""
        return "".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    def _start(
        self, what: str, arguments: list[str], wrapper: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{what}-{len(self._logs)}.log").open("wb")
        self._logs.append(log)
        process = subprocess.Popen(
            [*wrapper, sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, *self._options],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | self._environment | dict(environment or {}),
            stdout=log, stderr=log, cwd=self._folder, start_new_session=True,
        )  # fmt: skip
        self._processes.append(process)
        return process


class Run:
    """A run of `grader grade` in a process of its own."""

    def __init__(
        self, *arguments: object, environment: Mapping[str, str] | None = None, wrapper: Sequence[str] = ()
    ) -> None:
        command = [*wrapper, sys.executable, "-m", "grader", "grade", *map(str, arguments)]
        variables = os.environ | {"PYTHONPATH": str(REPOSITORY)} | (environment or {})
        self._log = tempfile.NamedTemporaryFile(prefix="grade-", suffix=".log")  # noqa: SIM115  # closed by end
        self.process = subprocess.Popen(command, env=variables, stdout=self._log, stderr=subprocess.STDOUT)

    def said(self) -> str:
        """Return what it has said so far."""
        return Path(self._log.name).read_text("utf-8", errors="replace")

    def end(self) -> tuple[int, str]:
        """Wait for its end and return its exit code and what it said."""
        code = self.process.wait(_PATIENCE_SECONDS)
        said = self.said()
        self._log.close()
        return code, said


def outputs(out: Path) -> dict[str, bytes]:
    """Return the files of a finished run that others read."""
    return {path.name: path.read_bytes() for path in [*(out / "records").glob("*.json"), out / "scores.csv"]}


def recorded(out: Path, count: int) -> None:
    """Wait until that many submissions have a record."""
    until(lambda: len(list((out / "records").glob("*.json"))) >= count)


def until(holds) -> None:
    """Wait for something that will hold."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
