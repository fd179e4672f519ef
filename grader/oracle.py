"""What a right solution gives, computed without TensorFlow: the reference's answers are held against it.

Random and learned weights, graphs, and models that ship are beyond it; the checks look at these otherwise.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from grader.check import Finding, Seen
from grader.compare import EXACT, FLOAT32, Tolerance, same_array
from grader.compare_pairs import PROBABILITY
from grader.convolving import chain, correlate
from grader.freeze import FrozenCheck, FrozenPart
from grader.inside import wire

Answer = tuple[str, Any, np.ndarray, Tolerance]
"""What it is, what the reference gave, what is right, and how far apart they may be."""

_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda h: h,
    "relu": lambda h: np.maximum(h, 0),
    "tanh": np.tanh,
    "lambda": lambda h: h * 0.5 + 1.0,
    "partial": lambda h: np.where(h > 0, h, 0.3 * h),
    "marked": lambda h: h - 0.25,
}
_LAYER = ("x", "n_output_ch", "k_w", "k_h", "s_x", "s_y", "activation", "padding", "name", "reuse")


class Consulted(msgspec.Struct, frozen=True):
    """How many of a part's numbers an oracle knew, by check id, and where the reference differs from it."""

    compared: dict[str, int]
    differences: tuple[str, ...]


def consult(part: FrozenPart) -> Consulted:
    """Hold the reference's answers to frozen cases against those of NumPy."""
    compared: dict[str, int] = {}
    differences = []
    for check in part.checks:
        try:
            for name, got, want, tolerance in _answers(part.exercise, check):
                compared[check.id] = compared.get(check.id, 0) + 1
                same_array(got, want, f"the solution's {name}", tolerance)
        except Finding as finding:
            differences.append(f"{check.id}: {finding.message}")
        except (TypeError, ValueError) as error:
            differences.append(f"{check.id}: the solution's answer has another form than a right one: {error}")
    return Consulted(compared, tuple(differences))


def _answers(exercise: str, check: FrozenCheck) -> Iterator[Answer]:
    known = {"convolution_chain": _chains, "conv_2d": _layers, "top5": _best}.get(exercise)
    for program, observation in zip(check.programs, check.reference, strict=True):
        if known is not None:
            yield from known(program, Seen(program, observation))


def _chains(program: wire.Program, seen: Seen) -> Iterator[Answer]:
    """Yield the stages that runs fetched, and the pictures that `apply_filter` returned."""
    for number, run in enumerate(program.runs):
        (_, images), (_, flt) = run.feeds
        stages = chain(wire.numpy(images), wire.numpy(flt), max((_item(one) for one in run.fetches), default=-1) + 1)
        for fetch, got in zip(run.fetches, seen.fetched(number), strict=True):
            yield f"stage {_item(fetch) + 1}", got, stages[_item(fetch)], FLOAT32
    for number, call in enumerate(program.calls):
        if call.function == "apply_filter":
            image, kernel = (
                np.asarray(wire.from_wire(value), np.float64)
                for value in (call.given(0, "image"), call.given(1, "kernel"))
            )
            n = call.given(2, "n")
            stages = chain(image[None, :, :, None], kernel[:, :, None, None], 4 if n is None else int(_number(n)))
            want = [image, *(stage[0, :, :, 0] for stage in stages)]
            for i, (got, right) in enumerate(zip(seen.returned(number), want, strict=True)):
                yield f"picture {i}", got, right, FLOAT32


def _layers(program: wire.Program, seen: Seen) -> Iterator[Answer]:
    """Yield what runs fetched of layers whose weights were assigned, and biases as they begin."""
    for number, run in enumerate(program.runs):
        if (number and seen.raised(len(program.calls) - 1)) or run.training is not None:
            continue
        assigned = {
            (one.call, *one.path): wire.numpy(value) for one, value in run.assign if isinstance(one, wire.Result)
        }
        (_, images), *_ = run.feeds
        fetched = seen.fetched(number, [one.call for one in run.fetches if isinstance(one, wire.Result)])
        for fetch, got in zip(run.fetches, fetched, strict=True):
            assert isinstance(fetch, wire.Result)
            (item,) = fetch.path
            said = _arguments(program.calls[fetch.call])
            shared = fetch.call if (fetch.call, 2) in assigned else 0
            w = assigned.get((shared, 2))
            b = assigned.get((shared, 3), np.zeros(int(_number(said["n_output_ch"])), np.float32))
            if item == 3:
                yield "b", got, b, EXACT
            elif item < 2 and w is not None:
                strides = (int(_number(said.get("s_y", 1))), int(_number(said.get("s_x", 1))))
                h = correlate(wire.numpy(images), w, strides, str(said.get("padding", "VALID"))) + b
                yield ("op", got, _activated(said, h), FLOAT32) if item == 0 else ("h", got, h, FLOAT32)


def _arguments(call: wire.Call) -> dict[str, wire.Value]:
    return dict(zip(_LAYER, call.args, strict=False)) | dict(call.kwargs)


def _activated(said: Mapping[str, wire.Value], h: np.ndarray) -> np.ndarray:
    activation = said.get("activation", wire.Named("relu"))
    return h if activation is None else _ACTIVATIONS[activation.name](h) if isinstance(activation, wire.Named) else h


def _best(program: wire.Program, seen: Seen) -> Iterator[Answer]:
    """Yield probabilities, and classes as places among the labels, of `top_k` and of networks made by hand."""
    for number, call in enumerate(program.calls):
        if call.function == "top_k":
            given, tolerance = np.asarray(wire.from_wire(call.given(0, "probabilities")), np.float64).ravel(), EXACT
            labels = wire.from_wire(call.given(1, "labels"))
            k = call.given(2, "k")
        elif isinstance(model := call.given(0, "graph"), wire.Model) and model.nodes is not None:
            given, tolerance = _network(model, call), PROBABILITY
            labels = wire.from_wire(call.given(2, "labels"))
            k = call.kwargs.get("k")
        else:
            continue
        # Twins in a network have the same column, so the same probability to the last bit: stable there, too.
        order = np.argsort(-given, kind="stable")[: 5 if k is None else int(_number(k))]
        got = seen.returned(number)
        yield f"number of classes in call {number}", len(got), np.array(len(order)), EXACT
        yield f"probabilities in call {number}", [value for value, _ in got], given[order], tolerance
        right = [one == labels[i] for (_, one), i in zip(got, order, strict=False)]
        yield f"labels in call {number} (1: right)", np.array(right), np.ones(len(order), bool), EXACT


def _network(model: wire.Model, call: wire.Call) -> np.ndarray:
    """Return the probabilities of a network made by hand: a softmax of a matrix product, or of its negative."""
    assert model.nodes is not None
    nodes = {node.name: node for node in model.nodes.nodes}
    image = np.asarray(wire.from_wire(call.given(1, "image")), np.float64)
    sums = image.ravel() @ np.asarray(wire.from_wire(nodes["weights"].attributes["value"]), np.float64)
    output = str(call.kwargs.get("output_name", "output")).rpartition("/")[2].partition(":")[0]
    powers = np.exp((-sums if output == "second" else sums) - np.abs(sums).max())
    return np.asarray(powers / powers.sum())


def _item(fetch: object) -> int:
    assert isinstance(fetch, wire.Result)
    return fetch.path[0]


def _number(value: wire.Value) -> float:
    assert isinstance(value, int | float)
    return value
