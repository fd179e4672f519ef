"""Graphs as lists of nodes, grouped by name scope, with arcs for inputs; what is missing or too much is marked."""

from collections.abc import Mapping, Sequence

from grader.exhibit import Graphs, Node, source
from grader.feedback import text
from grader.feedback.pictures.panel import Drawing, Panel, Picture
from grader.feedback.translation import say

_ROW = 26
_HEAD = 24
_WIDTH = 310
_ARCS = 50
_LONGEST = 32
_MOST_TOLD = 3
"""How many nodes are told one by one in the caption."""
_YOURS = {"same", "extra", "changed"}
_EXPECTED = {"same", "missing", "changed"}


def draw(exhibit: Graphs) -> Picture:
    """Return the picture of two graphs."""
    groups = _groups(exhibit.nodes)
    panels = tuple(_panel(name, groups, exhibit) for name in ("Yours", "Expected"))
    return Picture((panels,), tuple(_caption(exhibit)))


def _groups(nodes: Sequence[Node]) -> dict[str, list[Node]]:
    """Return nodes by outermost scope, in the order in which these first come; a node may be called like its scope."""
    scopes = {node.name.partition("/")[0] for node in nodes if "/" in node.name}
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        scope = node.name.partition("/")[0]
        groups.setdefault(f"{scope}/" if scope in scopes else f"\n{node.name}", []).append(node)
    return groups


def _panel(name: str, groups: Mapping[str, Sequence[Node]], exhibit: Graphs) -> Panel:
    here = _YOURS if name == "Yours" else _EXPECTED
    height = sum(len(nodes) * _ROW + (0 if scope.startswith("\n") else _HEAD + 6) for scope, nodes in groups.items())
    drawing = Drawing(_WIDTH, height + 6, _described(name, exhibit, here))
    middle: dict[str, float] = {}
    y = 3.0
    for scope, nodes in groups.items():
        named = not scope.startswith("\n")
        if named:
            drawing.rectangle("scope", _ARCS - 6, y, _WIDTH - _ARCS + 4, len(nodes) * _ROW + _HEAD, 6)
            drawing.text("scope-name", _ARCS + 2, y + 15, scope, _LONGEST)
            y += _HEAD - 3
        for node in nodes:
            middle[node.name] = y + _ROW / 2
            _row(drawing, node, y, name, exhibit, scope if named else "")
            y += _ROW
        y += 9 if named else 0
    for node in exhibit.nodes:
        if node.state in here:
            _arcs(drawing, node, middle, {one.name for one in exhibit.nodes if one.state in here}, name)
    return Panel(say(name), drawing.svg())


def _row(drawing: Drawing, node: Node, y: float, panel: str, exhibit: Graphs, scope: str) -> None:
    kind, sign = _kind(node, panel, exhibit)
    drawing.rectangle(f"node {kind}", _ARCS, y + 2, _WIDTH - _ARCS - 8, _ROW - 4, 5)
    said = _said(node, panel, exhibit).removeprefix(scope)
    drawing.text(f"node-name {kind}", _ARCS + 8, y + 17.5, f"{sign}{said}", _LONGEST)


def _kind(node: Node, panel: str, exhibit: Graphs) -> tuple[str, str]:
    """Return how a node is drawn in a panel: the class, and the sign before its name."""
    match node.state, panel:
        case "missing", "Yours":
            return "absent", "− "
        case "missing", _:
            return "wanted", ""
        case "extra", "Yours":
            return ("more", "+ ") if exhibit.exactly else ("other", "")
        case "changed", "Yours":
            return "more", "≠ "
        case "changed", _:
            return "wanted", ""
        case (("extra" | "gone"), _):
            return "gone", ""
    return "", ""


def _inputs(node: Node, panel: str) -> tuple[str, ...]:
    return node.inputs if panel == "Yours" or node.wanted is None else node.wanted


def _arcs(drawing: Drawing, node: Node, middle: Mapping[str, float], here: set[str], panel: str) -> None:
    end = middle[node.name]
    other = set(_inputs(node, "Expected" if panel == "Yours" else "Yours"))
    for entry in _inputs(node, panel):
        came = source(entry)
        if came not in here or came == node.name:
            continue
        start = middle[came]
        out = _ARCS - min(_ARCS - 6, 10 + abs(end - start) / 5)
        kind = "arc control" if entry.startswith("^") else "arc"
        if entry not in other:
            kind += " more" if panel == "Yours" else " wanted"
        curve = (_ARCS, start + 4, out, start + 4, out, end - 4, _ARCS - 4, end - 4)
        drawing.path(kind, "M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}".format(*curve))
        drawing.path("tip", f"M{_ARCS} {end - 4:.1f}l-6 -3v6z")


def _described(panel: str, exhibit: Graphs, here: set[str]) -> str:
    names = [_said(node, panel, exhibit) for node in exhibit.nodes if node.state in here]
    # Until Python 3.12, Babel finds no words inside an f-string.
    none = say("no nodes")
    return f"{say(panel)}: {', '.join(names) or none}"


def _said(node: Node, panel: str, exhibit: Graphs) -> str:
    if not exhibit.devices:
        return node.name
    device = (node.got if panel == "Yours" else node.want) or say("no device")
    return say("{node} on {device}").format(node=node.name, device=device)


def _caption(exhibit: Graphs) -> list[str]:
    states = {node.state for node in exhibit.nodes}
    said = [say("Arcs lead from a node to those that use it.")]
    if any(entry.startswith("^") for node in exhibit.nodes for entry in node.inputs):
        said.append(say("They are dashed where these only wait for it."))
    if "missing" in states:
        said.insert(0, say("− marks what is missing in yours."))
    if "extra" in states and exhibit.exactly:
        said.insert(0, say("+ marks what yours has too much."))
    if "changed" in states:
        said.insert(0, say("≠ marks what is another one than it should be."))
    if not exhibit.devices:
        said += [_rewired(node) for node in exhibit.nodes if node.state == "changed"][:_MOST_TOLD]
    if "gone" in states:
        said.append(say("What is crossed out is rightly left out."))
    if exhibit.left_out:
        said.append(say("{count} more nodes are not drawn.").format(count=exhibit.left_out))
    return said


def _rewired(node: Node) -> str:
    """Return which inputs a node has, and which it should: pictures show no numbers of outputs, and no order."""
    # Until Python 3.12, Babel finds no words inside an f-string.
    none = say("nothing")
    got, want = (", ".join(_inputs(node, panel)) or none for panel in ("Yours", "Expected"))
    return text.printable(
        say("{node} should take its inputs from {want}, in yours it takes them from {got}.").format(
            node=node.name, want=want, got=got
        )
    )
