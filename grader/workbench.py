"""A grading process's own tools, set up once and used for task after task: a worker, a bench, the frozen cases."""

import atexit
import contextlib
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import platformdirs

from grader import assignment as assignments
from grader.assignment import Assignment
from grader.freeze import FreezeError, FrozenPart, frozen, place
from grader.grading import Graded, begin, code_of, grade_session, grader_error
from grader.judge import Bench
from grader.observe import Session, ask_together
from grader.submission import Submission
from grader.walls.bubblewrap import WallsMissing
from grader.walls.seccomp import SeccompMissing
from grader.walls.turns import Turns
from grader.walls.worker import Isolation, Worker
from grader.walls.zygotes import STEM

PARTS = ("visible", "hidden")


def cache_folder() -> Path:
    """Return where frozen cases are kept between runs."""
    return Path(platformdirs.user_cache_dir("convolution-grader", appauthor=False)) / "cases"


class Setup(msgspec.Struct, frozen=True):
    """What every grading process of a run is told.

    Args:
        seed: of the hidden cases.
        cache: where frozen cases are kept.
        turns: a folder that the run's processes share, to take turns in.
        assignment: path of the assignment, "" for ours.
    """

    seed: int
    isolation: Isolation
    cache: str
    turns: str = ""
    assignment: str = ""

    def load(self) -> Assignment:
        """Return the assignment."""
        return assignments.load(Path(self.assignment) if self.assignment else None)


def _drawn_by(setup: Setup, assignment: Assignment, exercise: str, part: str) -> tuple[list[str], int]:
    """Return the checks of a part and the seed of its cases."""
    visible = part == "visible"
    return assignment.check_ids(exercise, visible), assignment.public_seed if visible else setup.seed


def cases_files(setup: Setup, assignment: Assignment) -> dict[tuple[str, str], Path]:
    """Return by exercise and part the file that holds its frozen cases, once somebody has made them."""
    return {
        (exercise, part): place(
            Path(setup.cache), exercise, part, *_drawn_by(setup, assignment, exercise, part), assignment.limits
        )
        for exercise in assignment.exercises
        for part in PARTS
    }


class Workbench:
    """The tools of one process."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.assignment = setup.load()
        self.worker = Worker(setup.isolation, Turns(Path(setup.turns) if setup.turns else None), STEM.get())
        self.bench = Bench()
        self._parts: dict[tuple[str, str], FrozenPart] = {}

    def part(self, exercise: str, part: str) -> FrozenPart:
        """Return the visible or hidden frozen cases of an exercise, made if nobody has made them yet."""
        if (exercise, part) not in self._parts:
            check_ids, seed = _drawn_by(self.setup, self.assignment, exercise, part)
            limits, cache = self.assignment.limits, Path(self.setup.cache)
            self._parts[exercise, part] = frozen(exercise, part, check_ids, seed, self.worker, limits, cache)
        return self._parts[exercise, part]

    def parts(self, exercise: str) -> list[FrozenPart]:
        """Return the visible and the hidden cases of an exercise."""
        return [self.part(exercise, part) for part in PARTS]

    def close(self) -> None:
        """End the worker and the bench."""
        self.worker.close()
        self.bench.close()


@functools.cache
def workbench(setup: Setup) -> Workbench:
    """Return this process's workbench: importing TensorFlow and collecting the checks happens once a process."""
    bench = Workbench(setup)
    atexit.register(bench.close)
    bench.worker.launch()
    return bench


def freeze_part(setup: Setup, exercise: str, part: str) -> str:
    """Make sure that a part's cases are frozen, and return their digest. A task of an executor."""
    return workbench(setup).part(exercise, part).digest()


def grade_submission(setup: Setup, submission: Submission, exercises: Sequence[str]) -> dict[str, Graded]:
    """Grade some exercises of a submission. A task of an executor; a fault of ours costs one exercise's result.

    Only what hits every submission alike is raised: a full disk, cases that cannot be made, walls that are missing.
    """
    return grade_with(workbench(setup), submission, exercises)


def grade_with(tools: Workbench, submission: Submission, exercises: Sequence[str]) -> dict[str, Graded]:
    """Grade some exercises of a submission with the tools at hand, as `grade_submission` does."""
    graded: dict[str, Graded] = {}
    begun: dict[str, Session] = {}
    limits = tools.assignment.limits
    for exercise in exercises:
        with _fault_of_ours(tools.assignment, exercise, graded):
            begun[exercise] = begin(tools.worker, code_of(submission, exercise), tools.parts(exercise), limits)
    ask_together(tools.worker, list(begun.values()), limits)
    for exercise, session in begun.items():
        with _fault_of_ours(tools.assignment, exercise, graded):
            parts = tools.parts(exercise)
            graded[exercise] = grade_session(session, tools.bench, tools.assignment, exercise, parts)
    return graded


@contextlib.contextmanager
def _fault_of_ours(assignment: Assignment, exercise: str, graded: dict[str, Graded]) -> Iterator[None]:
    """Have an error of ours hold back one exercise's result, unless it hits every submission alike."""
    try:
        yield
    except (OSError, FreezeError, WallsMissing, SeccompMissing):
        raise
    except Exception as error:
        graded[exercise] = grader_error(assignment, exercise, f"{type(error).__name__}: {error}")
