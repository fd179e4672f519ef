"""Whatever a student's process says, a judge answers with a finding: never with an exception of its own.

An exception would be a GRADER_ERROR, which holds a record back, and nobody may do that to his record. (What
`testimony.py` refuses never gets this far.)
"""

import random
from collections.abc import Iterator

import msgspec
import pytest

from grader.grading import trials
from grader.inside import wire
from grader.observation import Observation, Observed, Outcome
from grader.walls.worker import Worker
from grader.workbench import PARTS, Setup, Workbench, cache_folder

ODD: tuple[wire.Value, ...] = (
    None, True, -1, 2**63, float("nan"), float("inf"), "", "x" * 50, "\udc80",
    wire.Items(()), wire.Items((wire.Items(()), None, "a")), wire.Table({}), wire.Table({"": wire.Table({})}),
    wire.Array("<f4", (), b"\0" * 4), wire.Array("<f4", (0, 3), b""), wire.Array("<f8", (2,), b"\xff" * 16),
    wire.Array("<c16", (1,), b"\0" * 16), wire.Array("|b1", (3,), b"\1\0\1"), wire.Array("<f4", (5,), b"short"),
    wire.Array("O", (1,), b"\0" * 8), wire.Array("<f4", (-1, -4), b"\0" * 16), wire.Array("nonsense", (1,), b""),
    wire.Graph(b"\xff"), wire.Nodes(()), wire.Problem("refused", ""), wire.Other(""), wire.Result(9, (9,)),
    wire.Input("nobody"), wire.Named("nothing"), wire.Tensor("", "", None), wire.Tensor(":", "float32", (None, -1)),
    wire.Variable("", "", None, "", False), wire.Variable("a/W:0", "string", (2**40,), "nowhere:7", True),
    wire.Nodes((wire.Node("a", "A", ("a", "^b", ":", "")), wire.Node("a", "A")), {"": ""}, -1),
)  # fmt: skip


@pytest.fixture(scope="module")
def tools(worker: Worker) -> Iterator[Workbench]:
    bench = Workbench(Setup(1, "walls", str(cache_folder())))
    bench.worker = worker
    yield bench
    bench.bench.close()


def spoilt(value: wire.Value, chance: random.Random) -> wire.Value:
    """Return a value with one thing in it replaced, left out or doubled."""
    if isinstance(value, wire.Items) and value.items and chance.random() < 0.7:
        place = chance.randrange(len(value.items))
        items = list(value.items)
        match chance.randrange(3):
            case 0:
                items[place] = spoilt(items[place], chance)
            case 1:
                del items[place]
            case 2:
                items.append(items[place])
        return wire.Items(tuple(items))
    if isinstance(value, wire.Tensor | wire.Variable) and chance.random() < 0.5:
        return msgspec.structs.replace(
            value, shape=chance.choice([None, (), (None,), (-3, 2**50)]), name=chance.choice(["", "b", "b:9"])
        )
    return chance.choice(ODD)


def truth(value: wire.Array) -> wire.Array:
    """Return an array of the same shape that holds no numbers."""
    return wire.array(wire.numpy(value) > 0)


def spoilt_observation(right: Observation, chance: random.Random) -> Observation:
    assert isinstance(right, Observed)
    calls, runs, graph = list(right.calls), list(right.runs), right.graph
    for place, outcome in enumerate(calls):
        if isinstance(outcome, wire.Returned) and chance.random() < 0.6:
            value = spoilt(outcome.value, chance)
            calls[place] = msgspec.structs.replace(outcome, value=value, grown=chance.choice([0, -5, 2**40]))
        elif chance.random() < 0.2:
            calls[place] = chance.choice(
                [wire.Raised(("BaseException",)), wire.Raised(("A" * 500,), "\x1b[31m"), wire.Unmade("")]
            )
    for place, run in enumerate(runs):
        if isinstance(run, wire.Ran) and chance.random() < 0.6:
            arrays = [one for one in ODD if isinstance(one, wire.Array)]
            others = [chance.choice([*arrays, value, truth(value)]) for value in run.values]
            values = tuple(others[: chance.choice([0, 1, 9])])
            runs[place] = chance.choice([wire.Ran(values), wire.Problem("failed", "x"), run])
    if chance.random() < 0.3:
        graph = chance.choice([None, wire.Problem("refused", ""), wire.Nodes((wire.Node("", ""),))])
    return Observed(tuple(calls), tuple(runs[: chance.choice([0, 99])]), graph)


@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d", "subgraph", "top5"])
def test_no_observation_is_a_fault_of_ours(exercise: str, tools: Workbench) -> None:
    chance = random.Random(exercise)
    for part in PARTS:
        checks = tools.part(exercise, part).checks
        for _ in range(25):
            subject = {
                check.id: trials(check, [spoilt_observation(one, chance) for one in check.reference])
                for check in checks
            }
            for judgement in tools.bench.judge(subject).values():
                assert judgement.outcome is not Outcome.GRADER_ERROR, f"{judgement.id}: {judgement.message}"


@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d"])
def test_truth_values_for_all_numbers_are_no_fault_of_ours(exercise: str, tools: Workbench) -> None:
    for part in PARTS:
        checks = tools.part(exercise, part).checks
        subject = {check.id: trials(check, list(map(_in_truth_values, check.reference))) for check in checks}
        faults = [one for one in tools.bench.judge(subject).values() if one.outcome is Outcome.GRADER_ERROR]
        assert faults == []


def _in_truth_values(right: Observation) -> Observation:
    assert isinstance(right, Observed)
    runs = [
        msgspec.structs.replace(run, values=tuple(map(truth, run.values))) if isinstance(run, wire.Ran) else run
        for run in right.runs
    ]
    return msgspec.structs.replace(right, runs=tuple(runs))


def test_a_variable_that_is_read_in_a_circle_is_none(tools: Workbench) -> None:
    """Two nodes that read each other: whoever follows them to the variable never comes back."""
    (check,) = [one for part in PARTS for one in tools.part("conv_2d", part).checks if one.id == "conv_2d.trainable"]
    circle = (wire.Node("round", "Identity", ("about",)), wire.Node("about", "Identity", ("round",)))
    lies = []
    for right in check.reference:
        assert isinstance(right, Observed)
        (layer,) = right.calls
        assert isinstance(layer, wire.Returned)
        assert isinstance(layer.value, wire.Items)
        assert isinstance(right.graph, wire.Nodes)
        items = wire.Items((*layer.value.items[:3], wire.Tensor("round:0", "float32", (1,))))
        graph = msgspec.structs.replace(right.graph, nodes=(*right.graph.nodes, *circle))
        lies.append(msgspec.structs.replace(right, calls=(msgspec.structs.replace(layer, value=items),), graph=graph))
    judged = tools.bench.judge({check.id: trials(check, lies)})[check.id]
    assert judged.outcome is Outcome.FAILED
    assert "should be a variable" in judged.message


@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d", "subgraph", "top5"])
def test_the_reference_passes_its_own_checks(exercise: str, tools: Workbench) -> None:
    for part in PARTS:
        checks = tools.part(exercise, part).checks
        judged = tools.bench.judge({check.id: trials(check, check.reference) for check in checks})
        assert {one.id: one.message for one in judged.values() if one.outcome is not Outcome.PASSED} == {}
