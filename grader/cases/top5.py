"""What the top-five exercise is asked: lists of probabilities, a small network made by hand, and the models that ship.

Probabilities are multiples of 1/1024, so that they are the same numbers in float32 and float64.
"""

import functools
import math

import msgspec
import numpy as np
from hypothesis import strategies as st
from PIL import Image

from grader import material
from grader.inside import wire

ONE = 1024
PREFIX = "inception"
GREEK = ("gamma", "theta", "alpha", "mu", "zeta", "kappa", "beta", "iota", "delta", "lambda", "epsilon", "eta")
PIXELS = 18
FIVE = 5
_STRIDE = 1_000_003
"""From one seed to the next that is tried: cases of other seeds then keep other numbers."""
_APART = 0.004
"""How far apart the probabilities of a clear network's classes are at least: rounding to three digits keeps them so."""
_SIZES = {
    "astronaut.png": (512, 512), "chelsea.png": (300, 451), "coffee.png": (400, 600),
    "motorcycle_left.png": (500, 741), "rocket.jpg": (427, 640),
}  # fmt: skip
IMAGES = tuple(_SIZES)
_FLOAT = wire.Items(("type", "float32"))


class Scores(msgspec.Struct, frozen=True):
    """One call of `top_k`.

    Args:
        parts: each class's probability, in 1/1024.
        labels: each class's name; those of `shuffled` if there are none.
        k: None leaves the argument out.
        dtype: of the array.
        row: give an array of shape (1, C).
        by_name: give the arguments by name.
    """

    parts: tuple[int, ...]
    labels: tuple[str, ...] = ()
    k: int | None = None
    dtype: str = "float64"
    row: bool = False
    by_name: bool = False


class Net(msgspec.Struct, frozen=True):
    """A call of `classify` on a network made by hand: 18 numbers in, a matrix product, a softmax, two heads.

    The network takes what has 18 numbers in any shape, so that it doesn't mind how the image was made a batch.

    Args:
        seed: of the matrix, and of the image; the first from this one on that leaves no doubt which classes are best.
        shown: of the image, where it is another one.
        entrances: whether there are other placeholders, one before and one behind.
        classes: how many.
        k: None leaves the argument out.
        names: the prefix, and the names of the input and the output tensor, given to `classify` where they are not
            'inception', 'input' and 'output'.
        times: how many times in a row.
        finalized: whether the graph is.
        ties: whether each class has a twin of the same probability.
        by_name: give all arguments by name.
    """

    seed: int
    classes: int = 8
    k: int | None = None
    names: tuple[str, str, str] = (PREFIX, "input", "output")
    times: int = 1
    finalized: bool = False
    ties: bool = False
    shown: int | None = None
    entrances: bool = False
    by_name: bool = False


class Picture(msgspec.Struct, frozen=True):
    """A call of `classify` on a shipped model: one of the fixture images, every `step`th pixel of a window of it.

    Args:
        image: the file's name.
        top, left, height, width: the window, in pixels.
    """

    model: str
    image: str
    top: int
    left: int
    height: int
    width: int
    step: int


def ask_top_k(case: Scores) -> wire.Program:
    """Ask for the best few."""
    return wire.Program("", (top_k_call(case),))


def ask_each(cases: tuple[Scores, ...]) -> wire.Program:
    """Ask for the best few, several times in one program."""
    return wire.Program("", tuple(map(top_k_call, cases)))


def top_k_call(case: Scores) -> wire.Call:
    """Return the call that a case describes."""
    held = np.array(case.parts, case.dtype) / np.array(ONE, case.dtype)
    rest = () if case.k is None else (case.k,)
    labels = wire.Items(case.labels or shuffled(len(case.parts)))
    return _call("top_k", _TOP_K, (wire.array(held[np.newaxis] if case.row else held), labels, *rest), case.by_name)


_TOP_K = ("probabilities", "labels", "k")
_CLASSIFY = ("graph", "image", "labels")


def _call(
    function: str, names: tuple[str, ...], given: tuple[wire.Value, ...], by_name: bool, **more: wire.Value
) -> wire.Call:
    """Return a call with what is given, by position or by name, and what is said by name anyway."""
    if by_name:
        return wire.Call(function, kwargs=dict(zip(names, given, strict=False)) | more)
    return wire.Call(function, given, more)


def shuffled(count: int) -> tuple[str, ...]:
    """Return that many names, in an order that is neither the alphabet's nor its reverse, from the first three on."""
    if count <= len(GREEK):
        return GREEK[:count]
    prime = 97 if count <= 97 else 997
    return tuple(f"c{(i * 23 + 40) % prime:02}" for i in range(count))


def ask_nets(cases: tuple[Net, ...]) -> wire.Program:
    """Ask for the classes of noise by networks made by hand, one call each."""
    return wire.Program("", tuple(map(_net_call, cases)))


def _net_call(case: Net) -> wire.Call:
    prefix, source, output = case.names
    graph = wire.Model(nodes=network(case), prefix=prefix, finalized=case.finalized)
    named: dict[str, wire.Value] = {} if case.k is None else {"k": case.k}
    if (prefix, source) != (PREFIX, "input"):
        named["input_name"] = f"{prefix}/{source}:0"
    if (prefix, output) != (PREFIX, "output"):
        named["output_name"] = f"{prefix}/{output}:0"
    given = (graph, wire.array(noise(case)), wire.Items(net_labels(case)))
    call = _call("classify", _CLASSIFY, given, case.by_name, **named)
    return msgspec.structs.replace(call, repeat=case.times)


def noise(case: Net) -> np.ndarray:
    """Return the image of a case, (2, 3, 3) float32, minus 117."""
    return _noise(_clear(case) if case.shown is None else case.shown)


def _noise(seed: int) -> np.ndarray:
    return (np.random.RandomState(seed).randint(0, 256, (2, 3, 3)) - 117).astype(np.float32)


def net_labels(case: Net) -> tuple[str, ...]:
    """Return the names of a case's classes: two of them are cranes where there are ties."""
    names = shuffled(case.classes)
    return (*names[:-2], "crane", "crane") if case.ties else names


def weights(case: Net) -> np.ndarray:
    """Return the matrix of a case's network, (18, classes) float32; a class and its twin have the same column."""
    drawn = _weights(_clear(case), case.classes)
    if case.ties:
        drawn[:, 1::2] = drawn[:, 0::2]
    return drawn


def _weights(seed: int, classes: int) -> np.ndarray:
    """Return a matrix whose columns add up to 0: brightness and contrast do not change which classes are best."""
    drawn = np.random.RandomState(seed + 1).randint(-9, 10, (PIXELS, classes)) / 2048
    return np.asarray(drawn - drawn.mean(axis=0), np.float32)


@functools.cache
def _clear(case: Net) -> int:
    """Return the first seed from a case's own on that leaves no doubt, where there are few classes and no ties.

    No two classes are nearly as probable, so that which are best is no matter of rounding; and an image that is turned,
    or shown in other colours, has other best classes. So what a check asks besides depends on no luck.
    """
    seed = case.seed
    while case.classes <= len(GREEK) and not case.ties and not _tells(case, seed):
        seed += _STRIDE
    return seed


def _tells(case: Net, seed: int) -> bool:
    image, matrix, output = _noise(seed), _weights(seed, case.classes), case.names[2]
    right = _softmax(image, matrix, output)
    if np.diff(np.sort(right)).min() <= _APART:
        return False
    others = [image[:, :, ::-1], image[::-1], image.transpose(1, 0, 2), image.astype(np.int32).astype(np.uint8)]
    given = [*(_softmax(other, matrix, output) for other in others), right + _softmax(image[:, ::-1], matrix, output)]
    return case.classes <= FIVE or all(_best(one) != _best(right) for one in given)


def _best(given: np.ndarray) -> set[int]:
    return set(np.argsort(given)[-FIVE:].tolist())


def network(case: Net) -> wire.Nodes:
    """Return the network of a case: `input` and `image` to `output`, and to `second`, which is of the negated sums."""
    matrix = wire.array(weights(case))
    shape = wire.array(np.array([-1, PIXELS], np.int32))
    source = case.names[1]
    before, behind = (
        (wire.Node(name, "Placeholder", (), {"dtype": _FLOAT}),) if case.entrances else () for name in ("x", "y")
    )
    return wire.Nodes(
        (
            *before,
            wire.Node(source, "Placeholder", (), {"dtype": _FLOAT}),
            wire.Node("shape", "Const", (), {"dtype": wire.Items(("type", "int32")), "value": shape}),
            wire.Node("flat", "Reshape", (source, "shape"), {"T": _FLOAT, "Tshape": wire.Items(("type", "int32"))}),
            wire.Node("weights", "Const", (), {"dtype": _FLOAT, "value": matrix}),
            wire.Node("sums", "MatMul", ("flat", "weights"), {"T": _FLOAT}),
            wire.Node("output", "Softmax", ("sums",), {"T": _FLOAT}),
            wire.Node("negated", "Neg", ("sums",), {"T": _FLOAT}),
            wire.Node("second", "Softmax", ("negated",), {"T": _FLOAT}),
            *behind,
        ),
        producer=1286,
    )


def net_probabilities(case: Net) -> np.ndarray:
    """Return what a case's network gives, (classes,) float64, computed without TensorFlow."""
    return _softmax(noise(case), weights(case), case.names[2])


def _softmax(image: np.ndarray, matrix: np.ndarray, output: str) -> np.ndarray:
    sums = image.astype(np.float64).ravel() @ matrix.astype(np.float64)
    powers = np.exp((sums if output == "output" else -sums) - np.abs(sums).max())
    return np.asarray(powers / powers.sum())


def ask_picture(case: Picture) -> wire.Program:
    """Ask what a shipped model sees in a picture."""
    graph = wire.Model(case.model, prefix=PREFIX)
    args = (graph, wire.array(pixels(case)), wire.Items(model_labels(case.model)))
    return wire.Program("", (wire.Call("classify", args),))


def pixels(case: Picture) -> np.ndarray:
    """Return the window of a case's image, (H, W, 3) float32, minus 117."""
    rows = slice(case.top, case.top + case.height, case.step)
    columns = slice(case.left, case.left + case.width, case.step)
    return np.ascontiguousarray(_image(case.image)[rows, columns].astype(np.float32) - np.float32(117))


@functools.cache
def _image(name: str) -> np.ndarray:
    with Image.open(material.fixtures() / "images" / name) as image:
        return np.asarray(image.convert("RGB"))


@functools.cache
def model_labels(name: str) -> tuple[str, ...]:
    """Return the names of a shipped model's classes."""
    file = "tiny_labels.txt" if name == "tiny" else "imagenet_labels.txt"
    return tuple((material.fixtures() / "models" / file).read_text(encoding="utf-8").splitlines())


def probabilities(classes: int, ties: bool = False) -> st.SearchStrategy[tuple[int, ...]]:
    """Return probabilities in 1/1024 that add up to at most 1, all different, or (`ties`) of three values."""
    if ties:
        return st.lists(st.sampled_from((8, 16, 24)), min_size=classes, max_size=classes).map(tuple)
    most = 2 * ONE // (classes * (classes + 1))
    steps = st.lists(st.integers(1, most), min_size=classes, max_size=classes)
    rising = steps.map(lambda drawn: [sum(drawn[: i + 1]) for i in range(classes)])
    return rising.flatmap(st.permutations).map(tuple).filter(_mixed)


def _mixed(parts: tuple[int, ...]) -> bool:
    return list(parts) not in (sorted(parts), sorted(parts, reverse=True))


def scores(dtype: str = "float64", row: bool = False, most: int = 5) -> st.SearchStrategy[Scores]:
    """Return calls with 5 classes, or more of them, of which 5 are asked for."""
    drawn = st.integers(5, most).flatmap(probabilities)
    return st.builds(Scores, drawn, k=st.just(5), dtype=st.just(dtype), row=st.just(row))


def tied_scores() -> st.SearchStrategy[Scores]:
    """Return calls with many equal probabilities, enough of them for a sort that is not stable to shuffle them."""
    drawn = probabilities(36, ties=True)
    return st.builds(Scores, drawn, k=st.just(36))


def windows() -> st.SearchStrategy[Picture]:
    """Return windows of the fixture images for the tiny model, of which five classes are asked for."""
    height, width, step = 96, 144, 12

    def of(name: str) -> st.SearchStrategy[Picture]:
        rows, columns = _SIZES[name]
        tops, lefts = st.integers(0, rows - height), st.integers(0, columns - width)
        return st.builds(Picture, *map(st.just, ("tiny", name)), tops, lefts, *map(st.just, (height, width, step)))

    return st.sampled_from(sorted(_SIZES)).flatmap(of)


def whole(name: str, model: str = "tiny", side: int = 300, step: int = 20) -> Picture:
    """Return a window in the middle of an image, `side` pixels high and 4/3 as wide, at most the image."""
    rows, columns = _SIZES[name]
    height, width = min(rows, side), min(columns, math.floor(side * 4 / 3))
    return Picture(model, name, (rows - height) // 2, (columns - width) // 2, height, width, step)
