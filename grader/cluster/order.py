"""What a grading process and its nodes say to each other: typed MessagePack, never pickle."""

import hashlib
from pathlib import Path

from grader import assignment as assignments
from grader.freeze import JUDGING, keep, sources
from grader.grading import Graded
from grader.inside import wire
from grader.submission import Submission
from grader.walls.worker import Isolation
from grader.workbench import Setup, cases_files


class Order(wire.Frozen, frozen=True):
    """All that a node must know, and be, to take part in a run.

    Args:
        assignment: the content of `assignment.toml`.
        sources: by exercise, a digest of the files that decide what comes of it.
        keys: the names of the files of frozen cases, which hold a digest of all that makes them.
        cases: by such a name, the cases themselves; none while they are still being made.
    """

    seed: int
    isolation: Isolation
    assignment: bytes
    sources: dict[str, str]
    keys: tuple[str, ...]
    cases: dict[str, bytes] = {}

    def resource(self) -> str:
        """Return the name of the Dask resource that nodes offer which are fit for this order."""
        return f"grading-{hashlib.sha256(wire.encode(self)).hexdigest()[:16]}"


class Freeze(wire.Frozen, frozen=True, tag="freeze"):
    """A task: make the cases of a part of an exercise."""

    exercise: str
    part: str


class Grade(wire.Frozen, frozen=True, tag="grade"):
    """A task: grade exercises of a submission, which comes without its name: no node needs to know whose it is."""

    exercises: tuple[str, ...]
    sha256: str
    files: dict[str, bytes]
    modules: dict[str, str]

    def submission(self) -> Submission:
        """Return the submission, nameless."""
        return Submission(name="", sha256=self.sha256, files=self.files, modules=self.modules)


class Frozen(wire.Frozen, frozen=True, tag="frozen"):
    """An answer: the cases, as their file holds them."""

    data: bytes


class Done(wire.Frozen, frozen=True, tag="done"):
    """An answer: what came of each exercise."""

    graded: dict[str, Graded]


class Fault(wire.Frozen, frozen=True, tag="fault"):
    """An answer: this node can do no task at all, such as for want of room on its disk."""

    address: str
    reason: str


Task = Freeze | Grade
Answer = Frozen | Done | Fault


def write_order(setup: Setup, cases: dict[str, bytes]) -> Order:
    """Return the order for a run of ours."""
    path = Path(setup.assignment) if setup.assignment else assignments.OURS
    assignment = setup.load()
    return Order(
        setup.seed,
        setup.isolation,
        path.read_bytes(),
        {exercise: sources(exercise, JUDGING) for exercise in assignment.exercises},
        tuple(file.name for file in cases_files(setup, assignment).values()),
        dict(cases),
    )


def unpack(order: Order, folder: Path) -> Setup:
    """Write an order's assignment and cases into a node's folder and return the setup of its run.

    Raises:
        OSError: there is no room, or no right to write.
        AssignmentError: the assignment is none, for this version of the package.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(order.assignment).hexdigest()[:16]}.toml"
    keep(path, order.assignment)
    setup = Setup(order.seed, order.isolation, str(folder), str(folder), str(path))
    # Only under names that we would give: what they are called is decided here, not by who sends them.
    for file in cases_files(setup, setup.load()).values():
        if file.name in order.cases:
            keep(file, order.cases[file.name])
    return setup
