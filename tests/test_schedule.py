"""When it is due, and what lateness costs: clocks that jump, days begun, minutes that nobody minds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.assignment import AssignmentError, load_schedule
from grader.schedule import Schedule, ScheduleError, parse_time

DUE = datetime(2026, 3, 1, 23, 59)


def test_times_without_a_zone_are_on_the_courses_clocks() -> None:
    assert Schedule(due=DUE, timezone="Europe/Zurich").moment(DUE) == datetime(2026, 3, 1, 22, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late_by", "days"),
    [(timedelta(seconds=-1), 0), (timedelta(0), 0), (timedelta(seconds=1), 1), (timedelta(days=1), 1),
     (timedelta(days=1, seconds=1), 2)],
)  # fmt: skip
def test_each_day_begun_counts(late_by: timedelta, days: int) -> None:
    assert Schedule(due=DUE).days_late(DUE + late_by, DUE) == days


def test_minutes_of_grace_are_not_late_and_not_subtracted() -> None:
    schedule = Schedule(due=DUE, grace_minutes=10)
    assert schedule.days_late(DUE + timedelta(minutes=10), DUE) == 0
    assert schedule.days_late(DUE + timedelta(days=1, minutes=5), DUE) == 2


def test_clocks_that_are_put_forward_do_not_shorten_a_day() -> None:
    schedule = Schedule(due=datetime(2026, 3, 28, 12), timezone="Europe/Zurich")
    assert schedule.days_late(datetime(2026, 3, 29, 13), schedule.due) == 1  # 24 hours on: clocks say 25
    assert schedule.days_late(datetime(2026, 3, 29, 13, 1), schedule.due) == 2


@pytest.mark.parametrize(
    ("late", "days", "part"),
    [("none", 9, 1.0), ("zero", 0, 1.0), ("zero", 1, 0.0), ("per_day", 1, 0.75), ("per_day", 3, 0.25),
     ("per_day", 9, 0.0), ("per_day", -2, 1.0)],
)  # fmt: skip
def test_what_is_kept(late: str, days: int, part: float) -> None:
    assert Schedule(due=DUE, late=late, percent_per_day=25).keeps(days) == part  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line", ["percent_per_day = -10.0", "percent_per_day = 101.0", "grace_minutes = -1.0", "grace_days = -1"]
)
def test_lateness_earns_nothing_and_who_is_in_time_pays_nothing(tmp_path: Path, line: str) -> None:
    (tmp_path / "rules.toml").write_text(f"[schedule]\ndue = 2026-03-01T23:59:00\n{line}\n")
    with pytest.raises(AssignmentError, match=f"line 3.*{line.partition(' ')[0]}"):
        load_schedule(tmp_path / "rules.toml")


def test_a_course_is_due_in_a_year_of_our_calendar(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("[schedule]\ndue = 0001-01-01T00:00:00\n")
    with pytest.raises(AssignmentError, match=r"due is in the year 1, when no course was"):
        load_schedule(tmp_path / "rules.toml")


@pytest.mark.parametrize("text", ["2026-03-01T22:15", "2026-03-01T22-15", "2026-03-01T22-15-00", " 2026-03-01 22:15 ",
                                  "2026-03-01_22-15", "2026-03-01t22-15"])  # fmt: skip
def test_times_as_people_and_file_names_write_them(text: str) -> None:
    assert parse_time(text) == datetime(2026, 3, 1, 22, 15)


def test_a_time_with_its_zone() -> None:
    assert parse_time("2026-03-01T22-15Z") == datetime(2026, 3, 1, 22, 15, tzinfo=UTC)
    for text in ("2026-03-01T23:15+01:00", "2026-03-01T23:15:00.5+0100", "2026-03-01 23-15-00+01"):
        assert parse_time(text).astimezone(UTC).replace(microsecond=0) == datetime(2026, 3, 1, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x.org",
        "2026-13-01",
        "2026-03-01",
        "2026-03-01T10",
        "2026-03-01T22.15",
        "2026-03-01T24:15",
        "T10",
        "noon",
        "0001-01-01T00-00-00",
        "9999-12-31T23-59-59",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ScheduleError, match="is no time"):
        parse_time(text)


@pytest.mark.parametrize("name", ["Bern", "../etc/passwd", ""])
def test_a_zone_that_nobody_knows(name: str) -> None:
    with pytest.raises(ScheduleError, match="no time zone"):
        Schedule(due=DUE, timezone=name).zone()
