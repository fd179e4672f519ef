"""Comparisons of the graphs that came back with those that a right solution gives. Each raises `Finding`."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from grader.check import Finding, Seen, Trial
from grader.evidence_graphs import graphs
from grader.inside import wire
from grader.observation import Observation, Observed


def graph_def(seen: Seen, call: int = 0) -> wire.Nodes:
    """Return the GraphDef that a call returned; raise if it was a `tf.Graph`."""
    nodes = seen.nodes(call)
    if nodes.live:
        function = seen.program.calls[call].function
        raise Finding(f"{function} should return a GraphDef, but it returned a tf.Graph (its `as_graph_def()` is one).")
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


def listed(names: Iterable[str], most: int = 4) -> str:
    """Return names as text, the first few of many."""
    ordered = sorted(names)
    shown = ", ".join(map(repr, ordered[:most]))
    return f"{shown} and {len(ordered) - most} more" if len(ordered) > most else shown


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
        why = f": {users[0][0]!r} is kept, and has {users[0][1]!r} among its inputs" if users else ""
        raise Finding(f"For the output {asked}, the main graph lacks {listed(missing)}{why}.", evidence=shown)
    if more:
        raise Finding(
            f"For the output {asked}, the main graph holds {listed(more)}, which no output depends on.", evidence=shown
        )


def _users(graph: wire.Nodes, name: str, among: set[str]) -> list[tuple[str, str]]:
    return [
        (node.name, entry)
        for node in graph.nodes
        for entry in node.inputs
        if node.name in among and entry.removeprefix("^").partition(":")[0] == name
    ]


def each_once(graph: wire.Nodes) -> None:
    """Raise if two nodes of a graph have the same name."""
    for name, count in Counter(node.name for node in graph.nodes).items():
        if count > 1:
            raise Finding(
                f"The main graph holds the node {name!r} {count} times. Two nodes of one graph can't share a name: "
                "keep each node once, however many others use it."
            )


def main_graph(trial: Trial) -> wire.Nodes:
    """Return the main graph; raise unless it has its output as it was, and something of the whole graph is gone.

    Whether it is the right part is another check's affair, but who did nothing has not kept what is asked about either.
    """
    got, whole = graph_def(trial.got), given(trial)
    by_name = {node.name: node for node in got.nodes}
    output = next(node for node in graph_def(trial.want).nodes if node.name == "output")
    if "output" not in by_name:
        raise Finding("The main graph lacks its output.")
    same_inputs(got, wire.Nodes((output,)), "the main graph")
    if all(node.name in by_name for node in whole.nodes):
        raise Finding("The main graph holds all nodes of the whole graph, also those that no output depends on.")
    return got


def same_nodes(got: wire.Nodes, want: wire.Nodes, what: str, *, devices: bool = True, all_of_them: bool = True) -> None:
    """Raise unless the wanted nodes are as they should be.

    Args:
        what: the name of the graph in the message.
        devices: compare them too.
        all_of_them: raise for a node that is missing.
    """
    found = {node.name: node for node in got.nodes}
    for node in want.nodes:
        same = found.get(node.name)
        if same is None:
            if all_of_them:
                raise Finding(f"{what[0].upper()}{what[1:]} lacks the node {node.name!r}.")
            continue
        for part in ("op", "inputs", "attributes", *(("device",) if devices else ())):
            old, new = getattr(node, part), getattr(same, part)
            if old != new:
                raise Finding(f"In {what}, the node {node.name!r} {_change(part, old, new)}.")


def same_inputs(got: wire.Nodes, want: wire.Nodes, what: str) -> None:
    """Raise unless the nodes that are there have their inputs, control inputs in any order."""
    found = {node.name: node for node in got.nodes}
    for node in want.nodes:
        same = found.get(node.name)
        if same is not None and sorted(same.inputs, key=_control_last) != sorted(node.inputs, key=_control_last):
            raise Finding(
                f"In {what}, the node {node.name!r} {_change('inputs', node.inputs, same.inputs)}.",
                evidence=graphs(want, got, exactly=False),
            )


def _control_last(entry: str) -> str:
    return entry if entry.startswith("^") else ""


def _change(part: str, old: object, new: object) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        lost = [key for key in old if key not in new]
        if lost:
            return f"lacks the attribute {lost[0]!r}"
        changed = [key for key in new if old.get(key) != new[key]]
        return f"has another attribute {changed[0]!r} than before"
    if isinstance(old, tuple) and isinstance(new, tuple):
        return f"should have the inputs {list(old)}, but it has {list(new)}"
    names = {"op": "operation", "device": "device"}
    return f"should have the {names[part]} {old!r}, as before, but it has {new!r}"


def same_producer(got: wire.Nodes, want: wire.Nodes, what: str) -> None:
    """Raise unless two graphs say that the same version made them."""
    if got.producer != want.producer:
        raise Finding(
            f"The graph's `versions` say that its producer is {want.producer}; in {what} it is {got.producer}. "
            "TensorFlow reads from it how the nodes are meant."
        )


def same_functions(got: wire.Nodes, want: wire.Nodes, what: str) -> None:
    """Raise unless the functions that nodes call are in the library."""
    for node in want.nodes:
        if node.op in want.functions and got.functions.get(node.op) != want.functions[node.op]:
            lost = "changed" if node.op in got.functions else "missing"
            raise Finding(
                f"The node {node.name!r} calls the function {node.op!r}, which is {lost} in the library of {what}, "
                "so that it can't be run."
            )


def same_devices(trial: Trial) -> None:
    """Raise unless each node of the copy asks for the device that it should."""
    got, wanted = graph_def(trial.got), graph_def(trial.want)
    found = {node.name: node.device for node in got.nodes}
    for old, want in zip(given(trial).nodes, wanted.nodes, strict=True):
        if old.name not in found:
            raise Finding(f"The node {old.name!r} is missing in the copy.", evidence=graphs(wanted, got, devices=True))
        if found[old.name] != want.device:
            had, should, asks = (_device(one) for one in (old.device, want.device, found[old.name]))
            must = f"it should stay so, but it asks for {asks} now"
            if old.device != want.device:
                must = f"it should ask for {should} now, but it asks for {asks}"
            raise Finding(f"The node {old.name!r} asked for {had}; {must}.", evidence=graphs(wanted, got, devices=True))


def _device(name: str) -> str:
    return repr(name) if name else "no device"


def some_moved(got: wire.Nodes, asked: wire.Nodes) -> None:
    """Raise if every node asks for the device that it asked for before."""
    old = {node.name: node.device for node in asked.nodes}
    if all(node.device == old.get(node.name) for node in got.nodes):
        raise Finding("No node asks for the new device in the copy.")


def untouched(got: Seen) -> None:
    """Raise if the first call changed its argument."""
    if got.touched():
        function = got.program.calls[0].function
        raise Finding(f"{function} changed the GraphDef that it was given. Build a new one, or change a copy.")


def loaded(trial: Trial) -> None:
    """Raise unless a `tf.Graph` came back that holds the wanted nodes by name, and maybe more."""
    graph = trial.got.nodes()
    if not graph.live:
        raise Finding("load_into_graph should return a tf.Graph that holds the nodes, but it returned a GraphDef.")
    found = {node.name: node for node in graph.nodes}
    wanted = trial.want.nodes()
    for node in wanted.nodes:
        same = found.get(node.name)
        if same is None:
            there = f"it has {listed(found)}" if found else "it has no nodes"
            raise Finding(
                f"In the new graph there should be a node {node.name!r}, but {there}.",
                evidence=graphs(wanted, graph, exactly=False),
            )
        if same.op != node.op or _entries(same) != _entries(node):
            raise Finding(
                f"The node {node.name!r} should be {node.op} of {list(node.inputs)}, but it is {same.op} of "
                f"{list(same.inputs)}."
            )


def _entries(node: wire.Node) -> tuple[list[str], list[str]]:
    data = [entry.removesuffix(":0") for entry in node.inputs if not entry.startswith("^")]
    return data, sorted(entry for entry in node.inputs if entry.startswith("^"))


def loaded_by_any_name(trial: Trial, call: int = 0, *, nothing_else: bool = False) -> None:
    """Raise unless the wanted operations came back, under whatever names, and (if so asked) no others."""
    graph = trial.got.nodes(call)
    if not graph.live and {node.name for node in given(trial, call).nodes} & {node.name for node in graph.nodes}:
        raise Finding("load_into_graph should return a tf.Graph that the nodes were imported into, but not a GraphDef.")
    got, want = (Counter(node.op for node in nodes.nodes) for nodes in (graph, trial.want.nodes(call)))
    missing, more = want - got, got - want
    if missing:
        raise Finding(f"The graph of call {call + 1} lacks the operations {listed(missing)}.")
    if nothing_else and more:
        raise Finding(
            f"The graph of call {call + 1} should hold the {want.total()} nodes that were imported by it, but it holds "
            f"{got.total()}: each call should make a graph of its own."
        )


def names_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only the names of nodes are looked at."""
    return _seen(observation, lambda nodes: sorted({node.name for node in nodes.nodes}))


def repeats_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if names and how often they come are looked at."""
    return _seen(observation, lambda nodes: sorted(node.name for node in nodes.nodes))


def devices_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if names and devices are looked at."""
    return _seen(observation, lambda nodes: [[node.name, node.device] for node in nodes.nodes])


def producer_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only versions are looked at."""
    return _seen(observation, lambda nodes: nodes.producer)


def functions_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only the library is looked at."""
    return _seen(observation, lambda nodes: sorted(nodes.functions.items()))


def _seen(observation: Observation, look: Any) -> Any:
    if not isinstance(observation, Observed):
        return type(observation).__name__
    return [_call_seen(outcome, look) for outcome in observation.calls]


def _call_seen(outcome: wire.Outcome, look: Any) -> Any:
    match outcome:
        case wire.Returned(value=wire.Nodes() as nodes):
            return [look(nodes), sorted(outcome.touched)]
        case wire.Returned():
            return outcome.value
        case wire.Raised():
            return ["raised", outcome.types[:1]]
    return "not made"
