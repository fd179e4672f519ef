"""The main job, as its user does it: the sample class through the real walls, scores, records, a second run."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hostile.run import veiled

from grader import material
from grader.observation import Outcome
from grader.record import Record, read_all
from grader.score import HIDDEN

CLASS = material.fixtures() / "sample_class"
EXPECTED: dict[str, dict[str, str]] = tomllib.loads((CLASS / "expected.toml").read_text())
EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")
RIGHT = [name for name, one in EXPECTED.items() if all(one[exercise] == "full" for exercise in EXERCISES)]


def grader(*arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=1800)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    out = tmp_path_factory.mktemp("graded")
    return out, grader("grade", CLASS, "--out", out)


@pytest.fixture(scope="module")
def records(graded: tuple[Path, Any]) -> dict[str, Record]:
    return {record.submission: record for record in read_all(graded[0])}


def test_grading_worked(graded: tuple[Path, "subprocess.CompletedProcess[str]"]) -> None:
    _, done = graded
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", EXPECTED)
def test_each_submission_loses_its_own_exercises_points_and_no_others(name: str, records: dict[str, Record]) -> None:
    record = records[name]
    assert record.status == "graded"
    for exercise in EXERCISES:
        result = record.exercises[exercise]
        failed = [f"{check.id}: {check.outcome} {check.message}" for check in result.checks if check.score == 0]
        match EXPECTED[name][exercise]:
            case "full":
                assert result.score == result.points, failed
            case "zero":
                assert result.score == 0, f"{exercise}: {result.score}"
            case "partial":
                assert 0 < result.score < result.points, f"{exercise}: {result.score}, {failed}"


def test_right_is_100_and_the_stub_is_0(records: dict[str, Record]) -> None:
    assert {records[name].score for name in RIGHT} == {100.0}
    assert records["faria"].score == 0


def test_scores_csv_says_the_same_as_the_records(graded: tuple[Path, Any], records: dict[str, Record]) -> None:
    with (graded[0] / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(EXPECTED) == set(records)
    for name, record in records.items():
        assert float(rows[name]["total"]) == record.score
        assert rows[name]["status"] == record.status
        for exercise in EXERCISES:
            assert float(rows[name][exercise]) == record.exercises[exercise].score


def test_wrong_work_is_told_why(records: dict[str, Record]) -> None:
    silent = [
        f"{name}: {check.id}"
        for name, record in records.items()
        for exercise in record.exercises.values()
        for check in exercise.checks
        if check.score == 0 and not (check.message and check.hint)
    ]
    assert silent == []
    goran = records["goran"].exercises["conv_2d"]
    assert any(check.misconceptions and check.explanation for check in goran.checks), goran


def test_hidden_cases_stay_hidden(records: dict[str, Record]) -> None:
    for record in records.values():
        for exercise in record.exercises.values():
            for check in exercise.checks:
                assert check.visible or not check.example
                if not check.visible and check.outcome is not Outcome.PASSED:
                    assert check.message in HIDDEN.values() or veiled(check), check.message


def test_a_second_run_looks_everything_up_and_writes_the_same_bytes(
    graded: tuple[Path, Any], records: dict[str, Record]
) -> None:
    out, _ = graded
    before = {path.name: path.read_bytes() for path in (out / "records").iterdir()}
    done = grader("grade", CLASS, "--out", out)
    assert done.returncode == 0
    assert done.stderr.count("(unchanged)") == len(EXPECTED)
    assert {path.name: path.read_bytes() for path in (out / "records").iterdir()} == before


def test_run_afresh_the_records_are_the_same_byte_for_byte(graded: tuple[Path, Any], tmp_path: Path) -> None:
    out, _ = graded
    few = [CLASS / name for name in ("bela", "goran", "wanda")]
    assert grader("grade", *few, "--out", tmp_path, "--jobs", "1", "--fresh").returncode == 0
    for path in (tmp_path / "records").iterdir():
        assert path.read_bytes() == (out / "records" / path.name).read_bytes()


def test_feedback_has_a_page_for_each_and_one_for_the_class(graded: tuple[Path, Any]) -> None:
    out, _ = graded
    done = grader("feedback", out)
    assert done.returncode == 0, done.stderr
    pages = {path.stem for path in (out / "feedback").glob("*.html")}
    assert pages == {"index", *(path.stem for path in (out / "records").glob("*.json"))}


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "grade", str(CLASS), "--out", str(tmp_path), "--jobs", "1"]
    # Whoever starts the tests in the background has them ignore Ctrl-C, and all that they start inherits that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    signal.signal(signal.SIGINT, before)
    records = tmp_path / "records"
    deadline = time.monotonic() + 300
    while not (records.is_dir() and len(list(records.glob("*.json"))) >= 3):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert "again" in said
    assert "Traceback" not in said
    done = {json.loads(path.read_bytes())["submission"] for path in records.glob("*.json")}
    assert 3 <= len(done) < len(EXPECTED)
    again = grader("grade", *(path for path in CLASS.iterdir() if path.name.split(".")[0] in done), "--out", tmp_path)
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("(unchanged)") == len(done)


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    from grader.pipeline import output_folder

    with output_folder(tmp_path):
        done = grader("grade", CLASS / "ada", "--out", tmp_path)
    assert done.returncode == 2
    assert "another `grader grade` is writing" in done.stderr
