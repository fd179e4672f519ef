"""Ladders of hints: complete, without an answer, one rung more each time."""

from pathlib import Path

import pytest

from grader import assignment, hints, material
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord
from grader.release import EXERCISES, answers


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_every_check_stands_on_one_ladder() -> None:
    graded = assignment.load().exercises
    for exercise, ladders in hints.load().items():
        on = [check for one in ladders for check in one.checks]
        assert len(on) == len(set(on))
        assert set(graded[exercise].checks) <= set(on)
    assert set(hints.load()) == set(graded)


def test_no_hint_holds_a_line_of_an_answer() -> None:
    lines = {
        "".join(line.split())
        for exercise in EXERCISES
        for region in answers((material.solutions() / f"{exercise}.py").read_text("utf-8"))
        for line in region.splitlines()
    }
    for ladders in hints.load().values():
        for one in ladders:
            for number in range(3):
                text = "".join(one.rung(number).split())
                assert not [line for line in lines if len(line) >= 20 and line in text], one.topic
            assert one.question.endswith("?"), one.topic
            assert len({one.question, one.pointer, one.half}) == 3


def test_one_rung_more_each_time_and_the_last_one_again() -> None:
    given = [hints.following("conv_2d", "stride_order") for _ in range(4)]
    assert [(hint.rung, hint.again) for hint in given] == [(0, False), (1, False), (2, False), (2, True)]
    assert given[2].text == given[3].text
    hints.forget("conv_2d")
    assert hints.following("conv_2d", "conv_2d.stride_order").rung == 0


def test_a_hint_is_about_what_failed_last() -> None:
    def result(**outcomes: Outcome) -> ExerciseRecord:
        checks = tuple(
            CheckRecord(id=f"top5.{name}", title="", outcome=outcome, score=0, points=1, visible=True)
            for name, outcome in outcomes.items()
        )
        return ExerciseRecord(0, 1, checks)

    assert hints.following("top5").topic == "the order"
    hints.remember_results({"top5": result(order=Outcome.PASSED, batch_row=Outcome.RAISED)})
    assert [hints.following("top5").topic for _ in range(4)] == ["what comes in"] * 4
    hints.remember_results({"top5": result(order=Outcome.PASSED, batch_row=Outcome.PASSED)})
    assert hints.following("top5").topic == "the order"


@pytest.mark.parametrize(
    ("exercise", "check", "words"),
    [("conv_3d", None, "there are convolution_chain, conv_2d"), ("conv_2d", "order", "there are four, defaults")],
)
def test_what_there_is_not_is_said(exercise: str, check: str | None, words: str) -> None:
    with pytest.raises(hints.HintError, match=words):
        hints.following(exercise, check)


def test_the_last_one_says_so_and_passing_everything_is_known() -> None:
    assert [hints.following("conv_2d", "stride_order").last for _ in range(3)] == [False, False, True]
    passed = CheckRecord(id="top5.order", title="", outcome=Outcome.PASSED, score=1, points=1, visible=True)
    dropped = CheckRecord(id="top5.five", title="", outcome=Outcome.FAILED, score=1, points=1, visible=True)
    assert not hints.following("top5").passed
    hints.remember_results({"top5": ExerciseRecord(2, 2, (passed, dropped))})
    assert hints.following("top5").passed
    assert not hints.following("top5", "order").passed


def test_every_check_has_a_command_for_hints_and_nothing_else_has() -> None:
    for exercise, found in assignment.load().exercises.items():
        for name in found.checks:
            assert hints.command(f"{exercise}.{name}") == f"grader hint {exercise} {name}"
    assert hints.command("conv_2d.order") == ""


def test_a_memory_that_cannot_be_read_is_begun_anew() -> None:
    hints.memory_file().parent.mkdir(parents=True)
    hints.memory_file().write_text("{")
    assert hints.following("conv_2d", "four").rung == 0
    assert hints.following("conv_2d", "four").rung == 1
