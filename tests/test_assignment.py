"""The rubric and the checks say the same: no check without points, no points without a check."""

from pathlib import Path

import pytest

from grader import assignment, catalogue
from grader.freeze import questions

RUBRIC = assignment.load()
VISIBLE_POINTS = {"convolution_chain": 6, "conv_2d": 11, "subgraph": 6, "top5": 8}


def test_points_are_those_of_the_course() -> None:
    assert {name: one.points for name, one in RUBRIC.exercises.items()} == {
        "convolution_chain": 20,
        "conv_2d": 35,
        "subgraph": 20,
        "top5": 25,
    }
    assert RUBRIC.points == 100


@pytest.mark.parametrize("exercise", RUBRIC.exercises)
def test_every_check_has_a_rubric_and_every_rubric_a_check(exercise: str) -> None:
    assert set(RUBRIC.check_ids(exercise)) == set(questions(exercise))
    assert len(RUBRIC.check_ids(exercise)) >= 8


@pytest.mark.parametrize("exercise", RUBRIC.exercises)
def test_visible_points_add_up(exercise: str) -> None:
    visible = [RUBRIC.rubric(check_id).points for check_id in RUBRIC.check_ids(exercise, visible=True)]
    assert sum(visible) == VISIBLE_POINTS[exercise]


def test_every_check_has_points_and_a_hint() -> None:
    for exercise in RUBRIC.exercises:
        for check_id in RUBRIC.check_ids(exercise):
            assert RUBRIC.rubric(check_id).points > 0, check_id
            assert RUBRIC.rubric(check_id).hint.strip(), check_id


def test_misconceptions_lose_checks_that_exist_and_say_something() -> None:
    known = catalogue.load()
    assert len(known) >= 12
    assert len({one.id for one in known}) == len(known)
    for one in known:
        assert one.loses, one.id
        assert set(one.loses) <= set(RUBRIC.check_ids(one.exercise)), one.id
        assert one.source()
        assert one.idea.strip(), one.id
        assert one.explanation.strip(), one.id
        assert one.pointer.strip(), one.id


def test_sums_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    path = Path(assignment.__file__).with_name("assignment.toml")
    broken = tmp_path / "assignment.toml"
    broken.write_text(path.read_text().replace("points = 35", "points = 36", 1))
    with pytest.raises(assignment.AssignmentError, match="conv_2d add up to 35 points, not 36"):
        assignment.load(broken)


def test_points_need_not_be_sums_of_halves(tmp_path: Path) -> None:
    path = tmp_path / "assignment.toml"
    checks = "".join(f"[exercises.a.checks.{name}]\npoints = {points}\nvisible = true\nhint = '?'\n"
                     for name, points in (("b", 0.1), ("c", 0.2)))  # fmt: skip
    path.write_text(f"name = 'n'\ntitle = 't'\npublic_seed = 1\nimports = ''\n[limits]\n[sizes]\n"
                    f"[exercises.a]\ntitle = 'A'\npoints = 0.3\n{checks}")  # fmt: skip
    assert assignment.load(path).points == 0.3


def test_what_is_unknown_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "assignment.toml"
    broken.write_text('name = "x"\ntitel = "y"\n')
    with pytest.raises(assignment.AssignmentError, match="titel"):
        assignment.load(broken)
