"""Checks of the convolution: filters, strides, padding, channels, sizes, and everything at once."""

import numpy as np

from grader import convolving
from grader.cases.conv_2d import EVERYTHING, B, H, Layer, W, ask_defaults, ask_layer, mixed, square, strided
from grader.check import Finding, Trials, asks
from grader.checks.conv_2d.layers import (
    ACTIVATIONS,
    assigned,
    layer_of,
    named_right,
    numbers_of,
    same_convolution,
    same_corner,
)
from grader.compare import FLOAT32, same_array
from grader.evidence import Numbers
from grader.inside import wire
from grader.phrase import phrase


@asks(ask_layer, named=[Layer(k_h=2, k_w=2, activation="relu")])
def check_four(trials: Trials) -> None:
    """The layer returns four things: op, h, w and b.

    Covers: returns (op, h, w, b): h, before the activation, comes second, then W with its four axes and b with one.
    """
    for trial in trials:
        layer = layer_of(trial.got)
        w, b = layer[W].shape, layer[B].shape
        if w is None or len(w) != 4:
            raise Finding(phrase("W, the third thing, should have four axes, but its shape is {shape}.", shape=w))
        if b is None or len(b) != 1:
            raise Finding(phrase("B, the fourth thing, should have one axis, but its shape is {shape}.", shape=b))
        same_convolution(numbers_of(trial.got)[H], trial.want.fetched()[H], phrase("h, the second thing"))


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
        got, want = numbers_of(trial.got)[H], trial.want.fetched()[H]
        (_, images), *_ = trial.program.runs[0].feeds
        swapped = (-(-images.shape[1] // s_x), -(-images.shape[2] // s_y))
        if got.ndim == 4 and got.shape != want.shape and got.shape[1:3] == swapped:
            other = phrase(
                "h should have shape {want} for strides s_x={s_x} along the width and s_y={s_y} along the "
                "height, but it has shape {got}: the strides moved along the wrong axes.",
                want=want.shape, s_x=s_x, s_y=s_y, got=got.shape,
            )  # fmt: skip
            raise Finding(other, evidence=Numbers("h", got[:1], want[:1]))
        what = phrase("h for strides s_x={s_x} along the width and s_y={s_y} along the height", s_x=s_x, s_y=s_y)
        same_convolution(got, want, what)


@asks(ask_layer, named=[Layer(3, 4, k_h=2, k_w=2, outputs=1)], drawn=square(), count=1)
def check_convolution(trials: Trials) -> None:
    """The output is the convolution of the images with W.

    Covers: h is the convolution plus bias; against NumPy, with square filters and stride 1.
    """
    for trial in trials:
        (_, images), *_ = trial.program.runs[0].feeds
        want = convolving.correlate(wire.numpy(images), assigned(trial.got, W))
        same_convolution(numbers_of(trial.got)[H], want, "h")


@asks(
    ask_layer,
    named=[
        *(Layer(4, 5, outputs=1, k_h=3, k_w=3, padding=padding) for padding in ("VALID", "SAME")),
        Layer(4, 5, outputs=1, k_h=2, k_w=2, padding="SAME"),
    ],
)
def check_padding(trials: Trials) -> None:
    """The padding is the one that was asked for.

    Covers: padding 'VALID' and 'SAME', against NumPy; of filters of even sizes too, where 'SAME' pads one side more.
    """
    for trial in trials:
        padding = str(trial.program.calls[0].kwargs.get("padding", "VALID"))
        (_, images), *_ = trial.program.runs[0].feeds
        want = convolving.correlate(wire.numpy(images), assigned(trial.got, W), padding=padding)
        same_convolution(numbers_of(trial.got)[H], want, phrase("h with padding={padding}", padding=repr(padding)))


@asks(ask_layer, named=[Layer(4, 5, channels=3, outputs=2, k_h=2, k_w=2, weights="flat")])
def check_channels(trials: Trials) -> None:
    """Images may have any number of channels.

    Covers: W of shape [k_h, k_w, C_in, n_output_ch], for C_in = 3. Padding and flips make no difference.
    """
    for trial in trials:
        same_corner(numbers_of(trial.got)[H], trial.want.fetched()[H], phrase("h of images with 3 channels"))


@asks(ask_layer, named=[Layer(3, 4, outputs=1, k_h=2, k_w=2, weights="flat", known=False)])
def check_unknown_sizes(trials: Trials) -> None:
    """Batch, height and width may be unknown when the graph is built.

    Covers: the number of input channels is known; batch, height and width may not be. Padding and flips make no
    difference.
    """
    for trial in trials:
        what = phrase("h of images whose size is known only now")
        same_corner(numbers_of(trial.got)[H], trial.want.fetched()[H], what)


@asks(ask_defaults, named=[Layer(4, 5, outputs=1, k_h=3, k_w=3)])
def check_defaults(trials: Trials) -> None:
    """Filters of 3 x 3, stride 1, no padding and relu, if nothing is said.

    Covers: k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding='VALID', name='conv2d'. It is called with x and
    n_output_ch by name.
    """
    for trial in trials:
        op, h = numbers_of(trial.got)
        same_convolution(h, trial.want.fetched()[H], phrase("h of {call}", call=trial.got.call_text()))
        same_array(op, np.maximum(h, 0), phrase("op (the relu of h)"), FLOAT32)
        named_right(trial.got, 0, "conv2d")


@asks(ask_layer, named=[EVERYTHING], drawn=mixed(), count=1)
def check_combined(trials: Trials) -> None:
    """Everything at once, called with arguments in order.

    Covers: the order of the arguments; strides, filters that are not square, channels, bias and activation together;
    with either padding.
    """
    for trial in trials:
        op, h = numbers_of(trial.got)
        (_, images), *_ = trial.program.runs[0].feeds
        _, _, _, _, s_x, s_y, _, padding, *_ = trial.program.calls[0].args
        assert isinstance(s_x, int)
        assert isinstance(s_y, int)
        want = convolving.correlate(wire.numpy(images), assigned(trial.got, W), (s_y, s_x), str(padding))
        want = want + assigned(trial.got, B)
        same_array(h, want, "h", FLOAT32)
        same_array(op, ACTIVATIONS["lambda"](want), "op", FLOAT32)
