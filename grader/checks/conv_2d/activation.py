"""Checks of bias and activation: what is added, what is called, in which order."""

import numpy as np

from grader.cases.conv_2d import B, H, Layer, ask_layer
from grader.check import Finding, Trials, asks
from grader.checks.conv_2d.layers import ACTIVATIONS, assigned, convolved, numbers_of, same_convolution
from grader.compare import FLOAT32, same_array
from grader.inside import wire
from grader.phrase import Text, phrase
from grader.speech import value_text


@asks(ask_layer, named=[Layer(2, 3, outputs=1, activation=kind) for kind in ACTIVATIONS])
def check_activation_kinds(trials: Trials) -> None:
    """Any callable is an activation: a function, a lambda, a partial.

    Covers: op is the activated output, for tf.nn.tanh, a lambda and a functools.partial.
    """
    for trial in trials:
        op, h = numbers_of(trial.got)
        activation = trial.program.calls[0].kwargs["activation"]
        assert isinstance(activation, wire.Named)
        spoken = value_text(activation)
        if not np.any(h):
            zero = phrase("h is zero everywhere with activation={name}, for an image that isn't.", name=spoken)
            raise Finding(zero)
        what = phrase("op with activation={name} (that of your h)", name=spoken)
        same_array(op, ACTIVATIONS[activation.name](h), what, FLOAT32)


@asks(ask_layer, named=[Layer(2, 4, outputs=3, weights="zero", bias=(5, 2, 3))])
def check_bias(trials: Trials) -> None:
    """Each output channel gets its own bias.

    Covers: convolution plus bias. W is zero here, so the output is the bias alone.
    """
    for trial in trials:
        b = assigned(trial.got, B)
        what = phrase("With W = 0, b = {b} and an activation that changes nothing, op", b=b.tolist())
        _plain(numbers_of(trial.got)[0], b, what)


def _plain(got: np.ndarray, channels: np.ndarray, what: Text) -> None:
    """Raise unless `got` holds one number a channel everywhere."""
    if got.ndim != 4 or got.shape[-1] != channels.size or not got.size:
        other = phrase(
            "{what} should have 4 axes with {count} channels last, but its shape is {shape}.",
            what=what, count=channels.size, shape=got.shape,
        )  # fmt: skip
        raise Finding(other)
    same_array(got, np.broadcast_to(channels, got.shape), what, FLOAT32)


@asks(ask_layer, named=[Layer(2, 4, outputs=3, activation="relu", weights="zero", bias=(5, -2, 3))])
def check_bias_first(trials: Trials) -> None:
    """The bias is added before the activation.

    Covers: h is the output before the activation, convolution plus bias; activation last, with h.
    """
    for trial in trials:
        b = assigned(trial.got, B)
        op, h = numbers_of(trial.got)
        _plain(h, b, phrase("With W = 0 and b = {b}, h", b=b.tolist()))
        what = phrase("With W = 0, b = {b} and activation=tf.nn.relu, op", b=b.tolist())
        _plain(op, np.maximum(b, 0), what)


@asks(ask_layer, named=[Layer(2, 3, outputs=1, activation=None)])
def check_activation_none(trials: Trials) -> None:
    """No activation: op is h.

    Covers: activation=None means op is h.
    """
    for trial in trials:
        op, h = numbers_of(trial.got)
        same_convolution(h, trial.want.fetched()[H], phrase("h with activation=None"))
        same_array(op, h, phrase("op with activation=None (the same as h)"), FLOAT32)


@asks(ask_layer, named=[Layer(2, 3, outputs=1, activation="marked")])
def check_activation_once(trials: Trials) -> None:
    """The activation is called once.

    Covers: it is called once, with h. The activation subtracts 0.25 and leaves a node in the graph at each call.
    """
    for trial in trials:
        op, h = numbers_of(trial.got)
        if not np.any(convolved(h, "h")):
            raise Finding(phrase("h is the same for an image and for zeros: it doesn't depend on x."))
        same_array(op, h - 0.25, phrase("op with an activation that subtracts 0.25 from h"), FLOAT32)
        # Beside an h of 100000, which no right one is, the 0.25 would be within what such numbers may be off by.
        with np.errstate(all="ignore"):
            added = op.astype(np.float64) - h
        what = phrase("op less h, with an activation that subtracts 0.25 from h,")
        same_array(added, np.full(h.shape, -0.25), what, FLOAT32)
        calls = sum(node.name.rpartition("/")[2].startswith(wire.MARK) for node in trial.got.graph().nodes)
        if calls > 1:
            more = phrase(
                "{call} called the activation {count} times; once is enough, with h.",
                call=trial.got.call_text(), count=calls,
            )  # fmt: skip
            raise Finding(more)
