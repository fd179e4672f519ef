"""The values that cross the wall: plain data, arrays, graphs, and what stands for something inside.

`to_wire` and `from_wire` turn Python data into them and back.
"""

import decimal
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, cast

import msgspec
import numpy as np

_ARRAY_KINDS = "biufc"
_DTYPES = frozenset(np.dtype(code).newbyteorder("<").str for code in "?bhilqBHILQefdgFDG")
_MOST_AXES = 32
_MOST_ROWS = 1 << 20
DEEPEST = 24
"""How deep lists in what a call returned may be nested."""


class WireError(Exception):
    """Bytes that are no message of ours, or a message that is too long."""


class Frozen(msgspec.Struct, frozen=True):
    """Base of everything that crosses."""


class Array(Frozen, frozen=True, tag="array"):
    """An array as (NumPy dtype string, shape, little-endian bytes in C order)."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Graph(Frozen, frozen=True, tag="graph"):
    """A serialized GraphDef; `live` says that it was a `tf.Graph`."""

    data: bytes
    live: bool = False


class Items(Frozen, frozen=True, tag="items"):
    """A list or a tuple, named or not."""

    items: tuple["Value", ...]


class Table(Frozen, frozen=True, tag="table"):
    """A dict with text keys."""

    entries: dict[str, "Value"]


class Result(Frozen, frozen=True, tag="result"):
    """What call number `call` of the program returned, or an item of it."""

    call: int
    path: tuple[int, ...] = ()


class Input(Frozen, frozen=True, tag="input"):
    """The program's placeholder of that name."""

    name: str


class Named(Frozen, frozen=True, tag="named"):
    """Something that cannot cross as data and is looked up by name inside (`registry.py`)."""

    name: str


class Model(Frozen, frozen=True, tag="model"):
    """A GraphDef inside, or a `tf.Graph` that holds it under `prefix`, if there is one.

    Args:
        name: the shipped model's name, or "" when `nodes` describe the graph.
        nodes: the graph, node by node.
    """

    name: str = ""
    nodes: Union["Nodes", None] = None
    prefix: str | None = None
    finalized: bool = False


class Other(Frozen, frozen=True, tag="other"):
    """A returned value of a kind that does not cross the wall, by the name of its type."""

    kind: str


class Tensor(Frozen, frozen=True, tag="tensor"):
    """A symbolic tensor of the program's graph; `shape` is None for an unknown rank."""

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None


class Variable(Frozen, frozen=True, tag="variable"):
    """A variable of the program's graph; `handle` is the tensor to assign through."""

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None
    handle: str
    trainable: bool


class Node(Frozen, frozen=True):
    """One node of a graph.

    Attributes of a node that was read are text (a digest where long); those of a node to be made are `Value`s, read by
    `graphs.make`.
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    attributes: dict[str, "Value"] = {}
    device: str = ""


class Nodes(Frozen, frozen=True, tag="nodes"):
    """A GraphDef as plain data, or (`live`) a `tf.Graph`.

    `functions` maps each library function to a digest, or (to be made) to what its one node is: a unary op, another of
    them, called as an op, or "f=" and the name of another, called through an attribute.
    """

    nodes: tuple[Node, ...]
    functions: dict[str, str] = {}
    producer: int = 0
    min_consumer: int = 0
    bad_consumers: tuple[int, ...] = ()
    live: bool = False


class Problem(Frozen, frozen=True, tag="problem"):
    """Why a graph was not run (`refused`: an op or a size), or how its run failed (`failed`: TensorFlow's error)."""

    kind: Literal["refused", "failed"]
    message: str


Value = Union[
    None, bool, int, float, str,
    Array, Graph, Items, Table, Result, Input, Named, Model, Other, Tensor, Variable, Nodes, Problem,
]  # fmt: skip


def array(value: Any) -> Array:
    """Return `value` as an `Array`.

    Raises:
        TypeError: its dtype is neither boolean nor a number.
    """
    held = np.asarray(value)
    if not _crosses(held.dtype):
        raise TypeError(f"an array of {held.dtype} does not cross the wall")
    if hollow(held.shape):
        raise TypeError(f"an array of no numbers in {held.shape} does not cross the wall")
    little = np.ascontiguousarray(held).astype(held.dtype.newbyteorder("<"), copy=False)
    return Array(little.dtype.str, tuple(held.shape), little.tobytes())


def _crosses(dtype: Any) -> bool:
    """Return whether NumPy itself has such numbers: those of other libraries, of eight bits say, take its letters."""
    return dtype.kind in _ARRAY_KINDS and dtype.newbyteorder("<").str in _DTYPES


def hollow(shape: Sequence[int]) -> bool:
    """Return whether an array of that shape holds no numbers but more rows than anyone should walk through.

    No bytes bound them: as a list, (2 ** 20, 2 ** 20, 0) is a trillion lists, and not every dtype can have that shape.
    """
    return 0 in shape and math.prod(filter(None, shape)) > _MOST_ROWS


def numpy(value: Array) -> np.ndarray:
    """Return the read-only NumPy array of `value`.

    Raises:
        WireError: dtype, shape and bytes do not agree.
    """
    if value.dtype not in _DTYPES or len(value.shape) > _MOST_AXES or min(value.shape, default=0) < 0:
        raise WireError("an array of a kind that does not cross the wall")
    if hollow(value.shape):
        raise WireError("an array of no numbers, in too many rows")
    try:
        dtype = np.dtype(value.dtype)
        if math.prod(value.shape) * dtype.itemsize != len(value.data):
            raise WireError("an array whose bytes do not fit its shape")
        return np.frombuffer(value.data, dtype).reshape(value.shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError(f"not an array: {error}") from error


def type_name(value: Any) -> str:
    """Return the name of a value's type, on one line and not too long."""
    return "".join(char if char.isprintable() else "?" for char in type(value).__name__[:100])


def to_wire(value: Any, deepest: int = DEEPEST) -> Value:
    """Return plain Python data, arrays and messages as a `Value`; what does not cross becomes `Other`."""
    if deepest == 0:
        return Other("data nested too deeply")
    if value is None or isinstance(value, Frozen) or type(value) in (bool, float):
        return cast(Value, value)
    if isinstance(value, bool | int) and -(2**63) <= value < 2**64:
        return int(value)
    if isinstance(value, str):
        return unicode(value)
    if isinstance(value, list | tuple):
        return Items(tuple(to_wire(item, deepest - 1) for item in value))
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return Table({unicode(key): to_wire(item, deepest - 1) for key, item in value.items()})
    if isinstance(value, np.ndarray | np.generic) and _crosses(value.dtype) and not hollow(value.shape):
        return array(value)
    if isinstance(value, numbers.Real | decimal.Decimal) and not isinstance(value, int):
        return float(value)
    return Other(type_name(value))


def unicode(text: str) -> str:
    """Return text that UTF-8 can hold: a lone surrogate is written out as an escape."""
    return str(text).encode(errors="backslashreplace").decode()


def from_wire(value: Value) -> Any:
    """Return the plain Python data of a `Value`: lists, dicts, read-only arrays; other messages as they are."""
    match value:
        case Items():
            return [from_wire(item) for item in value.items]
        case Table():
            return {key: from_wire(item) for key, item in value.entries.items()}
        case Array():
            return numpy(value)
    return value
