"""Cases, frozen: drawn once for a seed, with what the reference and each misconception give, the same for everyone."""

import hashlib
import importlib.metadata
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from grader import catalogue, checks, material
from grader.check import Question
from grader.draws import draw
from grader.inside import wire
from grader.observation import Observation, Observed, complaint
from grader.observe import Code, Runner, Session

_OURS = Path(__file__).resolve().parent
SHIPPED = _OURS / "visible.cases"
"""Where a students' installation holds the visible cases."""
ASKING = (
    "catalogue.py", "catalogue.toml", "check.py", "convolving.py", "death.py", "draws.py", "evaluation.py", "freeze.py",
    "observation.py", "observe.py", "phrase.py", "testimony.py",
)  # fmt: skip
"""What decides, beside an exercise's own files, which cases are frozen and what is observed on them."""
JUDGING = (
    *ASKING, "compare.py", "compare_graphs.py", "compare_loaded.py", "compare_pairs.py", "diagnose.py", "evidence.py",
    "evidence_graphs.py", "exhibit.py", "graph_views.py", "grading.py", "judge.py", "overtime.py",
    "speech.py", "veil.py",
)  # fmt: skip
"""What decides, beside an exercise's own files, what is made of observations."""


class FreezeError(Exception):
    """The reference solution does not answer a case: a fault of the check, the solution or the installation."""


class FrozenCheck(wire.Frozen, frozen=True):
    """One check's programs from simple to complex, and what the reference and the misconceptions gave for each."""

    id: str
    programs: tuple[wire.Program, ...]
    reference: tuple[Observation, ...]
    misconceptions: dict[str, tuple[Observation, ...]] = {}


class FrozenPart(wire.Frozen, frozen=True):
    """The visible or the hidden cases of one exercise."""

    exercise: str
    part: str
    checks: tuple[FrozenCheck, ...]

    def programs(self) -> list[wire.Program]:
        """Return the programs of all checks, in order."""
        return [program for check in self.checks for program in check.programs]

    def digest(self) -> str:
        """Return what this content is known by."""
        return hashlib.sha256(wire.encode(self)).hexdigest()[:16]


def questions(exercise: str) -> dict[str, Question]:
    """Return the questions of an exercise's checks by check id."""
    return {f"{exercise}.{name}": judge.question for name, judge in checks.judges(exercise).items()}  # type: ignore[attr-defined]


def freeze(
    exercise: str,
    part: str,
    asked: Mapping[str, Question],
    seed: int,
    runner: Runner,
    limits: wire.Limits,
    progress: Callable[[str], None] = lambda _: None,
) -> FrozenPart:
    """Draw the cases of an exercise's checks and observe the reference and the misconceptions on them.

    Args:
        asked: the checks of this part.
        progress: told what is being observed.

    Raises:
        FreezeError: the reference solution died, or was not run, on some case.
        WorkerDied: the walls failed.
    """
    programs = {check_id: draw(check_id, question, seed) for check_id, question in asked.items()}
    everything = [program for drawn in programs.values() for program in drawn]
    progress(f"{exercise}: the reference solution")
    reference = _observe(
        runner, exercise, (material.solutions() / f"{exercise}.py").read_bytes(), part, everything, limits
    )
    for program, observation in zip(everything, reference, strict=True):
        if not isinstance(observation, Observed):
            raise FreezeError(f"the reference solution does not answer {program.id}: {observation}")
    wrong: dict[str, dict[str, tuple[Observation, ...]]] = {check_id: {} for check_id in programs}
    for misconception in catalogue.load(exercise):
        lost = [check_id for check_id in programs if check_id in misconception.loses]
        if not lost:
            continue
        progress(f"{exercise}: {misconception.id}")
        # Only checks that it loses, unless it remembers: of the others it gives what the reference gives.
        theirs = list(programs) if misconception.remembers else lost
        put = [program for check_id in theirs for program in programs[check_id]]
        found = map(_wordless, _observe(runner, exercise, misconception.source(), part, put, limits))
        for check_id in theirs:
            seen = tuple(next(found) for _ in programs[check_id])
            if check_id in lost:
                wrong[check_id][misconception.id] = seen
    right = dict(zip((program.id for program in everything), reference, strict=True))
    return FrozenPart(
        exercise,
        part,
        tuple(
            FrozenCheck(
                check_id,
                tuple(drawn),
                tuple(right[program.id] for program in drawn),
                wrong[check_id],
            )
            for check_id, drawn in programs.items()
        ),
    )


def _wordless(observation: Observation) -> Observation:
    """Return an observation of a wrong solution without the words of its exceptions, which quote lines of its source.

    Where a mistake is small the line may be the answer's. Only what is compared is kept, TensorFlow's complaint.
    """
    if not isinstance(observation, Observed):
        return observation
    calls = [
        msgspec.structs.replace(one, message=complaint(one), where="") if isinstance(one, wire.Raised) else one
        for one in observation.calls
    ]
    return msgspec.structs.replace(observation, calls=tuple(calls))


def _observe(
    runner: Runner, exercise: str, source: bytes, part: str, programs: Sequence[wire.Program], limits: wire.Limits
) -> list[Observation]:
    path = f"{exercise}.py"
    return Session(runner, Code(exercise, path, {path: source}), limits).observe(part, programs)


def frozen(
    exercise: str,
    part: str,
    check_ids: Sequence[str],
    seed: int,
    runner: Runner,
    limits: wire.Limits,
    cache: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> FrozenPart:
    """Return the frozen cases of a part of an exercise, from the cache if nothing that makes them has changed."""
    if not material.solutions().is_dir():
        return _shipped(exercise, part)
    known = questions(exercise)
    asked = {check_id: known[check_id] for check_id in check_ids}
    path = place(cache, exercise, part, check_ids, seed, limits)
    try:
        kept = wire.decode(path.read_bytes(), FrozenPart)
        assert isinstance(kept, FrozenPart)
        return kept
    except (OSError, wire.WireError):
        made = freeze(exercise, part, asked, seed, runner, limits, progress)
    data = wire.encode(made)
    keep(path, data)
    # As it comes from the file: what is encoded loses the order of keyword arguments, which sentences show.
    read = wire.decode(data, FrozenPart)
    assert isinstance(read, FrozenPart)
    return read


def place(cache: Path, exercise: str, part: str, check_ids: Sequence[str], seed: int, limits: wire.Limits) -> Path:
    """Return the file in which a part's cases are kept, once they are made."""
    return cache / f"{exercise}-{part}-{key(exercise, part, check_ids, seed, limits)}.cases"


def keep(path: Path, data: bytes) -> None:
    """Write a file of cases so that nobody ever sees half of it; several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{hashlib.sha256(data).hexdigest()[:8]}.{os.getpid()}.partial")
    partial.write_bytes(data)
    partial.replace(path)


def pack(parts: Sequence[FrozenPart]) -> bytes:
    """Return frozen cases as students get them: in one file, `SHIPPED`."""
    return wire.encode(tuple(parts))


def _shipped(exercise: str, part: str) -> FrozenPart:
    """Return cases from a students' installation, which holds the visible ones only and cannot make any."""
    try:
        parts = wire.decode(SHIPPED.read_bytes(), tuple[FrozenPart, ...])
    except OSError as error:
        raise FreezeError("this installation holds neither solutions nor cases: install it again") from error
    for one in parts:
        if isinstance(one, FrozenPart) and (one.exercise, one.part) == (exercise, part):
            return one
    raise FreezeError(f"a students' installation holds no {part} cases of {exercise}")


def key(exercise: str, part: str, check_ids: Sequence[str], seed: int, limits: wire.Limits) -> str:
    """Return a digest of all that makes the frozen cases what they are."""
    hashed = hashlib.sha256(wire.encode((exercise, part, tuple(check_ids), seed, limits)))
    hashed.update(sources(exercise, ASKING).encode())
    for package in ("tensorflow", "numpy", "hypothesis"):
        hashed.update(f"{package} {importlib.metadata.version(package)};".encode())
    return hashed.hexdigest()[:32]


def sources(exercise: str, modules: Sequence[str]) -> str:
    """Return a digest of the files that decide what comes of an exercise: its own, what runs inside, and `modules`."""
    hashed = hashlib.sha256()
    files = [
        *(_OURS / module for module in modules), *(_OURS / "inside").iterdir(), *(_OURS / "walls").glob("*.py"),
        *(_OURS / "checks" / exercise).glob("*.py"),
        *(_OURS / "cases").glob(f"{exercise}*.py"),
        *(_OURS / "misconceptions" / exercise).glob("*.py"), material.solutions() / f"{exercise}.py",
        material.fixtures() / "manifest.toml", *(material.exercises() / "utils").glob("*.py"),
    ]  # fmt: skip
    for file in sorted(file for file in files if file.is_file()):
        hashed.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return hashed.hexdigest()
