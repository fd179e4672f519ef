"""The assignment: exercises, their checks with points and hints, and limits, as `assignment.toml` states them."""

import math
import re
from pathlib import Path
from typing import TypeVar

import msgspec

from grader.inside.wire import Limits
from grader.schedule import Schedule, ScheduleError
from grader.submission import SizeLimits

OURS = Path(__file__).with_name("assignment.toml")
_Kind = TypeVar("_Kind", "Assignment", "_Scheduled")


class AssignmentError(Exception):
    """`assignment.toml` says something that cannot be; the message says where."""


class CheckRubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one check is worth, whether students see its cases, and a line that helps.

    Args:
        dropped: the check turned out to be broken: everybody gets its points, whatever came of it.
    """

    points: float
    visible: bool
    hint: str
    dropped: bool = False


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
        schedule: when it is due, None where that does not matter.
    """

    name: str
    title: str
    public_seed: int
    limits: Limits
    sizes: SizeLimits
    imports: str
    exercises: dict[str, ExerciseRubric]
    schedule: Schedule | None = None

    @property
    def points(self) -> float:
        """Return the points of all exercises together."""
        return math.fsum(exercise.points for exercise in self.exercises.values())

    def rubric(self, check_id: str) -> CheckRubric:
        """Return what a check (`exercise.name`) is worth."""
        exercise, _, name = check_id.partition(".")
        return self.exercises[exercise].checks[name]

    def check_ids(self, exercise: str, visible: bool | None = None) -> list[str]:
        """Return the ids of an exercise's checks, only the visible or the hidden ones if that is asked."""
        checks = self.exercises[exercise].checks
        return [f"{exercise}.{name}" for name, rubric in checks.items() if visible in (None, rubric.visible)]


class _Scheduled(msgspec.Struct, frozen=True):
    """A file of which only the schedule matters."""

    schedule: Schedule | None = None


def load(path: Path | None = None) -> Assignment:
    """Read and validate an `assignment.toml`, ours if no path is given.

    Raises:
        AssignmentError: with the place and the reason.
    """
    path = path or OURS
    assignment = _decoded(path, Assignment)
    for name, exercise in assignment.exercises.items():
        total = math.fsum(check.points for check in exercise.checks.values())
        if not math.isclose(total, exercise.points):
            raise AssignmentError(f"{path}: the checks of {name} add up to {total:g} points, not {exercise.points:g}")
    return assignment


def load_schedule(path: Path | None = None) -> Schedule | None:
    """Read the table `[schedule]` of a file that may hold nothing else, of our assignment if no path is given.

    Raises:
        AssignmentError: with the place and the reason; or a file was named, and it has no such table.
    """
    schedule = _decoded(path or OURS, _Scheduled).schedule
    if path is not None and schedule is None:
        raise AssignmentError(
            f"{path}: there is no table [schedule] in it; it begins so:\n[schedule]\ndue = 2026-03-01T23:59:00"
        )
    return schedule


def _decoded(path: Path, kind: type[_Kind]) -> _Kind:
    try:
        text = path.read_bytes().decode()
        found = msgspec.toml.decode(text, type=kind)
        if found.schedule is not None:
            found.schedule.zone()
    except msgspec.ValidationError as error:
        raise AssignmentError(f"{path}{_place(text, str(error))}: {error}") from error
    except ScheduleError as error:
        raise AssignmentError(f"{path}{_place(text, '`$.schedule.timezone`')}: {error}") from error
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: {error}") from error
    return found


def _place(text: str, error: str) -> str:
    """Return `, line L, column C` of the key that an error's path (`$.limits.threads`) names, "" if it is not found."""
    found = re.search(r"`\$([^`]*)`", error)
    keys = [part.strip("'[]") for part in found[1].split(".") if part] if found else []
    unknown = re.search(r"unknown field `([^`]*)`", error)
    keys += [unknown[1]] if unknown else []
    table: list[str] = []
    place = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = [part.strip(" \"'") for part in header[1].split(".")]
            if table == keys[: len(table)]:
                place = f", line {number}, column {line.index('[') + 1}"
        elif (key := re.match(r"\s*([\w.-]+)\s*=", line)) and [*table, *key[1].split(".")] == keys:
            return f", line {number}, column {key.start(1) + 1}"
    return place
