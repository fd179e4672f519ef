"""Layers as the checks of `conv_2D` read them in observations."""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.cases.conv_2d import B, W
from grader.check import Finding, Seen
from grader.compare import FLOAT32, a_list_of, a_tensor, same_array, same_shape
from grader.inside import wire
from grader.observation import Observed, complaint
from grader.phrase import Text, phrase, quoted

_VARIABLE_OPS = ("VarHandleOp", "VariableV2", "Variable")
_READS = ("Identity", "ReadVariableOp", "Enter", "StopGradient", "Snapshot", "GuaranteeConst")

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "lambda": lambda h: h * 0.5 + 1.0,
    "partial": lambda h: np.where(h > 0, h, 0.3 * h),
}
"""What activations make of h, by the name under which programs ask for them."""


def layer_of(seen: Seen, call: int = 0) -> list[wire.Tensor | wire.Variable]:
    """Return op, h, w, b as a call returned them."""
    text = seen.call_text(call)
    items = a_list_of(seen.returned(call), 4, phrase("The result (op, h, w, b) of {call}", call=text))
    names = [phrase("{name} in the result of {call}", name=name, call=text) for name in ("op", "h", "w", "b")]
    return [a_tensor(item, name) for name, item in zip(names, items, strict=True)]


def numbers_of(seen: Seen, calls: int = 1) -> list[np.ndarray]:
    """Return what the run fetched, after the results of the first `calls` calls were found to be four tensors each."""
    for call in range(calls):
        layer = layer_of(seen, call)
        for target, value in seen.program.runs[0].assign:
            if isinstance(target, wire.Result) and target.call == call:
                (item,) = target.path
                what = phrase("{name} in {call}", name="w" if item == W else "b", call=seen.call_text(call))
                same_shape(layer[item].shape, value.shape, what)
    return seen.fetched(0, range(calls))


def convolved(fetched: np.ndarray, what: Text) -> np.ndarray:
    """Return what a layer makes of the image less what it makes of zeros."""
    if fetched.ndim != 4 or len(fetched) != 2:
        other = phrase(
            "{what} should have shape (2, rows, columns, channels) for a batch of 2, not {shape}.",
            what=what, shape=fetched.shape,
        )  # fmt: skip
        raise Finding(other)
    if fetched.dtype.kind == "b":
        raise Finding(phrase("{what} should be numbers, but it is {type}.", what=what, type=fetched.dtype))
    convolved: np.ndarray = fetched[:1] - fetched[1:]
    return convolved


def same_convolution(got: np.ndarray, want: np.ndarray, what: Text) -> None:
    """Raise unless two layers make the same of the image, whatever they add to it."""
    same_array(convolved(got, what), want[:1] - want[1:], phrase("{what}, without the bias,", what=what), FLOAT32)


def same_corner(got: np.ndarray, want: np.ndarray, what: Text) -> None:
    """Raise as `same_convolution`, but for filters of 2 x 2 with stride 1: whether they were padded is no matter.

    Padding adds a row below and a column on the right to these: they are not looked at.
    """
    alone = convolved(got, what)[:, : want.shape[1], : want.shape[2]]
    same_array(alone, want[:1] - want[1:], phrase("{what}, without the bias,", what=what), FLOAT32)


def variable_of(seen: Seen, item: wire.Tensor | wire.Variable, what: str) -> str:
    """Return the name of the variable's node that a tensor is read from, or is."""
    by_name = {node.name: node for node in seen.graph().nodes}
    name = item.handle if isinstance(item, wire.Variable) else item.name
    # Taken out as it goes: nodes that read each other in a circle are nobody's variable.
    node = by_name.pop(name.partition(":")[0], None)
    while node is not None and node.op in _READS and node.inputs:
        node = by_name.pop(node.inputs[0].partition(":")[0], None)
    if node is None or node.op not in _VARIABLE_OPS:
        computed = phrase("{what} should be a variable, or read from one, but it is computed otherwise.", what=what)
        raise Finding(computed)
    return node.name


def assigned(seen: Seen, item: int) -> np.ndarray:
    """Return what the run assigned to the first call's `W` or `b`."""
    return next(
        wire.numpy(value)
        for target, value in seen.program.runs[0].assign
        if isinstance(target, wire.Result) and target.path == (item,)
    )


def named_right(seen: Seen, call: int, scope: str) -> None:
    """Raise unless a call's variables are called `W` and `b` in `scope`."""
    layer = layer_of(seen, call)
    for item, expected in ((layer[W], f"{scope}/W"), (layer[B], f"{scope}/b")):
        found = variable_of(seen, item, expected)
        if found != expected:
            other = phrase(
                "After {call}, the variable should be called {want}, not {got}.",
                call=seen.call_text(call), want=repr(expected), got=quoted(found),
            )  # fmt: skip
            raise Finding(other)


def returned_by(observation: Observed) -> list[Any]:
    """Return what became of the calls: an exception, or how many axes w and b have among how many things."""
    return [
        [call.types[:1], complaint(call)] if isinstance(call, wire.Raised) else _axes(call)
        for call in observation.calls
    ]


def _axes(outcome: wire.Outcome) -> Any:
    items = outcome.value.items if isinstance(outcome, wire.Returned) and isinstance(outcome.value, wire.Items) else ()
    shapes = [getattr(item, "shape", None) for item in items[W:]]
    return [len(items), [None if shape is None else len(shape) for shape in shapes]]
