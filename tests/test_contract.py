"""The list of sentences in a check module's docstring: what is read of it, and what is said of its gaps."""

import pytest

from grader import assignment
from grader.contract import ContractError, Sentence, contract, gaps, sentences

RUBRIC = assignment.load()


def test_an_item_is_a_sentence_and_its_checks() -> None:
    found = sentences(
        """Checks.

        `f(x)`
        - y is x: `right`
        - one that goes on
          in a second line, with `x`: `wrong`, `other`

        Nothing else: `is read`.
        """
    )
    assert found == (
        Sentence("y is x", ("right",)),
        Sentence("one that goes on in a second line, with `x`", ("wrong", "other")),
    )


@pytest.mark.parametrize("item", ["- y is x", "- y is x: right", "- y is x: `right` and more", "- `right`"])
def test_an_item_without_checks_is_an_error_that_quotes_it(item: str) -> None:
    with pytest.raises(ContractError, match="names no checks: end it with a colon and them"):
        sentences(item)


def test_gaps_are_checks_that_there_are_not_and_checks_that_cover_nothing() -> None:
    said = (Sentence("y is x", ("right", "gone")),)
    assert gaps(said, {"right", "left"}) == [
        "'y is x' is covered by 'gone', which is no check",
        "the check 'left' covers no sentence of the contract",
    ]


@pytest.mark.parametrize("exercise", RUBRIC.exercises)
def test_every_sentence_has_its_check_and_every_check_its_sentence(exercise: str) -> None:
    said = contract(exercise)
    assert len(said) > 10
    assert gaps(said, set(RUBRIC.exercises[exercise].checks)) == []
