"""What crosses the wall: programs and graphs to run going in, observations coming out, all of it plain data.

Messages are typed MessagePack (`msgspec`); nothing is ever unpickled. Whoever decodes bytes that a student's process
wrote must expect `WireError`, and nothing else. The values in them are in `values.py`, how they follow each other in
`frames.py`.
"""

from typing import Any, Literal

import msgspec

from .values import DEEPEST as DEEPEST
from .values import Array as Array
from .values import Frozen as Frozen
from .values import Graph as Graph
from .values import Input as Input
from .values import Items as Items
from .values import Model as Model
from .values import Named as Named
from .values import Node as Node
from .values import Nodes as Nodes
from .values import Other as Other
from .values import Problem as Problem
from .values import Result as Result
from .values import Table as Table
from .values import Tensor as Tensor
from .values import Value as Value
from .values import Variable as Variable
from .values import WireError as WireError
from .values import array as array
from .values import from_wire as from_wire
from .values import hollow as hollow
from .values import numpy as numpy
from .values import to_wire as to_wire
from .values import type_name as type_name
from .values import unicode as unicode

OUT_OF_MEMORY = 77
"""Exit code of a worker that ended because no memory was left for what it had to say."""

DEFAULT_GRAPH = "default graph"
"""What a call touched, beside its arguments, if it entered another graph and never left it."""
EARLIER_GRAPH = "earlier graph"
"""What a call touched, beside its arguments, if the graph that it returned is one that an earlier call returned."""
MARK = "observed_activation"
"""Prefix of the node that the `marked` activation leaves in a graph at each call."""
STANDSTILL = 9
"""How many times its `total_wall_seconds` a fork may stand still, since others have the machine, until it is ended."""


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

    def given(self, place: int, name: str) -> Value:
        """Return an argument, by position or by name; None if it is left out."""
        return self.args[place] if place < len(self.args) else self.kwargs.get(name)


class Training(Frozen, frozen=True):
    """Steps of gradient descent that come before a run's fetches. The loss is the cross-entropy of softmax.

    Args:
        images: what to feed with images; `batches`, (n, batch, H, W, C) float32, are taken in turn.
        labels: (n, batch) int32.
        logits: what to train, (batch, H, W, classes), whose pixel in the middle counts.
        variables: what to change.
        length: of a step, over all numbers of all variables; only its direction is the gradient's. So it matters little
            what else a graph computes.
        order: a permutation in which the run is fed with its images. What it fetches is put back into order outside the
            graph, which is not told: so an answer that depends on no image answers another one.
    """

    images: Result | Input | str
    batches: Array
    labels: Array
    logits: Result | str
    variables: tuple[Result | str, ...]
    length: float
    steps: int
    order: Array


class Run(Frozen, frozen=True):
    """One session run in the evaluator, on the graph that the calls built or, with `graph`, on one they returned.

    Args:
        fetches: what to fetch: an item of a result, a placeholder, or the name of a tensor.
        feeds: (what to feed, array).
        assign: (variable, array), assigned after initialization and before the run.
        graph: the returned graph to run.
        placed: run on two logical CPU devices and return after the fetches the device that each named node ran on.
        training: what to train before.
    """

    fetches: tuple[Result | Input | str, ...]
    feeds: tuple[tuple[Result | Input | str, Array], ...] = ()
    assign: tuple[tuple[Result | str, Array], ...] = ()
    graph: Result | None = None
    placed: tuple[str, ...] = ()
    training: Training | None = None


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
    """What a run fetched, then the devices that were asked for.

    Args:
        gradients: of each variable that was trained, the largest number in its first gradient; None if what was
            trained does not depend on it.
        steps: how many were made: all, or none in a graph that can't be trained here.
    """

    values: tuple[Array, ...]
    devices: tuple[str, ...] = ()
    gradients: tuple[float | None, ...] = ()
    steps: int = 0


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
    """How a fork ended, said by its zygote; `status` is as `os.wait4` gives it."""

    reason: Literal["exit", "cpu", "wall", "total"]
    status: int
    max_rss_kib: int
    cpu_seconds: float


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
