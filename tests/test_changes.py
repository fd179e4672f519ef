"""Whose score changed, and why: nobody is left out, nobody is named without a reason."""

import msgspec

from grader.changes import compare
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord, Record


def record(name: str = "ada", passed: bool = True, points: float = 2.0, **changes: object) -> Record:
    check = CheckRecord(
        id="top5.order", title="t", outcome=Outcome.PASSED if passed else Outcome.FAILED,
        score=points if passed else 0.0, points=points, visible=True,
    )  # fmt: skip
    made = Record(
        submission=name, sha256="0", assignment="a", grader="1", cases="c", isolation="walls", device="cpu",
        score=check.score, points=points, status="graded",
        exercises={"top5": ExerciseRecord(check.score, points, (check,))},
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def test_equal_records_are_left_out() -> None:
    assert compare([record()], [record()]) == []
    assert compare([record(cases="c")], [record(cases="d")]) == []


def test_a_lost_check_is_named_with_what_differs() -> None:
    (change,) = compare([record()], [record(passed=False, sha256="1", cases="d")])
    assert (change.old, change.new) == (2.0, 0.0)
    assert change.reasons == ("the submission is another", "other cases")
    (check,) = change.checks
    assert (check.id, check.old, check.new, check.outcomes) == ("top5.order", 2.0, 0.0, ("PASSED", "FAILED"))


def test_points_that_changed_are_a_reason() -> None:
    (change,) = compare([record()], [record(points=3.0)])
    assert change.reasons == ("other points for the same checks",)


def test_a_dropped_check_is_the_reason_for_its_points() -> None:
    failed = record(passed=False)
    given = msgspec.structs.replace(failed.exercises["top5"].checks[0], score=2.0)
    (change,) = compare([failed], [record(exercises={"top5": ExerciseRecord(2.0, 2.0, (given,))})])
    assert (change.old, change.new) == (0.0, 2.0)
    assert change.reasons == ("dropped, so that everybody has the points: top5.order",)


def test_a_check_that_was_taken_out_is_not_asked() -> None:
    (change,) = compare([record()], [record(exercises={}, score=0.0)])
    assert change.reasons == ("other checks",)
    assert change.checks[0].outcomes == ("PASSED", "not asked")
    assert change.checks[0].new is None


def test_a_record_that_the_grader_failed_on_is_a_change_without_a_score() -> None:
    (change,) = compare([record()], [record(status="error", score=None)])
    assert change.new is None
    assert change.reasons == ("its record was graded and is error",)


def test_who_is_new_and_who_is_gone() -> None:
    assert [(change.submission, change.kind) for change in compare([record("ada")], [record("bob")])] == [
        ("ada", "gone"), ("bob", "new"),
    ]  # fmt: skip


def test_the_largest_change_comes_first() -> None:
    old = [record("ada"), record("bob", points=9.0)]
    new = [record("ada", passed=False), record("bob", points=9.0, passed=False)]
    assert [change.submission for change in compare(old, new)] == ["bob", "ada"]
