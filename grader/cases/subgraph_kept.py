"""Chains that ask what comes along with the nodes that are kept: notes, devices, versions, functions."""

import msgspec
from hypothesis import strategies as st

from grader.cases.subgraph_lines import DEVICES, PRODUCER, graph
from grader.cases.subgraph_words import renamed
from grader.inside import wire


class Kept(msgspec.Struct, frozen=True):
    """A graph whose nodes have devices and attributes, with a library of functions that some of them call.

    Args:
        notes: the text of an attribute of its own for each node of a chain; the last node is the output.
        devices: the device of each.
        functions: (function, what it wraps): an op, or another of these, called as an op (its name) or through an
            attribute ("f=" and its name). The first one is called on the way to the output.
        handed: the first one is called through an attribute too.
        producer, min_consumer, bad_consumers: the versions of the graph.
        names: of the first node, of those on the way to the output, of the one that calls a function, of the dead one.
    """

    notes: tuple[str, ...]
    devices: tuple[str, ...]
    functions: tuple[tuple[str, str], ...] = ()
    handed: bool = False
    producer: int = PRODUCER
    min_consumer: int = 12
    bad_consumers: tuple[int, ...] = (27, 803)
    names: tuple[str, ...] = ("image", "step", "call", "rest")

    def of_seed(self, seed: int) -> "Kept":
        """Return the same chain, its nodes and functions with other names."""
        names, *functions = renamed((self.names, *self.functions), seed)
        return msgspec.structs.replace(self, names=names, functions=tuple(functions))


def ask_kept(case: Kept) -> wire.Program:
    """Ask for all but one dead node of a chain."""
    return wire.Program("", (wire.Call("extract_main_graph", (_chain(case),)),))


def ask_move_kept(case: Kept) -> wire.Program:
    """Ask for a copy of a chain, moved."""
    return wire.Program("", (wire.Call("place_on_device", (_chain(case), "/gpu:0")),))


def _chain(case: Kept) -> wire.Nodes:
    first, step, called, dead = case.names
    lines = [first]
    for number in range(len(case.notes) - 1):
        before = lines[-1].split()[0].partition("@")[0]
        lines.append(f"{'output' if number == len(case.notes) - 2 else f'{step}_{number}'} {before}")
    if case.functions:
        lines[-1] = f"output {called}"
        function = ("f=" if case.handed else "") + case.functions[0][0]
        lines.insert(-1, f"{called}@{function} {lines[-2].split()[0]}")
    nodes = graph((*lines, f"{dead} {first}"))
    noted = iter(zip(case.notes, case.devices, strict=True))
    made = tuple(_noted(node, *next(noted)) if node.name not in (called, dead) else node for node in nodes.nodes)
    return wire.Nodes(made, dict(case.functions), case.producer, case.min_consumer, case.bad_consumers)


def _noted(node: wire.Node, note: str, device: str) -> wire.Node:
    attributes = {**node.attributes, "_note": wire.Items(("text", note))}
    return msgspec.structs.replace(node, attributes=attributes, device=device)


def kept() -> st.SearchStrategy[Kept]:
    """Return chains with notes, devices and versions of their own."""
    notes = st.lists(st.text("abcxyz ", min_size=1, max_size=6), min_size=3, max_size=3).map(tuple)
    devices = st.lists(st.sampled_from(DEVICES), min_size=3, max_size=3, unique=True).map(tuple)
    versions = {"producer": st.integers(100, 1400), "min_consumer": st.integers(1, 21)}
    return st.builds(Kept, notes, devices, **versions)
