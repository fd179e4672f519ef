"""The small graphs that the subgraph exercise is asked about, written as lines of text.

A node is a line, its name and then its inputs: `("x", "init", "output x ^init")`. Nodes mostly come before those that
use them, as TensorFlow writes them; what a node computes follows from how many inputs it has.
"""

from collections.abc import Iterable

import numpy as np

from grader.inside import wire

CPU = "/cpu:0"
DEVICES = (CPU, "", "/gpu:1", "/cpu:1", "/device:GPU:0")
PRODUCER = 1286
_FLOAT = wire.Items(("type", "float32"))
# Every attribute is given, also those with a default: TensorFlow's importer writes these into its argument.
_ANY = wire.Items(("shape", None))
_UNARY = ("Identity", "Neg", "Abs", "Square", "Relu")


def graph(lines: Iterable[str], device: str = "") -> wire.Nodes:
    """Return the graph that lines describe.

    A node without data inputs is a placeholder if its data is used and does nothing otherwise; one that `name:1` speaks
    of splits its input, into as many parts as are spoken of; `name@double` calls the library function `double`, and
    `name@f=double` hands it to PartitionedCall.
    """
    parsed = [(words[0], words[1:]) for words in map(str.split, lines)]
    used = {entry.partition(":")[0] for _, inputs in parsed for entry in inputs if not entry.startswith("^")}
    split: dict[str, int] = {}
    for source, _, slot in (entry.partition(":") for _, inputs in parsed for entry in inputs if ":" in entry):
        split[source] = max(split.get(source, 2), int(slot) + 1)
    nodes: list[wire.Node] = []
    for name, inputs in parsed:
        if name in split:
            axis = wire.array(np.array(0, np.int32))
            nodes.append(
                wire.Node(f"{name}/axis", "Const", (), {"dtype": wire.Items(("type", "int32")), "value": axis})
            )
        nodes.append(_node(name, inputs, name in used, split.get(name, 0), device))
    return wire.Nodes(tuple(nodes), {}, PRODUCER)


def _node(name: str, inputs: list[str], used: bool, parts: int, device: str) -> wire.Node:
    data = sum(not entry.startswith("^") for entry in inputs)
    name, _, function = name.partition("@")
    if function.startswith("f="):
        return wire.Node(name, "PartitionedCall", tuple(inputs), _handed(function.removeprefix("f=")), device)
    if function:
        return wire.Node(name, function, tuple(inputs), {}, device)
    if parts:
        return wire.Node(name, "Split", (f"{name}/axis", *inputs), {"T": _FLOAT, "num_split": parts}, device)
    if data == 0:
        op, attributes = ("Placeholder", {"dtype": _FLOAT, "shape": _ANY}) if used else ("NoOp", {})
        return wire.Node(name, op, tuple(inputs), dict(attributes), device)
    if data == 1:
        return wire.Node(name, _UNARY[len(name) % len(_UNARY)], tuple(inputs), {"T": _FLOAT}, device)
    if data == 2:
        return wire.Node(name, "AddV2", tuple(inputs), {"T": _FLOAT}, device)
    return wire.Node(name, "AddN", tuple(inputs), {"T": _FLOAT, "N": data}, device)


def _handed(function: str) -> dict[str, wire.Value]:
    """Return the attributes of a PartitionedCall of a function of one number."""
    empty = {key: wire.Items(("text", "")) for key in ("config", "config_proto", "executor_type")}
    one = wire.Items(("types", wire.Items(("float32",))))
    return {"Tin": one, "Tout": one, "f": wire.Items(("function", function)), **empty}


def ancestors(nodes: wire.Nodes, outputs: Iterable[str], control: bool = True, slots: bool = True) -> frozenset[str]:
    """Return the names of the nodes that outputs depend on; without following `^name`, or `name:1`, if so asked."""
    by_name = {node.name: node for node in nodes.nodes}
    found: set[str] = set()
    queue = list(outputs)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += [
                entry.removeprefix("^").partition(":")[0]
                for entry in by_name[name].inputs
                if (control or not entry.startswith("^")) and (slots or ":" not in entry)
            ]
    return frozenset(found)
