"""Checks of `chain_convolutions`."""

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
from grader.check import Finding, Trials, asks
from grader.checks.convolution_chain import stages
from grader.compare import FLOAT32, a_tensor, same_array
from grader.phrase import Text, phrase


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
        first = stages.numbers(trial)[0]
        same_array(first, trial.want.fetched()[0], phrase("The first stage"), FLOAT32)


@asks(ask_nothing, named=[Chain(3, 4, TRIPLE)])
def check_zero(trials: Trials) -> None:
    """A chain of no stages is an empty list.

    Covers: n=0 gives []. A right answer for n=3 is asked beside it.
    """
    for trial in trials:
        stages.all_of(trial.got, 0)
        same_array(stages.first(trial, 1), trial.want.fetched()[0], phrase("The first stage for n=3"), FLOAT32)


@asks(ask_chain, named=[Chain(3, 4, DOUBLE, None, None)])
def check_default_n(trials: Trials) -> None:
    """There are four stages if nothing is said.

    Covers: n=4. It is called with x and flt by name.
    """
    for trial in trials:
        first = stages.numbers(trial)[0]
        same_array(first, trial.want.fetched()[0], phrase("The first stage"), FLOAT32)


@asks(ask_chain, named=[Chain(3, 4, TRIPLE, 4, 3)], drawn=scalars(5, 3), count=1)
def check_chained(trials: Trials) -> None:
    """Each stage convolves the stage before it.

    Covers: y1 = conv(x, flt), y2 = conv(y1, flt), …. The filter is one number c, so stage i is x times c to the i.
    """
    for trial in trials:
        offset = stages.offset(trial, 2)
        for i in range(2):
            got, want = trial.got.fetched()[offset + i], trial.want.fetched()[i]
            what = phrase(
                "Stage {number} with the filter {filter} (stage 1 times it, and so on)",
                number=i + 1, filter=f"{stages.fed(trial.program)[1].item():g}",
            )  # fmt: skip
            same_array(got, want, what if i else stages.named(1), FLOAT32)


@asks(ask_chain, named=[Chain(3, 4, DOUBLE, 4, 3)], view=stages.made_of)
def check_depends(trials: Trials) -> None:
    """Each stage is computed from the stage before it, not from the start again.

    Covers: stage i depends on stage i-1 and on the given flt. Any operations will do: two neighbours must share some
    node that depends on both x and flt.
    """
    for trial in trials:
        offset = stages.offset(trial, 2)
        same_array(trial.got.fetched()[offset + 1], trial.want.fetched()[1], stages.named(2), FLOAT32)
        # Not more than were asked for: of each, all that it depends on is kept.
        found = trial.got.returned()[offset : offset + len(trial.want.returned())]
        for i, stage in enumerate(found, start=offset):
            a_tensor(stage, stages.item_text(i, trial.got.call_text()))
        number = stages.apart(trial.got.graph(), found)
        if number is not None:
            without = phrase(
                "Stage {number} has the right numbers, but your graph computes it without stage {before}: "
                "nothing that depends on x and flt is part of both.",
                number=number, before=number - 1,
            )  # fmt: skip
            raise Finding(without)


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
        got, want = stages.first(trial), trial.want.fetched()[0]
        images, flt = stages.fed(trial.program)
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
        got, want = stages.first(trial), trial.want.fetched()[0]
        got, want = _without_zeros(got), _without_zeros(want)
        if got.shape != want.shape or not np.allclose(got, want, atol=FLOAT32.absolute):
            flipped = phrase(
                "An image with a single 1 and the filter {filter} should leave {want} "
                "around the 1 (the filter slides as it is, so the 1 meets its last number first), but it leaves "
                "{got}.",
                filter=_rows(stages.fed(trial.program)[1]), want=_rows(want), got=_rows(got),
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


@asks(ask_scaled, named=[Chain(3, 4, NEGATIVE, 4, 3, signed=True)], view=stages.numbers_seen)
def check_linear(trials: Trials) -> None:
    """A convolution and nothing else: an image times -2 gives stages times -2.

    Covers: y1 = conv(x, flt): no activation, no normalization, no bias.
    """
    for trial in trials:
        offset = stages.offset(trial, 2)
        numbers = trial.got.fetched()[offset : offset + 2]
        what = phrase("Stage 1 of an image with numbers below 0")
        same_array(numbers[0], trial.want.fetched()[0], what, FLOAT32)
        for i, (once, scaled) in enumerate(zip(numbers, trial.got.fetched(1)[offset : offset + 2], strict=True)):
            stages.not_empty(once, trial.want.fetched()[i], i + 1)
            what = phrase("Stage {number} of the image times -2 (-2 times what it was)", number=i + 1)
            same_array(scaled, -2.0 * once, what, FLOAT32)


@asks(ask_shifted, named=[Chain(14, 15, ROUND, 4, 3, impulse=(5, 5))])
def check_equivariant(trials: Trials) -> None:
    """Where something is in the image makes no difference: moved there, it is moved in the stages.

    Covers: the same filter slides over all of the image, with stride 1. A single 1 stays far enough from the edges that
    padding has no part, and the filter is the same when it is flipped or turned.
    """
    for trial in trials:
        offset = stages.offset(trial, 2)
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
            stages.not_empty(after[:, rows:, columns:], trial.want.fetched()[i - 1], i)
            same_array(after[:, rows:, columns:], before[:, :-rows, :-columns], what, FLOAT32)


@asks(ask_chain, named=[Chain(2, 3, TRIPLE, batch=3)])
def check_batch(trials: Trials) -> None:
    """All images of a batch are convolved, each by itself.

    Covers: x is (batch, H, W, 1).
    """
    for trial in trials:
        same_array(stages.first(trial), trial.want.fetched()[0], phrase("Stage 1 of a batch of 3 images"), FLOAT32)


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
    """A filter as large as the image, and five stages of two images with a filter that is not square.

    Covers: the whole of `chain_convolutions`, against NumPy; and a filter that only cuts the edges off.
    """
    for trial in trials:
        images, flt = stages.fed(trial.program)
        want = convolving.chain(images, flt, len(trial.want.returned()))
        for i, (got, right) in enumerate(zip(stages.numbers(trial), want, strict=True)):
            same_array(got, right, stages.named(i + 1), FLOAT32)
