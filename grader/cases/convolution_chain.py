"""What exercise 1 is asked: chains on small images of distinct numbers, and `apply_filter` on a piece of Chelsea."""

import functools
from typing import Any

import msgspec
import numpy as np
from hypothesis import strategies as st
from PIL import Image

from grader import material
from grader.inside import wire
from grader.inside.wire import Call, Input, Placeholder, Program, Result, Run

Kernel = tuple[tuple[int, ...], ...]

DOUBLE: Kernel = ((2,),)
TRIPLE: Kernel = ((3,),)
NEGATIVE: Kernel = ((-2,),)
ROUND: Kernel = ((1, 2, 1), (2, 3, 2), (1, 2, 1))


class Chain(msgspec.Struct, frozen=True):
    """One call of `chain_convolutions`.

    Args:
        height, width: of the images, whose numbers are 1, 2, 3, … in an order that `seed` decides.
        kernel: the filter's rows. One number makes a check indifferent to padding, flips and shapes.
        n: how many stages; None: not said.
        fetched: of how many results the numbers are wanted; None: of all. Where the number of stages is not what is
            asked about, it is less than n - 1, so that a list that is too short by one still shows the rest.
        impulse: the row and column of the only 1 in images that are 0 elsewhere.
        signed: images have numbers on both sides of 0.
    """

    height: int
    width: int
    kernel: Kernel
    n: int | None = 3
    fetched: int | None = 2
    batch: int = 1
    seed: int = 0
    impulse: tuple[int, int] | None = None
    signed: bool = False

    def of_seed(self, seed: int) -> "Chain":
        """Return a chain whose single 1 is a pixel or none further down and right, with a filter of other numbers.

        Without a single 1 it is the image that differs. Numbers are from 1 to 9; those that
        are equal stay equal, others stay different, and it does not become a column times a row.
        """
        if self.impulse is None:
            return self
        random = np.random.default_rng(seed)
        kinds = np.unique(np.array(self.kernel), return_inverse=True)[1].reshape(np.shape(self.kernel))
        kernel = np.zeros_like(kinds)
        while np.linalg.matrix_rank(kernel) < 2:
            kernel = (random.permutation(9) + 1)[kinds]
        row, column = (np.array(self.impulse) + random.integers(0, 2, 2)).tolist()
        return msgspec.structs.replace(self, kernel=tuple(map(tuple, kernel.tolist())), impulse=(row, column))

    def images(self) -> np.ndarray:
        """Return (batch, height, width, 1) float32."""
        shape = (self.batch, self.height, self.width, 1)
        if self.impulse is not None:
            still = np.zeros(shape, np.float32)
            still[:, self.impulse[0], self.impulse[1]] = 1
            return still
        return distinct(shape, self.seed) - (np.prod(shape) // 2 if self.signed else 0)

    def flt(self) -> np.ndarray:
        """Return (k_h, k_w, 1, 1) float32."""
        return np.array(self.kernel, np.float32)[:, :, np.newaxis, np.newaxis]


def distinct(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return the numbers 1, 2, 3, … as a float32 array in an order that `seed` decides."""
    size = int(np.prod(shape))
    return (np.random.default_rng(seed).permutation(size) + 1).astype(np.float32).reshape(shape)


def _program(case: Chain, calls: list[Call], fetches: list[Result], inputs: list[np.ndarray]) -> Program:
    flt = case.flt()
    runs = [
        Run(tuple(fetches), ((Input("x"), wire.array(images)), (Input("flt"), wire.array(flt)))) for images in inputs
    ]
    placeholders = (Placeholder("x", case.images().shape), Placeholder("flt", flt.shape))
    return Program("", tuple(calls), placeholders, in_graph=True, runs=tuple(runs))


def _fetches(case: Chain, call: int = 0) -> list[Result]:
    count = case.fetched
    if count is None:
        count = 4 if case.n is None else case.n
    return [Result(call, (i,)) for i in range(count)]


def _call(n: int | None) -> Call:
    """Return a call for n stages; one that doesn't say how many gives the rest by name."""
    if n is None:
        return Call("chain_convolutions", kwargs={"x": Input("x"), "flt": Input("flt")})
    return Call("chain_convolutions", (Input("x"), Input("flt")), {"n": n})


def ask_chain(case: Chain) -> Program:
    """Ask for one chain, and run all its stages with filter and images given only now."""
    return _program(case, [_call(case.n)], _fetches(case), [case.images()])


def ask_nothing(case: Chain) -> Program:
    """Ask for a chain of no stages, and for a real one beside it."""
    return _program(case, [_call(0), _call(case.n)], _fetches(case, 1), [case.images()])


def ask_scaled(case: Chain) -> Program:
    """Ask for one chain, and run it on images and on -2 times these."""
    return _program(case, [_call(case.n)], _fetches(case), [case.images(), -2 * case.images()])


SHIFT = (2, 3)
"""Rows and columns by which `ask_shifted` moves an image down and to the right."""


def ask_shifted(case: Chain) -> Program:
    """Ask for one chain, and run it on images with a single 1 and on the same with the 1 moved by `SHIFT`."""
    assert case.impulse is not None
    images = case.images()
    return _program(case, [_call(case.n)], _fetches(case), [images, np.roll(images, SHIFT, (1, 2))])


class Apply(msgspec.Struct, frozen=True):
    """One call of `apply_filter` on a small image, given as an array of `dtype` or, if that is "list", nested lists.

    An image of whole numbers comes with a kernel that is half as large, of float64.
    """

    height: int
    width: int
    kernel: Kernel
    n: int = 2
    seed: int = 0
    dtype: str = "float32"


def ask_apply(case: Apply) -> Program:
    """Ask for the pictures of a small image."""
    image = distinct((case.height, case.width), case.seed) / 2
    kernel = np.array(case.kernel)
    if np.issubdtype(np.dtype(case.dtype.replace("list", "float64")), np.integer):
        whole = (2 * image).astype(case.dtype)
        return Program("", (Call("apply_filter", (wire.array(whole), wire.array(kernel / 2)), {"n": case.n}),))
    given: list[Any] = [image.tolist(), kernel.astype(float).tolist()]
    if case.dtype != "list":
        given = [image.astype(case.dtype), kernel.astype(case.dtype)]
    return Program("", (Call("apply_filter", tuple(map(wire.to_wire, given)), {"n": case.n}),))


class Photograph(msgspec.Struct, frozen=True):
    """`apply_filter` on a piece of Chelsea, 40 x 48 from `row`, `column` of her normalized grey; `n` None: not said."""

    filter: str
    row: int
    column: int
    n: int | None = None

    def of_seed(self, seed: int) -> "Photograph":
        """Return the same of a piece a little further up or down, left or right."""
        down, right = np.random.default_rng(seed).integers(-20, 21, 2).tolist()
        return msgspec.structs.replace(self, row=self.row + down, column=self.column + right)


FILTERS = ("along x", "along y", "gabor")


def kernel_of(name: str) -> np.ndarray:
    """Return a 3 x 5 float32 filter whose absolute values add up to 1.

    Args:
        name: one of `FILTERS`: a derivative of a Gaussian (deviation 1 pixel along the height, 1.5 along the width), or
            a wave under it; none of these is the same when flipped. Or "gauss", "second along x", "random".
    """
    y, x = np.mgrid[-1:2, -2:3].astype(np.float64)
    gauss = np.exp(-(y**2) / 2 - (x / 1.5) ** 2 / 2)
    shaped = {
        "along x": -x * gauss,
        "along y": -y * gauss,
        "gabor": np.cos(1.2 * x + 0.7 * y + 0.4) * gauss,
        "gauss": gauss,
        "second along x": ((x / 1.5) ** 2 - 1) * gauss,
        "random": np.random.default_rng(4).normal(size=(3, 5)),
    }[name]
    scaled: np.ndarray = (shaped / np.abs(shaped).sum()).astype(np.float32)
    return scaled


@functools.cache
def grey_chelsea() -> np.ndarray:
    """Return what `exercises.utils.images.normalized_grey` makes of Chelsea, (256, 256) float32."""
    with Image.open(material.fixtures() / "images" / "chelsea.png") as image:
        grey = np.asarray(image.convert("RGB"), np.float64).mean(axis=2)[-256:, 100:356]
    normalized: np.ndarray = ((grey - grey.mean()) / grey.std()).astype(np.float32)
    return normalized


def ask_photograph(case: Photograph) -> Program:
    """Ask for the pictures of a piece of Chelsea, with arguments by name unless n is said."""
    piece = grey_chelsea()[case.row : case.row + 40, case.column : case.column + 48]
    given: dict[str, wire.Value] = {"image": wire.array(piece), "kernel": wire.array(kernel_of(case.filter))}
    if case.n is not None:
        return Program("", (Call("apply_filter", (*given.values(), case.n)),))
    return Program("", (Call("apply_filter", kwargs=given),))


_seeds = st.integers(0, 10_000)
_sizes = st.integers(3, 6)


def scalars(n: int, fetched: int | None = None) -> st.SearchStrategy[Chain]:
    """Draw chains with a filter of one positive number."""
    kernels = st.integers(2, 5).map(lambda number: ((number,),))
    return st.builds(Chain, _sizes, _sizes, kernels, st.just(n), st.just(fetched), seed=_seeds)


def _kernels(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Kernel]:
    """Draw kernels that are not square."""
    shapes = st.sampled_from([(1, 2), (2, 1), (2, 3), (3, 2), (2, 4), (3, 1)])
    return shapes.flatmap(lambda shape: st.tuples(*[st.tuples(*[numbers] * shape[1])] * shape[0]))


def boxes() -> st.SearchStrategy[Chain]:
    """Draw chains with a filter of ones, the same when flipped."""
    return st.builds(Chain, st.integers(10, 11), st.integers(12, 13), _kernels(st.just(1)), seed=_seeds)


def mixed() -> st.SearchStrategy[Chain]:
    """Draw chains of five stages with everything at once."""
    kernels = _kernels(st.integers(-3, 3).filter(bool))
    more = {"n": st.just(5), "fetched": st.none(), "batch": st.just(2), "signed": st.just(True)}
    return st.builds(Chain, st.integers(11, 12), st.integers(16, 17), kernels, seed=_seeds, **more)


def small_images(dtype: str, n: int) -> st.SearchStrategy[Apply]:
    """Draw calls of `apply_filter` with a filter of one positive number."""
    kernels = st.integers(2, 5).map(lambda number: ((number,),))
    return st.builds(Apply, _sizes, st.integers(7, 8), kernels, st.just(n), _seeds, st.just(dtype))


def photographs() -> st.SearchStrategy[Photograph]:
    """Draw filters and pieces of Chelsea, who is in the middle."""
    return st.builds(Photograph, st.sampled_from(FILTERS), st.integers(40, 150), st.integers(20, 180))
