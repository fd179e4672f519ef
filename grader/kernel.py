"""One check, run from a cell of the notebook that it checks: what a test cell of an nbgrader release calls.

The cell runs in the student's kernel, but what it asks does not: `python -m grader.kernel` reads the notebook as it
was last saved, by the same rules as `grader grade`, and asks its modules in processes of their own. So a cell earns
what the same notebook earns behind walls, unless the student's code in the kernel has changed this very function:
nbgrader believes whatever the kernel says.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from grader import assignment as assignments
from grader.assignment import Assignment
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord, earned, said
from grader.submission import Found, Submission, read

SEED = "GRADER_SEED"
"""The environment variable that holds the seed of the hidden cases, where those who grade have set it."""

_asked: dict[tuple[str, ...], Mapping[str, ExerciseRecord]] = {}


class NotPassed(Exception):
    """The check is not passed; the text says why, as a record does."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the text alone, for the lines of this module tell a student nothing."""
        return str(self).splitlines() or ["not passed"]


class GraderFailed(NotPassed):
    """The check could not be run, by no fault of the student's."""


def check(check_id: str) -> None:
    """Run a check on the notebook in the current folder, as it was last saved.

    Args:
        check_id: such as `conv_2d.strides`.

    Raises:
        NotPassed: the check is not passed.
        GraderFailed: it could not be run. Where nbgrader grades, the kernel ends instead, so that nbgrader reports the
            submission as failed and no 0 is mistaken for a result.
    """
    try:
        record = _record(check_id)
        if record.outcome is Outcome.GRADER_ERROR and not earned(record):
            raise GraderFailed(f"the grader failed, not your work: {record.message}")
    except GraderFailed as failure:
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":
            _end_kernel(str(failure))
        raise
    if not earned(record):
        raise NotPassed(said(record))


def _record(check_id: str) -> CheckRecord:
    assignment = assignments.load()
    exercise = check_id.partition(".")[0]
    if exercise not in assignment.exercises or check_id not in assignment.check_ids(exercise):
        raise GraderFailed(f"there is no check {check_id!r}; the notebook and the installed grader are of two versions")
    submission = _submission(assignment)
    if submission.refused is not None:
        rubric = assignment.rubric(check_id)
        return CheckRecord(
            id=check_id, title="Your notebook cannot be read", outcome=Outcome.FAILED, score=0.0, points=rubric.points,
            visible=rubric.visible, message=submission.refused,
        )  # fmt: skip
    # Where hidden checks are asked, all exercises will be: together they need one start of TensorFlow.
    wanted = list(assignment.exercises) if os.environ.get(SEED) else [exercise]
    key = (submission.sha256, *wanted)
    if key not in _asked:
        _asked[key] = _ask(wanted)
    for record in _asked[key][exercise].checks:
        if record.id == check_id:
            return record
    raise GraderFailed(f"{check_id} is hidden: set {SEED} to the seed of the hidden cases, as nbgrader_config.py does")


def _submission(assignment: Assignment) -> Submission:
    """Return what `grader grade` would read of the current folder."""
    here = Path.cwd()
    found = Found(here.name, here, "folder")
    return read(found, list(assignment.exercises), assignment.sizes, imports=assignment.imports)


def _ask(exercises: list[str]) -> Mapping[str, ExerciseRecord]:
    # -P: a student's `random.py` beside the notebook is not the standard library's.
    command = [sys.executable, "-P", "-m", "grader.kernel", *exercises]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    try:
        return msgspec.convert(json.loads(done.stdout), dict[str, ExerciseRecord])
    except ValueError as error:
        reason = done.stderr.strip() or f"python -m grader.kernel ended with {done.returncode}"
        raise GraderFailed(reason[-2000:]) from error


def answer(exercises: Sequence[str], seed: int | None) -> dict[str, ExerciseRecord]:
    """Grade some exercises of the notebook in the current folder, without walls.

    Args:
        seed: of the hidden cases; None asks the visible ones only.

    Raises:
        FreezeError, WorkerDied, JudgeError: the grader failed.
    """
    from grader.grading import code_of, grade_exercise
    from grader.score import score_exercise
    from grader.walls.bare import BareWorker
    from grader.workbench import PARTS, Setup, Workbench, cache_folder

    tools = Workbench(Setup(seed or 0, "none", str(cache_folder())))
    try:
        ours = tools.assignment
        submission = _submission(ours)
        runner = tools.worker if hasattr(os, "fork") else BareWorker()
        found = {}
        for name in exercises:
            parts = [tools.part(name, part) for part in (PARTS[:1] if seed is None else PARTS)]
            graded = grade_exercise(runner, tools.bench, ours, name, code_of(submission, name), parts)
            found[name] = score_exercise(ours, name, graded.judgements)
        return found
    finally:
        tools.close()


def _end_kernel(reason: str) -> None:
    # Not sys.stderr, which in a kernel is the notebook's: the file behind it is echoed to who runs nbgrader.
    os.write(
        2,
        f"The grader failed, so this notebook gets no points, not even 0: {reason}\n".encode(errors="backslashreplace"),
    )
    # ipykernel echoes from a thread of its own.
    time.sleep(1.0)
    os._exit(70)


def _main() -> None:
    from grader.freeze import FreezeError
    from grader.judge import JudgeError
    from grader.walls.worker import WorkerDied

    seed = os.environ.get(SEED)
    try:
        found = answer(sys.argv[1:], int(seed) if seed else None)
    except (FreezeError, JudgeError, WorkerDied, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    _main()
