"""What everyone else does, as lean as it can be: one fresh pytest process a submission, everything in that process.

`pytest grader/checks -p in_process --plain PATH` runs the very checks on the very cases, but the student's module, the
graphs and the verdict share one process that imports TensorFlow for itself. No fork, no walls, no limits.
"""

import io
import sys
from pathlib import Path

import pytest

from grader import assignment as assignments
from grader import judge, material
from grader.check import Trials
from grader.desk import read_one
from grader.grading import code_of, observe_parts, trials
from grader.inside import frames, wire
from grader.walls.worker import Report
from grader.workbench import Setup, Workbench, cache_folder


class InProcess:
    """Runs jobs in this very process."""

    def __init__(self, room: Path) -> None:
        sys.path.insert(0, str(Path(judge.__file__).parent))
        from inside import work, zygote

        zygote.warm(material.exercises().parent)
        self._work, self._room, self._jobs = work, room, 0

    def run(self, job: wire.Job, alone: bool = False) -> Report:
        """Run one job and return its answers."""
        from inside import wire as theirs

        job = theirs.decode(wire.encode(job), theirs.Job)
        self._jobs += 1
        root = self._room / str(self._jobs)
        root.mkdir()
        if isinstance(job, theirs.StudentJob):
            self._work.lay_out(job.files, root)
        answers = io.BytesIO()
        frames.write(answers, wire.Prepared())
        self._work.do(job, root, answers)
        whole = frames.take(bytearray(answers.getvalue()), job.limits.message_bytes)
        return Report(tuple(whole), b"", wire.Ended("exit", 0, 0, 0.0))


class InProcessDesk(judge.Desk):
    """Hands out trials that were observed in this process."""

    def __init__(self, path: Path, room: Path, assignment: str) -> None:
        self._tools = Workbench(Setup(1, "walls", str(cache_folder()), assignment=assignment))
        self._submission = read_one(path, self._tools)
        self._runner = InProcess(room)
        self._observed: dict[str, Trials] = {}

    def trials(self, check_id: str) -> Trials:
        """Return the trials of a check."""
        if check_id not in self._observed:
            exercise = check_id.partition(".")[0]
            parts = self._tools.parts(exercise)
            code = code_of(self._submission, exercise)
            observed, _ = observe_parts(self._runner, code, parts, self._tools.assignment.limits)
            checks = [check for part in parts for check in part.checks]
            self._observed |= {check.id: Trials(trials(check, observed[check.id])) for check in checks}
        return self._observed[check_id]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--plain PATH`, and `--rubric FILE` for an assignment of fewer checks."""
    parser.addoption("--plain", type=Path)
    parser.addoption("--rubric", default="")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks that the assignment has."""
    rubric = assignments.load(Path(config.getoption("rubric")) if config.getoption("rubric") else None)
    known = {check_id for exercise in rubric.exercises for check_id in rubric.check_ids(exercise)}
    items[:] = [item for item in items if judge.check_id(item) in known]


def pytest_configure(config: pytest.Config) -> None:
    """Hand out trials of the submission that `--plain` names."""
    import tempfile

    room = tempfile.TemporaryDirectory()
    config.add_cleanup(room.cleanup)
    judge.collect_checks(config)
    config.pluginmanager.register(judge, "grader-judge")
    config.stash[judge.DESK] = InProcessDesk(config.getoption("plain"), Path(room.name), config.getoption("rubric"))
