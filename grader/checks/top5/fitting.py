"""Comparisons of numbers where their scale, or which classes are right, is for other checks to say."""

import itertools
import math

from grader.check import Finding, Trial
from grader.compare_pairs import Pair, asked, listed_pairs, pairs, wanted
from grader.phrase import phrase, quoted

_APART = 0.1
"""Classes whose probabilities are further apart than this have different numbers, rounded ones too."""
_SAME = 1e-5
"""Relative: the same numbers, maybe added up in another order."""


def different_numbers(trial: Trial, call: int = 0) -> None:
    """Raise unless the numbers that came are numbers, as many of them different as should be.

    Whoever rounds, counts in percent or gives them to the wrong labels has another mistake.
    """
    found, right = (sorted(several) for several in (pairs(trial, call), wanted(trial, call)))
    for value, label in found:
        if not math.isfinite(value):
            none = phrase(
                "{call} says that the probability of {label} is {got}.",
                call=asked(trial, call), label=quoted(label), got=repr(value),
            )  # fmt: skip
            raise Finding(none)
    numbers = zip([value for value, _ in found], right, strict=True)
    for (low, (less, label)), (high, (more, other)) in itertools.combinations(numbers, 2):
        if low == high and more - less > _APART:
            alike = phrase(
                "The probability of one {label} is {less}, that of one {other} is {more}, but {call} says {got} twice.",
                label=quoted(label), less=repr(less), other=quoted(other), more=repr(more),
                call=asked(trial, call), got=repr(low),
            )  # fmt: skip
            raise Finding(alike)


def same_as_flat(trial: Trial) -> None:
    """Raise unless the first call, of a row, gave what the second gave, of the same numbers without the batch axis.

    Right or not: who sorts the wrong way does so for both. Where the second gave none, or too few, nothing is said.
    """
    got = pairs(trial)
    try:
        flat = pairs(trial, 1)
    except Finding:
        return
    if len(flat) != len(wanted(trial, 1)):
        return
    same = len(got) == len(flat) and all(map(_same, got, flat))
    if not same:
        other = phrase(
            "{call} should give what {flat} gives, {want}, but it gives {got}.",
            call=asked(trial), flat=asked(trial, 1), want=listed_pairs(flat), got=listed_pairs(got),
        )  # fmt: skip
        raise Finding(other)


def _same(one: Pair, other: Pair) -> bool:
    return one[1] == other[1] and math.isclose(one[0], other[0], rel_tol=_SAME)
