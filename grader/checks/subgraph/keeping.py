"""Comparisons of what comes along with nodes, versions and functions. Each raises `Finding`."""

from collections.abc import Iterator

from grader.check import Finding, Trial
from grader.compare_graphs import given
from grader.inside import wire
from grader.phrase import Phrase, Text, phrase


def same_versions(got: wire.Nodes, want: wire.Nodes, what: Phrase) -> None:
    """Raise unless two graphs say that the same version made them, and the same may and may not read them."""
    for field in ("producer", "min_consumer", "bad_consumers"):
        there, wanted = getattr(got, field), getattr(want, field)
        if there != wanted:
            other = phrase(
                "The graph's `versions` say that its {field} is {want}; in {graph} it is {got}. "
                "TensorFlow reads from them how the nodes are meant, and whether it may read them.",
                field=field, want=_version(wanted), graph=what, got=_version(there),
            )  # fmt: skip
            raise Finding(other)


def _version(value: int | tuple[int, ...]) -> int | list[int]:
    return list(value) if isinstance(value, tuple) else value


def same_functions(trial: Trial, got: wire.Nodes, want: wire.Nodes, what: Phrase) -> None:
    """Raise unless the functions that the wanted nodes call, and those that these call, are in the library."""
    whole = given(trial)
    kept = {node.name for node in want.nodes}
    queue = [(one, _node(node)) for node in whole.nodes if node.name in kept for one in _called(node)]
    seen: set[str] = set()
    while queue:
        function, caller = queue.pop(0)
        if function not in whole.functions or function in seen:
            continue
        seen.add(function)
        queue.append((whole.functions[function].removeprefix("f="), _function(function)))
        if got.functions.get(function) != want.functions.get(function):
            lost = phrase("changed") if function in got.functions else phrase("missing")
            calls = phrase(
                "{caller} calls the function {function}, which is {lost} in the library of {graph}, "
                "so that it can't be run.",
                caller=caller, function=repr(function), lost=lost, graph=what,
            )  # fmt: skip
            raise Finding(calls)


def _called(node: wire.Node) -> Iterator[str]:
    """Yield the functions that a node of a case may call, by its operation or through an attribute."""
    yield node.op
    for value in node.attributes.values():
        match value:
            case wire.Items(items=("function", str(name))):
                yield name


def _node(node: wire.Node) -> Text:
    return phrase("The node {name}", name=repr(node.name))


def _function(name: str) -> Text:
    return phrase("The function {name}", name=repr(name))
