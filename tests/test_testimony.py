"""Forged messages: what no honest process says is refused, what may be said is cut and cleaned."""

import ml_dtypes
import numpy as np
import pytest

from grader import testimony
from grader.inside import wire


def traced(value):
    return wire.Traced("p", (wire.Returned(value),))


def nested(depth):
    value = None
    for _ in range(depth):
        value = wire.Items((value,))
    return value


@pytest.mark.parametrize(
    "value",
    [
        wire.Nodes(()), wire.Problem("failed", "x"), wire.Named("relu"), wire.Model("tiny"), wire.Input("x"),
        wire.Result(0), nested(100), wire.Table({"a": wire.Nodes(())}), wire.Other("x" * 10_000),
        wire.Tensor("x", "float32", (None,) * 100),
        wire.Array("O", (1,), bytes(8)), wire.Array("<f4", (-1,), b""), wire.Array("<f4", (2**62, 4), b""),
        wire.Array("<f4", (2**63,) * 32, b""), wire.Array("<f4", (1,) * 1000, bytes(4)),
        wire.Array("f4," * 100_000, (1,), b""), wire.Array("<f4", (2,), bytes(4)), wire.Array("<M8[s]", (1,), bytes(8)),
        wire.Array("(2,2)<f4", (1,), bytes(16)), wire.Array("<f4\0", (1,), bytes(4)), wire.Array("S4", (1,), bytes(4)),
        wire.Array(">f4", (1,), bytes(4)), wire.Array("", (), b""), wire.Array("<f4", (2**20, 2**20, 0), b""),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_no_call_returns_is_refused(value):
    with pytest.raises(wire.WireError):
        testimony.heard(traced(value))
    with pytest.raises(wire.WireError):
        testimony.heard(traced(wire.Items((1, value))))


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 1.5, float("nan"), "text", nested(20), wire.Graph(b""), wire.Table({"a": 1}), wire.Other("set"),
     wire.array(np.zeros((2, 3))), wire.array(np.longdouble(1)), wire.array(np.zeros((0, 5), bool)),
     wire.Tensor("x:0", "float32", None), wire.Variable("x:0", "float32", (1, None), "x/handle:0", True)],
)  # fmt: skip
def test_what_calls_return_comes_through(value):
    assert testimony.heard(traced(value)) == traced(value)


def test_an_array_of_too_many_empty_rows_is_said_to_be_one():
    assert wire.to_wire([np.zeros((2**30, 2**20, 0), np.float32)]) == wire.Items((wire.Other("ndarray"),))


def test_numbers_of_other_libraries_do_not_cross():
    eighth = np.zeros(3, ml_dtypes.float8_e5m2)
    assert eighth.dtype.kind == "f"
    assert wire.to_wire(eighth) == wire.Other("ndarray")
    with pytest.raises(TypeError, match="float8_e5m2 does not cross"):
        wire.array(eighth)


def test_texts_are_cut_and_cleaned():
    raised = wire.Raised(("E\x1b[31m",) * 1000, "\x1b[2J" + "x" * 10_000, "\x00" * 5000)
    for message in (wire.Imported(raised), wire.Traced("p", (raised,))):
        heard = testimony.heard(message)
        found = heard.failure if isinstance(heard, wire.Imported) else heard.calls[0]
        assert len(found.types) <= 32
        assert len(found.message) <= 600
        assert len(found.where) <= 600
        assert "\x1b" not in f"{found}"
        assert "\x00" not in f"{found}"
    assert testimony.clean("line\n\ttwo ⟶ ü", 100) == "line\n\ttwo ⟶ ü"
    nameless = testimony.heard(wire.Imported(wire.Raised(())))
    assert nameless.failure.types == ("BaseException",)
    unmade = testimony.heard(wire.Traced("p", (wire.Unmade("r" * 10_000),)))
    assert len(unmade.calls[0].reason) == 600
