"""Hints on ladders: a question, where to look, half a line; one more each time, and never the answer."""

import functools
from collections.abc import Mapping
from pathlib import Path

import msgspec
import platformdirs

from grader.language import translate as _
from grader.record import ExerciseRecord, earned

_FILE = Path(__file__).with_suffix(".toml")
RUNGS = ("question", "pointer", "half")


class Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Three hints on one topic, and the checks (named without their exercise) that they are about."""

    topic: str
    checks: tuple[str, ...]
    question: str
    pointer: str
    half: str

    def rung(self, number: int) -> str:
        """Return a hint: 0 the question, 1 the pointer, 2 half a line."""
        return str(getattr(self, RUNGS[number]))


class Hint(msgspec.Struct, frozen=True):
    """One hint, as it is shown: of which ladder, which rung (0 to 2), and whether it was shown before.

    Args:
        passed: no check was named, and all passed that were run when the exercise was checked last.
    """

    topic: str
    rung: int
    text: str
    again: bool
    passed: bool = False

    @property
    def last(self) -> bool:
        """Tell whether no other comes after it."""
        return self.rung + 1 == len(RUNGS)


class Memory(msgspec.Struct, frozen=True):
    """What is remembered between commands.

    Args:
        shown: by exercise and topic ("conv_2d: strides"), how many rungs were shown.
        failed: by exercise, the checks that did not pass when it was checked last, in their order.
    """

    shown: dict[str, int] = {}
    failed: dict[str, tuple[str, ...]] = {}


class HintError(Exception):
    """There is no such hint; the message says which there are."""


def load() -> dict[str, tuple[Ladder, ...]]:
    """Return the ladders by exercise."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=dict[str, tuple[Ladder, ...]])


def command(check: str) -> str:
    """Return the command that gives hints on a check, by its id, visible or hidden; "" where there are none."""
    exercise, _dot, name = check.partition(".")
    return f"grader hint {exercise} {name}" if check in _with_hints() else ""


@functools.cache
def _with_hints() -> frozenset[str]:
    return frozenset(f"{name}.{check}" for name, ladders in load().items() for one in ladders for check in one.checks)


def memory_file() -> Path:
    """Return where hints that were shown and checks that failed are remembered."""
    return Path(platformdirs.user_state_dir("convolution-grader", appauthor=False)) / "desk.json"


def remember() -> Memory:
    """Return what is remembered; nothing if it cannot be read, for it is only a convenience."""
    try:
        return msgspec.json.decode(memory_file().read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError):
        return Memory()


def keep(memory: Memory) -> None:
    """Keep what is to be remembered, if the file can be written."""
    path = memory_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(memory), indent=1))
        partial.replace(path)
    except OSError:
        return


def remember_results(results: Mapping[str, ExerciseRecord]) -> None:
    """Remember which checks did not pass, so that the next hint is about one of them."""
    failed = {
        name: tuple(check.id.partition(".")[2] for check in record.checks if not earned(check))
        for name, record in results.items()
    }
    memory = remember()
    if any(memory.failed.get(name) != checks for name, checks in failed.items()):
        keep(msgspec.structs.replace(memory, failed={**memory.failed, **failed}))


def ladder(exercise: str, check: str | None, memory: Memory) -> Ladder:
    """Return the ladder that a hint is asked of.

    Without a check, it is that of the first check that failed last time, or else the first that has hints left.

    Raises:
        HintError: no such exercise, or no such check.
    """
    ladders = load()
    if exercise not in ladders:
        there = _("there is no exercise {name}; there are {known}")
        raise HintError(there.format(name=repr(exercise), known=", ".join(ladders)))
    if check is not None:
        name = check.removeprefix(f"{exercise}.")
        for one in ladders[exercise]:
            if name in one.checks:
                return one
        known = ", ".join(name for one in ladders[exercise] for name in one.checks)
        none = _("there is no check {name} in {exercise}; there are {known}")
        raise HintError(none.format(name=repr(name), exercise=exercise, known=known))
    failed = memory.failed.get(exercise, ())
    concerned = [one for name in failed for one in ladders[exercise] if name in one.checks]
    candidates = concerned or list(ladders[exercise])
    left = [one for one in candidates if memory.shown.get(_key(exercise, one), 0) < len(RUNGS)]
    return (left or candidates)[0]


def following(exercise: str, check: str | None = None) -> Hint:
    """Return the next hint, and remember that it was shown; the last one again when there is none left.

    Raises:
        HintError: no such exercise, or no such check.
    """
    memory = remember()
    one = ladder(exercise, check, memory)
    before = memory.shown.get(_key(exercise, one), 0)
    rung = min(max(before, 0), len(RUNGS) - 1)
    if before <= rung:
        keep(msgspec.structs.replace(memory, shown={**memory.shown, _key(exercise, one): rung + 1}))
    passed = check is None and memory.failed.get(exercise) == ()
    return Hint(one.topic, rung, one.rung(rung), before > rung, passed)


def forget(exercise: str) -> None:
    """Begin an exercise's ladders at the bottom again."""
    memory = remember()
    kept = {key: count for key, count in memory.shown.items() if key.partition(":")[0] != exercise}
    keep(msgspec.structs.replace(memory, shown=kept))


def _key(exercise: str, one: Ladder) -> str:
    return f"{exercise}: {one.topic}"
