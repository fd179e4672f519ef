"""Frozen graphs in files, read without TensorFlow: only the fields that a drawing shows, the rest stays bytes.

Source: TensorFlow's graph.proto, node_def.proto, attr_value.proto, tensor.proto, tensor_shape.proto.
"""

import functools
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from grader.language import translate as _

_LARGEST = 512 << 20
_PACKAGE = "grader.graphfile"
_FIELDS = {
    "Dim": "size:int64=1 name:string=2",
    "Shape": "dim:*Dim=2 unknown_rank:bool=3",
    "Tensor": "dtype:int32=1 tensor_shape:Shape=2",
    "Numbers": "s:*bytes=2 i:*int64=3",
    "Attribute": "list:Numbers=1 s:bytes=2 i:int64=3 f:float=4 b:bool=5 type:int32=6 shape:Shape=7 tensor:Tensor=8",
    "Node": "name:string=1 op:string=2 input:*string=3 device:string=4 attr:{Attribute=5",
    "Part": "",
    "Graph": "node:*Node=1 library:Part=2 versions:Part=4",
}
_SCALARS = {"int64": 3, "int32": 5, "bool": 8, "string": 9, "bytes": 12, "float": 2}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3


class GraphFileError(Exception):
    """A file that holds no graph; the message says what to give instead."""


def read(path: Path) -> Any:
    """Return the graph in a `.pb` file, with the fields of a GraphDef that drawing needs.

    Raises:
        GraphFileError: it cannot be read, or is no GraphDef.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise GraphFileError(_("{path} is larger than {size} MiB").format(path=path, size=_LARGEST >> 20))
        graph = _graph_class().FromString(path.read_bytes())
    except OSError as error:
        raise GraphFileError(_("{path} cannot be read: {reason}").format(path=path, reason=error.strerror)) from error
    except (message.DecodeError, UnicodeDecodeError) as error:
        other = _("{path} is no frozen graph (a serialized GraphDef, .pb)")
        raise GraphFileError(other.format(path=path)) from error
    if not graph.node:
        empty = _("{path} holds no nodes: is it a frozen graph (a serialized GraphDef, .pb)?")
        raise GraphFileError(empty.format(path=path))
    return graph


@functools.cache
def _graph_class() -> Any:
    """Return the message class of a graph, described here in a pool of its own, so that it meets no other's."""
    file = descriptor_pb2.FileDescriptorProto(name=f"{_PACKAGE}.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _FIELDS.items():
        described = file.message_type.add(name=name)
        for field in fields.split():
            label, _colon, rest = field.partition(":")
            kind, _equals, number = rest.partition("=")
            _describe(described, label, kind, int(number))
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Graph"))


def _describe(owner: Any, label: str, kind: str, number: int) -> None:
    """Add a field: `*` before its type makes it repeated, `{` a map from text; an `Attribute` is one of its fields."""
    repeated, bare = kind[0] in "*{", kind.lstrip("*{")
    field = owner.field.add(name=label, number=number, label=_REPEATED if repeated else _OPTIONAL)
    if kind.startswith("{"):
        entry = owner.nested_type.add(name=f"{label.capitalize()}Entry")
        entry.options.map_entry = True
        _describe(entry, "key", "string", 1)
        _describe(entry, "value", bare, 2)
        field.type, field.type_name = _MESSAGE, f".{_PACKAGE}.{owner.name}.{entry.name}"
    elif bare in _SCALARS:
        field.type = _SCALARS[bare]
    else:
        field.type, field.type_name = _MESSAGE, f".{_PACKAGE}.{bare}"
    if owner.name == "Attribute":
        if not owner.oneof_decl:
            owner.oneof_decl.add(name="value")
        field.oneof_index = 0
