"""`grader final` on an output folder: the file, the exit code, errors that name the place."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from records import check, exercise, record

from grader import assignment
from grader.pipeline import write_whole
from grader.record import file_name, to_json

OURS = Path(assignment.__file__).with_name("assignment.toml").read_text()
SCHEDULE = '\n[schedule]\ndue = 2026-03-01T12:00:00\ntimezone = "Europe/Zurich"\nlate = "per_day"\n'


def grader(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "graded" / "records").mkdir(parents=True)
    for name in ("ada@2026-03-01T13-00", "eve@2026-03-01T10-00"):
        made = record(name, {"conv_2d": exercise(check("all", points=40.0))})
        write_whole(tmp_path / "graded" / "records" / file_name(name), to_json(made))
    (tmp_path / "roster.csv").write_text("id,name\nada,Ada\nbela,Bela\n")
    (tmp_path / "schedule.toml").write_text(SCHEDULE)
    return tmp_path


def final(course: Path, *more: str | Path) -> "subprocess.CompletedProcess[str]":
    return grader(
        "final", course / "graded", "--roster", course / "roster.csv", "--schedule", course / "schedule.toml", *more
    )


def test_it_writes_what_counts_and_says_who_is_left_out(course: Path) -> None:
    done = final(course)
    assert done.returncode == 1, done.stderr
    assert "2 people, 1 late, 1 without a submission, mean 18.0 points" in done.stdout
    assert "'eve@2026-03-01T10-00' is nobody's in the roster" in " ".join(done.stderr.split())
    rows = list(csv.DictReader((course / "graded" / "final.csv").read_text().splitlines()))
    assert [(row["id"], row["total"]) for row in rows] == [("ada", "36"), ("bela", "0")]


def test_nobody_left_out(course: Path) -> None:
    (course / "roster.csv").write_text("id,name\nada,Ada\neve,Eve\n")
    assert final(course, "--out", course / "here.csv").returncode == 0
    assert (course / "here.csv").is_file()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ('[schedule]\ndue = "soon"\n', "column 1"),
        ("[schedule]\ndue = 2026-03-01T12:00:00\nlate = 'never'\n", "column 1"),
        ("[schedule]\ndue = 2026-03-01T12:00:00\ntimezone = 'Bern'\n", "no time zone 'Bern'"),
        ("[schedule]\ndue = 2026-03-01T12:00:00\npenalty = 3\n", "penalty"),
    ],
)
def test_a_wrong_schedule_is_named_with_its_line(course: Path, wrong: str, message: str) -> None:
    (course / "schedule.toml").write_text(f"{OURS}\n{wrong}")
    done = final(course)
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert message in said
    line = len(OURS.splitlines()) + 1 + len(wrong.splitlines())
    assert f"line {line}" in said
    assert "Traceback" not in said


def test_a_file_without_a_schedule_is_no_schedule(course: Path) -> None:
    (course / "schedule.toml").write_text("[shedule]\ndue = 2026-03-01T12:00:00\n")
    done = final(course)
    assert (done.returncode, "there is no table [schedule] in it" in done.stderr) == (2, True)


def test_who_has_two_attempts_without_a_time_is_left_out_by_no_fault_of_the_graders(course: Path) -> None:
    for name in ("bela", "bela@2026-03-01T10-00"):
        made = record(name, {"conv_2d": exercise(check("all", points=40.0))})
        write_whole(course / "graded" / "records" / file_name(name), to_json(made))
    done = final(course)
    said = " ".join(done.stderr.split())
    assert "are all bela's, and nobody said when" in said
    assert "the grader failed" not in said


def test_semicolons_do_for_commas(course: Path) -> None:
    (course / "roster.csv").write_text("id;name;extension\nada;Ada, Countess;2026-03-02T12:00\neve;Eve;\n")
    (course / "times.csv").write_text("submission;at\neve@2026-03-01T10-00;2026-03-01T10:00\n")
    assert final(course, "--times", course / "times.csv").returncode == 0
    rows = list(csv.DictReader((course / "graded" / "final.csv").read_text().splitlines()))
    assert [(row["name"], row["total"]) for row in rows] == [("Ada, Countess", "40"), ("Eve", "40")]
