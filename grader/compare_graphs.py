"""Comparisons of the GraphDefs that came back with those that a right solution gives. Each raises `Finding`."""

from collections import Counter
from collections.abc import Iterable

from grader.check import Finding, Seen, Trial
from grader.evidence_graphs import graphs
from grader.inside import wire
from grader.phrase import LONGEST_VALUE, Phrase, Text, phrase, quoted

MAIN = phrase("the main graph")
COPY = phrase("the copy")


def graph_def(seen: Seen, call: int = 0) -> wire.Nodes:
    """Return the GraphDef that a call returned; raise if it was a `tf.Graph`."""
    nodes = seen.nodes(call)
    if nodes.live:
        function = seen.program.calls[call].function
        live = phrase(
            "{function} should return a GraphDef, but it returned a tf.Graph (its `as_graph_def()` is one).",
            function=function,
        )
        raise Finding(live)
    return nodes


def given(trial: Trial, call: int = 0) -> wire.Nodes:
    """Return the graph that a call was given, as the case describes it."""
    graph = trial.program.calls[call].args[0]
    assert isinstance(graph, wire.Nodes)
    return graph


def _given_nodes(trial: Trial) -> wire.Nodes | None:
    graph = trial.program.calls[0].args[0] if trial.program.calls[0].args else None
    return graph if isinstance(graph, wire.Nodes) else None


def outputs(trial: Trial, call: int = 0) -> list[str]:
    """Return the output names that a call of `extract_main_graph` was given."""
    args = trial.program.calls[call].args
    return list(wire.from_wire(args[1])) if len(args) > 1 else ["output"]


def inputs_text(node: wire.Node | tuple[str, ...]) -> str:
    """Return the inputs of a node as text, the first few of many."""
    entries = node.inputs if isinstance(node, wire.Node) else node
    return f"[{', '.join(map(quoted, entries[:LONGEST_VALUE]))}]"


def listed(names: Iterable[str], most: int = 4) -> Text:
    """Return names as text, the first few of many."""
    ordered = sorted(names)
    shown = ", ".join(map(quoted, ordered[:most]))
    return phrase("{names} and {count} more", names=shown, count=len(ordered) - most) if len(ordered) > most else shown


def same_names(trial: Trial) -> None:
    """Raise unless the main graph has nodes of the wanted names, and no others."""
    want, got = graph_def(trial.want), graph_def(trial.got)
    wanted = {node.name for node in want.nodes}
    kept = {node.name for node in got.nodes}
    asked = listed(outputs(trial))
    missing, more = wanted - kept, kept - wanted
    shown = graphs(want, got, _given_nodes(trial)) if missing or more else None
    if missing:
        name = min(missing, key=lambda one: (not _users(want, one, kept), one))
        users = _users(want, name, kept)
        why: Text = ""
        if users:
            user, entry = map(repr, users[0])
            why = phrase(": {user} is kept, and has {entry} among its inputs", user=user, entry=entry)
        lacks = phrase("For the output {output}, the main graph lacks {nodes}{why}.", output=asked,
                       nodes=listed(missing), why=why)  # fmt: skip
        raise Finding(lacks, evidence=shown)
    if more:
        holds = phrase("For the output {output}, the main graph holds {nodes}, which no output depends on.",
                       output=asked, nodes=listed(more))  # fmt: skip
        raise Finding(holds, evidence=shown)


def _users(graph: wire.Nodes, name: str, among: set[str]) -> list[tuple[str, str]]:
    return [
        (node.name, entry)
        for node in graph.nodes
        for entry in node.inputs
        if node.name in among and entry.removeprefix("^").partition(":")[0] == name
    ]


def each_once(graph: wire.Nodes) -> None:
    """Raise if two nodes of a graph have the same name."""
    for name, count in _repeated(graph):
        twice = phrase(
            "The main graph holds the node {name} {count} times. Two nodes of one graph can't share a name: keep each "
            "node once, however many others use it.",
            name=quoted(name), count=count,
        )  # fmt: skip
        raise Finding(twice)


def _repeated(graph: wire.Nodes) -> list[tuple[str, int]]:
    """Return the names that several nodes share, and how many."""
    return [(name, count) for name, count in Counter(node.name for node in graph.nodes).items() if count > 1]


def main_graph(trial: Trial) -> wire.Nodes:
    """Return the main graph; raise unless it has its output as it was, and something of the whole graph is gone.

    Whether it is the right part is another check's affair, but who did nothing has not kept what is asked about either.
    """
    got, whole = graph_def(trial.got), given(trial)
    by_name = {node.name: node for node in got.nodes}
    output = next(node for node in graph_def(trial.want).nodes if node.name == "output")
    if "output" not in by_name:
        raise Finding(phrase("The main graph lacks its output."))
    same_inputs(got, wire.Nodes((output,)), MAIN)
    if all(node.name in by_name for node in whole.nodes):
        raise Finding(
            phrase("The main graph holds all nodes of the whole graph, also those that no output depends on.")
        )
    return got


def same_nodes(
    got: wire.Nodes, want: wire.Nodes, what: Phrase, *, devices: bool = True, all_of_them: bool = True
) -> None:
    """Raise unless the wanted nodes are as they should be.

    Args:
        what: the graph, `MAIN` or `COPY`.
        devices: compare them too.
        all_of_them: raise for a node that is missing.
    """
    found = {node.name: node for node in got.nodes}
    for node in want.nodes:
        same = found.get(node.name)
        if same is None:
            if all_of_them:
                lacks = phrase("The main graph lacks the node {name}.", name=repr(node.name))
                if what is COPY:
                    lacks = phrase("The copy lacks the node {name}.", name=repr(node.name))
                raise Finding(lacks)
            continue
        for part in ("op", "inputs", "attributes", *(("device",) if devices else ())):
            old, new = getattr(node, part), getattr(same, part)
            if old != new:
                raise Finding(_changed(what, node.name, part, old, new))


def same_inputs(got: wire.Nodes, want: wire.Nodes, what: Phrase) -> None:
    """Raise unless the nodes that are there have their inputs, control inputs in any order."""
    found = {node.name: node for node in got.nodes}
    for node in want.nodes:
        same = found.get(node.name)
        if same is not None and sorted(same.inputs, key=_control_last) != sorted(node.inputs, key=_control_last):
            changed = _changed(what, node.name, "inputs", node.inputs, same.inputs)
            raise Finding(changed, evidence=graphs(want, got, exactly=False))


def _control_last(entry: str) -> str:
    return entry if entry.startswith("^") else ""


def _changed(what: Phrase, name: str, part: str, old: object, new: object) -> Text:
    return phrase("In {graph}, the node {name} {change}.", graph=what, name=repr(name), change=_change(part, old, new))


def _change(part: str, old: object, new: object) -> Text:
    if isinstance(old, dict) and isinstance(new, dict):
        lost = [key for key in old if key not in new]
        if lost:
            return phrase("lacks the attribute {attribute}", attribute=repr(lost[0]))
        changed = [key for key in new if old.get(key) != new[key]]
        return phrase("has another attribute {attribute} than before", attribute=quoted(changed[0]))
    if isinstance(old, tuple) and isinstance(new, tuple):
        return phrase("should have the inputs {want}, but it has {got}", want=inputs_text(old), got=inputs_text(new))
    if part == "op":
        return phrase(
            "should have the operation {want}, as before, but it has {got}", want=quoted(str(old)), got=quoted(str(new))
        )
    return phrase(
        "should have the device {want}, as before, but it has {got}", want=quoted(str(old)), got=quoted(str(new))
    )


def same_devices(trial: Trial) -> None:
    """Raise unless each node of the copy asks for the device that it should."""
    got, wanted = graph_def(trial.got), graph_def(trial.want)
    _once_in_copy(got)
    found = {node.name: node.device for node in got.nodes}
    for old, want in zip(given(trial).nodes, wanted.nodes, strict=True):
        if old.name not in found:
            missing = phrase("The node {name} is missing in the copy.", name=repr(old.name))
            raise Finding(missing, evidence=graphs(wanted, got, devices=True))
        if found[old.name] != want.device:
            had, should, asks = (device_text(one) for one in (old.device, want.device, found[old.name]))
            must = phrase("it should stay so, but it asks for {device} now", device=asks)
            if old.device != want.device:
                must = phrase("it should ask for {want} now, but it asks for {device}", want=should, device=asks)
            other = phrase("The node {name} asked for {device}; {must}.", name=repr(old.name), device=had, must=must)
            raise Finding(other, evidence=graphs(wanted, got, devices=True))


def _once_in_copy(got: wire.Nodes) -> None:
    for name, count in _repeated(got):
        twice = phrase(
            "The copy holds the node {name} {count} times; in the graph that was given it is there once.",
            name=quoted(name), count=count,
        )  # fmt: skip
        raise Finding(twice)


def same_names_in_copy(got: wire.Nodes, want: wire.Nodes) -> None:
    """Raise if the copy holds a node twice, or one that the given graph does not have."""
    _once_in_copy(got)
    more = {node.name for node in got.nodes} - {node.name for node in want.nodes}
    if more:
        raise Finding(phrase("The copy holds {nodes}, which the given graph does not have.", nodes=listed(more)))


def device_text(name: str) -> Text:
    """Return a device as text."""
    return quoted(name) if name else phrase("no device")


def some_moved(got: wire.Nodes, asked: wire.Nodes) -> None:
    """Raise if every node asks for the device that it asked for before."""
    old = {node.name: node.device for node in asked.nodes}
    if all(node.device == old.get(node.name) for node in got.nodes):
        raise Finding(phrase("No node asks for the new device in the copy."))


def untouched(got: Seen) -> None:
    """Raise if the first call changed its argument."""
    if got.touched():
        function = got.program.calls[0].function
        changed = phrase(
            "{function} changed the GraphDef that it was given. Build a new one, or change a copy.", function=function
        )
        raise Finding(changed)
