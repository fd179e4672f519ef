"""A simulated course is what it says, and its report says what was seen; the course itself is `make course`."""

import random
from pathlib import Path

from faults.course import differences, write_course
from faults.course_report import Lap, Moment, parts, report


def lap(cost: float) -> Lap:
    """Return a run over a thousand submissions of a second each, whose CPU cost grows by so much a submission."""
    moments = [Moment(done, float(done), done + cost * done**2 / 2, 50.0, 900.0) for done in range(0, 1001, 10)]
    return Lap("one machine, quiet", 1000, 1000.0, moments)


def test_a_course_is_mixed_and_comes_again_the_same(tmp_path: Path) -> None:
    drawn = write_course(tmp_path / "one", 400, random.Random(1))
    assert sum(number for kind, number in drawn.items() if kind != "late") == 400
    assert all(drawn[kind] for kind in ("right", "wrong", "copied", "hostile", "late"))
    modules = sorted((tmp_path / "one").glob("*/*.py"))
    assert len(modules) == 400
    assert len({path.read_bytes() for path in modules}) == 400 - drawn["copied"]
    write_course(tmp_path / "two", 400, random.Random(1))
    assert [path.relative_to(tmp_path / "two") for path in sorted((tmp_path / "two").glob("*/*.py"))] == [
        path.relative_to(tmp_path / "one") for path in modules
    ]


def test_the_report_tells_a_flat_cost_from_a_growing_one() -> None:
    flat, growing = (
        report([lap(cost)], {"right": 1000, "late": 3}, kills=2, stops=1, workers=2, stored=1 << 20, lost=[], where="?")
        for cost in (0.0, 0.001)
    )
    assert "A submission in the last tenth cost 1.00 times the CPU of one in the first" in flat
    assert "cost 1.8" in growing
    assert "28 core-hours a day" in flat
    assert [one.last for one in parts(lap(0.0))] == list(range(100, 1001, 100))


def test_a_changed_or_lost_record_is_named() -> None:
    quiet = {"a.json": b"1", "b.json": b"2", "scores.csv": b"3"}
    assert differences(quiet, quiet) == []
    assert differences(quiet, {"a.json": b"1", "b.json": b"x", "c.json": b""}) == ["b.json", "c.json", "scores.csv"]
