"""Small networks made by hand for `classify`: a matrix of a seed, an image of a seed, and what they give."""

import functools

import msgspec
import numpy as np

from grader.cases.top5 import GREEK, PREFIX, call_of, shuffled
from grader.inside import wire

PIXELS = 18
_FIVE = 5
_STRIDE = 1_000_003
"""From one seed to the next that is tried: cases of other seeds then keep other numbers."""
_APART = 0.004
"""How far apart the probabilities of a clear network's classes are at least: rounding to three digits keeps them so."""
_FLOAT = wire.Items(("type", "float32"))
_CLASSIFY = ("graph", "image", "labels")


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
    call = call_of("classify", _CLASSIFY, given, case.by_name, **named)
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
    return case.classes <= _FIVE or all(_best(one) != _best(right) for one in given)


def _best(given: np.ndarray) -> set[int]:
    return set(np.argsort(given)[-_FIVE:].tolist())


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
