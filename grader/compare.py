"""Comparisons that judges share. Each raises `Finding` with what was expected, what came, and where they part."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from grader.check import Finding, kind_of
from grader.evidence import Numbers
from grader.inside import wire
from grader.phrase import Text, phrase


class Tolerance(msgspec.Struct, frozen=True):
    """How far two numbers may lie apart: `absolute + relative * |expected| + largest * max(|all expected|)`, and why.

    The last is for sums of large numbers that cancel: what they are off by depends on these, not on the little that is
    left.
    """

    relative: float
    absolute: float
    reason: str
    largest: float = 0.0

    def absolute_for(self, want: np.ndarray) -> float:
        """Return how far any number may lie from that of `want`, however small that is."""
        finite = np.abs(want[np.isfinite(want)])
        return self.absolute + self.largest * float(finite.max(initial=0))


FLOAT32 = Tolerance(
    1e-4,
    1e-4,
    "sums of up to a few hundred float32 products of numbers near 1, in any order: 2**-24 for each, and ten times "
    "that; through a Fourier transform each is off by a few 2**-24 of the largest",
    largest=2e-6,
)
"""For what was computed in float32, wherever: a GPU sums in another order, and that is in it. TensorFloat-32 is not: it
rounds factors to 2**-11, five times this tolerance, so a GPU would have to be asked to do without it."""
_MOST_NUMBERS = 1 << 20  # in lists; a photograph has some ten thousand
_NEAR = 0.01
_NEARLY = phrase(" None is far off: look for something that is rounded, or for something small that comes on top.")
EXACT = Tolerance(0.0, 0.0, "nothing is computed, or the same operations on the same numbers")


def same_shape(got: Sequence[int | None] | None, want: Sequence[int | None] | None, what: Text) -> None:
    """Raise unless two shapes are equal."""
    if got is None or want is None or tuple(got) != tuple(want):
        raise Finding(_other_shape(got, want, what))


def _other_shape(got: Sequence[int | None] | None, want: Sequence[int | None] | None, what: Text) -> Text:
    return phrase(
        "{what} should have shape {want}, but it has shape {got}.", what=what, want=_shape(want), got=_shape(got)
    )


def _shape(shape: Sequence[int | None] | None) -> Text:
    return phrase("unknown") if shape is None else str(tuple(shape))


def same_array(got: Any, want: np.ndarray, what: Text, tolerance: Tolerance) -> None:
    """Raise unless `got` is an array of the shape and, within a tolerance, the numbers of `want`."""
    if isinstance(got, list | int | float | bool):
        got = _as_array(got, what)
    if not isinstance(got, np.ndarray):
        other = phrase("{what} should be an array of shape {want}, but it is {got}.", what=what, want=want.shape,
                       got=kind_of(got))  # fmt: skip
        raise Finding(other)
    if got.dtype.kind == "c":
        raise Finding(phrase("{what} should be numbers, but it is {type}.", what=what, type=got.dtype))
    if got.shape != want.shape:
        raise Finding(_other_shape(got.shape, want.shape, what), evidence=Numbers(str(what), got, want))
    # A right solution's numbers are finite. Where `want` is made from a student's own, NaN would be right as NaN.
    absolute = tolerance.absolute_for(want)
    close = np.isclose(got, want, rtol=tolerance.relative, atol=absolute) & np.isfinite(want)
    if close.all():
        return
    place = tuple(int(i) for i in np.argwhere(~close)[0])
    wrong = int(np.size(close) - np.count_nonzero(close))
    differs = phrase(
        "{what} differs in {wrong} of {size} numbers: expected {want}{where}, got {got}.{nearly}",
        what=what, wrong=wrong, size=np.size(close), want=_number(want[place]),
        where=phrase(" at {place}", place=list(place)) if place else "", got=_number(got[place]),
        nearly=_NEARLY if _nearly(got, want) else "",
    )  # fmt: skip
    raise Finding(differs, evidence=Numbers(str(what), got, want, close))


def _nearly(got: np.ndarray, want: np.ndarray) -> bool:
    """Tell whether numbers are wrong, but none of them by much."""
    if not np.isfinite(want).all():
        return False
    return bool(np.isclose(got, want, rtol=_NEAR, atol=_NEAR * float(np.abs(want).max(initial=0))).all())


def _as_array(value: Any, what: Text) -> np.ndarray:
    held = numbers_in(value)
    if held is None:
        raise Finding(phrase("{what} should be an array, but it is {got}.", what=what, got=kind_of(value)))
    return held


def numbers_in(value: Any) -> np.ndarray | None:
    """Return an array, or a number or nested lists of numbers as one; None if a value is neither."""
    if isinstance(value, np.ndarray):
        return value
    # Of texts NumPy makes an array in which each takes the room of the longest, and of bytes and one large number one
    # in which all are as large: in a grader that has no such room.
    if not _is_numbers(value) or _count(value) > _MOST_NUMBERS:
        return None
    try:
        return np.asarray(value)
    except ValueError:
        return None


def _count(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_count, value))
    return int(np.size(value))


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_numbers, value))
    return isinstance(value, bool | int | float | np.ndarray)


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.issubdtype(np.asarray(value).dtype, np.number) else str(value)


def a_list_of(got: Any, length: int, what: Text) -> list[Any]:
    """Return `got` if it is a list or tuple of `length` items; raise otherwise."""
    if not isinstance(got, list):
        other = phrase("{what} should be a list of {length}, but it is {got}.", what=what, length=length,
                       got=kind_of(got))  # fmt: skip
        raise Finding(other)
    if len(got) != length:
        if length == 1:
            raise Finding(phrase("{what} should have 1 item, but it has {got}.", what=what, got=len(got)))
        many = phrase("{what} should have {length} items, but it has {got}.", what=what, length=length, got=len(got))
        raise Finding(many)
    return got


def a_tensor(got: Any, what: Text) -> wire.Tensor | wire.Variable:
    """Return `got` if it is a tensor or variable of the program's graph; raise otherwise."""
    if isinstance(got, wire.Tensor | wire.Variable):
        return got
    other = phrase("{what} should be a tensor of the current graph, but it is {got}.", what=what, got=kind_of(got))
    raise Finding(other)
