"""Draw a TensorFlow graph: its nodes, what feeds what, folded by name scope.

    from utils import gr_disp
    gr_disp.show(graph)                     # in a notebook, as a cell's last line
    gr_disp.show(graph, path='graph.html')  # anywhere: open the file in a browser

The drawing needs no network. Click a scope to look inside.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf
    from IPython.display import HTML

# TensorFlow is not imported: a graph can be drawn in less time than that takes. Names of types as in its types.proto.
DTYPES = (
    'invalid float32 float64 int32 uint8 int16 int8 string complex64 int64 bool qint8 quint8 qint32 bfloat16 qint16 '
    'quint16 uint16 complex128 float16 resource variant uint32 uint64'
).split()

FLAT = 40  # with more names than this and no scopes, names that begin alike make one

TEMPLATE = Path(__file__).with_name("gr_disp.html")


def show(
    graph: tf.Graph | tf.compat.v1.GraphDef, path: str | Path | None = None, title: str = "graph", height: int = 600
) -> HTML | Path:
    """Draw a graph in the notebook, or into an HTML file.

    Args:
        graph: a `tf.Graph`, or the GraphDef of one. It is not modified. An input that no node of it provides (you may
            have cut away too much) is drawn in red.
        path: the file to write; None to show the drawing in a notebook.
        title: a heading.
        height: the drawing's height in a notebook, in pixels.

    Returns:
        what a notebook displays, or the path of the file that was written.

    Raises:
        TypeError: `graph` is neither.
    """
    graph_def = graph.as_graph_def() if hasattr(graph, "as_graph_def") else graph
    if not all(hasattr(graph_def, field) for field in ("node", "library", "versions")):
        raise TypeError(f"graph is a {type(graph).__name__}; expected a tf.Graph or a GraphDef")
    page = render(graph_def, title)
    if path is not None:
        Path(path).write_text(page, encoding="utf-8")
        return Path(path)
    from IPython.display import HTML

    # A frame of its own: neither its styles nor its names can meet those of the notebook or of a second drawing.
    style = f"width: 100%; height: {int(height)}px; border: 1px solid #ccd4dc"
    return HTML(f'<div><iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" style="{style}"></iframe></div>')


def render(graph_def: tf.compat.v1.GraphDef, title: str = "graph") -> str:
    """Return the page that draws a graph, all in one piece of HTML."""
    # Inside a script element only `<` could end it early or open a comment; JSON lets any character be spelled \uXXXX.
    data = json.dumps(_nodes(graph_def)).replace("<", "\\u003c")
    filling = {"@TITLE@": html.escape(title), "@DATA@": data}
    return re.sub("@TITLE@|@DATA@", lambda match: filling[match[0]], TEMPLATE.read_text(encoding="utf-8"))


def _nodes(graph_def: tf.compat.v1.GraphDef) -> list[dict[str, object]]:
    """Describe each node: name, op, a text about it, and the positions in this list of what it depends on."""
    position = {node.name: number for number, node in enumerate(graph_def.node)}
    nodes: list[dict[str, object]] = []
    missing: list[dict[str, object]] = []
    for node in graph_def.node:
        inputs: list[int] = []
        controls: list[int] = []
        for reference in node.input:
            source = reference.removeprefix("^").partition(":")[0]
            if source not in position:
                position[source] = len(graph_def.node) + len(missing)
                about = f"{source}\nno node of this name, but {node.name} needs it"
                missing.append({"name": source, "op": "missing", "about": about, "inputs": [], "controls": []})
            (controls if reference.startswith("^") else inputs).append(position[source])
        nodes.append(
            {"name": node.name, "op": node.op, "about": _about(node), "inputs": inputs, "controls": controls}
        )
    return nodes + missing


def _about(node: tf.compat.v1.NodeDef) -> str:
    """Say what a node is: name, op, device, inputs, and type and shape where they are known."""
    lines = [node.name, f"op: {node.op}", f"device: {node.device or 'any'}"]
    for key, value in sorted(node.attr.items()):
        kind = value.WhichOneof("value")
        if kind == "type":
            lines.append(f"{key}: {_dtype(value.type)}")
        elif kind == "shape":
            lines.append(f"{key}: {_shape(value.shape)}")
        elif kind == "tensor":  # its shape only; the numbers may be millions
            lines.append(f"{key}: an array of shape {_shape(value.tensor.tensor_shape)}")
        elif kind == "s":
            lines.append(f"{key}: {value.s.decode('utf-8', 'replace')[:80]}")
        elif kind == "list" and value.list.i:
            lines.append(f"{key}: {list(value.list.i)[:16]}")
    return "\n".join([*lines, *(f"input: {name}" for name in node.input[:16])])


def _dtype(number: int) -> str:
    return DTYPES[number] if number < len(DTYPES) else f"type {number}"


def _shape(shape: tf.compat.v1.TensorShapeProto) -> str:
    """Write a shape as a tuple, with None for what is unknown."""
    if shape.unknown_rank:
        return "unknown"
    sizes = ["None" if dim.size < 0 else str(dim.size) for dim in shape.dim]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


# The same in text, for a terminal.


def outline(graph: tf.Graph | tf.compat.v1.GraphDef, depth: int = 1, most: int = 200) -> str:
    """Write a graph as text, folded by name scope: a line for each scope or node, with what it takes its inputs from.

    Args:
        graph: a `tf.Graph`, or the GraphDef of one.
        depth: how many levels of scopes to unfold.
        most: how many lines to write; what is left out is said.

    Returns:
        the lines, in the order in which data flows where that is the order of the nodes.
    """
    graph_def = graph.as_graph_def() if hasattr(graph, "as_graph_def") else graph
    names = {node.name for node in graph_def.node}
    families = _families(names)
    groups: dict[str, list[tf.compat.v1.NodeDef]] = {}
    for node in graph_def.node:
        groups.setdefault(_fold(node.name, depth, families), []).append(node)
    lines = []
    for group, nodes in groups.items():
        sources = [reference.removeprefix("^").partition(":")[0] for node in nodes for reference in node.input]
        froms = dict.fromkeys(
            _fold(name, depth, families) + ("" if name in names else " (missing!)") for name in sources
        )
        froms.pop(group, None)
        what = nodes[0].op if len(nodes) == 1 and nodes[0].name == group else _count(len(nodes))
        shown = list(froms)
        after = f"  <- {', '.join(shown[:4])}{f' and {len(shown) - 4} more' if len(shown) > 4 else ''}" if shown else ""
        lines.append(f"{group}  [{what}]{after}")
    if len(lines) > most:
        lines[most:] = [f"... and {len(lines) - most} lines more"]
    return "\n".join(lines)


def _count(nodes: int) -> str:
    return "1 node" if nodes == 1 else f"{nodes} nodes"


def _families(names: set[str]) -> set[str]:
    """Return what names begin with, up to `_`, where a graph has hardly any scopes, as the tutorial's Inception."""
    firsts = {name.partition("/")[0] for name in names}
    kin = [first.partition("_")[0] for first in firsts if "_" in first]
    return {one for one in kin if one and kin.count(one) > 1} if len(firsts) > FLAT else set()


def _fold(name: str, depth: int, families: set[str]) -> str:
    """Return the scope, at most `depth` names deep, that stands for a node; the node's own name if it is no deeper."""
    parts = name.split("/")
    kin, split, _ = parts[0].partition("_")
    if split and kin in families:
        parts.insert(0, f"{kin}_*")
    return name if len(parts) <= depth else "/".join(parts[:depth]) + "/"
