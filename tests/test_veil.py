"""Of a finding on a hidden case its words are read, and no value: not of the case, nor what a student's code chose."""

import numpy as np
import pytest

from grader import assignment
from grader.check import Finding
from grader.compare import FLOAT32, a_list_of, same_array
from grader.observation import Outcome
from grader.phrase import joined, phrase, spoken
from grader.score import Judgement, score_exercise
from grader.veil import veiled

RUBRIC = assignment.load()
HIDDEN = RUBRIC.check_ids("conv_2d", False)[0]


def covered(said, functions=("conv_2D",)):
    return str(veiled(said, functions))


def test_a_comparison_keeps_its_words():
    with pytest.raises(Finding) as shape:
        same_array(np.zeros((2, 3)), np.zeros((3, 2)), "h", FLOAT32)
    assert covered(shape.value.said) == "h should have shape …, but it has shape …."
    with pytest.raises(Finding) as numbers:
        same_array(np.full(4, 1.001), np.ones(4), phrase("Stage {number}", number=2), FLOAT32)
    assert covered(numbers.value.said) == (
        "Stage … differs in … of … numbers: expected … at …, got …. None is far off: look for "
        "something that is rounded, or for something small that comes on top."
    )
    with pytest.raises(Finding) as items:
        a_list_of([1], 2, phrase("The result of {call}", call="chain_convolutions(SECRET)"))
    assert covered(items.value.said, ["chain_convolutions"]) == (
        "The result of chain_convolutions(…) should have … items, but it has …."
    )


def test_numbers_that_are_far_off_are_not_called_near():
    with pytest.raises(Finding) as found:
        same_array(np.array([1.0, 1.2]), np.ones(2), "h", FLOAT32)
    assert "far off" not in str(found.value)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("TypeError: SECRET (conv_2d.py, line 3: SECRET)", "TypeError"),
        ("SECRET: 5", "an exception"),
        ("TypeErrorSECRET: 5", "an exception"),
        ("SECRET", "an exception"),
    ],
)
def test_of_an_exception_the_usual_kinds_are_named(error, shown):
    said = phrase("{call} raised {error}", call="conv_2D(SECRET)", error=error)
    assert covered(said) == f"conv_2D(…) raised {shown}"


def test_of_several_calls_the_one_that_is_spoken_of_is_named():
    said = phrase("{call} raised {error}", call="place_on_device(SECRET)", error="SECRET")
    assert covered(said, ["extract_main_graph", "place_on_device"]) == "place_on_device(…) raised an exception"
    every = phrase("While running {calls}, it ended", calls="extract_main_graph(SECRET) then place_on_device(SECRET)")
    assert covered(every, ["extract_main_graph", "place_on_device"]) == (
        "While running extract_main_graph(…), place_on_device(…), it ended"
    )


def test_values_are_covered_however_they_are_nested():
    said = phrase(
        "{a} and {b} and {c}{nothing}",
        nothing="",
        a=joined(["SECRET", phrase("SECRET is no word of ours", x="SECRET")]),
        b=phrase("{x} of {y}", x="SECRET", y=phrase("{z}", z="{SECRET}")),
        c="op",
    )
    assert covered(said) == "… and … of … and op"
    assert veiled("SECRET", ["conv_2D"]) is None


def test_a_record_of_a_hidden_check_says_it_in_the_readers_language(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    said = veiled(phrase("{what} should have shape {want}, but it has shape {got}.", what="h", want=1, got=2), ["f"])
    judgement = Judgement(HIDDEN, "t", Outcome.FAILED, "h has SECRET", "SECRET", veiled=said)
    others = [Judgement(one, "t", Outcome.PASSED) for one in RUBRIC.check_ids("conv_2d") if one != HIDDEN]
    (check,) = [one for one in score_exercise(RUBRIC, "conv_2d", [judgement, *others]).checks if one.id == HIDDEN]
    assert check.message == "On a hidden case: h should have shape …, but it has shape …."
    assert check.phrase is not None
    assert spoken(check.phrase).startswith("In einem verborgenen Fall: ")


def test_a_death_says_what_it_always_said():
    judgement = Judgement(HIDDEN, "t", Outcome.TIMED_OUT, "SECRET", veiled=phrase("{a}", a="SECRET"))
    others = [Judgement(one, "t", Outcome.PASSED) for one in RUBRIC.check_ids("conv_2d") if one != HIDDEN]
    (check,) = [one for one in score_exercise(RUBRIC, "conv_2d", [judgement, *others]).checks if one.id == HIDDEN]
    assert check.message == "On a hidden case, your code took too long."
