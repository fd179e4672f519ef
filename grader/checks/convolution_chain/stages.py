"""The stages of a chain as they came back: their numbers, and what of a graph each of them depends on."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.check import Finding, Seen, Trial, kind_of
from grader.compare import a_list_of, a_tensor, same_shape
from grader.inside import wire
from grader.observation import Observation, Observed, complaint, trouble
from grader.phrase import Text, phrase

_TENSORS = (wire.Tensor, wire.Variable)
_MOST_STAGES = 16
"""How many stages of a chain are looked at for a diagnosis; of each, all that it depends on is kept."""


def all_of(seen: Seen, n: int, call: int = 0) -> list[Any]:
    """Return the n tensors that a call of `chain_convolutions` returned."""
    text = seen.call_text(call)
    stages = a_list_of(seen.returned(call), n, phrase("The result of {call}", call=text))
    return [a_tensor(stage, item_text(i, text)) for i, stage in enumerate(stages)]


def item_text(number: int, call: Text) -> Text:
    """Return what an item of a call's result is called."""
    return phrase("Item {number} of the result of {call}", number=number, call=call)


def numbers(trial: Trial) -> list[np.ndarray]:
    """Return the numbers of all stages, after their count was found right."""
    all_of(trial.got, len(trial.want.returned()))
    return trial.got.fetched()


def offset(trial: Trial, count: int, call: int = 0) -> int:
    """Return where in a chain's result stage 1 is, if there are `count` stages at least.

    How many stages there are is another check's affair: one too few is no matter here, nor is x before the first one.
    """
    text = trial.got.call_text(call)
    items = trial.got.returned(call)
    if not isinstance(items, list) or len(items) < count:
        other = phrase(
            "The result of {call} should be a list of stages, but it is {what}.", call=text, what=kind_of(items)
        )
        raise Finding(other)
    for i, item in enumerate(items[: count + 1]):
        a_tensor(item, item_text(i, text))
    leading, (images, _) = trial.got.fetched()[0], fed(trial.program)
    same = len(items) == len(trial.want.returned(call)) + 1 and np.array_equal(leading, images)
    return 1 if same else 0


def first(trial: Trial, call: int = 0) -> np.ndarray:
    """Return the numbers of stage 1."""
    place = offset(trial, 1, call)
    return trial.got.fetched()[place]


def named(number: int) -> Text:
    """Return what a stage is called."""
    return phrase("Stage {number}", number=number)


def fed(program: wire.Program) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and the filter of a program's first run."""
    (_, images), (_, flt) = program.runs[0].feeds
    return wire.numpy(images), wire.numpy(flt)


def not_empty(got: np.ndarray, want: np.ndarray, number: int) -> None:
    """Raise if a stage holds no numbers, which would equal those of any other such stage."""
    if not got.size:
        same_shape(got.shape, want.shape, named(number))


def numbers_seen(observation: Observation) -> Any:
    """Return what is seen of a chain if only the first stages are looked at, not how many there are."""
    if not isinstance(observation, Observed):
        return None
    outcome = observation.calls[0]
    is_list = isinstance(outcome, wire.Returned) and isinstance(outcome.value, wire.Items)
    values = [list(ran.values) if isinstance(ran, wire.Ran) else trouble(ran) for ran in observation.runs]
    if isinstance(outcome, wire.Raised):
        return ["raised", outcome.types[:1], complaint(outcome)]
    return ["list" if is_list else outcome, values]


def made_of(observation: Observation) -> Any:
    """Return what came of a chain; if it isn't made of both x and flt only that: its numbers may be drawn at random."""
    if not isinstance(observation, Observed) or not isinstance(observation.graph, wire.Nodes):
        return None
    outcome, inputs = observation.calls[0], _inputs(observation.graph)
    returned = wire.from_wire(outcome.value) if isinstance(outcome, wire.Returned) else []
    items = returned[:_MOST_STAGES] if isinstance(returned, list) else []
    stages = [item for item in items if isinstance(item, _TENSORS)]
    unused = {"x", "flt"}.difference(*(_ancestors(inputs, stage) for stage in stages)) if stages else set()
    if unused:
        return ["without", *sorted(unused)]
    values = [list(ran.values) if isinstance(ran, wire.Ran) else trouble(ran) for ran in observation.runs]
    return [outcome.types[:1] if isinstance(outcome, wire.Raised) else returned, values]


def apart(graph: wire.Nodes, stages: Sequence[wire.Tensor | wire.Variable]) -> int | None:
    """Return the first stage, by number, that has no node that depends on x and flt in common with the one before."""
    inputs = _inputs(graph)
    above = [_ancestors(inputs, stage) for stage in stages]
    users = _turned(inputs)
    of_both = _reach(users, "x") & _reach(users, "flt")
    return next((i + 1 for i in range(1, len(above)) if not of_both & above[i] & above[i - 1]), None)


def _inputs(graph: wire.Nodes) -> dict[str, list[str]]:
    return {node.name: [entry.removeprefix("^").partition(":")[0] for entry in node.inputs] for node in graph.nodes}


def _ancestors(inputs: dict[str, list[str]], stage: wire.Tensor | wire.Variable) -> set[str]:
    name = stage.handle if isinstance(stage, wire.Variable) else stage.name
    return _reach(inputs, name.partition(":")[0])


def _turned(inputs: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what takes each node, from what each node takes."""
    users: dict[str, list[str]] = {name: [] for name in inputs}
    for name, taken in inputs.items():
        for one in taken:
            if one in users:
                users[one].append(name)
    return users


def _reach(inputs: dict[str, list[str]], name: str) -> set[str]:
    """Return a node and all that can be reached from it."""
    found: set[str] = set()
    queue = [name]
    while queue:
        node = queue.pop()
        if node not in found and node in inputs:
            found.add(node)
            queue += inputs[node]
    return found
