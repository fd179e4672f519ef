"""The misconceptions that we know: wrong solutions, each with the mistaken idea and what to say about it."""

from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_suffix(".toml")
_SOURCES = Path(__file__).with_name("misconceptions")


class Misconception(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them.

    Args:
        idea: the mistaken idea, in a sentence.
        explanation: what a good teaching assistant says about it.
        pointer: where to read on.
        loses: the ids of exactly the checks that it loses.
        telling: whoever loses exactly these needs the explanation, however the mistake was written.
        remembers: what it answers depends on what it was asked before, so it has to be asked all that a student is.
    """

    id: str
    exercise: str
    idea: str
    explanation: str
    pointer: str
    loses: tuple[str, ...]
    telling: bool = False
    remembers: bool = False

    def source(self) -> bytes:
        """Return the wrong solution's module."""
        return (_SOURCES / self.exercise / f"{self.id}.py").read_bytes()


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    misconceptions: tuple[Misconception, ...]


def load(exercise: str | None = None) -> tuple[Misconception, ...]:
    """Return the misconceptions of an exercise, or all of them."""
    found = msgspec.toml.decode(_FILE.read_bytes(), type=_Catalogue).misconceptions
    return tuple(one for one in found if exercise in (None, one.exercise))


def known(one: str) -> Misconception | None:
    """Return a misconception by its id, None if there is no such."""
    return _by_id().get(one)


@cache
def _by_id() -> dict[str, Misconception]:
    return {one.id: one for one in load()}
