"""`grader history` and `grader diff` on the stores and folders that runs leave behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.grading import Graded
from grader.observation import Outcome
from grader.pipeline import write_whole
from grader.record import CheckRecord, ExerciseRecord, Record, file_name, to_json
from grader.score import Judgement
from grader.store import Store


def grader(*arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60)


def record(name: str, score: float) -> Record:
    outcome = Outcome.PASSED if score else Outcome.FAILED
    check = CheckRecord(id="top5.order", title="t", outcome=outcome, score=score, points=2.0, visible=True)
    return Record(
        submission=name, sha256="5e" * 32, assignment="a", grader="1", cases="ca5e", isolation="walls", device="cpu",
        score=score, points=2.0, status="graded", exercises={"top5": ExerciseRecord(score, 2.0, (check,))},
    )  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an output folder in which `ada` was graded twice."""
    folder = tmp_path / "graded"
    (folder / "records").mkdir(parents=True)
    failure = Graded((Judgement("top5.order", "t", Outcome.GRADER_ERROR, "WorkerDied: \x1b[2Jno zygote"),))
    with Store.in_folder(folder) as store:
        store.keep(record("ada", 0.0), {"top5": "k1"}, {"top5": failure}, 1.25)
        store.keep(record("ada", 2.0), {"top5": "k1"}, {}, 0.5)
    write_whole(folder / "records" / file_name("ada"), to_json(record("ada", 2.0)))
    return folder


@pytest.mark.parametrize("where", [["--store", "graded"], [], ["--store", "sqlite:///graded/store.sqlite"]])
def test_history_lists_each_grading(out: Path, where: list[str]) -> None:
    done = grader("history", "ada", *where, cwd=out.parent)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()[1:3]]
    assert [line[2:] for line in lines] == [
        ["5e5e5e5e5e5e", "ca5e", "1.2", "s", "graded", "0"],
        ["5e5e5e5e5e5e", "ca5e", "0.5", "s", "graded", "2"],
    ]
    assert "top5: WorkerDied: \\x1b[2Jno zygote" in done.stdout


def test_history_finds_a_folder_of_any_name(out: Path) -> None:
    out.rename(out.with_name("hw?"))
    assert grader("history", "ada", "--store", "hw?", cwd=out.parent).returncode == 0


def test_history_of_somebody_unknown_suggests_who_was_meant(out: Path) -> None:
    done = grader("history", "adda", "--store", out)
    assert done.returncode == 2
    assert "did you mean ada?" in done.stderr


def test_history_without_a_store_says_what_to_name(tmp_path: Path) -> None:
    done = grader("history", "ada", cwd=tmp_path)
    assert done.returncode == 2
    assert "--store DIR" in " ".join(done.stderr.split())


def test_history_does_not_show_a_password(tmp_path: Path) -> None:
    done = grader("history", "ada", "--store", "postgresql+psycopg://ta:secret@localhost:1/none")
    assert done.returncode == 2
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_diff_says_who_and_why(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "records").mkdir(parents=True)
    write_whole(other / "records" / file_name("ada"), to_json(record("ada", 0.0)))
    done = grader("diff", out, other)
    assert done.returncode == 0, done.stderr
    assert "top5.order 2 -> 0" in done.stdout
    assert "1 changed, 0 the same, 0 new, 0 gone" in done.stdout
    (change,) = json.loads(grader("diff", out, other, "--json").stdout)
    assert (change["submission"], change["old"], change["new"]) == ("ada", 2.0, 0.0)
    assert "0 changed, 1 the same" in grader("diff", out, out).stdout


def test_diff_names_a_record_that_it_cannot_read(out: Path) -> None:
    path = out / "records" / file_name("ada")
    path.unlink()
    path.mkdir()
    done = grader("diff", out, out)
    assert done.returncode == 2
    assert f"{path.name} cannot be read: Is a directory" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_diff_without_records_says_what_to_run(out: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = grader("diff", out, tmp_path / "empty")
    assert done.returncode == 2
    assert "grader grade PATH --out" in " ".join(done.stderr.split())
