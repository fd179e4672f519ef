"""Checks of exercise 2, `conv_2D`.

What the contract says, and the checks that cover it (`grader validate` reads this list):

- returns (op, h, w, b), in this order: `four`
- op is the activated output: `activation_kinds`, `defaults`
- h is the output before the activation, convolution plus bias: `convolution`, `bias`
- one bias for each output channel: `bias`
- in variable scope name, `W` and `b`: `names`
- the scope is 'conv2d' when name is None or empty: `default_name`
- reuse is passed on, True shares: `reuse_true`
- a second call with the same name and reuse=None raises ValueError: `reuse_none`
- tf1.AUTO_REUSE works: `reuse_auto`
- W of shape [k_h, k_w, C_in, n_output_ch]: `weight_shape`
- any number of input channels: `channels`
- W begins Glorot (Xavier) uniform: `weight_start`
- b of shape [n_output_ch] begins as zeros: `bias_start`
- strides [1, s_y, s_x, 1]: `stride_order`
- padding is the one asked for: `padding`
- activation last, with h: `bias_first`
- activation=None means op is h: `activation_none`
- any callable is an activation, a lambda or functools.partial too: `activation_kinds`
- it is called once, with h: `activation_once`
- W and b are trainable: `trainable`
- batch, height and width may be unknown: `unknown_sizes`
- k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding='VALID', name='conv2d' unless said: `defaults`
- the order of the arguments: `combined`

Layers are run with weights that the grader assigns, on an image and on zeros: the difference is the convolution alone,
so that a mistake with the bias costs nothing where something else is asked.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader import convolving
from grader.cases.conv_2d import (
    Again,
    B,
    H,
    Layer,
    W,
    ask_again,
    ask_bias,
    ask_defaults,
    ask_layer,
    ask_names,
    ask_weights,
    mixed,
    square,
    strided,
    tall_and_wide,
)
from grader.check import Finding, Seen, Trials, asks
from grader.compare import FLOAT32, a_list_of, a_tensor, same_array, same_shape
from grader.evidence import Numbers
from grader.inside import wire
from grader.observation import Observation, Observed
from grader.speech import call_text, value_text

_VARIABLE_OPS = ("VarHandleOp", "VariableV2", "Variable")
_READS = ("Identity", "ReadVariableOp", "Enter", "StopGradient", "Snapshot", "GuaranteeConst")


def _text(seen: Seen, call: int = 0) -> str:
    return call_text(seen.program.calls[call], seen.program)


def _layer(seen: Seen, call: int = 0) -> list[wire.Tensor | wire.Variable]:
    """Return op, h, w, b as a call returned them."""
    text = _text(seen, call)
    items = a_list_of(seen.returned(call), 4, f"The result (op, h, w, b) of {text}")
    names = ("op", "h", "w", "b")
    return [a_tensor(item, f"{name} in the result of {text}") for name, item in zip(names, items, strict=True)]


def _fetched(seen: Seen, calls: int = 1) -> list[np.ndarray]:
    """Return what the run fetched, after the results of the first `calls` calls were found to be four tensors each."""
    for call in range(calls):
        layer = _layer(seen, call)
        for target, value in seen.program.runs[0].assign:
            if isinstance(target, wire.Result) and target.call == call:
                (item,) = target.path
                same_shape(layer[item].shape, value.shape, f"{'w' if item == W else 'b'} in {_text(seen, call)}")
    return seen.fetched(0, range(calls))


def _convolved(fetched: np.ndarray, what: str) -> np.ndarray:
    """Return what a layer makes of the image less what it makes of zeros."""
    if fetched.ndim != 4 or len(fetched) != 2:
        raise Finding(f"{what} should have shape (2, rows, columns, channels) for a batch of 2, not {fetched.shape}.")
    convolved: np.ndarray = fetched[:1] - fetched[1:]
    return convolved


def _same_convolution(got: np.ndarray, want: np.ndarray, what: str) -> None:
    same_array(_convolved(got, what), want[:1] - want[1:], f"{what}, without the bias,", FLOAT32)


def _variable(seen: Seen, item: wire.Tensor | wire.Variable, what: str) -> str:
    """Return the name of the variable's node that a tensor is read from, or is."""
    by_name = {node.name: node for node in seen.graph().nodes}
    name = item.handle if isinstance(item, wire.Variable) else item.name
    node = by_name.get(name.partition(":")[0])
    while node is not None and node.op in _READS and node.inputs:
        node = by_name.get(node.inputs[0].partition(":")[0])
    if node is None or node.op not in _VARIABLE_OPS:
        raise Finding(f"{what} should be a variable, or read from one, but it is computed otherwise.")
    return node.name


def _assigned(seen: Seen, item: int) -> np.ndarray:
    """Return what the run assigned to the first call's `W` or `b`."""
    return next(
        wire.numpy(value)
        for target, value in seen.program.runs[0].assign
        if isinstance(target, wire.Result) and target.path == (item,)
    )


@asks(ask_layer, named=[Layer(k_h=2, k_w=2, activation="relu")])
def check_four(trials: Trials) -> None:
    """The layer returns four things: op, h, w and b.

    Covers: returns (op, h, w, b): h, before the activation, comes second, then W with its four axes and b with one.
    """
    for trial in trials:
        layer = _layer(trial.got)
        for name, item, axes in (("w, the third thing,", layer[W], 4), ("b, the fourth thing,", layer[B], 1)):
            if item.shape is None or len(item.shape) != axes:
                count = "four axes" if axes > 1 else "one axis"
                raise Finding(f"{name[0].upper()}{name[1:]} should have {count}, but its shape is {item.shape}.")
        _same_convolution(_fetched(trial.got)[H], trial.want.fetched()[H], "h, the second thing")


@asks(
    ask_layer,
    named=[Layer(5, 7, s_x=2), Layer(7, 4, s_y=3)],
    drawn=strided(),
    count=1,
)
def check_stride_order(trials: Trials) -> None:
    """Strides move along height and width.

    Covers: strides [1, s_y, s_x, 1]. Filters are one number, so that only the strides decide which pixels stay.
    """
    for trial in trials:
        s_x, s_y = (trial.program.calls[0].kwargs.get(name, 1) for name in ("s_x", "s_y"))
        assert isinstance(s_x, int)
        assert isinstance(s_y, int)
        got, want = _fetched(trial.got)[H], trial.want.fetched()[H]
        (_, images), *_ = trial.program.runs[0].feeds
        swapped = (-(-images.shape[1] // s_x), -(-images.shape[2] // s_y))
        if got.ndim == 4 and got.shape != want.shape and got.shape[1:3] == swapped:
            raise Finding(
                f"h should have shape {want.shape} for strides s_x={s_x} along the width and s_y={s_y} along the "
                f"height, but it has shape {got.shape}: the strides moved along the wrong axes.",
                evidence=Numbers("h", got[:1], want[:1]),
            )
        _same_convolution(got, want, f"h for strides s_x={s_x} along the width and s_y={s_y} along the height")


@asks(ask_layer, named=[Layer(3, 4, k_h=2, k_w=2, outputs=1)], drawn=square(), count=1)
def check_convolution(trials: Trials) -> None:
    """The output is the convolution of the images with W.

    Covers: h is the convolution plus bias; against NumPy, with square filters and stride 1.
    """
    for trial in trials:
        (_, images), *_ = trial.program.runs[0].feeds
        want = convolving.correlate(wire.numpy(images), _assigned(trial.got, W))
        _same_convolution(_fetched(trial.got)[H], want, "h")


@asks(ask_bias, named=[Layer(outputs=3, weights="initial")])
def check_bias_start(trials: Trials) -> None:
    """b has one number for each output channel, and begins as zeros.

    Covers: b of shape [n_output_ch], zeros.
    """
    for trial in trials:
        same_array(_fetched(trial.got)[0], np.zeros(3), "b, before anything is learned,", FLOAT32)


_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "lambda": lambda h: h * 0.5 + 1.0,
    "partial": lambda h: np.where(h > 0, h, 0.3 * h),
}


@asks(ask_layer, named=[Layer(2, 3, outputs=1, activation=kind) for kind in _ACTIVATIONS])
def check_activation_kinds(trials: Trials) -> None:
    """Any callable is an activation: a function, a lambda, a partial.

    Covers: op is the activated output, for tf.nn.tanh, a lambda and a functools.partial.
    """
    for trial in trials:
        op, h = _fetched(trial.got)
        activation = trial.program.calls[0].kwargs["activation"]
        assert isinstance(activation, wire.Named)
        spoken = value_text(activation)
        if not np.any(h):
            raise Finding(f"h is zero everywhere with activation={spoken}, for an image that isn't.")
        same_array(op, _ACTIVATIONS[activation.name](h), f"op with activation={spoken} (that of your h)", FLOAT32)


def _returned(observation: Observed) -> list[Any]:
    """Return what became of the calls: an exception's class, or how many axes w and b have among how many things."""
    return [call.types[0] if isinstance(call, wire.Raised) else _axes(call) for call in observation.calls]


def _axes(outcome: wire.Outcome) -> Any:
    items = outcome.value.items if isinstance(outcome, wire.Returned) and isinstance(outcome.value, wire.Items) else ()
    shapes = [getattr(item, "shape", None) for item in items[W:]]
    return [len(items), [None if shape is None else len(shape) for shape in shapes]]


def _weights_shape(observation: Observation) -> Any:
    """Return what tells one wrong shape from another, where the values are random."""
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[0] if observation.runs else None
    return [_returned(observation), list(ran.values[0].shape) if isinstance(ran, wire.Ran) else None]


@asks(
    ask_weights,
    named=[Layer(4, 5, outputs=4, k_h=2, k_w=3, weights="initial")],
    drawn=tall_and_wide(),
    count=1,
    view=_weights_shape,
)
def check_weight_shape(trials: Trials) -> None:
    """W is as high as k_h and as wide as k_w, in this order.

    Covers: W of shape [k_h, k_w, C_in, n_output_ch].
    """
    for trial in trials:
        same_shape(_fetched(trial.got)[0].shape, trial.want.fetched()[0].shape, f"w in {_text(trial.got)}")


_STATED = "weights [k_h, k_w, C_in, n_output_ch] = {shape} should begin uniform between -{limit:.4f} and {limit:.4f}"


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
    returned = _returned(observation)
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
        values = np.real(_fetched(trial.got)[0]).astype(np.float64)
        shape = trial.want.fetched()[0].shape
        limit = float(np.sqrt(6 / (shape[0] * shape[1] * (shape[2] + shape[3]))))
        if values.size != int(np.prod(shape)):
            raise Finding(f"w should hold {int(np.prod(shape))} numbers, but its shape is {values.shape}.")
        deviation, uneven = _spread(values)
        stated = _STATED.format(shape=shape, limit=limit)
        if deviation == 0:
            raise Finding(f"The {stated}, but they are all {values.flat[0]:g}.")
        largest = float(np.abs(values).max())
        if not 0.97 * limit <= largest <= 1.0001 * limit:
            raise Finding(f"The {stated}, but the largest of yours is {largest:.4f} away from 0.")
        if abs(deviation * np.sqrt(3) / limit - 1) > 0.05 or uneven > _UNEVEN or abs(values.mean()) > 0.06 * limit:
            raise Finding(
                f"The {stated}, every number between as likely; yours have mean {values.mean():.4f} and deviation "
                f"{deviation:.4f} instead of 0 and {limit / np.sqrt(3):.4f}, or crowd somewhere."
            )


@asks(ask_layer, named=[Layer(4, 5, outputs=1, k_h=3, k_w=3, padding=padding) for padding in ("VALID", "SAME")])
def check_padding(trials: Trials) -> None:
    """The padding is the one that was asked for.

    Covers: padding 'VALID' and 'SAME', against NumPy.
    """
    for trial in trials:
        padding = str(trial.program.calls[0].kwargs.get("padding", "VALID"))
        (_, images), *_ = trial.program.runs[0].feeds
        want = convolving.correlate(wire.numpy(images), _assigned(trial.got, W), padding=padding)
        _same_convolution(_fetched(trial.got)[H], want, f"h with padding={padding!r}")


@asks(ask_layer, named=[Layer(2, 4, outputs=3, weights="zero", bias=(5, 2, 3))])
def check_bias(trials: Trials) -> None:
    """Each output channel gets its own bias.

    Covers: convolution plus bias. W is zero here, so the output is the bias alone.
    """
    for trial in trials:
        b = _assigned(trial.got, B)
        _plain(_fetched(trial.got)[0], b, f"With W = 0, b = {b.tolist()} and an activation that changes nothing, op")


def _plain(got: np.ndarray, channels: np.ndarray, what: str) -> None:
    """Raise unless `got` holds one number a channel everywhere."""
    if got.ndim != 4 or got.shape[-1] != channels.size:
        raise Finding(f"{what} should have 4 axes with {channels.size} channels last, but its shape is {got.shape}.")
    same_array(got, np.broadcast_to(channels, got.shape), what, FLOAT32)


@asks(ask_layer, named=[Layer(2, 4, outputs=3, activation="relu", weights="zero", bias=(5, -2, 3))])
def check_bias_first(trials: Trials) -> None:
    """The bias is added before the activation.

    Covers: h is the output before the activation, convolution plus bias; activation last, with h.
    """
    for trial in trials:
        b = _assigned(trial.got, B)
        op, h = _fetched(trial.got)
        _plain(h, b, f"With W = 0 and b = {b.tolist()}, h")
        _plain(op, np.maximum(b, 0), f"With W = 0, b = {b.tolist()} and activation=tf.nn.relu, op")


@asks(ask_layer, named=[Layer(2, 3, outputs=1, activation=None)])
def check_activation_none(trials: Trials) -> None:
    """No activation: op is h.

    Covers: activation=None means op is h.
    """
    for trial in trials:
        op, h = _fetched(trial.got)
        _same_convolution(h, trial.want.fetched()[H], "h with activation=None")
        same_array(op, h, "op with activation=None (the same as h)", FLOAT32)


@asks(ask_layer, named=[Layer(2, 3, outputs=1, activation="marked")])
def check_activation_once(trials: Trials) -> None:
    """The activation is called once.

    Covers: it is called once, with h. The activation subtracts 0.25 and leaves a node in the graph at each call.
    """
    for trial in trials:
        op, h = _fetched(trial.got)
        if not np.any(h):
            raise Finding("h is zero everywhere, for an image that isn't.")
        same_array(op, h - 0.25, "op with an activation that subtracts 0.25 from h", FLOAT32)
        calls = sum(node.name.rpartition("/")[2].startswith(wire.MARK) for node in trial.got.graph().nodes)
        if calls > 1:
            raise Finding(f"{_text(trial.got)} called the activation {calls} times; once is enough, with h.")


@asks(ask_layer, named=[Layer(2, 3, outputs=1)])
def check_trainable(trials: Trials) -> None:
    """W and b can be trained.

    Covers: W and b are trainable. A right answer is asked too.
    """
    for trial in trials:
        _same_convolution(_fetched(trial.got)[H], trial.want.fetched()[H], "h")
        layer = _layer(trial.got)
        for name, item in (("w", layer[W]), ("b", layer[B])):
            if _variable(trial.got, item, name) not in trial.got.trainable():
                raise Finding(
                    f"{name} is a variable, but not one of tf1.trainable_variables(): no optimizer changes it."
                )


def _named_right(seen: Seen, call: int, scope: str) -> None:
    layer = _layer(seen, call)
    for item, expected in ((layer[W], f"{scope}/W"), (layer[B], f"{scope}/b")):
        found = _variable(seen, item, expected)
        if found != expected:
            raise Finding(f"After {_text(seen, call)}, the variable should be called {expected!r}, not {found!r}.")


@asks(ask_names, named=[Layer(2, 3, outputs=1)])
def check_names(trials: Trials) -> None:
    """The variables are called W and b, in the scope of the layer's name.

    Covers: in variable scope name, W and b.
    """
    for trial in trials:
        fetched = _fetched(trial.got, 2)
        for call, scope in enumerate(("first", "second")):
            _same_convolution(fetched[call], trial.want.fetched()[call], f"h of the layer {scope!r}")
            _named_right(trial.got, call, scope)


@asks(ask_layer, named=[Layer(2, 3, outputs=1, name=None), Layer(2, 3, outputs=1, name="")])
def check_default_name(trials: Trials) -> None:
    """A layer without a name is called conv2d.

    Covers: 'conv2d' when name is None or empty.
    """
    for trial in trials:
        _same_convolution(_fetched(trial.got)[H], trial.want.fetched()[H], "h")
        _named_right(trial.got, 0, "conv2d")


def _shared(trials: Trials) -> None:
    for trial in trials:
        _layer(trial.got, 1)
        _same_convolution(_fetched(trial.got)[0], trial.want.fetched()[0], "h of the first call")
        first, second = trial.got.fetched(1)
        if not np.array_equal(first, second):
            raise Finding(
                f"Numbers were assigned to the w and b that the first call returned, but h of the second, "
                f"{_text(trial.got, 1)}, is another than the first's: it has weights of its own."
            )


def _shared_or_not(observation: Observation) -> Any:
    """Return what came back, but of a second layer with weights of its own, which are random, only that it has them."""
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[-1] if observation.runs else None
    if not isinstance(ran, wire.Ran):
        return [_returned(observation), None]
    first, second = map(wire.numpy, ran.values)
    return [_returned(observation), first.tolist(), np.array_equal(first, second)]


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
        _same_convolution(_fetched(trial.got)[0], trial.want.fetched(0, [0])[0], "h of the first call")
        raised = trial.got.raised(1)
        if raised is None:
            raise Finding(
                f"{_text(trial.got, 1)}, called a second time without reuse, should raise ValueError, as variable "
                "scopes do, but it returned: two layers would share weights, or take others' names, unnoticed."
            )
        if "ValueError" not in raised.types:
            raise Finding(f"{_text(trial.got, 1)}, a second time, should raise ValueError, not {raised.types[0]}.")


@asks(ask_layer, named=[Layer(2, 3, channels=3, outputs=2)])
def check_channels(trials: Trials) -> None:
    """Images may have any number of channels.

    Covers: W of shape [k_h, k_w, C_in, n_output_ch], for C_in = 3.
    """
    for trial in trials:
        _same_convolution(_fetched(trial.got)[H], trial.want.fetched()[H], "h of images with 3 channels")


@asks(ask_layer, named=[Layer(2, 3, outputs=1, known=False)])
def check_unknown_sizes(trials: Trials) -> None:
    """Batch, height and width may be unknown when the graph is built.

    Covers: the number of input channels is known; batch, height and width may not be.
    """
    for trial in trials:
        _same_convolution(_fetched(trial.got)[H], trial.want.fetched()[H], "h of images whose size is known only now")


@asks(ask_defaults, named=[Layer(4, 5, outputs=1, k_h=3, k_w=3)])
def check_defaults(trials: Trials) -> None:
    """Filters of 3 x 3, stride 1, no padding and relu, if nothing is said.

    Covers: k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding='VALID', name='conv2d'.
    """
    for trial in trials:
        op, h = _fetched(trial.got)
        _same_convolution(h, trial.want.fetched()[H], f"h of {_text(trial.got)}")
        same_array(op, np.maximum(h, 0), "op (the relu of h)", FLOAT32)
        _named_right(trial.got, 0, "conv2d")


@asks(ask_layer, drawn=mixed(), count=1)
def check_combined(trials: Trials) -> None:
    """Everything at once, called with arguments in order.

    Covers: the order of the arguments; strides, filters that are not square, channels, bias and activation together.
    """
    for trial in trials:
        op, h = _fetched(trial.got)
        (_, images), *_ = trial.program.runs[0].feeds
        _, _, _, _, s_x, s_y, _, padding, *_ = trial.program.calls[0].args
        assert isinstance(s_x, int)
        assert isinstance(s_y, int)
        want = convolving.correlate(wire.numpy(images), _assigned(trial.got, W), (s_y, s_x), str(padding))
        want = want + _assigned(trial.got, B)
        same_array(h, want, "h", FLOAT32)
        same_array(op, _ACTIVATIONS["lambda"](want), "op", FLOAT32)
