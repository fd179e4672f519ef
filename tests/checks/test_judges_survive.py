"""Whatever a student's process says, a judge answers with a finding: never with an exception of its own.

An exception would be a GRADER_ERROR, which holds a record back, and nobody may do that to his record. (What
`testimony.py` refuses never gets this far.)
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence

import msgspec
import numpy as np
import pytest

from grader.freeze import questions
from grader.grading import trials
from grader.inside import wire
from grader.observation import Observation, Observed, Outcome
from grader.score import Judgement
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


def altered(right: Observation, alter: Callable[[np.ndarray], np.ndarray], fetches: Collection[int]) -> Observation:
    """Return an observation in which some of what each run gave is something else."""
    assert isinstance(right, Observed)
    runs = [
        msgspec.structs.replace(
            run,
            values=tuple(
                wire.array(alter(wire.numpy(one))) if place in fetches else one for place, one in enumerate(run.values)
            ),
        )
        if isinstance(run, wire.Ran)
        else run
        for run in right.runs
    ]
    return msgspec.structs.replace(right, runs=tuple(runs))


def judged(tools: Workbench, check_id: str, alter: Callable[[Observation], Observation]) -> Judgement:
    exercise = check_id.partition(".")[0]
    (check,) = [one for part in PARTS for one in tools.part(exercise, part).checks if one.id == check_id]
    return tools.bench.judge({check_id: trials(check, [alter(one) for one in check.reference])})[check_id]


def _without(axis: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda held: held.take([], axis) if axis < held.ndim else held


STRANGE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    **{f"no_axis_{axis}": _without(axis) for axis in range(4)},
    "nothing": lambda held: np.zeros((0,) * held.ndim, np.float32),
    "bytes": lambda held: np.abs(held).astype(np.uint8),
    "unsigned": lambda held: np.abs(held).astype(np.uint64),
    "complex": lambda held: held.astype(np.complex64),
    "nan": lambda held: np.full_like(held, np.nan),
    "infinite": lambda held: np.full_like(held, -np.inf),
    "one_axis_more": lambda held: held[np.newaxis],
}


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d"])
def test_strange_numbers_are_no_fault_of_ours(exercise: str, strange: str, tools: Workbench) -> None:
    for part in PARTS:
        checks = tools.part(exercise, part).checks
        for fetches in (range(9), [0], [1]):
            subject = {
                check.id: trials(check, [altered(one, STRANGE[strange], fetches) for one in check.reference])
                for check in checks
            }
            faults = [one for one in tools.bench.judge(subject).values() if one.outcome is Outcome.GRADER_ERROR]
            assert faults == []


@pytest.mark.parametrize(
    ("check_id", "strange", "fetches"),
    [
        *((f"conv_2d.{check}", f"no_axis_{axis}", (0, 1)) for check in ("bias", "bias_first") for axis in (0, 1, 2)),
        *((f"conv_2d.activation_{check}", strange, (0, 1)) for check in ("kinds", "once") for strange in ("nan",)),
        ("conv_2d.activation_once", "infinite", (0, 1)),
        *((f"convolution_chain.{check}", "nan", (1,)) for check in ("linear", "equivariant")),
        *((f"convolution_chain.{check}", f"no_axis_{axis}", (1,)) for check in ("linear", "equivariant")
          for axis in (0, 1, 3)),
    ],
)  # fmt: skip
def test_no_numbers_earn_nothing(check_id: str, strange: str, fetches: tuple[int, ...], tools: Workbench) -> None:
    """An empty array holds nothing that is wrong, and NaN made of NaN is what it should be."""
    found = judged(tools, check_id, lambda right: altered(right, STRANGE[strange], fetches))
    assert found.outcome is Outcome.FAILED, found.message


def _more_items(right: Observation, more: Sequence[wire.Value], nodes: Sequence[wire.Node] = ()) -> Observation:
    assert isinstance(right, Observed)
    assert isinstance(right.graph, wire.Nodes)
    (call,) = right.calls
    assert isinstance(call, wire.Returned)
    assert isinstance(call.value, wire.Items)
    returned = msgspec.structs.replace(call, value=wire.Items((*call.value.items, *more)))
    graph = msgspec.structs.replace(right.graph, nodes=(*right.graph.nodes, *nodes))
    return msgspec.structs.replace(right, calls=(returned,), graph=graph)


@pytest.mark.parametrize("more", [None, "", wire.Items(()), wire.Other("x")])
def test_a_stage_that_is_no_tensor_is_told(more: wire.Value, tools: Workbench) -> None:
    def alter(right: Observation) -> Observation:
        assert isinstance(right, Observed)
        (call,) = right.calls
        assert isinstance(call, wire.Returned)
        assert isinstance(call.value, wire.Items)
        fewer = msgspec.structs.replace(call, value=wire.Items(call.value.items[:3]))
        return _more_items(msgspec.structs.replace(right, calls=(fewer,)), [more])

    found = judged(tools, "convolution_chain.depends", alter)
    assert found.outcome is Outcome.FAILED, found.message
    assert "Item 3" in found.message


def test_only_the_stages_that_were_asked_for_are_followed(tools: Workbench) -> None:
    """Of each stage all that it depends on is kept: of 2,000 with 20,000 nodes that would be gigabytes."""
    looked_at = 0

    class Counted(str):
        def partition(self, sep: str, /) -> tuple[str, str, str]:
            nonlocal looked_at
            looked_at += 1
            return super().partition(sep)

    more = [wire.Tensor(Counted("x:0"), "float32", None)] * 2000
    found = judged(tools, "convolution_chain.depends", lambda right: _more_items(right, more))
    assert found.outcome is Outcome.PASSED, found.message
    assert looked_at == 0
    view = questions("convolution_chain")["convolution_chain.depends"].view
    assert view is not None
    (check,) = [one for part in PARTS for one in tools.part("convolution_chain", part).checks
                if one.id == "convolution_chain.depends"]  # fmt: skip
    view(_more_items(check.reference[0], more))
    assert looked_at < 100


@pytest.mark.parametrize("check", ["types", "lists", "untouched", "pictures"])
def test_a_picture_of_texts_takes_no_memory(check: str, tools: Workbench) -> None:
    """NumPy would make room for 100,000 texts as long as the longest, 400 GB."""
    picture = wire.Items(("x" * 1_000_000, *[""] * 100_000))

    def alter(right: Observation) -> Observation:
        assert isinstance(right, Observed)
        calls = [
            msgspec.structs.replace(call, value=wire.Items((picture, *call.value.items[1:])))
            for call in right.calls
            if isinstance(call, wire.Returned) and isinstance(call.value, wire.Items)
        ]
        return msgspec.structs.replace(right, calls=tuple(calls))

    found = judged(tools, f"convolution_chain.{check}", alter)
    assert found.outcome is Outcome.FAILED, found.message
    assert found.message.endswith("a list or tuple of 100001.")


@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d", "subgraph", "top5"])
def test_the_reference_passes_its_own_checks(exercise: str, tools: Workbench) -> None:
    for part in PARTS:
        checks = tools.part(exercise, part).checks
        judged = tools.bench.judge({check.id: trials(check, check.reference) for check in checks})
        assert {one.id: one.message for one in judged.values() if one.outcome is not Outcome.PASSED} == {}
