"""Comparisons of graphs that were loaded with those that a right solution loads. Each raises `Finding`."""

from collections import Counter

from grader.check import Finding, Trial
from grader.compare_graphs import device_text, given, inputs_text, listed
from grader.evidence_graphs import graphs
from grader.inside import wire
from grader.phrase import phrase, quoted

_WAITS = "^"


def loaded(trial: Trial) -> None:
    """Raise unless a `tf.Graph` came back that holds the wanted nodes by name, and maybe more."""
    graph = trial.got.nodes()
    if not graph.live:
        raise Finding(
            phrase("load_into_graph should return a tf.Graph that holds the nodes, but it returned a GraphDef.")
        )
    found = {node.name: node for node in graph.nodes}
    wanted = trial.want.nodes()
    for node in wanted.nodes:
        same = found.get(node.name)
        if same is None:
            there = phrase("it has {nodes}", nodes=listed(found)) if found else phrase("it has no nodes")
            absent = phrase("In the new graph there should be a node {name}, but {there}.", name=repr(node.name),
                            there=there)  # fmt: skip
            raise Finding(absent, evidence=graphs(wanted, graph, exactly=False))
        if same.op != node.op or _entries(same) != _entries(node):
            other = phrase(
                "The node {name} should be {op} of {inputs}, but it is {other_op} of {other_inputs}.",
                name=repr(node.name), op=node.op, inputs=inputs_text(node), other_op=same.op,
                other_inputs=inputs_text(same),
            )  # fmt: skip
            raise Finding(other)
        if node.device and same.device != node.device:
            elsewhere = phrase(
                "The node {name} should ask for the device {want}, as before it was loaded, but it asks for {got}.",
                name=repr(node.name), want=quoted(node.device), got=device_text(same.device),
            )  # fmt: skip
            raise Finding(elsewhere)


def _entries(node: wire.Node) -> tuple[list[str], list[str]]:
    data = [entry.removesuffix(":0") for entry in node.inputs if not entry.startswith("^")]
    return data, sorted(entry for entry in node.inputs if entry.startswith("^"))


def loaded_by_any_name(trial: Trial, call: int = 0, *, nothing_else: bool = False) -> None:
    """Raise unless the wanted operations came back, under whatever names, and (if so asked) no others."""
    graph = trial.got.nodes(call)
    if not graph.live and {node.name for node in given(trial, call).nodes} & {node.name for node in graph.nodes}:
        raise Finding(
            phrase("load_into_graph should return a tf.Graph that the nodes were imported into, but not a GraphDef.")
        )
    got, want = (Counter(_wired(nodes)) for nodes in (graph, trial.want.nodes(call)))
    missing, more = want - got, got - want
    if missing:
        ops = listed(map(_operation_text, missing))
        lacks = phrase("The graph of call {number} lacks the operations {ops}.", number=call + 1, ops=ops)
        raise Finding(lacks)
    if nothing_else and more:
        holds = phrase(
            "The graph of call {number} should hold the {want} nodes that were imported by it, but it holds "
            "{got}: each call should make a graph of its own.",
            number=call + 1, want=want.total(), got=got.total(),
        )  # fmt: skip
        raise Finding(holds)


def _wired(graph: wire.Nodes) -> list[tuple[str, ...]]:
    """Return each operation with those that it takes its inputs from, names left aside.

    Not as one text each: an operation's name may be as long as a message, and thousands may take their inputs from it.
    """
    ops = {node.name: node.op for node in graph.nodes}
    found = []
    for node in graph.nodes:
        data, waits = (
            [ops.get(entry.removeprefix("^").partition(":")[0], "nothing") for entry in entries]
            for entries in _entries(node)
        )
        found.append((node.op, *data, _WAITS, *sorted(waits)))
    return found


def _operation_text(wired: tuple[str, ...]) -> str:
    """Return an operation and where its inputs come from as text, `AddV2(Placeholder, Neg, ^NoOp)`."""
    op, *inputs = wired
    place = inputs.index(_WAITS)
    inputs[place:] = [f"^{one}" for one in inputs[place + 1 :]]
    return f"{op}({', '.join(inputs)})" if inputs else op
