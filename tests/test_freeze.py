"""Cases are drawn once for a seed: the same for everyone, different for another seed, from simple to complex."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from grader import assignment, freeze
from grader.check import Question, Trials
from grader.inside import wire
from grader.walls.worker import Worker

RUBRIC = assignment.load()
QUESTIONS = {check_id: one for name in RUBRIC.exercises for check_id, one in freeze.questions(name).items()}


@pytest.mark.parametrize("check_id", QUESTIONS)
def test_the_same_seed_draws_the_same_programs(check_id: str) -> None:
    question = QUESTIONS[check_id]
    assert freeze.draw(check_id, question, 5) == freeze.draw(check_id, question, 5)


def test_another_seed_draws_other_programs() -> None:
    drawn = {check_id: one for check_id, one in QUESTIONS.items() if one.count}
    assert drawn
    for check_id, question in drawn.items():
        draws = {wire.encode(freeze.draw(check_id, question, seed)) for seed in range(4)}
        assert len(draws) > 1, f"{check_id} draws the same cases for every seed"


@pytest.mark.parametrize("check_id", QUESTIONS)
def test_programs_go_from_simple_to_complex_and_no_two_are_alike(check_id: str) -> None:
    programs = [msgspec.structs.replace(one, id="") for one in freeze.draw(check_id, QUESTIONS[check_id], 1)]
    sizes = [len(wire.encode(program)) for program in programs]
    assert sizes == sorted(sizes)
    assert len({wire.encode(program) for program in programs}) == len(programs)


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


_DRAW = """
import hashlib, sys
for name in sys.argv[1:]:
    __import__(name)
from grader.freeze import draw, questions
from grader.inside import wire
drawn = [draw(name, question, seed) for seed in range(3) for name, question in questions("subgraph").items()]
print(hashlib.sha256(wire.encode(drawn)).hexdigest())
"""


def test_draws_do_not_depend_on_what_else_a_process_has_imported() -> None:
    digests = {
        subprocess.run([sys.executable, "-c", _DRAW, *more], capture_output=True, text=True, check=True).stdout
        for more in ([], ["grader.release", "grader.pipeline", "grader.cli.grade"])
    }
    assert len(digests) == 1
