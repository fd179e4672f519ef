"""From what a judge compared to an exhibit: the plane with the first wrong number, the input that it comes from."""

import math

import msgspec
import numpy as np

from grader import exhibit
from grader.exhibit import Exhibit, Field, Grid, Planes, Sliding
from grader.inside import wire
from grader.observation import Observation, Observed

RIGHT = "A right answer"
_MOST_AXES = 8
_MOST_STAGES = 16


class Numbers(msgspec.Struct, frozen=True):
    """Two arrays that should be the same; `close` says where they are, None if their shapes differ."""

    what: str
    got: np.ndarray
    want: np.ndarray
    close: np.ndarray | None = None


class Layer(msgspec.Struct, frozen=True):
    """What slides over what in a program.

    Args:
        images: (batch, height, width, channels).
        filters: (k_h, k_w, channels, outputs), or `size` alone where nobody assigned any.
    """

    images: np.ndarray
    size: tuple[int, int]
    filters: np.ndarray | None = None
    strides: tuple[int, int] = (1, 1)
    padding: str = "VALID"


Evidence = Numbers | Exhibit


def exhibit_of(evidence: Evidence | None, program: wire.Program) -> Exhibit | None:
    """Return what to show of a comparison, None where a picture would say no more than the sentence.

    Args:
        program: that was run, to show what the numbers come from.
    """
    match evidence:
        case Numbers(close=None):
            return _shapes(evidence, program)
        case Numbers():
            return _planes(evidence, program)
    return evidence


def _planes(numbers: Numbers, program: wire.Program) -> Planes | None:
    assert numbers.close is not None
    wrong = np.argwhere(~numbers.close)
    if not len(wrong) or numbers.got.ndim == 0 or numbers.want.dtype.kind == "c" or numbers.got.dtype.kind == "c":
        return None
    index = tuple(int(i) for i in wrong[0])
    planes = [_plane(held, index) for held in (numbers.got, numbers.want, numbers.close)]
    got, want, close = planes
    if got is None or want is None or close is None:
        return None
    place = _in_plane(index)
    top, left = _window(want.shape, place)
    rows = close[top : top + exhibit.ROWS, left : left + exhibit.COLUMNS]
    return Planes(
        exhibit.name(numbers.what),
        tuple(numbers.got.shape),
        tuple(numbers.want.shape),
        grid(got, (top, left)),
        grid(want, (top, left)),
        grid(_difference(got, want, close), (top, left)),
        tuple("".join(".x"[not one] for one in row) for row in rows),
        place,
        index,
        len(wrong),
        _sliding(layer(program), numbers.want.shape, index),
    )


def _difference(got: np.ndarray, want: np.ndarray, close: np.ndarray) -> np.ndarray:
    """Return one plane less the other, 0 where they are as good as equal: last bits are not the same at every run."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(close, 0.0, got.astype(np.float64) - want.astype(np.float64))


def _shapes(numbers: Numbers, program: wire.Program) -> Planes | None:
    """Return an exhibit of arrays of different shapes, if the wanted one has a plane to be drawn."""
    want = _plane_grid(numbers.want)
    if want is None:
        return None
    return Planes(
        exhibit.name(numbers.what),
        tuple(numbers.got.shape)[:_MOST_AXES],
        tuple(numbers.want.shape),
        got=_plane_grid(numbers.got),
        want=want,
        sliding=_sliding(layer(program), numbers.want.shape),
    )


def asked(program: wire.Program, want: Observation) -> Planes | None:
    """Return what was asked for where nothing came that could be compared: what slides over what, and gives what."""
    found = layer(program)
    if found is None or not isinstance(want, Observed) or (found.size == (1, 1) and found.strides == (1, 1)):
        return None
    for array in _answers(want):
        sliding = _sliding(found, array.shape)
        if sliding is not None and sliding.stages:
            return Planes(RIGHT, None, tuple(array.shape), want=_plane_grid(array), sliding=sliding)
    return None


def _answers(want: Observed) -> list[np.ndarray]:
    """Return the arrays of an answer: what the graph gave, the layer's `h` first, or what the first call returned."""
    if want.runs and isinstance(want.runs[0], wire.Ran):
        return [wire.numpy(value) for value in reversed(want.runs[0].values)]
    first = want.calls[0]
    returned = wire.from_wire(first.value) if isinstance(first, wire.Returned) else None
    return [item for item in returned if isinstance(item, np.ndarray)] if isinstance(returned, list) else []


def _plane_grid(array: np.ndarray) -> Grid | None:
    if array.dtype.kind == "c" or not 2 <= array.ndim <= 4 or not array.size:
        return None
    plane = _plane(array, (0,) * array.ndim)
    return None if plane is None else grid(plane)


def _plane(array: np.ndarray, index: tuple[int, ...]) -> np.ndarray | None:
    """Return the plane of an array that a place is in: rows and columns of an image, a list as one row."""
    if not 1 <= array.ndim <= 4:
        return None
    every = slice(None)
    picked = {1: (np.newaxis,), 2: (), 3: (every, every, index[-1]), 4: (index[0], every, every, index[-1])}
    plane: np.ndarray = array[picked[array.ndim]]
    return plane


def _in_plane(index: tuple[int, ...]) -> tuple[int, int]:
    match len(index):
        case 1:
            return 0, index[0]
        case 4:
            return index[1], index[2]
    return index[0], index[1]


def _window(shape: tuple[int, ...], place: tuple[int, int]) -> tuple[int, int]:
    """Return where to begin, so that a place is in the window and the window in the plane."""
    top, left = (
        max(0, min(at - most // 2, size - most))
        for at, size, most in zip(place, shape, (exhibit.ROWS, exhibit.COLUMNS), strict=True)
    )
    return top, left


def grid(plane: np.ndarray, start: tuple[int, int] = (0, 0)) -> Grid:
    """Return a window of a plane as text."""
    top, left = start
    window = plane[top : top + exhibit.ROWS, left : left + exhibit.COLUMNS].astype(np.float64)
    rows = tuple(" ".join(map(exhibit.number, row)) for row in window.tolist())
    return Grid(plane.shape[0], plane.shape[1], rows, top, left)


def layer(program: wire.Program) -> Layer | None:
    """Return what a program's first call slides over what; None if it does no such thing, or there is no input."""
    if not program.calls:
        return None
    call = program.calls[0]
    fed = {key.name: wire.numpy(value) for run in program.runs[:1] for key, value in run.feeds
           if isinstance(key, wire.Input)}  # fmt: skip
    match call.function:
        case "conv_2D" if "x" in fed:
            order = ("x", "n_output_ch", "k_w", "k_h", "s_x", "s_y", "activation", "padding")
            said = {"k_w": 3, "k_h": 3, "s_x": 1, "s_y": 1, "padding": "VALID"}
            given = said | dict(zip(order, call.args, strict=False)) | call.kwargs
            size, strides = ((int(given[f"{one}_{a}"]), int(given[f"{one}_{b}"])) for one, a, b in ("khw", "syx"))  # type: ignore[call-overload]
            assigned = [wire.numpy(value) for to, value in program.runs[0].assign
                        if isinstance(to, wire.Result) and to.path == (2,)]  # fmt: skip
            filters = assigned[0] if assigned else None
            return Layer(fed["x"], size, filters, strides, str(given["padding"]))
        case "chain_convolutions" if {"x", "flt"} <= set(fed):
            return Layer(fed["x"], _size(fed["flt"]), fed["flt"])
        case "apply_filter" if None not in (call.given(0, "image"), call.given(1, "kernel")):
            image, kernel = (
                np.asarray(wire.from_wire(value), np.float64)
                for value in (call.given(0, "image"), call.given(1, "kernel"))
            )
            return Layer(image[np.newaxis, :, :, np.newaxis], _size(kernel), kernel[:, :, np.newaxis, np.newaxis])
    return None


def _size(filters: np.ndarray) -> tuple[int, int]:
    return filters.shape[0], filters.shape[1]


def _sliding(found: Layer | None, shape: tuple[int, ...], index: tuple[int, ...] | None = None) -> Sliding | None:
    """Return how a layer's filter slides to an output of a shape, and from where it looks at a place of it."""
    if found is None or len(shape) not in (2, 4):
        return None
    size = shape[1:3] if len(shape) == 4 else shape
    stages = _stages(found, size)
    if stages is None:
        return None
    batch, channel = (index[0], index[3]) if index is not None and len(index) == 4 else (0, 0)
    channels = found.images.shape[3]
    # Where each channel goes its own way, the one that the number is in; where they are added up, one of them.
    drawn = min(channel, channels - 1)
    image = found.images[min(batch, len(found.images) - 1), :, :, drawn]
    field = None
    start = (0, 0)
    if index is not None:
        field = _field(found, stages, _in_plane(index), image.shape)
        start = _window(image.shape, (field.top + field.height // 2, field.left + field.width // 2))
    kernel = Grid(*found.size)
    if found.filters is not None and found.filters.size:
        inputs, outputs = found.filters.shape[2:]
        kernel = grid(found.filters[:, :, min(drawn, inputs - 1), min(channel, outputs - 1)])
    return Sliding(grid(image, start), kernel, found.strides, found.padding, stages, field, drawn, channels)


def _stages(found: Layer, size: tuple[int, ...]) -> int | None:
    """Return how many times the filter slides to give an output of that size."""
    height, width = found.images.shape[1:3]
    if found.padding == "SAME" or found.strides != (1, 1):
        once = tuple(
            _out(n, k, s, found.padding) for n, k, s in zip((height, width), found.size, found.strides, strict=True)
        )
        return 1 if once == tuple(size) else None
    (k_h, k_w) = found.size
    fits = [n for n in range(_MOST_STAGES) if (height - n * (k_h - 1), width - n * (k_w - 1)) == tuple(size)]
    return (1 if 1 in fits else fits[0]) if fits else None


def _out(size: int, kernel: int, stride: int, padding: str) -> int:
    return math.ceil(size / stride) if padding == "SAME" else math.ceil((size - kernel + 1) / stride)


def _field(found: Layer, stages: int, place: tuple[int, int], size: tuple[int, ...]) -> Field:
    starts, sizes = [], []
    for at, n, k, stride in zip(place, size, found.size, found.strides, strict=True):
        before = max((math.ceil(n / stride) - 1) * stride + k - n, 0) // 2 if found.padding == "SAME" else 0
        starts.append(at * stride - before)
        sizes.append(stages * (k - 1) + 1)
    return Field(*starts, *sizes)
