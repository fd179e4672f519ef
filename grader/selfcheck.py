"""A student's own check: some exercises of one's own work on the visible cases, without walls, one after another."""

import ast
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import msgspec

from grader import material
from grader.assignment import Assignment
from grader.freeze import FrozenPart
from grader.grading import code_of, judge_exercise, observe_parts, trials
from grader.observe import Runner
from grader.phrase import spoken
from grader.record import ExerciseRecord
from grader.score import score_exercise
from grader.sketch import expected, failure
from grader.speech import example_text
from grader.submission import Found, Submission, SubmissionError, find, read
from grader.tiles import Sketch
from grader.walls.bare import BareWorker
from grader.walls.rehearsed import Rehearsed
from grader.workbench import Setup, Workbench, cache_folder

_READY = 2
"""A check takes two processes: one for the calls, one for the graphs."""


class Checked(msgspec.Struct, frozen=True):
    """One exercise, checked on its visible cases.

    Args:
        record: points and sentences, as graders see them.
        sketches: by check id, pictures of what went wrong.
        printed: what the code printed, cut; a student's text.
    """

    exercise: str
    title: str
    record: ExerciseRecord
    sketches: dict[str, tuple[Sketch, ...]]
    printed: str

    @property
    def passed(self) -> bool:
        """Tell whether all visible points were earned."""
        return self.record.score == self.record.points


class Example(msgspec.Struct, frozen=True):
    """One visible case of a check: what is called, and pictures of what should come out."""

    check: str
    title: str
    call: str
    sketches: tuple[Sketch, ...]


class SelfCheck:
    """Checks one's own work, again and again with TensorFlow imported once; use it as a context manager."""

    def __init__(self) -> None:
        self._tools = Workbench(Setup(0, "none", str(cache_folder())))
        self._runner: Runner = self._tools.worker if hasattr(os, "fork") else BareWorker()

    @property
    def assignment(self) -> Assignment:
        """Return the assignment."""
        return self._tools.assignment

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        if isinstance(self._runner, BareWorker | Rehearsed):
            self._runner.close()
        self._tools.close()

    def part(self, exercise: str) -> FrozenPart:
        """Return the visible cases of an exercise."""
        return self._tools.part(exercise, "visible")

    def get_ready(self) -> None:
        """Have processes ready for the next check, so that it costs no more than what the work itself takes."""
        if isinstance(self._runner, BareWorker):
            self._runner.get_ready(_READY)
            return
        if not isinstance(self._runner, Rehearsed):
            self._runner = Rehearsed(self._tools.worker)
        self._runner.get_ready(self.assignment.limits, _READY)

    def check(self, submission: Submission, exercises: Sequence[str]) -> Iterator[Checked]:
        """Check some exercises, each when it is asked for.

        Raises:
            FreezeError: the visible cases are not there.
            WorkerDied, JudgeError: we failed, not the work.
        """
        for exercise in exercises:
            yield self._check(submission, exercise)

    def expected(self, exercise: str) -> list[Example]:
        """Return what a right solution of an exercise gives on its visible cases.

        Raises:
            FreezeError: the visible cases are not there.
            JudgeError: the checks cannot be run.
        """
        part = self.part(exercise)
        right = {check.id: check.reference for check in part.checks}
        titles = judge_exercise(self._tools.bench, self.assignment, exercise, [part], right)
        asked = {check.id: trials(check, check.reference) for check in part.checks}
        return [
            Example(one.id, one.title, spoken(example_text(trial.program)), tuple(expected(trial)))
            for one in titles
            for trial in asked[one.id]
        ]

    def _check(self, submission: Submission, exercise: str) -> Checked:
        part, code = self.part(exercise), code_of(submission, exercise)
        observed, printed = observe_parts(self._runner, code, [part], self.assignment.limits)
        judgements = judge_exercise(self._tools.bench, self.assignment, exercise, [part], observed)
        asked = {check.id: trials(check, observed[check.id]) for check in part.checks}
        sketches = {one.id: tuple(failure(one, asked[one.id])) for one in judgements}
        said = b"".join(one.output for one in printed if one.part == part.part).decode(errors="replace")
        return Checked(
            exercise,
            self.assignment.exercises[exercise].title,
            score_exercise(self.assignment, exercise, judgements),
            {check_id: found for check_id, found in sketches.items() if found},
            said,
        )


def own_work(path: Path, assignment: Assignment) -> Submission:
    """Read the work at a path: a folder, an archive or a notebook; of a course folder, its `exercises/`.

    Raises:
        SubmissionError: there is nothing that can be checked.
    """
    exercises = list(assignment.exercises)
    path = working_folder(path, exercises)
    if path.is_dir():
        found = Found(path.resolve().name, path.resolve(), "folder")
    else:
        (found,) = find([path], exercises)[0]
    submission = read(found, exercises, assignment.sizes, imports=assignment.imports)
    if submission.refused is not None:
        where = "; go to the folder that holds exercises/, or name it: --path FOLDER" if path.is_dir() else ""
        raise SubmissionError(f"{path.resolve()}: {submission.refused}{where}")
    return submission


def working_folder(path: Path, exercises: Sequence[str]) -> Path:
    """Return where the modules lie at a path: of a course folder, its `exercises/`."""
    inner = path / "exercises"
    outer = any((path / f"{name}.py").exists() for name in exercises)
    return inner if path.is_dir() and inner.is_dir() and not outer else path


def functions(exercise: str) -> list[str]:
    """Return the functions that an exercise asks for: those of its stub."""
    stub = ast.parse((material.exercises() / f"{exercise}.py").read_bytes())
    return [node.name for node in stub.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
