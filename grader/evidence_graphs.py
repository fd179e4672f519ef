"""Two graphs as one list of nodes, to be drawn: what is in both, what is missing, what is too much."""

from grader import exhibit
from grader.exhibit import Graphs, Node, State
from grader.inside import wire


def graphs(
    want: wire.Nodes,
    got: wire.Nodes,
    given: wire.Nodes | None = None,
    *,
    exactly: bool = True,
    devices: bool = False,
) -> Graphs:
    """Return the nodes of two graphs, and of the one that was given, with what is wrong about each.

    Args:
        given: what both were made from, to show what was rightly left out; its order is that of the list.
        exactly: whether there should be no other nodes than the wanted ones.
        devices: whether it is devices that matter, or else inputs.
    """
    wanted, found = ({node.name: node for node in nodes.nodes} for nodes in (want, got))
    together = {node.name: node for node in (*(given or want).nodes, *want.nodes, *got.nodes)}
    listed = [_node(node, wanted.get(name), found.get(name), devices) for name, node in together.items()]
    kept = _most_telling(listed)
    return Graphs(tuple(kept), devices, exactly, len(listed) - len(kept))


def _node(node: wire.Node, want: wire.Node | None, got: wire.Node | None, devices: bool) -> Node:
    state: State = "same"
    if want is None or got is None:
        state = "missing" if want else "extra" if got else "gone"
    elif (want.device != got.device) if devices else _sources(want) != _sources(got):
        state = "changed"
    inputs, wanted = (
        tuple(map(exhibit.name, _sources(one)[: exhibit.MOST_INPUTS])) for one in (got or node, want or got or node)
    )
    device, right = (exhibit.name(one.device) if one and devices else "" for one in (got, want))
    others = None if wanted == inputs else wanted
    return Node(exhibit.name(node.name), exhibit.name(node.op), inputs, state, right, device, others)


def _sources(node: wire.Node) -> list[str]:
    """Return a node's inputs, numbers of outputs that are not 0; what it waits for comes last, in any order."""
    data = [entry.removesuffix(":0") for entry in node.inputs if not entry.startswith("^")]
    return [*data, *sorted(entry for entry in node.inputs if entry.startswith("^"))]


def _most_telling(nodes: list[Node]) -> list[Node]:
    """Return the nodes in their order, of many only those that are wrong and those around them.

    What is wrong comes first, then what it is linked with, and then, for a few nodes, what that is linked with.
    """
    if len(nodes) <= exhibit.ENOUGH_NODES:
        return nodes
    links: dict[str, set[str]] = {}
    for node in nodes:
        for other in map(exhibit.source, (*node.inputs, *(node.wanted or ()))):
            links.setdefault(node.name, set()).add(other)
            links.setdefault(other, set()).add(node.name)
    rings = [{node.name for node in nodes if node.state not in ("same", "gone")}]
    for _ in range(2):
        rings.append({other for name in rings[-1] for other in links.get(name, ())}.difference(*rings))
    ranked = [at for ring in rings for at, node in enumerate(nodes) if node.name in ring]
    near = rings[0] | rings[1]
    sure = sum(node.name in near for node in nodes)
    return [nodes[at] for at in sorted(ranked[: min(max(sure, exhibit.ENOUGH_NODES), exhibit.MOST_NODES)])]
