"""Points, and what a record may say: only PASSED earns; of hidden checks nothing but outcome, title and explanation."""

import msgspec
import pytest

from grader import assignment, record
from grader.exhibit import Ranking
from grader.observation import Outcome
from grader.phrase import phrase
from grader.score import Circumstances, Judgement, score_exercise, score_submission
from grader.submission import Submission

RUBRIC = assignment.load()
CIRCUMSTANCES = Circumstances("cases", "walls", "cpu")


def judgements(exercise: str, **outcomes: Outcome) -> list[Judgement]:
    return [
        Judgement(check_id, "title", outcomes.get(check_id.partition(".")[2], Outcome.PASSED), "SECRET 42", "f(SECRET)")
        for check_id in RUBRIC.check_ids(exercise)
    ]


def all_judgements(**outcomes: Outcome) -> dict[str, list[Judgement]]:
    return {exercise: judgements(exercise, **outcomes) for exercise in RUBRIC.exercises}


def submission(name: str = "ada", refused: str | None = None) -> Submission:
    return Submission(name=name, sha256="0" * 64, files={}, modules={}, notes=("left out: x",), refused=refused)


def test_everything_passed_is_100() -> None:
    made = score_submission(RUBRIC, submission(), all_judgements(), CIRCUMSTANCES)
    assert (made.score, made.points, made.status) == (100, 100, "graded")


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.PASSED])
def test_only_passed_earns_points(outcome: Outcome) -> None:
    name = RUBRIC.check_ids("conv_2d")[0].partition(".")[2]
    made = score_exercise(RUBRIC, "conv_2d", judgements("conv_2d", **{name: outcome}))
    assert made.score == 35 - RUBRIC.rubric(f"conv_2d.{name}").points


def test_hidden_checks_say_nothing_of_their_cases() -> None:
    failed = dict.fromkeys(RUBRIC.exercises["conv_2d"].checks, Outcome.FAILED)
    for check in score_exercise(RUBRIC, "conv_2d", judgements("conv_2d", **failed)).checks:
        assert ("SECRET" in check.message, "SECRET" in check.example) == (check.visible, check.visible), check.id
        assert check.message
        assert check.hint


def test_hidden_checks_keep_no_exhibit() -> None:
    shown = Ranking((("0.5", "SECRET"),), ())
    made = score_exercise(
        RUBRIC,
        "conv_2d",
        [msgspec.structs.replace(one, outcome=Outcome.FAILED, exhibit=shown) for one in judgements("conv_2d")],
    )
    assert [check.exhibit == shown for check in made.checks] == [check.visible for check in made.checks]
    assert [check.exhibit is None for check in made.checks] == [not check.visible for check in made.checks]
    assert {check.visible for check in made.checks} == {True, False}


def test_a_grader_error_holds_the_record_back() -> None:
    name = RUBRIC.check_ids("top5")[0].partition(".")[2]
    made = score_submission(RUBRIC, submission(), all_judgements(**{name: Outcome.GRADER_ERROR}), CIRCUMSTANCES)
    assert (made.status, made.score) == ("error", None)


def test_a_refused_submission_says_why() -> None:
    made = score_submission(RUBRIC, submission(refused="too large"), {}, CIRCUMSTANCES)
    assert (made.status, made.score, made.notes) == ("refused", None, ("too large", "left out: x"))


@pytest.mark.parametrize("name", ["ada", "Jörg Müller", "a/../b", "=1+1", "caf\udce9", "x" * 300, "\n", "..", "-rf"])
def test_records_hold_names_exactly(name: str) -> None:
    made = score_submission(RUBRIC, submission(name), all_judgements(), CIRCUMSTANCES)
    data = record.to_json(made)
    assert record.from_json(data) == made
    file_name = record.file_name(name)
    assert file_name == file_name.encode("ascii", "strict").decode()
    assert "/" not in file_name
    assert not file_name.startswith((".", "-"))
    assert len(file_name) < 80


def test_names_that_look_alike_have_files_of_their_own() -> None:
    assert len({record.file_name(name) for name in ("a b", "a_b", "a/b", "A_B")}) == 4


def test_records_of_a_later_schema_are_not_guessed_at() -> None:
    made = score_submission(RUBRIC, submission(), {}, CIRCUMSTANCES)
    later = record.to_json(msgspec.structs.replace(made, schema=record.SCHEMA + 1))
    with pytest.raises(ValueError, match="update it"):
        record.from_json(later)


def test_hidden_checks_keep_no_phrase_either() -> None:
    said = phrase("{call} raised {error}", call="f(SECRET)", error="SECRET")
    failed = [
        msgspec.structs.replace(one, outcome=Outcome.RAISED, phrase=said, case=said) for one in judgements("conv_2d")
    ]
    made = score_exercise(RUBRIC, "conv_2d", failed)
    kept = [(check.phrase, check.case) for check in made.checks]
    assert kept == [(said, said) if check.visible else (None, None) for check in made.checks]
    assert {check.visible for check in made.checks} == {True, False}


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TIMED_OUT, Outcome.SKIPPED, Outcome.GRADER_ERROR])
def test_a_dropped_check_gives_everybody_its_points(outcome: Outcome) -> None:
    exercise = RUBRIC.exercises["conv_2d"]
    name = RUBRIC.check_ids("conv_2d")[0].partition(".")[2]
    dropped = msgspec.structs.replace(exercise.checks[name], dropped=True)
    without = msgspec.structs.replace(exercise, checks=exercise.checks | {name: dropped})
    rubric = msgspec.structs.replace(RUBRIC, exercises=RUBRIC.exercises | {"conv_2d": without})
    made = score_exercise(rubric, "conv_2d", judgements("conv_2d", **{name: outcome}))
    assert made.score == 35
    assert made.checks[0].message == "This check was dropped after grading: everybody has its points."
    whole = score_submission(rubric, submission(), all_judgements(**{name: outcome}), CIRCUMSTANCES)
    assert (whole.status, whole.score) == ("graded", 100)


def test_a_dropped_check_does_not_hide_that_the_grader_failed_elsewhere() -> None:
    checks = {
        name: msgspec.structs.replace(one, dropped=name == "stride_order")
        for name, one in RUBRIC.exercises["conv_2d"].checks.items()
    }
    rubric = msgspec.structs.replace(
        RUBRIC, exercises={"conv_2d": msgspec.structs.replace(RUBRIC.exercises["conv_2d"], checks=checks)}
    )
    failed = {"conv_2d": judgements("conv_2d", stride_order=Outcome.GRADER_ERROR, reuse_none=Outcome.GRADER_ERROR)}
    assert score_submission(rubric, submission(), failed, CIRCUMSTANCES).status == "error"
