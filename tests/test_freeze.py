"""Cases are frozen once, with what the reference gives for them."""

from pathlib import Path

import pytest

from grader import assignment, freeze
from grader.check import Question, Trials
from grader.inside import wire
from grader.walls.worker import Worker

RUBRIC = assignment.load()


def test_the_reference_is_frozen_once_and_then_read(worker: Worker, tmp_path: Path) -> None:
    check_ids = RUBRIC.check_ids("top5", visible=True)
    arguments = ("top5", "visible", check_ids, 3, worker, RUBRIC.limits, tmp_path)
    made = freeze.frozen(*arguments)
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    again = freeze.frozen(*arguments)
    assert again.digest() == made.digest()
    assert kept.stat().st_mtime_ns == before
    assert [check.id for check in made.checks] == check_ids


def test_a_reference_that_dies_is_our_fault_and_says_so(worker: Worker) -> None:
    def ask(function: str) -> wire.Program:
        return wire.Program("", (wire.Call(function, (wire.array([1.0]), wire.to_wire(["a"] * 10**6))),))

    def judge(trials: Trials) -> None:
        """Never called."""

    asked = {"top5.check_that_asks_too_much": Question(ask, ("top_k",), None, 0)}
    tight = wire.Limits(message_bytes=10, cpu_seconds=2, wall_seconds=3)
    with pytest.raises(freeze.FreezeError, match=r"top5\.check_that_asks_too_much/0"):
        freeze.freeze("top5", "visible", asked, 1, worker, tight)
