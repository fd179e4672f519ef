"""The cases of a seed: those that we want by name, with numbers of the seed, and those that Hypothesis draws."""

import hashlib
from typing import Any
from unittest.mock import patch

import hypothesis
import msgspec
from hypothesis import HealthCheck, Phase
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from grader.check import Question
from grader.inside import wire

_DRAWS_A_CASE = 5
_SEEDS = ("seed", "shown", "picture")
_NUMBERS = 1 << 31
"""How many orders of numbers a named case can have; NumPy's older generators take no larger seeds than twice that."""


def draw(check_id: str, question: Question, seed: int) -> list[wire.Program]:
    """Return a check's programs for a seed: the named cases and the drawn ones, each once, from simple to complex."""
    named = named_cases(check_id, question, seed)
    asked = {wire.encode(program): program for program in map(question.ask, named)}
    if question.drawn is not None and question.count:
        fresh: dict[bytes, wire.Program] = {}
        for program in map(question.ask, _cases(question, check_id, seed)):
            key = wire.encode(program)
            if key not in asked:
                fresh[key] = program
        step = max(1, len(fresh) // question.count)
        asked |= dict(list(fresh.items())[::-step][: question.count])
    ordered = [asked[key] for key in sorted(asked, key=lambda key: (len(key), key))]
    return [msgspec.structs.replace(program, id=f"{check_id}/{n}") for n, program in enumerate(ordered)]


def named_cases(check_id: str, question: Question, seed: int) -> list[Any]:
    """Return a check's named cases with the numbers of a seed."""
    return [with_numbers_of(case, _number(check_id, seed) % _NUMBERS, _number("", seed)) for case in question.named]


def with_numbers_of(case: Any, number: int, seed: int) -> Any:
    """Return a named case with the numbers of a seed: all that is in its fields of `_SEEDS` is moved by `number`.

    A case whose answer depends on more than these has a method `of_seed`, which gives it other biases, names or places:
    by `seed`, the same for all checks, so that names that several checks share are shared still.
    What makes a case a boundary stays, and what has the same numbers as something else goes on having them; but nobody
    knows the answers beforehand.
    """
    if isinstance(case, tuple | list):
        return type(case)(with_numbers_of(one, number, seed) for one in case)
    if not isinstance(case, msgspec.Struct):
        return case
    held = msgspec.structs.asdict(case)
    changed = {
        name: value + number if name in _SEEDS and value is not None else with_numbers_of(value, number, seed)
        for name, value in held.items()
    }
    moved = msgspec.structs.replace(case, **changed)
    return moved.of_seed(seed) if hasattr(moved, "of_seed") else moved


def _number(check_id: str, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{check_id}".encode()).digest()[:8], "big")


def _cases(question: Question, check_id: str, seed: int) -> list[Any]:
    """Return what Hypothesis draws. Its `seed` decorator is used because `derandomize` would ignore ours.

    Nothing is shrunk, then or later: here nothing fails, and shrinking a student's failure would run his code on cases
    that nobody else was asked, whose answers are not frozen. Strategies draw small cases instead, a check's cases are
    asked in the order of their programs' lengths, and a judge stops at the first that fails: so what is shown is the
    smallest failing case of those that everyone was asked.
    """
    assert question.drawn is not None
    drawn: list[Any] = []

    @hypothesis.seed(_number(check_id, seed))
    @hypothesis.settings(
        max_examples=question.count * _DRAWS_A_CASE,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(question.drawn)
    def collect(case: Any) -> None:
        drawn.append(case)

    # Hypothesis also draws constants that it finds in our modules: in those that happen to be imported, and only where
    # they lie outside site-packages. The same seed would give other cases in another process or installation.
    with patch.object(providers, "_get_local_constants", Constants):
        collect()
    return drawn
