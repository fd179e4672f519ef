"""Comparisons that judges share. Each raises `Finding` with what was expected, what came, and where they part."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from grader.check import Finding, kind_of
from grader.evidence import Numbers
from grader.inside import wire


class Tolerance(msgspec.Struct, frozen=True):
    """How far two numbers may lie apart: `absolute + relative * |expected|`, and why."""

    relative: float
    absolute: float
    reason: str


FLOAT32 = Tolerance(
    1e-4,
    1e-4,
    "sums of up to a few hundred float32 products of numbers near 1, in any order: 2**-24 for each, and ten times that",
)
"""For what was computed in float32, wherever: a GPU sums in another order, and that is in it. TensorFloat-32 is not: it
rounds factors to 2**-11, five times this tolerance, so a GPU would have to be asked to do without it."""
EXACT = Tolerance(0.0, 0.0, "nothing is computed, or the same operations on the same numbers")


def same_shape(got: Sequence[int | None] | None, want: Sequence[int | None] | None, what: str) -> None:
    """Raise unless two shapes are equal."""
    if got is None or want is None or tuple(got) != tuple(want):
        raise Finding(_other_shape(got, want, what))


def _other_shape(got: Sequence[int | None] | None, want: Sequence[int | None] | None, what: str) -> str:
    return f"{what} should have shape {_shape(want)}, but it has shape {_shape(got)}."


def _shape(shape: Sequence[int | None] | None) -> str:
    return "unknown" if shape is None else str(tuple(shape))


def same_array(got: Any, want: np.ndarray, what: str, tolerance: Tolerance) -> None:
    """Raise unless `got` is an array of the shape and, within a tolerance, the numbers of `want`."""
    if isinstance(got, list | int | float | bool) and not isinstance(got, np.ndarray):
        got = _as_array(got, what)
    if not isinstance(got, np.ndarray):
        raise Finding(f"{what} should be an array of shape {want.shape}, but it is {kind_of(got)}.")
    if got.shape != want.shape:
        raise Finding(_other_shape(got.shape, want.shape, what), evidence=Numbers(what, got, want))
    close = np.isclose(got, want, rtol=tolerance.relative, atol=tolerance.absolute, equal_nan=True)
    if close.all():
        return
    place = tuple(int(i) for i in np.argwhere(~close)[0])
    wrong = int(np.size(close) - np.count_nonzero(close))
    where = f" at {list(place)}" if place else ""
    raise Finding(
        f"{what} differs in {wrong} of {np.size(close)} numbers: expected {_number(want[place])}{where}, "
        f"got {_number(got[place])}.",
        evidence=Numbers(what, got, want, close),
    )


def _as_array(value: Any, what: str) -> np.ndarray:
    try:
        return np.asarray(value, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise Finding(f"{what} should be an array, but it is {kind_of(value)}.") from error


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.issubdtype(np.asarray(value).dtype, np.number) else str(value)


def a_list_of(got: Any, length: int, what: str) -> list[Any]:
    """Return `got` if it is a list or tuple of `length` items; raise otherwise."""
    if not isinstance(got, list):
        raise Finding(f"{what} should be a list of {length}, but it is {kind_of(got)}.")
    if len(got) != length:
        raise Finding(f"{what} should have {length} item{'' if length == 1 else 's'}, but it has {len(got)}.")
    return got


def a_tensor(got: Any, what: str) -> wire.Tensor | wire.Variable:
    """Return `got` if it is a tensor or variable of the program's graph; raise otherwise."""
    if isinstance(got, wire.Tensor | wire.Variable):
        return got
    raise Finding(f"{what} should be a tensor of the current graph, but it is {kind_of(got)}.")
