"""What crosses the wall: programs and graphs to run going in, observations coming out, all of it plain data.

Messages are typed MessagePack (`msgspec`), each behind a four-byte length; nothing is ever unpickled. Whoever decodes
bytes that a student's process wrote must expect `WireError`, and nothing else.
"""

import decimal
import math
import numbers
import struct
from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeVar, Union, cast

import msgspec
import numpy as np

_HEADER = struct.Struct(">I")
_ARRAY_KINDS = "biufc"
_DTYPES = frozenset(np.dtype(code).newbyteorder("<").str for code in "?bhilqBHILQefdgFDG")
_MOST_AXES = 32
OUT_OF_MEMORY = 77
"""Exit code of a worker that ended because no memory was left for what it had to say."""

DEEPEST = 24
"""How deep lists in what a call returned may be nested."""


MARK = "observed_activation"
"""Prefix of the node that the `marked` activation leaves in a graph at each call."""

Message = TypeVar("Message", bound="Frozen")


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

    `functions` maps each library function to a digest, or (to be made) to its unary op.
    """

    nodes: tuple[Node, ...]
    functions: dict[str, str] = {}
    producer: int = 0
    live: bool = False


class Problem(Frozen, frozen=True, tag="problem"):
    """Why a graph was not run (`refused`: an op or a size), or how its run failed (`failed`: TensorFlow's error)."""

    kind: Literal["refused", "failed"]
    message: str


Value = Union[
    None, bool, int, float, str,
    Array, Graph, Items, Table, Result, Input, Named, Model, Other, Tensor, Variable, Nodes, Problem,
]  # fmt: skip


class Placeholder(Frozen, frozen=True):
    """A placeholder to make in the program's graph before the first call; None in `shape` is an unknown size."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"


class Call(Frozen, frozen=True):
    """One call of a function of the student's module, made `repeat` times with the same arguments."""

    function: str
    args: tuple[Value, ...] = ()
    kwargs: dict[str, Value] = {}
    repeat: int = 1


class Run(Frozen, frozen=True):
    """One session run in the evaluator, on the graph that the calls built or, with `graph`, on one they returned.

    Args:
        fetches: what to fetch: an item of a result, a placeholder, or the name of a tensor.
        feeds: (what to feed, array).
        assign: (variable, array), assigned after initialization and before the run.
        graph: the returned graph to run.
        placed: run on two logical CPU devices and return after the fetches the device that each named node ran on.
    """

    fetches: tuple[Result | Input | str, ...]
    feeds: tuple[tuple[Result | Input | str, Array], ...] = ()
    assign: tuple[tuple[Result | str, Array], ...] = ()
    graph: Result | None = None
    placed: tuple[str, ...] = ()


class Program(Frozen, frozen=True):
    """Calls to make in one go, in one new graph if `in_graph`, and what to run afterwards on the graph they built."""

    id: str
    calls: tuple[Call, ...]
    placeholders: tuple[Placeholder, ...] = ()
    in_graph: bool = False
    runs: tuple[Run, ...] = ()


class Returned(Frozen, frozen=True, tag="returned"):
    """A call returned. `touched` names the arguments that it changed, `grown` counts nodes added to given graphs."""

    value: Value
    touched: tuple[str, ...] = ()
    grown: int = 0


class Raised(Frozen, frozen=True, tag="raised"):
    """A call raised. `types` is the exception's class and its bases, nearest first; `where` the line of the module."""

    types: tuple[str, ...]
    message: str = ""
    where: str = ""


class Unmade(Frozen, frozen=True, tag="unmade"):
    """A call that was not made because it needs what an earlier call did not give."""

    reason: str


Outcome = Returned | Raised | Unmade


class Traced(Frozen, frozen=True):
    """What a student fork says of one program; `initializers` and `trainable` (variables) are operations of `graph`."""

    id: str
    calls: tuple[Outcome, ...]
    graph: Graph | None = None
    initializers: tuple[str, ...] = ()
    trainable: tuple[str, ...] = ()


class Prepared(Frozen, frozen=True):
    """The first answer of every fork: its walls are up. Whatever goes wrong before it is the grader's fault."""


class Imported(Frozen, frozen=True):
    """What a student fork says of its import: `failure` is None when the module is there."""

    failure: Raised | None = None


class Evaluate(Frozen, frozen=True):
    """What the evaluator is asked: reduce `graphs` to nodes, and run `runs`, each on the graph of its index."""

    id: str
    graphs: tuple[Graph, ...]
    runs: tuple[tuple[int, Run], ...] = ()
    initializers: tuple[str, ...] = ()


class Ran(Frozen, frozen=True, tag="ran"):
    """What a run fetched, then the devices that were asked for."""

    values: tuple[Array, ...]
    devices: tuple[str, ...] = ()


class Evaluated(Frozen, frozen=True):
    """The evaluator's answer; one entry a graph, one a run."""

    id: str
    graphs: tuple[Nodes | Problem, ...]
    runs: tuple[Ran | Problem, ...]


class Limits(Frozen, frozen=True):
    """What one fork may use, and the largest graph that is run."""

    cpu_seconds: float = 6.0
    wall_seconds: float = 10.0
    total_wall_seconds: float = 60.0
    memory_mib: int = 1536
    threads: int = 128
    scratch_mib: int = 64
    output_bytes: int = 64 << 10
    message_bytes: int = 64 << 20
    graph_nodes: int = 20_000
    graph_bytes: int = 48 << 20


class StudentJob(Frozen, frozen=True, tag="student"):
    """One exercise of one submission: its files, the module to import, the programs to run."""

    module: str
    path: str
    files: dict[str, bytes]
    programs: tuple[Program, ...]
    limits: Limits


class EvaluatorJob(Frozen, frozen=True, tag="evaluator"):
    """Graphs to reduce and run."""

    requests: tuple[Evaluate, ...]
    limits: Limits


Job = StudentJob | EvaluatorJob


class Ended(Frozen, frozen=True):
    """How a fork ended, said by its supervisor; `status` is as `os.wait4` gives it."""

    reason: Literal["exit", "cpu", "wall", "total"]
    status: int
    max_rss_kib: int
    cpu_seconds: float


def array(value: Any) -> Array:
    """Return `value` as an `Array`.

    Raises:
        TypeError: its dtype is neither boolean nor a number.
    """
    held = np.asarray(value)
    if held.dtype.kind not in _ARRAY_KINDS:
        raise TypeError(f"an array of {held.dtype} does not cross the wall")
    little = np.ascontiguousarray(held).astype(held.dtype.newbyteorder("<"), copy=False)
    return Array(little.dtype.str, tuple(held.shape), little.tobytes())


def numpy(value: Array) -> np.ndarray:
    """Return the read-only NumPy array of `value`.

    Raises:
        WireError: dtype, shape and bytes do not agree.
    """
    if value.dtype not in _DTYPES or len(value.shape) > _MOST_AXES or min(value.shape, default=0) < 0:
        raise WireError("an array of a kind that does not cross the wall")
    try:
        dtype = np.dtype(value.dtype)
        if math.prod(value.shape) * dtype.itemsize != len(value.data):
            raise WireError("an array whose bytes do not fit its shape")
        return np.frombuffer(value.data, dtype).reshape(value.shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError(f"not an array: {error}") from error


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
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in _ARRAY_KINDS:
        return array(value)
    if isinstance(value, numbers.Real | decimal.Decimal) and not isinstance(value, int):
        return float(value)
    return Other(type(value).__name__[:100])


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


_encoder = msgspec.msgpack.Encoder(order="deterministic")


def encode(message: Any) -> bytes:
    """Return the MessagePack of a message."""
    return _encoder.encode(message)


def decode(data: bytes, kind: Any) -> Any:
    """Return the message of type `kind` in `data`.

    Raises:
        WireError: it holds no such message.
    """
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError) as error:
        raise WireError(f"not a message of ours: {error}") from error


class Answers(Protocol):
    """Where answers are written: a binary stream, or what acts like one."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""

    def flush(self) -> object:
        """Pass them on."""


def write(stream: Answers, message: Any) -> None:
    """Write a message with its length in front, and flush."""
    data = encode(message)
    stream.write(_HEADER.pack(len(data)) + data)
    stream.flush()


def frames(buffer: bytearray, longest: int) -> list[bytes]:
    """Take the complete frames out of the front of `buffer`, up to one that announces too much.

    Raises:
        WireError: the first frame announces more than `longest` bytes.
    """
    found: list[bytes] = []
    start = 0
    while len(buffer) - start >= _HEADER.size:
        (length,) = _HEADER.unpack_from(buffer, start)
        if length > longest and found:
            break
        if length > longest:
            raise WireError(f"a message of {length} bytes, of which at most {longest} are read")
        if len(buffer) - start - _HEADER.size < length:
            break
        start += _HEADER.size
        found.append(bytes(buffer[start : start + length]))
        start += length
    del buffer[:start]
    return found
