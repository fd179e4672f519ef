"""The check of graphs, fuzzed: whatever a GraphDef holds, it is reduced, pruned and refused, or let through."""

from fuzz.targets import says_why
from grader.inside import graphs, wire

_MOST_NODES = 1000
_ALLOWED = graphs.pure_ops()


def fuzz_graph(data: bytes) -> None:
    """A serialized GraphDef."""
    try:
        graph_def = graphs.parse(wire.Graph(data))
    except wire.WireError:
        return
    nodes = graphs.reduce(graph_def)
    assert len(nodes.nodes) == len(graph_def.node)
    wire.decode(wire.encode(nodes), wire.Nodes)
    wanted = {graphs.node_name(node.name) for node in list(graph_def.node)[:2]} | {"output"}
    pruned = graphs.ancestors(graph_def, wanted)
    assert len(pruned.node) <= len(graph_def.node)
    try:
        graphs.refuse_impure(pruned, _MOST_NODES, _ALLOWED)
    except graphs.Refused as refused:
        says_why(refused)
        return
    functions = {function.signature.name for function in pruned.library.function}
    for body in (pruned.node, *(function.node_def for function in pruned.library.function)):
        assert all(node.op in _ALLOWED or node.op in functions for node in body)
