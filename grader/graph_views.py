"""What a diagnosis sees of an observation where a check looks at one side of the graphs that came back."""

from typing import Any

from grader.inside import wire
from grader.observation import Observation, Observed, complaint, trouble


def names_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only the names of nodes are looked at."""
    return _seen(observation, lambda nodes: sorted({node.name for node in nodes.nodes}))


def names_and_refusal_seen(observation: Observation) -> Any:
    """Return what is seen if names of nodes are looked at, and of calls after the first whether they raised at all."""
    seen = names_seen(observation)
    if not isinstance(observation, Observed):
        return seen
    raised = [isinstance(outcome, wire.Raised) for outcome in observation.calls]
    return [one if not number or not raised[number] else "raised" for number, one in enumerate(seen)]


def names_and_touched_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if names of nodes are looked at, and what became of the arguments."""
    return _seen(observation, lambda nodes: sorted({node.name for node in nodes.nodes}), touched=True)


def names_and_runs_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if names of nodes are looked at, and what the graph gives when it runs."""
    runs = observation.runs if isinstance(observation, Observed) else ()
    return [names_seen(observation), [list(ran.values) if isinstance(ran, wire.Ran) else trouble(ran) for ran in runs]]


def repeats_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if names and how often they come are looked at."""
    return _seen(observation, lambda nodes: sorted(node.name for node in nodes.nodes))


def devices_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if names and devices are looked at."""
    return _seen(observation, lambda nodes: [[node.name, node.device] for node in nodes.nodes])


def versions_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only versions are looked at."""
    return _seen(observation, lambda nodes: [nodes.producer, nodes.min_consumer, list(nodes.bad_consumers)])


def functions_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only the library is looked at."""
    return _seen(observation, lambda nodes: sorted(nodes.functions.items()))


def _seen(observation: Observation, look: Any, touched: bool = False) -> Any:
    if not isinstance(observation, Observed):
        return type(observation).__name__
    return [_call_seen(outcome, look, touched) for outcome in observation.calls]


def _call_seen(outcome: wire.Outcome, look: Any, touched: bool) -> Any:
    match outcome:
        case wire.Returned(value=wire.Nodes() as nodes):
            return [look(nodes), sorted(outcome.touched) if touched else []]
        case wire.Returned():
            return outcome.value
        case wire.Raised():
            return ["raised", outcome.types[:1], complaint(outcome)]
    return "not made"
