"""One check of one graded submission again, as it was: where the submission lay is kept beside the records."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import msgspec

from grader.assignment import Assignment
from grader.check import Trial
from grader.grading import code_of, judge_exercise, observe_parts, trials
from grader.observation import Printed
from grader.pipeline import write_whole
from grader.record import CheckRecord, Record, file_name, from_json
from grader.score import Judgement
from grader.submission import Found, Submission, read
from grader.workbench import Setup, Workbench, cache_folder

_FILE = "origins.json"


class ReplayError(Exception):
    """Nothing can be replayed; the message says what mends it."""


class Origin(msgspec.Struct, frozen=True):
    """Where a submission lay when it was graded, and with what it was graded. The seed is as secret as the store is."""

    path: str
    kind: str
    seed: int
    isolation: str
    assignment: str = ""


class Replayed(msgspec.Struct, frozen=True):
    """One check, run again.

    Args:
        recorded: what the record says of it, None if it says nothing.
        trials: all its cases, the hidden ones too: for staff only.
        printed: what the forks of its exercise printed and used.
    """

    judgement: Judgement
    recorded: CheckRecord | None
    trials: tuple[Trial, ...]
    printed: tuple[Printed, ...]


def remember(out: Path, found: Sequence[Found], setup: Setup) -> None:
    """Keep beside the records where submissions lie, and with what they are graded."""
    path = out / _FILE
    known = _read(path)
    for one in found:
        origin = Origin(os.path.realpath(one.path), one.kind, setup.seed, setup.isolation, setup.assignment)
        known[one.name] = msgspec.to_builtins(origin)
    # Names may hold surrogate escapes, which only the standard library's JSON writes.
    write_whole(path, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode())


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Replay:
    """Runs checks of one graded submission again; use it as a context manager.

    Raises:
        ReplayError: there is no such record, or the submission is gone.
    """

    def __init__(self, out: Path, submission: str) -> None:
        record_path = out / "records" / file_name(submission)
        if not record_path.is_file():
            raise ReplayError(f"{out} holds no record of {submission!r}; its scores.csv names those there are")
        try:
            self.record: Record = from_json(record_path.read_bytes())
            origin = msgspec.convert(_read(out / _FILE).get(submission), Origin)
        except (ValueError, msgspec.ValidationError) as error:
            raise ReplayError(
                f"{out} does not say where {submission!r} lay: grade it once more with `grader grade PATH --out {out}`"
            ) from error
        path = Path(origin.path)
        if not path.exists():
            raise ReplayError(f"{path}, which was graded as {submission!r}, is not there any more")
        setup = Setup(origin.seed, origin.isolation, str(cache_folder()), assignment=origin.assignment)  # type: ignore[arg-type]
        self._tools = Workbench(setup)
        self.assignment: Assignment = self._tools.assignment
        found = Found(submission, path, origin.kind)  # type: ignore[arg-type]
        assigned = self.assignment
        self.submission: Submission = read(found, list(assigned.exercises), assigned.sizes, imports=assigned.imports)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tools.close()

    @property
    def changed(self) -> bool:
        """Tell whether the submission is another one than was graded."""
        return self.submission.sha256 != self.record.sha256

    def asked(self, check: str | None) -> dict[str, list[str]]:
        """Return the checks to run again, by exercise.

        Args:
            check: one (`conv_2d.stride_order`), or all of an exercise (`conv_2d`); None: those that were not passed.

        Raises:
            ReplayError: there is no such check.
        """
        known = {name: self.assignment.check_ids(name) for name in self.assignment.exercises}
        if check is None:
            lost = {
                one.id for found in self.record.exercises.values() for one in found.checks if one.score < one.points
            }
            return {name: wanted for name, ids in known.items() if (wanted := [one for one in ids if one in lost])}
        if check in known:
            return {check: known[check]}
        exercise = check.partition(".")[0]
        if check in known.get(exercise, []):
            return {exercise: [check]}
        there = known.get(exercise) or list(known)
        raise ReplayError(f"there is no check {check!r}; there are {', '.join(there)}")

    def run(self, exercise: str, checks: Sequence[str]) -> list[Replayed]:
        """Run an exercise again, all of it as it was graded, and return some of its checks.

        Raises:
            FreezeError, WorkerDied, JudgeError: we failed.
        """
        tools, parts = self._tools, self._tools.parts(exercise)
        code = code_of(self.submission, exercise)
        observed, printed = observe_parts(tools.worker, code, parts, self.assignment.limits)
        judged = judge_exercise(tools.bench, self.assignment, exercise, parts, observed)
        frozen = {check.id: check for part in parts for check in part.checks}
        recorded = _recorded(self.record)
        return [
            Replayed(one, recorded.get(one.id), tuple(trials(frozen[one.id], observed[one.id])), tuple(printed))
            for one in judged
            if one.id in checks
        ]


def _recorded(record: Record) -> Mapping[str, CheckRecord]:
    return {check.id: check for exercise in record.exercises.values() for check in exercise.checks}
