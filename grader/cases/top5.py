"""What the top-five exercise is asked: lists of probabilities, and the models that ship. Networks are in `top5_nets`.

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
WORDS = (
    "acorn", "badger", "bamboo", "beetle", "cactus", "candle", "carrot", "castle", "cello", "clover", "cobra", "comet",
    "dahlia", "dolphin", "falcon", "fern", "fiddle", "glacier", "hammer", "heron", "iris", "jaguar", "kettle", "kiwi",
    "lantern", "lemon", "lynx", "magpie", "maple", "marble", "needle", "nutmeg", "orchid", "otter", "parrot", "pebble",
    "pepper", "piano", "quail", "quince", "rabbit", "raven", "saddle", "salmon", "teapot", "thistle", "tulip", "turtle",
    "umbrella", "violin", "walnut", "walrus", "whistle", "yarrow", "zebra", "zinnia",
)  # fmt: skip
"""What classes of named cases are called, as a seed decides."""
_SIZES = {
    "astronaut.png": (512, 512), "chelsea.png": (300, 451), "coffee.png": (400, 600),
    "motorcycle_left.png": (500, 741), "rocket.jpg": (427, 640),
}  # fmt: skip
IMAGES = tuple(_SIZES)


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

    def of_seed(self, seed: int) -> "Scores":
        """Return the same probabilities of classes in another order; of a few classes the names are others, too.

        Ties stay ties, and equal names equal. What was in no order that a sort would give is in none again.
        """
        random = np.random.default_rng(seed)
        before = self.labels or shuffled(len(self.parts))
        names = {one: one for one in before}
        if len(before) <= len(GREEK):
            names = dict(zip(names, random.permutation(WORDS).tolist(), strict=False))
        while True:
            order = random.permutation(len(before))
            parts, labels = tuple(self.parts[i] for i in order), tuple(names[before[i]] for i in order)
            if _mixed(parts) >= _mixed(self.parts) and _mixed(labels) >= _mixed(before):
                return msgspec.structs.replace(self, parts=parts, labels=labels)


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

    def of_seed(self, seed: int) -> "Picture":
        """Return the same window with others of its pixels."""
        down, right = np.random.default_rng(seed).integers(self.step, size=2).tolist()
        return msgspec.structs.replace(self, top=self.top + down, left=self.left + right)


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
    return call_of("top_k", _TOP_K, (wire.array(held[np.newaxis] if case.row else held), labels, *rest), case.by_name)


_TOP_K = ("probabilities", "labels", "k")


def call_of(
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


def _mixed(found: tuple[int, ...] | tuple[str, ...]) -> bool:
    """Tell whether numbers or names are in no order that a sort would give."""
    ordered = sorted(found)
    return list(found) not in (ordered, ordered[::-1])


def scores(dtype: str = "float64", most: int = 5) -> st.SearchStrategy[Scores]:
    """Return calls with 5 classes, or more of them, of which 5 are asked for."""
    drawn = st.integers(5, most).flatmap(probabilities)
    return st.builds(Scores, drawn, k=st.just(5), dtype=st.just(dtype))


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
