"""The assignment: exercises, their checks with points and hints, and limits, as `assignment.toml` states them."""

from pathlib import Path

import msgspec

from grader.inside.wire import Limits
from grader.submission import SizeLimits


class AssignmentError(Exception):
    """`assignment.toml` says something that cannot be; the message says where."""


class CheckRubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one check is worth, whether students see its cases, and a line that helps."""

    points: float
    visible: bool
    hint: str


class ExerciseRubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One exercise: what a student reads as its name, its points, its checks by name."""

    title: str
    points: float
    checks: dict[str, CheckRubric]


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole assignment.

    Args:
        public_seed: the seed of the visible cases, which students have too.
        imports: what stands before a student's cells in a notebook.
    """

    name: str
    title: str
    public_seed: int
    limits: Limits
    sizes: SizeLimits
    imports: str
    exercises: dict[str, ExerciseRubric]

    @property
    def points(self) -> float:
        """Return the points of all exercises together."""
        return sum(exercise.points for exercise in self.exercises.values())

    def rubric(self, check_id: str) -> CheckRubric:
        """Return what a check (`exercise.name`) is worth."""
        exercise, _, name = check_id.partition(".")
        return self.exercises[exercise].checks[name]

    def check_ids(self, exercise: str, visible: bool | None = None) -> list[str]:
        """Return the ids of an exercise's checks, only the visible or the hidden ones if that is asked."""
        checks = self.exercises[exercise].checks
        return [f"{exercise}.{name}" for name, rubric in checks.items() if visible in (None, rubric.visible)]


def load(path: Path | None = None) -> Assignment:
    """Read and validate an `assignment.toml`, ours if no path is given.

    Raises:
        AssignmentError: with the place and the reason.
    """
    path = path or Path(__file__).with_name("assignment.toml")
    try:
        assignment = msgspec.toml.decode(path.read_bytes(), type=Assignment)
    except (msgspec.MsgspecError, OSError) as error:
        raise AssignmentError(f"{path}: {error}") from error
    for name, exercise in assignment.exercises.items():
        total = sum(check.points for check in exercise.checks.values())
        if total != exercise.points:
            raise AssignmentError(f"{path}: the checks of {name} add up to {total:g} points, not {exercise.points:g}")
    return assignment
