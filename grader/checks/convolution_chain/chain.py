"""Checks of `chain_convolutions`."""

from typing import Any

import numpy as np

from grader import convolving
from grader.cases.convolution_chain import (
    DOUBLE,
    NEGATIVE,
    ROUND,
    SHIFT,
    TRIPLE,
    Chain,
    ask_chain,
    ask_nothing,
    ask_scaled,
    ask_shifted,
    boxes,
    mixed,
    scalars,
)
from grader.check import Finding, Seen, Trial, Trials, asks, kind_of
from grader.compare import FLOAT32, a_list_of, a_tensor, same_array, same_shape
from grader.inside import wire
from grader.observation import Observation, Observed
from grader.phrase import Text, phrase

_TENSORS = (wire.Tensor, wire.Variable)
_MOST_STAGES = 16
"""How many stages of a chain are looked at for a diagnosis; of each, all that it depends on is kept."""


def _stages(seen: Seen, n: int, call: int = 0) -> list[Any]:
    """Return the n tensors that a call of `chain_convolutions` returned."""
    text = seen.call_text(call)
    stages = a_list_of(seen.returned(call), n, phrase("The result of {call}", call=text))
    return [a_tensor(stage, _item(i, text)) for i, stage in enumerate(stages)]


def _item(number: int, call: Text) -> Text:
    return phrase("Item {number} of the result of {call}", number=number, call=call)


def _numbers(trial: Trial) -> list[np.ndarray]:
    """Return the numbers of all stages, after their count was found right."""
    _stages(trial.got, len(trial.want.returned()))
    return trial.got.fetched()


def _offset(trial: Trial, count: int, call: int = 0) -> int:
    """Return where in a chain's result stage 1 is, if there are `count` stages at least.

    How many stages there are is another check's affair: one too few is no matter here, nor is x before the first one.
    """
    text = trial.got.call_text(call)
    items = trial.got.returned(call)
    if not isinstance(items, list) or len(items) < count:
        other = phrase(
            "The result of {call} should be a list of stages, but it is {what}.", call=text, what=kind_of(items)
        )
        raise Finding(other)
    for i, item in enumerate(items[: count + 1]):
        a_tensor(item, _item(i, text))
    first, (images, _) = trial.got.fetched()[0], _fed(trial.program)
    same = len(items) == len(trial.want.returned(call)) + 1 and np.array_equal(first, images)
    return 1 if same else 0


def _first(trial: Trial, call: int = 0) -> np.ndarray:
    """Return the numbers of stage 1."""
    offset = _offset(trial, 1, call)
    return trial.got.fetched()[offset]


def _stage(number: int) -> Text:
    return phrase("Stage {number}", number=number)


def _fed(program: wire.Program) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and the filter of a program's first run."""
    (_, images), (_, flt) = program.runs[0].feeds
    return wire.numpy(images), wire.numpy(flt)


@asks(
    ask_chain,
    named=[Chain(3, 4, TRIPLE, 1, None), Chain(3, 5, DOUBLE, 3, None), *(Chain(2, 3, DOUBLE, n, None) for n in (5, 6))],
    drawn=scalars(2),
    count=1,
)
def check_count(trials: Trials) -> None:
    """The chain returns n tensors, the first stage first.

    Covers: returns [y1, …, yn]. The filter is one number, so that padding and flips make no difference.
    """
    for trial in trials:
        first = _numbers(trial)[0]
        same_array(first, trial.want.fetched()[0], phrase("The first stage"), FLOAT32)


@asks(ask_nothing, named=[Chain(3, 4, TRIPLE)])
def check_zero(trials: Trials) -> None:
    """A chain of no stages is an empty list.

    Covers: n=0 gives []. A right answer for n=3 is asked beside it.
    """
    for trial in trials:
        _stages(trial.got, 0)
        same_array(_first(trial, 1), trial.want.fetched()[0], phrase("The first stage for n=3"), FLOAT32)


@asks(ask_chain, named=[Chain(3, 4, DOUBLE, None, None)])
def check_default_n(trials: Trials) -> None:
    """There are four stages if nothing is said.

    Covers: n=4.
    """
    for trial in trials:
        first = _numbers(trial)[0]
        same_array(first, trial.want.fetched()[0], phrase("The first stage"), FLOAT32)


@asks(ask_chain, named=[Chain(3, 4, TRIPLE, 4, 3)], drawn=scalars(5, 3), count=1)
def check_chained(trials: Trials) -> None:
    """Each stage convolves the stage before it.

    Covers: y1 = conv(x, flt), y2 = conv(y1, flt), …. The filter is one number c, so stage i is x times c to the i.
    """
    for trial in trials:
        offset = _offset(trial, 2)
        for i in range(2):
            got, want = trial.got.fetched()[offset + i], trial.want.fetched()[i]
            what = phrase(
                "Stage {number} with the filter {filter} (stage 1 times it, and so on)",
                number=i + 1, filter=f"{_fed(trial.program)[1].item():g}",
            )  # fmt: skip
            same_array(got, want, what if i else _stage(1), FLOAT32)


def _made_of(observation: Observation) -> Any:
    """Return what came of a chain; if it isn't made of both x and flt only that: its numbers may be drawn at random."""
    if not isinstance(observation, Observed) or not isinstance(observation.graph, wire.Nodes):
        return None
    outcome, inputs = observation.calls[0], _inputs(observation.graph)
    returned = wire.from_wire(outcome.value) if isinstance(outcome, wire.Returned) else []
    items = returned[:_MOST_STAGES] if isinstance(returned, list) else []
    stages = [item for item in items if isinstance(item, _TENSORS)]
    unused = {"x", "flt"}.difference(*(_ancestors(inputs, stage) for stage in stages)) if stages else set()
    if unused:
        return ["without", *sorted(unused)]
    numbers = [list(ran.values) if isinstance(ran, wire.Ran) else ran.kind for ran in observation.runs]
    return [outcome.types[:1] if isinstance(outcome, wire.Raised) else returned, numbers]


@asks(ask_chain, named=[Chain(3, 4, DOUBLE, 4, 3)], view=_made_of)
def check_depends(trials: Trials) -> None:
    """Each stage is computed from the stage before it, not from the start again.

    Covers: stage i depends on stage i-1 and on the given flt. Any operations will do: two neighbours must share some
    node that depends on both x and flt.
    """
    for trial in trials:
        offset = _offset(trial, 2)
        same_array(trial.got.fetched()[offset + 1], trial.want.fetched()[1], _stage(2), FLOAT32)
        # Not more than were asked for: of each, all that it depends on is kept.
        stages = trial.got.returned()[offset : offset + len(trial.want.returned())]
        for i, stage in enumerate(stages, start=offset):
            a_tensor(stage, _item(i, trial.got.call_text()))
        inputs = _inputs(trial.got.graph())
        above = [_ancestors(inputs, stage) for stage in stages]
        users = _turned(inputs)
        of_both = _reach(users, "x") & _reach(users, "flt")
        for i in range(1, len(above)):
            if not of_both & above[i] & above[i - 1]:
                apart = phrase(
                    "Stage {number} has the right numbers, but your graph computes it without stage {before}: "
                    "nothing that depends on x and flt is part of both.",
                    number=i + 1, before=i,
                )  # fmt: skip
                raise Finding(apart)


def _inputs(graph: wire.Nodes) -> dict[str, list[str]]:
    return {node.name: [entry.removeprefix("^").partition(":")[0] for entry in node.inputs] for node in graph.nodes}


def _ancestors(inputs: dict[str, list[str]], stage: wire.Tensor | wire.Variable) -> set[str]:
    name = stage.handle if isinstance(stage, wire.Variable) else stage.name
    return _reach(inputs, name.partition(":")[0])


def _turned(inputs: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what takes each node, from what each node takes."""
    users: dict[str, list[str]] = {name: [] for name in inputs}
    for name, taken in inputs.items():
        for one in taken:
            if one in users:
                users[one].append(name)
    return users


def _reach(inputs: dict[str, list[str]], name: str) -> set[str]:
    """Return a node and all that can be reached from it."""
    found: set[str] = set()
    queue = [name]
    while queue:
        node = queue.pop()
        if node not in found and node in inputs:
            found.add(node)
            queue += inputs[node]
    return found


@asks(
    ask_chain,
    named=[Chain(4, 10, ((1, 1, 1, 1), (1, 1, 1, 1))), Chain(7, 3, ((1,), (1,), (1,)))],
    drawn=boxes(),
    count=1,
)
def check_shapes(trials: Trials) -> None:
    """A stage is smaller by the filter's height less one and its width less one.

    Covers: stride 1, VALID padding, the shrinking; images and filters that are not square, of even and odd sizes.
    The filters are all ones: flipping one changes nothing.
    """
    for trial in trials:
        got, want = _first(trial), trial.want.fetched()[0]
        images, flt = _fed(trial.program)
        sizes = [f"{shape[0]} x {shape[1]}" for shape in (images.shape[1:], flt.shape)]
        what = phrase("Stage 1 of an image of {image} and a filter of {filter}", image=sizes[0], filter=sizes[1])
        same_array(got, want, what, FLOAT32)


@asks(
    ask_chain,
    named=[
        Chain(9, 9, ((1, 2), (3, 4)), impulse=(4, 4)),
        Chain(11, 13, ((1, 2, 3), (4, 5, 6), (7, 8, 9)), impulse=(5, 6)),
    ],
)
def check_correlation(trials: Trials) -> None:
    """The filter is not flipped.

    Covers: TensorFlow's "convolution" is cross-correlation. The image is 0 beside one 1 in its middle, where padding
    has no part, and only what is not 0 is compared.
    """
    for trial in trials:
        got, want = _first(trial), trial.want.fetched()[0]
        got, want = _without_zeros(got), _without_zeros(want)
        if got.shape != want.shape or not np.allclose(got, want, atol=FLOAT32.absolute):
            flipped = phrase(
                "An image with a single 1 and the filter {filter} should leave {want} "
                "around the 1 (the filter slides as it is, so the 1 meets its last number first), but it leaves "
                "{got}.",
                filter=_rows(_fed(trial.program)[1]), want=_rows(want), got=_rows(got),
            )  # fmt: skip
            raise Finding(flipped)


def _without_zeros(images: np.ndarray) -> np.ndarray:
    """Return the smallest rectangle of the first image, (rows, columns), that holds all its numbers but 0."""
    if images.ndim != 4 or not images.size:
        other = phrase(
            "Stage 1 should have four axes, batch, height, width, channels, but not shape {shape}.",
            shape=images.shape,
        )
        raise Finding(other)
    rows, columns = np.nonzero(np.abs(images[0, :, :, 0]) > FLOAT32.absolute)
    if not rows.size:
        return np.zeros((0, 0))
    found: np.ndarray = images[0, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1, 0]
    return found


def _rows(numbers: np.ndarray) -> Text:
    if numbers.size > 64:
        return phrase("{rows} x {columns} numbers", rows=numbers.shape[0], columns=numbers.shape[1])
    rows = numbers.reshape(numbers.shape[:2])
    return "[" + ", ".join("[" + ", ".join(f"{number:g}" for number in row) + "]" for row in rows) + "]"


@asks(ask_scaled, named=[Chain(3, 4, NEGATIVE, 4, 3, signed=True)])
def check_linear(trials: Trials) -> None:
    """A convolution and nothing else: an image times -2 gives stages times -2.

    Covers: y1 = conv(x, flt): no activation, no normalization, no bias.
    """
    for trial in trials:
        offset = _offset(trial, 2)
        numbers = trial.got.fetched()[offset : offset + 2]
        what = phrase("Stage 1 of an image with numbers below 0")
        same_array(numbers[0], trial.want.fetched()[0], what, FLOAT32)
        for i, (once, scaled) in enumerate(zip(numbers, trial.got.fetched(1)[offset : offset + 2], strict=True)):
            _not_empty(once, trial.want.fetched()[i], i + 1)
            what = phrase("Stage {number} of the image times -2 (-2 times what it was)", number=i + 1)
            same_array(scaled, -2.0 * once, what, FLOAT32)


def _not_empty(got: np.ndarray, want: np.ndarray, number: int) -> None:
    """Raise if a stage holds no numbers, which would equal those of any other such stage."""
    if not got.size:
        same_shape(got.shape, want.shape, _stage(number))


@asks(ask_shifted, named=[Chain(14, 15, ROUND, 4, 3, impulse=(5, 5))])
def check_equivariant(trials: Trials) -> None:
    """Where something is in the image makes no difference: moved there, it is moved in the stages.

    Covers: the same filter slides over all of the image, with stride 1. A single 1 stays far enough from the edges that
    padding has no part, and the filter is the same when it is flipped or turned.
    """
    for trial in trials:
        offset = _offset(trial, 2)
        rows, columns = SHIFT
        still, moved = (trial.got.fetched(run)[offset : offset + 2] for run in (0, 1))
        left, whole = _without_zeros(still[0]), _without_zeros(trial.want.fetched()[0])
        same_array(left, whole, phrase("What stage 1 leaves of a single 1"), FLOAT32)
        for i, (before, after) in enumerate(zip(still, moved, strict=True), start=1):
            if before.ndim != 4 or after.ndim != 4:
                raise Finding(phrase("Stage {number} should have four axes, batch, height, width, channels.", number=i))
            what = phrase(
                "Stage {number} of an image that was moved by {rows} rows and {columns} columns (moved as far)",
                number=i, rows=rows, columns=columns,
            )  # fmt: skip
            _not_empty(after[:, rows:, columns:], trial.want.fetched()[i - 1], i)
            same_array(after[:, rows:, columns:], before[:, :-rows, :-columns], what, FLOAT32)


@asks(ask_chain, named=[Chain(2, 3, TRIPLE, batch=3)])
def check_batch(trials: Trials) -> None:
    """All images of a batch are convolved, each by itself.

    Covers: x is (batch, H, W, 1).
    """
    for trial in trials:
        same_array(_first(trial), trial.want.fetched()[0], phrase("Stage 1 of a batch of 3 images"), FLOAT32)


@asks(
    ask_chain,
    named=[
        Chain(3, 4, ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12)), 1, None),
        Chain(6, 7, ((0, 0, 0), (0, 1, 0), (0, 0, 0)), 2, None),
    ],
    drawn=mixed(),
    count=1,
)
def check_combined(trials: Trials) -> None:
    """A filter as large as the image, and three stages of two images with a filter that is not square.

    Covers: the whole of `chain_convolutions`, against NumPy; and a filter that only cuts the edges off.
    """
    for trial in trials:
        images, flt = _fed(trial.program)
        want = convolving.chain(images, flt, len(trial.want.returned()))
        for i, (got, right) in enumerate(zip(_numbers(trial), want, strict=True)):
            same_array(got, right, _stage(i + 1), FLOAT32)
