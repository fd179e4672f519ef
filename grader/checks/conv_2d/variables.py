"""Checks of W and b: shapes, first values, names, sharing."""

from typing import Any

import numpy as np

from grader.cases.conv_2d import (
    Again,
    B,
    H,
    Layer,
    W,
    ask_again,
    ask_bias,
    ask_layer,
    ask_names,
    ask_weights,
    tall_and_wide,
)
from grader.check import Finding, Trials, asks
from grader.checks.conv_2d.layers import layer_of, named_right, numbers_of, returned_by, same_convolution, variable_of
from grader.compare import FLOAT32, same_array, same_shape
from grader.inside import wire
from grader.observation import Observation, Observed
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
    quarters = round(4 * float(np.log2(deviation)))
    return [returned, "flat" if uneven < _UNEVEN else "hump", quarters, round(values.mean() / deviation)]


# 4608 values: the statistic of a uniform sample exceeds 0.04 once in a million times, a normal one's is over 0.1.
_UNEVEN = 0.04


@asks(
    ask_weights,
    named=[Layer(4, 5, outputs=512, k_h=3, k_w=3, weights="initial")],
    view=_start_summary,
)
def check_weight_start(trials: Trials) -> None:
    """W begins with Glorot uniform numbers.

    Covers: Glorot (Xavier) uniform: limits, spread, not constant. 4608 values, so that their deviation is known to 1 %
    and the allowed 5 % are seven times what chance does.
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
    numbers = [list(ran.values) if isinstance(ran, wire.Ran) else ran.kind for ran in observation.runs]
    parts = [name.rpartition("/") for name in observation.trainable]
    named = bool(parts) and {name for _, _, name in parts} <= {"W", "b"}
    return [returned_by(observation), numbers, sorted({scope for scope, _, _ in parts}) if named else None]


@asks(ask_layer, named=[Layer(2, 3, outputs=1, name=None), Layer(2, 3, outputs=1, name="")], view=_scopes)
def check_default_name(trials: Trials) -> None:
    """A layer without a name is called conv2d.

    Covers: 'conv2d' when name is None or empty.
    """
    for trial in trials:
        same_convolution(numbers_of(trial.got)[H], trial.want.fetched()[H], "h")
        named_right(trial.got, 0, "conv2d")


def _shared(trials: Trials) -> None:
    for trial in trials:
        layer_of(trial.got, 1)
        same_convolution(numbers_of(trial.got)[0], trial.want.fetched()[0], phrase("h of the first call"))
        first, second = trial.got.fetched(1)
        if not np.array_equal(first, second):
            other = phrase(
                "Numbers were assigned to the w and b that the first call returned, but h of the second, "
                "{call}, is another than the first's: it has weights of its own.",
                call=trial.got.call_text(1),
            )
            raise Finding(other)


def _shared_or_not(observation: Observation) -> Any:
    """Return what came back, but of a second layer with weights of its own, which are random, only that it has them."""
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[-1] if observation.runs else None
    if not isinstance(ran, wire.Ran):
        return [returned_by(observation), None]
    first, second = map(wire.numpy, ran.values)
    return [returned_by(observation), first.tolist(), np.array_equal(first, second)]


@asks(ask_again, named=[Again(Layer(2, 3, outputs=1, bias=(3,)), second="True")], view=_shared_or_not)
def check_reuse_true(trials: Trials) -> None:
    """reuse=True takes the variables that are there.

    Covers: reuse is passed on; with True, two calls of one name share W and b.
    """
    _shared(trials)


@asks(ask_again, named=[Again(Layer(2, 3, outputs=1, bias=(3,)), "AUTO_REUSE", "AUTO_REUSE")], view=_shared_or_not)
def check_reuse_auto(trials: Trials) -> None:
    """reuse=tf1.AUTO_REUSE makes the variables, then takes them.

    Covers: tf1.AUTO_REUSE works.
    """
    _shared(trials)


@asks(ask_again, named=[Again(Layer(2, 3, outputs=1))], view=_shared_or_not)
def check_reuse_none(trials: Trials) -> None:
    """Without reuse, a name serves one layer only.

    Covers: a second call with the same name and reuse=None raises ValueError. The first call's answer is asked too.
    """
    for trial in trials:
        same_convolution(numbers_of(trial.got)[0], trial.want.fetched(0, [0])[0], phrase("h of the first call"))
        raised = trial.got.raised(1)
        if raised is None:
            returned = phrase(
                "{call}, called a second time without reuse, should raise ValueError, as variable "
                "scopes do, but it returned: two layers would share weights, or take others' names, unnoticed.",
                call=trial.got.call_text(1),
            )
            raise Finding(returned)
        if "ValueError" not in raised.types:
            other = phrase(
                "{call}, a second time, should raise ValueError, not {got}.",
                call=trial.got.call_text(1), got=raised.types[0],
            )  # fmt: skip
            raise Finding(other)
