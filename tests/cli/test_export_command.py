"""`grader export`: where files go, what is left out, how it ends."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from courses import graded
from records import record

from grader.cli.export import command
from grader.record import Record, file_name, to_json

CLASS = (
    graded("ada"),
    graded("=1+1"),
    graded("emil", status="error"),
    record("fred", {}, status="refused", notes=("it is a link",)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "records").mkdir()
    for one in CLASS:
        (tmp_path / "records" / file_name(one.submission)).write_bytes(to_json(one))
    return tmp_path


def export(folder: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(folder), *map(str, arguments)])


def stem(one: Record) -> str:
    return file_name(one.submission)


@pytest.mark.parametrize(
    ("target", "name"),
    [("csv", "scores.csv"), ("checks", "checks.csv"), ("junit", "junit.xml"), ("parquet", "checks.parquet")],
)
def test_a_file_for_the_whole_class(folder: Path, target: str, name: str) -> None:
    done = export(folder, "--to", target)
    assert (done.exit_code, done.stdout) == (0, f"4 submissions in {folder / 'export' / name}\n")
    assert (folder / "export" / name).stat().st_size > 100
    twice = folder / "again" / name
    assert export(folder, "--to", target, "--out", twice).exit_code == 0
    assert twice.read_bytes() == (folder / "export" / name).read_bytes()


@pytest.mark.parametrize(("target", "written"), [("gradescope", 3), ("prairielearn", 3), ("github", 4)])
def test_a_file_for_each_submission(folder: Path, target: str, written: int) -> None:
    done = export(folder, "--to", target)
    files = {path.name for path in (folder / "export" / target).iterdir()}
    everyone = {stem(one) for one in CLASS if written == 4 or one.status != "error"}
    assert files == everyone
    assert done.exit_code == (0 if written == 4 else 1)
    assert ("left out: emil: the grader failed" in done.stderr) is (written == 3)
    for name in files:
        json.loads((folder / "export" / target / name).read_text())


@pytest.mark.parametrize("target", ["gradescope", "prairielearn"])
def test_what_is_left_out_now_is_not_left_from_before(folder: Path, target: str) -> None:
    path, out = folder / "records" / stem(graded("ada")), folder / "export" / target
    export(folder, "--to", target)
    assert (out / path.name).exists()
    path.write_bytes(to_json(graded("ada", status="error")))
    assert "left out: ada" in export(folder, "--to", target).stderr
    assert not (out / path.name).exists()


def test_an_assignment_of_no_points(folder: Path) -> None:
    nothing = record("ada", {}, points=0.0)
    (folder / "records" / stem(nothing)).write_bytes(to_json(nothing))
    export(folder, "--to", "prairielearn")
    assert json.loads((folder / "export" / "prairielearn" / stem(nothing)).read_text())["score"] == 1.0


def test_a_record_that_cannot_be_read_is_named(folder: Path) -> None:
    path = folder / "records" / stem(graded("ada"))
    path.write_bytes(b"")
    done = export(folder, "--to", "csv")
    assert (done.exit_code, f"{path} is no record: Expecting value" in done.stderr) == (2, True)


@pytest.mark.parametrize("target", ["canvas", "moodle"])
def test_a_roster_says_who_is_who_and_conflicts_are_named(folder: Path, target: str) -> None:
    roster = folder / "roster.csv"
    roster.write_text("id,name,email\n17-1,Ada,ada\n17-2,Bela,b@x.org\nfred,Fred,\n")
    done = export(folder, "--to", target, "--roster", roster)
    assert done.exit_code == 1
    assert f"2 of 3 people's scores in {folder / 'export' / target}.csv" in done.stdout
    assert "left out: '=1+1' is nobody's in the roster" in done.stderr
    assert "nothing handed in: 17-2" in done.stderr


@pytest.mark.parametrize("target", ["canvas", "moodle"])
def test_lateness_costs_what_the_schedule_says(folder: Path, target: str) -> None:
    (folder / "roster.csv").write_text("id,name\nada,Ada\n=1+1,Sum\nemil,Emil\nfred,Fred\n")
    (folder / "times.csv").write_text(
        "submission,at\nada,2026-03-02T13:00\n=1+1,2026-03-01T11:00\nemil,2026-03-01T11:00\nfred,2026-03-01T11:00\n"
    )
    (folder / "schedule.toml").write_text('[schedule]\ndue = 2026-03-01T12:00:00\nlate = "per_day"\n')
    done = export(
        folder, "--to", target, "--roster", folder / "roster.csv", "--times", folder / "times.csv",
        "--schedule", folder / "schedule.toml",
    )  # fmt: skip
    assert (done.exit_code, done.stderr) == (1, "left out: emil: the grader failed on it\n")
    assert "3 of 4 people's scores" in done.stdout
    read = csv.DictReader((folder / "export" / f"{target}.csv").read_text().splitlines())
    scores = {
        row["SIS User ID" if target == "canvas" else "ID number"]: row["Tutorial IV: Convolutions"] for row in read
    }
    assert scores.pop("") == "100" if target == "canvas" else "" not in scores
    assert scores.pop("emil", "") == ""
    assert scores == {"ada": "80", "'=1+1": "100", "fred": "0"}


def test_the_points_are_those_that_the_class_was_graded_with(folder: Path) -> None:
    (folder / "roster.csv").write_text("id,name\nada,Ada\nfred,Fred\n")
    for path in (folder / "records").glob("*.json"):
        told = json.loads(path.read_text())
        path.write_text(json.dumps(told | {"points": 40.0}))
    export(folder, "--to", "canvas", "--roster", folder / "roster.csv")
    read = list(csv.reader((folder / "export" / "canvas.csv").read_text().splitlines()))
    assert [row[-1] for row in read if row[0].strip() == "Points Possible"] == ["40"]


def test_what_is_missing_is_said_with_what_mends_it(folder: Path) -> None:
    assert "--roster roster.csv" in export(folder, "--to", "canvas").stderr
    assert "--course FOLDER" in export(folder, "--to", "nbgrader").stderr
    bad = folder / "roster.csv"
    bad.write_text("id,mail\n")
    done = export(folder, "--to", "moodle", "--roster", bad)
    assert (done.exit_code, "line 1, column 2: unknown column 'mail'" in done.stderr) == (2, True)
    (folder / "file").write_text("")
    done = export(folder, "--to", "csv", "--out", folder / "file" / "scores.csv")
    assert (done.exit_code, "name another place with --out" in done.stderr) == (2, True)
    done = export(folder / "records", "--to", "csv")
    assert (done.exit_code, "run `grader grade PATH --out" in done.stderr) == (2, True)
