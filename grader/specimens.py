"""Modules that we keep to try the checks on: right ones in unusual styles, and slips that no misconception explains."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader import catalogue, material

_OURS = Path(__file__).resolve().parent
ALTERNATIVES = _OURS / "alternatives"
"""Right solutions by exercise: a file each, or a folder that holds the module and others that it imports."""
SLIPS = _OURS / "slips"
"""Wrong solutions by exercise. The first line of each says `# loses: ` and which checks, without the exercise."""

_LOSES = "# loses:"


class SpecimenError(Exception):
    """A specimen cannot be used; the message says which and what it lacks."""


class Specimen(msgspec.Struct, frozen=True, kw_only=True):
    """One module, and what its exercise's checks must make of it.

    Args:
        kind: "solution", "stub", "alternative", "misconception" or "slip".
        files: by path, the module and what it imports of its own.
        loses: the ids of exactly the checks that it loses; None: all.
        explanation: what diagnosis must say of what it loses; "": nothing.
    """

    kind: str
    name: str
    exercise: str
    files: dict[str, bytes]
    loses: frozenset[str] | None
    explanation: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.exercise}/{self.name}"


def load(exercise: str, alternatives: Path = ALTERNATIVES, slips: Path = SLIPS) -> list[Specimen]:
    """Return all specimens of an exercise: its solution and its stub first.

    Raises:
        SpecimenError: a slip does not say what it loses, or a folder does not hold the exercise's module.
    """
    path = f"{exercise}.py"
    right: frozenset[str] = frozenset()
    solution, stub = (folder / path for folder in (material.solutions(), material.exercises()))
    return [
        Specimen(kind="solution", name=exercise, exercise=exercise, files=_module(solution, path), loses=right),
        Specimen(kind="stub", name=exercise, exercise=exercise, files=_module(stub, path), loses=None),
        *(
            Specimen(kind="alternative", name=found.stem, exercise=exercise, files=_files(found, path), loses=right)
            for found in _children(alternatives / exercise)
        ),
        *(
            Specimen(
                kind="misconception",
                name=one.id,
                exercise=exercise,
                files={path: one.source()},
                loses=frozenset(one.loses),
                explanation=one.explanation,
            )
            for one in catalogue.load(exercise)
        ),
        *(
            Specimen(
                kind="slip",
                name=found.stem,
                exercise=exercise,
                files=_module(found, path),
                loses=_stated(found, exercise),
            )
            for found in sorted((slips / exercise).glob("*.py"))
        ),
    ]


def _children(folder: Path) -> Iterator[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    yield from sorted(one for one in found if one.suffix == ".py" or (one.is_dir() and one.name != "__pycache__"))


def _module(file: Path, path: str) -> dict[str, bytes]:
    return {path: file.read_bytes()}


def _files(found: Path, path: str) -> dict[str, bytes]:
    if found.is_file():
        return _module(found, path)
    files = {one.relative_to(found).as_posix(): one.read_bytes() for one in sorted(found.rglob("*.py"))}
    if path not in files:
        raise SpecimenError(f"{found} holds no {path}: put the module there, beside what it imports")
    return files


def _stated(slip: Path, exercise: str) -> frozenset[str]:
    first = slip.read_text("utf-8").partition("\n")[0]
    if not first.startswith(_LOSES):
        raise SpecimenError(f"{slip} does not say what it loses: let its first line be `{_LOSES} check, check`")
    return frozenset(f"{exercise}.{name.strip()}" for name in first.removeprefix(_LOSES).split(","))
