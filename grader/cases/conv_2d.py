"""What exercise 2 is asked: layers on small images of distinct whole numbers, with weights of the grader's choosing."""

from typing import Any

import msgspec
import numpy as np
from hypothesis import strategies as st
from PIL import Image

from grader import material
from grader.inside import wire
from grader.inside.wire import Call, Input, Named, Placeholder, Program, Result, Run

OP, H, W, B = range(4)


class Layer(msgspec.Struct, frozen=True):
    """One call of `conv_2D` on one image and beside it, in the same batch, an image of zeros.

    What a layer makes of the image less what it makes of the zeros is the convolution alone: no bias, whatever it is.
    Arguments that have the contract's own values are left out of the call.

    Args:
        height, width, channels: of the images, whose numbers are distinct, in an order that `seed` decides.
        activation: a name known inside, or None. The identity is no trouble to layers that can't do without one.
        weights: numbers of W: "distinct", "flat" (one number for each pair of channels: flipped it is the same), "zero"
            (then the output is the bias alone), or "initial".
        bias: numbers of b; () leaves the initial ones.
        known: whether batch, height and width of the placeholder are known.
        positional: all arguments are given by position.
    """

    height: int = 3
    width: int = 4
    channels: int = 1
    outputs: int = 2
    k_h: int = 1
    k_w: int = 1
    s_y: int = 1
    s_x: int = 1
    activation: str | None = "identity"
    padding: str = "VALID"
    name: str | None = "layer"
    weights: str = "distinct"
    bias: tuple[int, ...] = ()
    seed: int = 0
    known: bool = True
    positional: bool = False

    def of_seed(self, seed: int) -> "Layer":
        """Return a layer whose biases have other sizes, all different and above 1, and the signs that they had."""
        sizes = np.random.default_rng(seed).permutation(np.arange(2, 21)).tolist()
        bias = tuple(size if one > 0 else -size for one, size in zip(self.bias, sizes, strict=False))
        return msgspec.structs.replace(self, bias=bias)

    def images(self) -> np.ndarray:
        """Return (2, height, width, channels) float32: the image, and zeros."""
        image = distinct((self.height, self.width, self.channels), self.seed)
        return np.stack([image, np.zeros_like(image)])

    def filters(self) -> np.ndarray:
        """Return (k_h, k_w, channels, outputs) float32."""
        shape = (self.k_h, self.k_w, self.channels, self.outputs)
        if self.weights == "flat":
            return np.tile(distinct((1, 1, *shape[2:]), self.seed + 1), (self.k_h, self.k_w, 1, 1))
        return np.zeros(shape, np.float32) if self.weights == "zero" else distinct(shape, self.seed + 1)


def distinct(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return distinct whole numbers around 0, none of them 0, as a float32 array in an order that `seed` decides."""
    size = int(np.prod(shape))
    numbers = np.random.default_rng(seed).permutation(size) - size // 2
    return np.where(numbers >= 0, numbers + 1, numbers).astype(np.float32).reshape(shape)


def _call(case: Layer, **more: Any) -> Call:
    """Return the call of a case; `more` are arguments that are given whatever they are."""
    activation = None if case.activation is None else Named(case.activation)
    if case.positional:
        given = (case.outputs, case.k_w, case.k_h, case.s_x, case.s_y, activation, case.padding, case.name, None)
        return Call("conv_2D", (Input("x"), *given))
    usual = {"k_w": 3, "k_h": 3, "s_x": 1, "s_y": 1, "padding": "VALID"}
    said = {key: getattr(case, key) for key, value in usual.items() if getattr(case, key) != value}
    return Call("conv_2D", (Input("x"), case.outputs), said | {"activation": activation, "name": case.name} | more)


def _program(case: Layer, calls: list[Call], fetches: list[Result | str], layers: tuple[int, ...] = (0,)) -> Program:
    """Return a program whose run assigns W and b of the calls `layers`."""
    images = case.images()
    shape = images.shape if case.known else (None, None, None, case.channels)
    assign: list[tuple[Result, wire.Array]] = []
    if case.weights != "initial":
        assign += [(Result(call, (W,)), wire.array(case.filters())) for call in layers]
    if case.bias:
        assign += [(Result(call, (B,)), wire.array(np.array(case.bias, np.float32))) for call in layers]
    run = Run(tuple(fetches), ((Input("x"), wire.array(images)),), tuple(assign))
    return Program("", tuple(calls), (Placeholder("x", tuple(shape)),), in_graph=True, runs=(run,))


def ask_layer(case: Layer) -> Program:
    """Ask for op and h of one layer."""
    return _program(case, [_call(case)], [Result(0, (OP,)), Result(0, (H,))])


def ask_weights(case: Layer) -> Program:
    """Ask for what W begins with."""
    return _program(case, [_call(case)], [Result(0, (W,))])


def ask_bias(case: Layer) -> Program:
    """Ask for what b begins with."""
    return _program(case, [_call(case)], [Result(0, (B,))])


def ask_defaults(case: Layer) -> Program:
    """Ask for a layer with nothing said but the images and the number of outputs, by name."""
    call = Call("conv_2D", kwargs={"x": Input("x"), "n_output_ch": case.outputs})
    return _program(case, [call], [Result(0, (OP,)), Result(0, (H,))])


def ask_names(case: Layer) -> Program:
    """Ask for two layers in scopes of their own."""
    calls = [_call(case, name=name) for name in ("first", "second")]
    return _program(case, calls, [Result(0, (H,)), Result(1, (H,))], (0, 1))


UNNAMED_FOUND, UNNAMED_NEW = 2, 3
"""Calls of `ask_unnamed` without a name: with reuse=True, and without reuse."""


def ask_unnamed(case: Layer) -> Program:
    """Ask for a layer without a name; then for it by name, without a name, and for another without a name."""
    calls = [_call(case), _call(case, name="conv2d", reuse=True), _call(case, reuse=True), _call(case)]
    return _program(case, calls, [Result(0, (OP,)), Result(0, (H,))])


class Again(msgspec.Struct, frozen=True):
    """Two calls of `conv_2D` with one name; `first` and `second` are their `reuse`, "" if not said."""

    layer: Layer
    first: str = ""
    second: str = ""


_REUSE: dict[str, dict[str, Any]] = {"": {}, "True": {"reuse": True}, "AUTO_REUSE": {"reuse": Named("AUTO_REUSE")}}


def ask_again(case: Again) -> Program:
    """Ask for two layers with one name, and assign only through what the first returned.

    The first run is of the first layer, the second of both: it can't be where a layer was rightly refused.
    """
    calls = [_call(case.layer, **_REUSE[reuse]) for reuse in (case.first, case.second)]
    program = _program(case.layer, calls, [Result(0, (H,))])
    (run,) = program.runs
    both = msgspec.structs.replace(run, fetches=(Result(0, (H,)), Result(1, (H,))))
    return msgspec.structs.replace(program, runs=(run, both))


class Digits(msgspec.Struct, frozen=True):
    """Three layers in a row and their training on handwritten digits, 8 x 8 pixels: 500 to learn from, 50 to be asked.

    Strides are 1 and filters square, weights begin as ours and biases as theirs: mistakes with these cost nothing here.

    Args:
        order: seed of the order in which digits are asked; who knew it could answer without looking at them.
    """

    order: int = 0
    steps: int = 40
    length: float = 0.2

    def layers(self) -> tuple[Layer, ...]:
        """Return the layers; the last makes 10 numbers of what is left of an image, one a digit."""
        return (
            Layer(8, 8, 1, 8, 3, 3, activation="tanh", name="first"),
            Layer(6, 6, 8, 8, 3, 3, activation="tanh", name="second"),
            Layer(4, 4, 8, 10, 4, 4, name="third"),
        )

    def filters(self) -> list[np.ndarray]:
        """Return the filters that the layers begin with, (k_h, k_w, channels, outputs) float32 each."""
        random = np.random.default_rng(0)
        shapes = [(one.k_h, one.k_w, one.channels, one.outputs) for one in self.layers()]
        limits = [np.sqrt(6 / (shape[0] * shape[1] * (shape[2] + shape[3]))) for shape in shapes]
        drawn = zip(limits, shapes, strict=True)
        return [random.uniform(-limit, limit, shape).astype(np.float32) for limit, shape in drawn]


EACH_DIGIT = np.tile(np.arange(10, dtype=np.int32), 5)
"""What the images of a batch of digits show."""


def digits() -> np.ndarray:
    """Return 11 batches of the digits that ship, 5 images of each of the ten: (11, 50, 8, 8, 1) float32, -1 to 1."""
    with Image.open(material.fixtures() / "digits" / "digits.png") as sheet:
        pixels = np.asarray(sheet, np.float32) / 120 - 1
    columns = pixels.reshape(10, 8, -1, 8).transpose(2, 0, 1, 3)
    return columns[:55].reshape(11, 50, 8, 8, 1)


def ask_training(case: Digits) -> Program:
    """Ask for three layers, train them, and ask for the last one's h of digits that they have not seen."""
    calls = []
    for number, layer in enumerate(case.layers()):
        call = _call(layer, k_w=layer.k_w, k_h=layer.k_h)
        images = Result(number - 1, (OP,)) if number else Input("x")
        calls.append(msgspec.structs.replace(call, args=(images, *call.args[1:])))
    *learned, asked = digits()
    order = np.random.default_rng(case.order).permutation(EACH_DIGIT.size)
    training = wire.Training(
        images=Input("x"),
        batches=wire.array(np.stack(learned)),
        labels=wire.array(np.stack([EACH_DIGIT] * len(learned))),
        logits=Result(2, (H,)),
        variables=tuple(Result(call, (item,)) for call in range(3) for item in (W, B)),
        length=case.length,
        steps=case.steps,
        order=wire.array(order),
    )
    assign = tuple((Result(call, (W,)), wire.array(flt)) for call, flt in enumerate(case.filters()))
    run = Run((Result(2, (H,)),), ((Input("x"), wire.array(asked[order])),), assign, training=training)
    return Program("", tuple(calls), (Placeholder("x", asked.shape),), in_graph=True, runs=(run,))


EVERYTHING = Layer(
    7, 9, 2, 4, 2, 3, s_y=2, s_x=3, activation="lambda", name="whole", bias=(4, -3, 2, 7), positional=True
)  # fmt: skip
"""A layer as `mixed` draws them, but with VALID: whoever swaps its strides gets another shape."""

_seeds = st.integers(0, 10_000)
_large_seeds = st.integers(0, 2**63 - 1)
_heights, _widths = st.integers(4, 6), st.integers(7, 9)


def shuffled() -> st.SearchStrategy[Digits]:
    """Draw orders of digits, of which there are more than can be tried."""
    return st.builds(Digits, order=_large_seeds)


def strided() -> st.SearchStrategy[Layer]:
    """Draw layers whose strides differ, with filters of one number."""
    strides = st.sampled_from([(1, 2), (2, 1), (3, 1), (1, 3), (2, 3), (3, 2)])
    return strides.flatmap(
        lambda pair: st.builds(Layer, _heights, _widths, s_y=st.just(pair[0]), s_x=st.just(pair[1]), seed=_seeds)
    )


def square() -> st.SearchStrategy[Layer]:
    """Draw layers with square filters and nothing else that is special."""
    sizes = st.integers(2, 3)
    return sizes.flatmap(
        lambda size: st.builds(Layer, _heights, _widths, k_h=st.just(size), k_w=st.just(size), seed=_seeds)
    )


def tall_and_wide() -> st.SearchStrategy[Layer]:
    """Draw layers whose filters are not square, for their initial weights."""
    shapes = st.sampled_from([(1, 2), (2, 1), (2, 3), (3, 2), (4, 2), (1, 4)])
    return shapes.flatmap(
        lambda shape: st.builds(
            Layer, st.just(5), st.just(6), outputs=st.integers(5, 7), k_h=st.just(shape[0]), k_w=st.just(shape[1]),
            weights=st.just("initial"),
        )
    )  # fmt: skip


def mixed() -> st.SearchStrategy[Layer]:
    """Draw layers with everything at once, called by position.

    Of sizes where SAME and VALID differ, and where SAME pads another number of columns on the left than it would with
    stride 1.
    """
    return st.builds(
        Layer, st.just(5), st.just(8), st.just(2), st.just(4), st.just(2), st.just(3), st.just(2),
        st.just(3), st.just("lambda"), st.just("SAME"), st.just("mixed"), st.just("distinct"),
        st.just((4, -3, 2, 7)), _seeds, st.just(True), st.just(True),
    )  # fmt: skip
