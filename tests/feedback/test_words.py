"""Every sentence that a page says by itself."""

import pytest

from grader.feedback import words
from grader.observation import Outcome
from grader.reason import Trouble, headline, remedy
from grader.record import Status


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_has_a_symbol_a_word_and_a_sentence(outcome):
    told = words.OUTCOMES[outcome]
    assert told.symbol
    assert told.word
    assert told.tone in {"good", "bad", "ours", "quiet"}
    assert (told.sentence == "") == (outcome is Outcome.PASSED)
    assert told.sentence.endswith(".") or not told.sentence


def test_no_two_outcomes_are_told_alike():
    assert len({told.word for told in words.OUTCOMES.values()}) == len(Outcome)


def test_only_passing_looks_good():
    assert [outcome for outcome, told in words.OUTCOMES.items() if told.tone == "good"] == [Outcome.PASSED]


def test_each_trouble_and_status_has_words():
    assert set(words.TROUBLES) == set(Trouble)
    assert set(words.STATUSES) == set(Status.__args__)


@pytest.mark.parametrize(
    ("trouble", "on_top", "to_do"),
    [
        (Trouble.MISSING, "There is no top5.py in your submission.", "Name the file exactly top5.py"),
        (Trouble.BROKEN, "top5.py could not be imported.", "Mend the line named above first"),
        (Trouble.UNWRITTEN, "This exercise is not written yet.", "It still raises NotImplementedError."),
        (Trouble.TIMED_OUT, "No check got an answer: your code did not come to an end.", "Mend this first"),
        (Trouble.CRASHED, "No check got an answer: your code crashed.", "Mend this first"),
        (Trouble.OUT_OF_MEMORY, "No check got an answer: your code ran out of memory.", "Mend this first"),
        (None, "All checks of this exercise fail in the same way.", "Mend this first"),
    ],
)
def test_one_reason_for_all(trouble, on_top, to_do):
    assert headline(trouble, "top5") == on_top
    assert to_do in remedy(trouble, "top5")


def test_the_grader_takes_the_blame_for_its_errors():
    assert words.OUTCOMES[Outcome.GRADER_ERROR].sentence == "This is our fault, not yours, and it will be mended."
    assert "score is held back" in words.ERROR
