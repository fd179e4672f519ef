"""The oracle without TensorFlow: it knows what the solution gives, and notices when it gives something else."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from grader import assignment
from grader.freeze import FrozenPart, frozen
from grader.inside import wire
from grader.observation import Observed
from grader.oracle import consult
from grader.walls.worker import Worker

RUBRIC = assignment.load()
BEYOND = {"conv_2d.weight_shape", "conv_2d.weight_start", "conv_2d.training", "top5.pictures", "top5.chelsea"}


def parts(worker: Worker, cache: Path, exercise: str) -> list[FrozenPart]:
    return [
        frozen(exercise, part, RUBRIC.check_ids(exercise, part == "visible"), 1, worker, RUBRIC.limits, cache)
        for part in ("visible", "hidden")
    ]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d", "top5"])
def test_the_solution_agrees_with_the_oracle_on_every_check_with_numbers(
    worker: Worker, cache: Path, exercise: str
) -> None:
    consulted = [consult(part) for part in parts(worker, cache, exercise)]
    assert [one.differences for one in consulted] == [(), ()]
    compared = {check for one in consulted for check in one.compared}
    assert compared == set(RUBRIC.check_ids(exercise)) - BEYOND


def test_a_number_that_is_off_is_noticed(worker: Worker, cache: Path) -> None:
    visible, _ = parts(worker, cache, "convolution_chain")
    (check,) = [one for one in visible.checks if one.id == "convolution_chain.shapes"]
    first, *others = check.reference
    assert isinstance(first, Observed)
    (ran,) = first.runs
    assert isinstance(ran, wire.Ran)
    off = np.array(wire.numpy(ran.values[0]))
    off[0, 0, 0, 0] *= 1.001
    runs = (msgspec.structs.replace(ran, values=(wire.array(off), *ran.values[1:])),)
    broken = msgspec.structs.replace(check, reference=(msgspec.structs.replace(first, runs=runs), *others))
    found = consult(msgspec.structs.replace(visible, checks=(broken,))).differences
    assert len(found) == 1
    assert found[0].startswith("convolution_chain.shapes: the solution's stage 1 differs in 1 of")


def test_a_label_in_another_place_is_noticed(worker: Worker, cache: Path) -> None:
    visible, _ = parts(worker, cache, "top5")
    (check,) = [one for one in visible.checks if one.id == "top5.order"]
    first, *others = check.reference
    assert isinstance(first, Observed)
    (call,) = first.calls
    assert isinstance(call, wire.Returned)
    assert isinstance(call.value, wire.Items)
    turned = msgspec.structs.replace(call, value=wire.Items(call.value.items[::-1]))
    broken = msgspec.structs.replace(check, reference=(msgspec.structs.replace(first, calls=(turned,)), *others))
    (found,) = consult(msgspec.structs.replace(visible, checks=(broken,))).differences
    assert found.startswith("top5.order: the solution's probabilities in call 0 differs in")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (wire.Raised(("KeyError",), "gone"), "raised KeyError: gone"),
        (wire.Returned(3), "the solution's answer has another form than a right one: "),
    ],
)
def test_a_solution_that_raises_or_returns_something_else_is_a_difference(
    worker: Worker, cache: Path, outcome: wire.Outcome, said: str
) -> None:
    visible, _ = parts(worker, cache, "top5")
    (check,) = [one for one in visible.checks if one.id == "top5.order"]
    reference = (Observed((outcome,)),) * len(check.programs)
    broken = msgspec.structs.replace(check, reference=reference)
    (found,) = consult(msgspec.structs.replace(visible, checks=(broken,))).differences
    assert found.startswith("top5.order: ")
    assert said in found
