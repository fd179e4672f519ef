"""Checks of W and b: shapes, first values, names."""

from typing import Any

import numpy as np

from grader.cases.conv_2d import (
    UNNAMED_FOUND,
    UNNAMED_NEW,
    B,
    H,
    Layer,
    W,
    ask_bias,
    ask_layer,
    ask_names,
    ask_unnamed,
    ask_weights,
    tall_and_wide,
)
from grader.check import Finding, Seen, Trials, asks
from grader.checks.conv_2d.layers import layer_of, named_right, numbers_of, returned_by, same_convolution, variable_of
from grader.compare import FLOAT32, same_array, same_shape
from grader.inside import wire
from grader.observation import Observation, Observed, trouble
from grader.phrase import phrase


@asks(ask_bias, named=[Layer(outputs=3, weights="initial")])
def check_bias_start(trials: Trials) -> None:
    """b has one number for each output channel, and begins as zeros.

    Covers: b of shape [n_output_ch], zeros.
    """
    for trial in trials:
        same_array(numbers_of(trial.got)[0], np.zeros(3), phrase("b, before anything is learned,"), FLOAT32)


def _weights_shape(observation: Observation) -> Any:
    """Return what tells one wrong shape from another, where the values are random."""
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[0] if observation.runs else None
    return [returned_by(observation), list(ran.values[0].shape) if isinstance(ran, wire.Ran) else None]


@asks(
    ask_weights,
    named=[Layer(4, 5, outputs=4, k_h=k_h, k_w=k_w, weights="initial") for k_h, k_w in ((2, 3), (3, 2))],
    drawn=tall_and_wide(),
    count=1,
    view=_weights_shape,
)
def check_weight_shape(trials: Trials) -> None:
    """W is as high as k_h and as wide as k_w, in this order.

    Covers: W of shape [k_h, k_w, C_in, n_output_ch].
    """
    for trial in trials:
        what = phrase("{name} in {call}", name="w", call=trial.got.call_text())
        same_shape(numbers_of(trial.got)[0].shape, trial.want.fetched()[0].shape, what)


def _spread(values: np.ndarray) -> tuple[float, float]:
    """Return the deviation of values, and how far they are from uniform between their extremes (Kolmogorov-Smirnov)."""
    ordered = np.sort(values.ravel())
    extreme = float(np.abs(ordered).max())
    if extreme == 0 or ordered[0] == ordered[-1]:
        return 0.0, 1.0
    uniform = (ordered / extreme + 1) / 2
    return float(ordered.std()), float(np.abs(uniform - (np.arange(ordered.size) + 0.5) / ordered.size).max())


def _start_summary(observation: Observation) -> Any:
    """Return a distribution's kind and spread, coarse enough to be the same for every draw from it."""
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[0] if observation.runs else None
    returned = returned_by(observation)
    if not isinstance(ran, wire.Ran):
        return [returned, None]
    values = np.real(wire.numpy(ran.values[0])).astype(np.float64)
    deviation, uneven = _spread(values)
    if deviation == 0:
        return [returned, "constant", float(values.flat[0]) if values.size else 0.0]
    # What is added keeps the deviations of the mistakes that we know away from where it is rounded up.
    quarters = round(4 * float(np.log2(deviation)) + 0.3)
    return [returned, "flat" if uneven < _UNEVEN else "hump", quarters, round(values.mean() / deviation)]


# Of 4608 values the statistic of a uniform sample exceeds 0.04 once in a million times, a normal one's is over 0.1.
_UNEVEN = 0.04


@asks(
    ask_weights,
    named=[
        Layer(4, 5, outputs=512, k_h=3, k_w=3, weights="initial"),
        Layer(4, 5, channels=24, outputs=24, k_h=4, k_w=4, weights="initial"),
    ],
    view=_start_summary,
)
def check_weight_start(trials: Trials) -> None:
    """W begins with Glorot uniform numbers.

    Covers: Glorot (Xavier) uniform: limits, spread, not constant, in layers of two sizes. 4608 values and more, so
    that their deviation is known to 1 % and the allowed 5 % are seven times what chance does.
    """
    for trial in trials:
        values = np.real(numbers_of(trial.got)[0]).astype(np.float64)
        shape = trial.want.fetched()[0].shape
        limit = float(np.sqrt(6 / (shape[0] * shape[1] * (shape[2] + shape[3]))))
        if values.size != int(np.prod(shape)):
            count = int(np.prod(shape))
            raise Finding(
                phrase("w should hold {count} numbers, but its shape is {shape}.", count=count, shape=values.shape)
            )
        deviation, uneven = _spread(values)
        stated = phrase(
            "The weights [k_h, k_w, C_in, n_output_ch] = {shape} should begin uniform between -{limit} and {limit}",
            shape=shape, limit=f"{limit:.4f}",
        )  # fmt: skip
        if deviation == 0:
            raise Finding(phrase("{stated}, but they are all {number}.", stated=stated, number=f"{values.flat[0]:g}"))
        largest = float(np.abs(values).max())
        if not 0.97 * limit <= largest <= 1.0001 * limit:
            far = phrase(
                "{stated}, but the largest of yours is {number} away from 0.", stated=stated, number=f"{largest:.4f}"
            )
            raise Finding(far)
        if abs(deviation * np.sqrt(3) / limit - 1) > 0.05 or uneven > _UNEVEN or abs(values.mean()) > 0.06 * limit:
            crowded = phrase(
                "{stated}, every number between as likely; yours have mean {mean} and deviation "
                "{deviation} instead of 0 and {want}, or crowd somewhere.",
                stated=stated, mean=f"{values.mean():.4f}", deviation=f"{deviation:.4f}",
                want=f"{limit / np.sqrt(3):.4f}",
            )  # fmt: skip
            raise Finding(crowded)


@asks(ask_layer, named=[Layer(2, 3, outputs=1)])
def check_trainable(trials: Trials) -> None:
    """W and b can be trained.

    Covers: W and b are trainable. A right answer is asked too.
    """
    for trial in trials:
        same_convolution(numbers_of(trial.got)[H], trial.want.fetched()[H], "h")
        layer = layer_of(trial.got)
        for name, item in (("w", layer[W]), ("b", layer[B])):
            if variable_of(trial.got, item, name) not in trial.got.trainable():
                fixed = phrase(
                    "{name} is a variable, but not one of tf1.trainable_variables(): no optimizer changes it.",
                    name=name,
                )
                raise Finding(fixed)


@asks(ask_names, named=[Layer(2, 3, outputs=1)])
def check_names(trials: Trials) -> None:
    """The variables are called W and b, in the scope of the layer's name.

    Covers: in variable scope name, W and b.
    """
    for trial in trials:
        fetched = numbers_of(trial.got, 2)
        for call, scope in enumerate(("first", "second")):
            what = phrase("{name} of the layer {layer}", name="h", layer=repr(scope))
            same_convolution(fetched[call], trial.want.fetched()[call], what)
            named_right(trial.got, call, scope)


def _scopes(observation: Observation) -> Any:
    """Return what came back, its numbers, and the scopes of `W` and `b`; no scopes where these are called otherwise."""
    if not isinstance(observation, Observed):
        return None
    numbers = [list(ran.values) if isinstance(ran, wire.Ran) else trouble(ran) for ran in observation.runs]
    parts = [name.rpartition("/") for name in observation.trainable]
    named = bool(parts) and {name for _, _, name in parts} <= {"W", "b"}
    return [returned_by(observation), numbers, sorted({scope for scope, _, _ in parts}) if named else None]


@asks(ask_unnamed, named=[Layer(2, 3, outputs=1, name=None), Layer(2, 3, outputs=1, name="")], view=_scopes)
def check_default_name(trials: Trials) -> None:
    """A layer without a name is called conv2d.

    Covers: 'conv2d' when name is None or empty, each time, so that reuse finds it. Whether reuse works at all is for
    other checks: who doesn't find the layer by its name either isn't asked.
    """
    for trial in trials:
        same_convolution(numbers_of(trial.got)[H], trial.want.fetched(0, [0])[H], "h")
        named_right(trial.got, 0, "conv2d")
        if not _found_by_name(trial.got):
            continue
        if trial.got.raised(UNNAMED_FOUND) is not None:
            lost = phrase(
                "{call} raised an exception, although {named} finds the layer: without a name it is the same 'conv2d'.",
                call=trial.got.call_text(UNNAMED_FOUND), named=trial.got.call_text(1),
            )  # fmt: skip
            raise Finding(lost)
        for call in (UNNAMED_FOUND, UNNAMED_NEW):
            if trial.got.raised(call) is None:
                named_right(trial.got, call, "conv2d")


def _found_by_name(seen: Seen) -> bool:
    """Tell whether a second call, with the name 'conv2d' and reuse, took the variables that are there."""
    if seen.raised(1) is not None:
        return False
    try:
        named_right(seen, 1, "conv2d")
    except Finding:
        return False
    return True
