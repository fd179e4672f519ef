"""Three hundred students on the command line: pairs, several attempts, late work, extensions, grace days."""

import csv
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from courses import OURS, RUBRIC, graded

from grader.record import file_name, to_json

DUE = datetime(2026, 3, 1, 23, 59)
RULES = "[schedule]\ndue = 2026-03-01T23:59:00\ntimezone = 'Europe/Zurich'\nlate = 'per_day'\ngrace_minutes = 10\n"
NUMBER = 300
FAILED = [one for one in OURS.check_ids("conv_2d") if OURS.rubric(one).points >= 1][:10]
# Hours after the deadline at which attempts come, the last of which counts; five minutes late is in time.
HOURS = ((-30,), (-5, -1), (0.08,), (-20, 3), (30,), (-50, -2, 80), ())


def group(number: int) -> str:
    """Return the pair of a student: the first eighty have one."""
    return f"team {number // 2}" if number < 80 else ""


def handed_in(number: int) -> Iterator[tuple[datetime, float]]:
    """Return when a student hands in, and what that is worth; of a pair one does."""
    for place, hours in enumerate(HOURS[number % len(HOURS)] if not group(number) or number % 2 == 0 else ()):
        failed = FAILED[(number + place) % len(FAILED)]
        yield DUE + timedelta(hours=hours), 100 - RUBRIC["conv_2d"][failed]


def extension(number: int) -> datetime | None:
    return DUE + timedelta(days=2) if number % 50 == 4 else None


def grace_days(number: int) -> int:
    return 1 if number % 60 == 5 else 0


def deserved(number: int) -> float:
    """Return what a student is to get, worked out by hand."""
    pair = [number - number % 2, number - number % 2 + 1] if group(number) else [number]
    attempts = sorted(attempt for one in pair for attempt in handed_in(one))
    if not attempts:
        return 0.0
    at, score = attempts[-1]
    due = max(extension(one) or DUE for one in pair)
    late = (at - due) / timedelta(days=1)
    days = 0 if late * 24 * 60 <= 10 else math.ceil(late)
    return round(score * (1 - 0.1 * max(0, days - min(map(grace_days, pair)))), 2)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    (folder / "graded" / "records").mkdir(parents=True)
    rows = [["id", "name", "email", "group", "canvas_id", "extension", "grace_days"]]
    for number in range(NUMBER):
        moved = extension(number)
        until = moved.isoformat(timespec="minutes") if moved else ""
        days = grace_days(number) or ""
        rows.append(
            [f"23-{number:03}", f"Müller, Jörg {number}", f"p{number}@x.org", group(number), f"{number}", until, days]
        )
        for place, (at, _) in enumerate(handed_in(number)):
            owner = f"p{number}@x.org" if number % 3 == 0 else f"23-{number:03}"
            record = graded(f"{owner}@{at:%Y-%m-%dT%H-%M-%S}", {FAILED[(number + place) % len(FAILED)]: "no"})
            (folder / "graded" / "records" / file_name(record.submission)).write_bytes(to_json(record))
    with (folder / "roster.csv").open("w", newline="", encoding="utf-8-sig") as file:
        # As German Excel writes it.
        csv.writer(file, delimiter=";").writerows(rows)
    (folder / "schedule.toml").write_text(RULES)
    return folder


def grader(course: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    known = ["--roster", str(course / "roster.csv"), "--schedule", str(course / "schedule.toml")]
    command = [sys.executable, "-m", "grader", *arguments, *known]
    return subprocess.run(command, cwd=course, capture_output=True, text=True, timeout=600, check=False)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_everybody_gets_what_the_rules_say(course: Path) -> None:
    done = grader(course, "final", "graded")
    assert (done.returncode, done.stderr) == (0, "")
    missing = sum(row["status"] == "missing" for row in table(course / "graded" / "final.csv"))
    assert f"{NUMBER} people, " in done.stdout
    assert f"{missing} without a submission" in done.stdout
    totals = {row["id"]: float(row["total"]) for row in table(course / "graded" / "final.csv")}
    assert totals == {f"23-{number:03}": deserved(number) for number in range(NUMBER)}
    assert {0.0, 100.0} < {deserved(number) for number in range(NUMBER)} | {100.0}


def test_the_learning_platforms_get_the_same_numbers(course: Path) -> None:
    graded_ones = {f"23-{number:03}": deserved(number) for number in range(NUMBER)}
    for target, who in (("canvas", "SIS User ID"), ("moodle", "ID number")):
        done = grader(course, "export", "graded", "--to", target)
        assert done.returncode == 0, done.stderr
        # Who handed in nothing is said in one line, and gets no number.
        assert len(done.stderr.split("nothing handed in: ")) == 2
        rows = table(course / "graded" / "export" / f"{target}.csv")
        found = {row[who]: float(row[OURS.title]) for row in rows if row[who] and row[OURS.title]}
        assert found == {name: total for name, total in graded_ones.items() if total}
        assert f"{len(found)} of {NUMBER} people's scores" in done.stdout


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("23-217;", "23-216;"), "line 219, column 1: id '23-216' stands in line 218 already"),
        ((";p217@x.org;", ";p12@x.org;"), "line 219, column 3: email 'p12@x.org' stands in line 14 already"),
        (("2026-03-03T23:59", "3.3.2026"), "line 6, column 6: extension: '3.3.2026' is no time; write it as"),
    ],
)  # fmt: skip
def test_a_slip_in_the_roster_is_found(course: Path, tmp_path: Path, wrong: tuple[str, str], said: str) -> None:
    text = (course / "roster.csv").read_text(encoding="utf-8")
    (tmp_path / "roster.csv").write_text(text.replace(*wrong, 1), encoding="utf-8")
    (tmp_path / "schedule.toml").write_text(RULES)
    (tmp_path / "graded").symlink_to(course / "graded")
    done = grader(tmp_path, "final", "graded")
    assert done.returncode == 2
    assert f"roster.csv, {said}" in " ".join(done.stderr.split())
