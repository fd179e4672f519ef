"""GraphDefs to plain data and back: `reduce` for judging, `make` for graphs that cases describe, what is refused."""

import functools
import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import DecodeError
from tensorflow.core.framework import attr_value_pb2, graph_pb2
from tensorflow.python.framework import op_def_registry, tensor_util
from tensorflow.python.framework.dtypes import as_dtype

from .wire import Array, Graph, Items, Node, Nodes, Value, WireError, numpy

_LONGEST_TEXT = 200
_MOST_VERSIONS = 100


class Refused(Exception):
    """A graph that will not be run; the message names the op or the limit."""


def parse(graph: Graph) -> Any:
    """Return the GraphDef in `graph`.

    Raises:
        WireError: it holds none.
    """
    try:
        return graph_pb2.GraphDef.FromString(graph.data)
    except DecodeError as error:
        raise WireError("the bytes are no GraphDef") from error


def reduce(graph_def: Any) -> Nodes:
    """Return a GraphDef as plain nodes: attributes as one line of text, long ones as a digest."""
    return Nodes(
        nodes=tuple(
            Node(
                node.name,
                node.op,
                tuple(node.input),
                {key: _attribute_text(value) for key, value in sorted(node.attr.items())},
                node.device,
            )
            for node in graph_def.node
        ),
        functions={f.signature.name: _digest(f) for f in graph_def.library.function},
        producer=graph_def.versions.producer,
        min_consumer=graph_def.versions.min_consumer,
        bad_consumers=tuple(graph_def.versions.bad_consumers[:_MOST_VERSIONS]),
    )


def _attribute_text(value: Any) -> str:
    if value.ByteSize() > _LONGEST_TEXT:
        return _digest(value)
    return _short_text(value.SerializeToString(deterministic=True))


@functools.lru_cache(maxsize=4096)
def _short_text(data: bytes) -> str:
    """Return the text of a serialized attribute. Most of a graph's are the same few: printing one takes 20 µs."""
    return str(text_format.MessageToString(attr_value_pb2.AttrValue.FromString(data), as_one_line=True))


def _digest(message: Any) -> str:
    return "sha256:" + hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()[:24]


def make(nodes: Nodes) -> Any:
    """Return the GraphDef that `nodes` describe.

    An attribute is a bool, int or float, an array (a tensor), or a pair of its kind and a value: ("type", "float32"),
    ("types", ("float32",)), ("shape", (2, 3)), ("shape", None) of unknown rank, ("text", "abc"), ("function", "name of
    a library function").
    """
    graph_def = graph_pb2.GraphDef()
    graph_def.versions.producer = nodes.producer
    graph_def.versions.min_consumer = nodes.min_consumer
    graph_def.versions.bad_consumers.extend(nodes.bad_consumers)
    for node in nodes.nodes:
        made = graph_def.node.add(name=node.name, op=node.op, input=node.inputs, device=node.device)
        for key, value in node.attributes.items():
            made.attr[key].CopyFrom(_attribute(value))
    for name, op in nodes.functions.items():
        _add_unary_function(graph_def.library, name, op, op in nodes.functions)
    return graph_def


def _attribute(value: Value) -> Any:
    attribute = attr_value_pb2.AttrValue()
    match value:
        case bool():
            attribute.b = value
        case int():
            attribute.i = value
        case float():
            attribute.f = value
        case Array():
            attribute.tensor.CopyFrom(tensor_util.make_tensor_proto(numpy(value)))
        case Items(items=("type", str(name))):
            attribute.type = as_dtype(name).as_datatype_enum
        case Items(items=("types", Items(items=names))):
            attribute.list.type.extend(as_dtype(name).as_datatype_enum for name in names)
        case Items(items=("shape", None)):
            attribute.shape.unknown_rank = True
        case Items(items=("shape", Items(items=sizes))):
            attribute.shape.SetInParent()
            for size in sizes:
                attribute.shape.dim.add(size=-1 if size is None else size)
        case Items(items=("text", str(text))):
            attribute.s = text.encode()
        case Items(items=("function", str(name))):
            attribute.func.name = name
        case _:
            raise WireError(f"no attribute of a node: {value!r}")
    return attribute


def _add_unary_function(library: Any, name: str, op: str, calls: bool) -> None:
    handed = op.removeprefix("f=") if op.startswith("f=") else None
    function = library.function.add()
    function.signature.name = name
    function.signature.input_arg.add(name="x", type=as_dtype("float32").as_datatype_enum)
    function.signature.output_arg.add(name="y", type=as_dtype("float32").as_datatype_enum)
    node = function.node_def.add(name="inner", op="PartitionedCall" if handed else op, input=["x"])
    function.ret["y"] = "inner:output:0" if handed else "inner:y:0"
    if handed:
        node.attr["f"].func.name = handed
        for key in ("Tin", "Tout"):
            node.attr[key].list.type.append(as_dtype("float32").as_datatype_enum)
    elif not calls:
        node.attr["T"].type = as_dtype("float32").as_datatype_enum


def pure_ops() -> frozenset[str]:
    """Return the operations that a student's graph may use (`pure_ops.txt`).

    They are those of TensorFlow 2.21 without effects outside the graph and its variables: none that reads or writes
    files, prints, calls Python, talks to a network, keeps queues or tables, sleeps, or maps memory.
    """
    return frozenset(resources.files(__package__).joinpath("pure_ops.txt").read_text().split())


def ancestors(graph_def: Any, wanted: Iterable[str]) -> Any:
    """Return the part of a GraphDef that the nodes named in `wanted` depend on; unknown names are left out."""
    found = reached({node.name: node for node in graph_def.node}, wanted)
    pruned = graph_pb2.GraphDef(versions=graph_def.versions, library=graph_def.library)
    pruned.node.extend(node for node in graph_def.node if node.name in found)
    return pruned


def reached(nodes: Mapping[str, Any], wanted: Iterable[str]) -> set[str]:
    """Return the names of the nodes that those named in `wanted` depend on, themselves included."""
    found: set[str] = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name in nodes and name not in found:
            found.add(name)
            queue.extend(map(node_name, nodes[name].input))
    return found


def node_name(entry: str) -> str:
    """Return the node that an input entry or a tensor name (`name`, `name:1`, `^name`) speaks of."""
    return entry.removeprefix("^").partition(":")[0]


def refuse_impure(graph_def: Any, most_nodes: int, allowed: frozenset[str]) -> None:
    """Raise if a GraphDef holds an op outside `allowed`, in a library function too, or too many nodes.

    Raises:
        Refused: naming the op or the limit.
    """
    bodies = [graph_def.node, *(function.node_def for function in graph_def.library.function)]
    count = sum(map(len, bodies))
    if count > most_nodes:
        raise Refused(f"the graph has {count} nodes; at most {most_nodes} are run")
    names = {function.signature.name for function in graph_def.library.function}
    for name in names:
        if op_def_registry.get(name) is not None:
            raise Refused(f"the graph has a function with the name of the operation {name[:_LONGEST_TEXT]!r}")
    for body in bodies:
        for node in body:
            if node.op not in allowed and node.op not in names:
                op = node.op[:_LONGEST_TEXT]
                raise Refused(f"the graph uses the operation {op!r}, which is not a pure TensorFlow operation")
