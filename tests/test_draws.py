"""Cases are drawn once for a seed: the same for everyone, different for another seed, from simple to complex."""

import re
import subprocess
import sys
from collections import Counter

import msgspec
import numpy as np
import pytest

from grader import assignment, catalogue, freeze
from grader.cases.conv_2d import Again, Layer
from grader.cases.convolution_chain import ROUND, Chain
from grader.cases.subgraph import Cut
from grader.cases.subgraph_words import WORDS
from grader.cases.top5 import Scores
from grader.cases.top5_nets import Net
from grader.draws import draw, with_numbers_of
from grader.inside import wire
from grader.walls.worker import Worker

RUBRIC = assignment.load()
QUESTIONS = {check_id: one for name in RUBRIC.exercises for check_id, one in freeze.questions(name).items()}
HIDDEN = [check_id for name in RUBRIC.exercises for check_id in RUBRIC.check_ids(name, visible=False)]
SEEDS = (4711, 987654321098765, 7)
"""Of these no two turn a word into the same one, as may be: there are some ninety words of a length."""
SAME_ANSWER = {"conv_2d.weight_start", "conv_2d.training"}
"""The first weights are TensorFlow's, of a seed of ours, and what is asked of them is how they are spread; digits are
asked in an order of the seed, and the answers are put back into theirs."""


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


@pytest.mark.parametrize("check_id", HIDDEN)
def test_no_case_of_a_hidden_check_is_asked_for_two_seeds(check_id: str) -> None:
    """Otherwise who reads our sources could have the answers in a table. Drawn cases of few kinds may come again."""
    question = QUESTIONS[check_id]
    if question.named:
        question = msgspec.structs.replace(question, drawn=None, count=0)
    asked = [
        {wire.encode(msgspec.structs.replace(one, id="")) for one in draw(check_id, question, seed)} for seed in SEEDS
    ]
    assert len(set().union(*asked)) == sum(map(len, asked))
    assert len({len(one) for one in asked}) == 1


@pytest.mark.parametrize("exercise", RUBRIC.exercises)
def test_hidden_checks_have_other_answers_for_another_seed(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, exercise: str
) -> None:
    """All that comes back is compared, but for `SAME_ANSWER`.

    Some checks look at a part of it that can't be another, for the contract says what it is: counts (`how_many`), an
    empty list or an exception (`k_zero`, `unknown_output`, `reuse_none`), shapes, first values and names
    (`weight_shape`, `weight_start`, `names`, `default_name`).
    """
    monkeypatch.setattr(catalogue, "load", lambda _: ())
    asked = {check_id: QUESTIONS[check_id] for check_id in RUBRIC.check_ids(exercise, visible=False)}
    parts = [freeze.freeze(exercise, "hidden", asked, seed, worker, RUBRIC.limits) for seed in SEEDS]
    for found in zip(*(part.checks for part in parts), strict=True):
        answers = {wire.encode(check.reference) for check in found}
        assert len(answers) == (1 if found[0].id in SAME_ANSWER else len(SEEDS)), found[0].id


def test_what_makes_a_case_a_boundary_stays() -> None:
    again = with_numbers_of(Again(Layer(2, 3, outputs=3, bias=(3, -4, 1)), second="True"), 5, 0)
    assert again == Again(Layer(2, 3, outputs=3, bias=again.layer.bias, seed=5), second="True")
    assert [one > 0 for one in again.layer.bias] == [True, False, True]
    nets = (Net(12, classes=40), Net(12, classes=40, shown=13), Net(11))
    assert with_numbers_of(nets, 5, 0) == (Net(17, classes=40), Net(17, classes=40, shown=18), Net(16))
    assert with_numbers_of(None, 5, 0) is None


@pytest.mark.parametrize("seed", range(20))
def test_filters_stay_as_they_are_meant(seed: int) -> None:
    turned = with_numbers_of(Chain(14, 15, ROUND, impulse=(5, 5)), 0, seed)
    kernel = np.array(turned.kernel)
    assert (kernel == kernel[::-1]).all()
    assert (kernel == kernel.T).all()
    assert all(5 <= place <= 6 for place in turned.impulse)
    kernel = np.array(with_numbers_of(Chain(9, 9, ((1, 2), (3, 4)), impulse=(4, 4)), 0, seed).kernel)
    assert len(set(kernel.ravel())) == 4
    assert np.linalg.matrix_rank(kernel) == 2


@pytest.mark.parametrize("seed", range(20))
def test_classes_are_shuffled_with_their_probabilities(seed: int) -> None:
    case = Scores((100, 300, 50, 400), ("crane", "fox", "crane", "crane"), k=4)
    moved = with_numbers_of(case, 0, seed)
    (fox,) = [label for label, count in Counter(moved.labels).items() if count == 1]
    assert moved.parts[moved.labels.index(fox)] == 300
    assert sorted(moved.parts) == sorted(case.parts)
    for found in (list(moved.parts), list(moved.labels)):
        assert found not in (sorted(found), sorted(found, reverse=True))
    assert with_numbers_of(msgspec.structs.replace(case, k=2, dtype="float32"), 0, seed) == msgspec.structs.replace(
        moved, k=2, dtype="float32"
    )


@pytest.mark.parametrize("seed", range(20))
def test_names_keep_what_they_have_in_common(seed: int) -> None:
    case = Cut(("image", "conv image", "conv_1 conv", "mix/conv conv:10", "output ^conv_1", "loss conv_1"), ("conv",))
    moved = with_numbers_of(case, 0, seed)
    (conv,), entry = moved.outputs, moved.lines[0]
    mix = moved.lines[3].partition("/")[0]
    assert moved.lines == (
        entry, f"{conv} {entry}", f"{conv}_1 {conv}", f"{mix}/{conv} {conv}:10", f"output ^{conv}_1", f"loss {conv}_1"
    )  # fmt: skip
    assert [len(one) for one in (conv, entry, mix)] == [4, 5, 3]
    assert len({conv, entry, mix}) == 3


def test_the_words_of_named_graphs_are_among_those_that_change() -> None:
    checks = ("ancestors", "control_inputs", "output_slots", "several_outputs", "shared_once", "extract_untouched")
    cuts = [case for check in checks for case in QUESTIONS[f"subgraph.{check}"].named]
    words = {word for case in cuts for line in case.lines for word in re.findall("[a-z]+", line)}
    assert words - {word for several in WORDS.values() for word in several} == {"output", "loss"}


def test_no_word_is_part_of_another() -> None:
    words = ["input", "output", "loss", *(word for several in WORDS.values() for word in several)]
    assert [(one, other) for one in words for other in words if one in other and one != other] == []
    assert all(len(word) == length for length, several in WORDS.items() for word in several)
    assert len(words) == len(set(words))


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
