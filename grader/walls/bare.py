"""Jobs in fresh processes without walls or forks: a student's own check on a system that cannot fork."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from grader import material
from grader.inside import frames, wire
from grader.walls import bubblewrap
from grader.walls.replies import Report, WorkerDied

_IMPORT_SECONDS = 60.0


class BareWorker:
    """Runs each job in a Python process of its own, which has `import_seconds` for importing TensorFlow."""

    def __init__(self, import_seconds: float = _IMPORT_SECONDS) -> None:
        self._import_seconds = import_seconds
        self._ahead: list[subprocess.Popen[bytes]] = []

    def get_ready(self, processes: int) -> None:
        """Start processes that import TensorFlow before their jobs come."""
        while len(self._ahead) < processes:
            self._ahead.append(self._start())

    def close(self) -> None:
        """End the processes that wait for a job."""
        for process in self._ahead:
            process.kill()
            process.communicate()
        self._ahead.clear()

    def run(self, job: wire.Job, alone: bool = False) -> Report:
        """Run one job and return what is left of it; the clocks are one wall clock for all of it.

        Raises:
            WorkerDied: the process did not come up.
        """
        process = self._ahead.pop(0) if self._ahead else self._start()
        late = threading.Timer(self._import_seconds + job.limits.total_wall_seconds, process.kill)
        late.start()
        answers, output = process.communicate(wire.encode(job))
        timed_out = not late.is_alive()
        late.cancel()
        try:
            whole = frames.take(bytearray(answers), job.limits.message_bytes)
        except wire.WireError as error:
            raise WorkerDied(str(error)) from error
        ended = wire.Ended("total" if timed_out else "exit", process.returncode & 0x7F, 0, 0.0)
        return Report(tuple(whole), output[: job.limits.output_bytes], ended)

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = os.environ | bubblewrap.ENVIRONMENT | {"PATH": os.environ.get("PATH", "")}
        environment |= {"HOME": str(Path.home()), "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        command = [sys.executable, "-P", "-m", "inside.bare", str(material.exercises().parent)]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
