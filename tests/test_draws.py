"""Cases are drawn once for a seed: the same for everyone, different for another seed, from simple to complex."""

import subprocess
import sys

import msgspec
import pytest

from grader import assignment, freeze
from grader.cases.conv_2d import Again, Layer
from grader.cases.top5_nets import Net
from grader.draws import draw, with_numbers_of
from grader.inside import wire

RUBRIC = assignment.load()
QUESTIONS = {check_id: one for name in RUBRIC.exercises for check_id, one in freeze.questions(name).items()}


@pytest.mark.parametrize("check_id", QUESTIONS)
def test_the_same_seed_draws_the_same_programs(check_id: str) -> None:
    question = QUESTIONS[check_id]
    assert draw(check_id, question, 5) == draw(check_id, question, 5)


def test_another_seed_draws_other_programs() -> None:
    drawn = {check_id: one for check_id, one in QUESTIONS.items() if one.count}
    assert drawn
    for check_id, question in drawn.items():
        draws = {wire.encode(draw(check_id, question, seed)) for seed in range(4)}
        assert len(draws) > 1, f"{check_id} draws the same cases for every seed"


@pytest.mark.parametrize("check_id", QUESTIONS)
def test_programs_go_from_simple_to_complex_and_no_two_are_alike(check_id: str) -> None:
    programs = [msgspec.structs.replace(one, id="") for one in draw(check_id, QUESTIONS[check_id], 1)]
    sizes = [len(wire.encode(program)) for program in programs]
    assert sizes == sorted(sizes)
    assert len({wire.encode(program) for program in programs}) == len(programs)


def test_named_cases_have_the_numbers_of_a_seed() -> None:
    """Otherwise who reads our sources could have the answers in a table."""
    for exercise in ("conv_2d", "convolution_chain"):
        for check_id, question in freeze.questions(exercise).items():
            named = msgspec.structs.replace(question, drawn=None, count=0)
            if not question.named or check_id.endswith((".photograph", ".equivariant", ".correlation")):
                continue  # a photograph is what it is, and where all is black but for a point nothing can be shuffled
            asked = {wire.encode(draw(check_id, named, seed)) for seed in range(3)}
            assert len(asked) == 3, f"{check_id} asks for the same numbers with every seed"


def test_what_makes_a_case_a_boundary_stays() -> None:
    again = Again(Layer(2, 3, outputs=1, bias=(3,)), second="True")
    assert with_numbers_of(again, 5) == Again(Layer(2, 3, outputs=1, bias=(3,), seed=5), second="True")
    nets = (Net(12, classes=40), Net(12, classes=40, shown=13), Net(11))
    assert with_numbers_of(nets, 5) == (Net(17, classes=40), Net(17, classes=40, shown=18), Net(16))
    assert with_numbers_of(None, 5) is None


_DRAW = """
import hashlib, sys
for name in sys.argv[1:]:
    __import__(name)
from grader.draws import draw
from grader.freeze import questions
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
