"""What an evaluator is asked about traced programs, and what becomes of its answers: observations."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from grader.inside import wire
from grader.observation import Died, Observation, Observed


def is_needed(said: wire.Traced | Observation) -> bool:
    """Return whether a program's calls built or returned a graph, so that there is something to ask."""
    return isinstance(said, wire.Traced) and (said.graph is not None or bool(_graphs(said)))


def observation(
    program: wire.Program, said: wire.Traced | Observation, answers: Mapping[str, wire.Evaluated | Died]
) -> Observation:
    """Return the observation of a program from what its calls said and what came of its graphs.

    Args:
        answers: the evaluator's, by program id; of each program that needs one.
    """
    if not isinstance(said, wire.Traced):
        return said
    if not is_needed(said):
        return Observed(said.calls)
    answer = answers[program.id]
    return answer if isinstance(answer, Died) else _put_together(said, answer)


def request(program: wire.Program, said: wire.Traced | Observation) -> wire.Evaluate:
    """Return what to ask the evaluator about a program: its graph (first, if any), each GraphDef that it returned."""
    assert isinstance(said, wire.Traced)
    returned = _graphs(said)
    graphs = [said.graph] if said.graph is not None else []
    places = {place: len(graphs) + number for number, place in enumerate(returned)}
    runs = []
    for run in program.runs:
        index = 0 if run.graph is None else places.get((run.graph.call, *run.graph.path))
        if index is None or index >= len(graphs) + len(returned):
            index = -1
        runs.append((index, _named(run, said)))
    return wire.Evaluate(program.id, (*graphs, *returned.values()), tuple(runs), said.initializers)


def _graphs(said: wire.Traced) -> dict[tuple[int, ...], wire.Graph]:
    """Return the GraphDefs among what the calls returned, at their places: call number, then item numbers."""
    found: dict[tuple[int, ...], wire.Graph] = {}

    def look(value: wire.Value, place: tuple[int, ...]) -> None:
        if isinstance(value, wire.Graph):
            found[place] = value
        elif isinstance(value, wire.Items):
            for number, item in enumerate(value.items):
                look(item, (*place, number))

    for number, outcome in enumerate(said.calls):
        if isinstance(outcome, wire.Returned):
            look(outcome.value, (number,))
    return found


def _named(run: wire.Run, said: wire.Traced) -> wire.Run:
    """Return a run with every reference to a result or placeholder replaced by its tensor's name."""

    def name(entry: Any) -> Any:
        if isinstance(entry, wire.Input):
            return f"{entry.name}:0"
        if isinstance(entry, wire.Result):
            return _tensor_name(said.calls, entry)
        return entry

    training = run.training
    return msgspec.structs.replace(
        run,
        fetches=tuple(map(name, run.fetches)),
        feeds=tuple((name(entry), value) for entry, value in run.feeds),
        assign=tuple((name(entry), value) for entry, value in run.assign),
        training=None
        if training is None
        else msgspec.structs.replace(
            training,
            images=name(training.images),
            logits=name(training.logits),
            variables=tuple(map(name, training.variables)),
        ),
        graph=None,
    )


def _tensor_name(calls: Sequence[wire.Outcome], entry: wire.Result) -> str:
    """Return the name of the tensor (or a variable's handle) that an item of a result is; "" if it is none."""
    outcome = calls[entry.call]
    value: wire.Value = outcome.value if isinstance(outcome, wire.Returned) else None
    for step in entry.path:
        value = value.items[step] if isinstance(value, wire.Items) and step < len(value.items) else None
    if isinstance(value, wire.Variable):
        return value.handle
    return value.name if isinstance(value, wire.Tensor) else ""


def _put_together(said: wire.Traced, answer: wire.Evaluated) -> Observation:
    """Return the observation of a program, with the GraphDefs that it returned replaced by their nodes."""
    reduced = list(answer.graphs)
    own = reduced.pop(0) if said.graph is not None and reduced else None

    def replace(value: wire.Value) -> wire.Value:
        if isinstance(value, wire.Graph):
            nodes = reduced.pop(0) if reduced else wire.Problem("refused", "the graph was not read")
            return msgspec.structs.replace(nodes, live=value.live) if isinstance(nodes, wire.Nodes) else nodes
        if isinstance(value, wire.Items):
            return wire.Items(tuple(replace(item) for item in value.items))
        return value

    calls = tuple(
        msgspec.structs.replace(outcome, value=replace(outcome.value))
        if isinstance(outcome, wire.Returned)
        else outcome
        for outcome in said.calls
    )
    return Observed(calls, answer.runs, own, said.trainable)
