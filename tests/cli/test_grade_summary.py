"""What `grader grade` prints at its end."""

import pytest
from records import check, exercise, record
from rich.console import Console

from grader.cli.grading import _LONGEST_TABLE, _summary, _Watcher


def printed(capsys: pytest.CaptureFixture[str], graded: int) -> str:
    records = [record(f"student-{number}", {"conv_2d": exercise(check("one"))}) for number in range(graded)]
    records.append(record("bob", {}, status="refused", notes=("it is no readable zip",)))
    _summary(Console(), records, "graded/")
    return capsys.readouterr().out


def test_a_class_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, 3)
    assert all(f"student-{number} " in shown for number in range(3))
    assert "4 submissions, mean 4.0 points" in shown
    assert "bob: refused: it is no readable zip" in shown


def test_of_a_large_class_only_those_without_a_grade_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, _LONGEST_TABLE)
    assert "student-" not in shown
    assert "bob" in shown
    assert f"{_LONGEST_TABLE + 1} submissions, mean 4.0 points" in shown


def test_a_name_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    name = "eve\nada  100  graded\tx"
    eve = record(name, {"conv_2d": exercise(check("one"))})
    _summary(Console(), [eve, record(f"{name}.", {}, status="refused", notes=("it is a link",))], "graded/")
    _Watcher(Console(width=200), None, 1).recorded(eve, looked_up=False)
    said = capsys.readouterr()
    assert not [line for line in (said.out + said.err).splitlines() if line.startswith("ada")]
    assert "eve\\nada" in said.out
