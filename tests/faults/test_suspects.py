"""A submission whose grading process dies, or that we cannot even read, costs nobody else anything."""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import pytest

from grader import pipeline
from grader.assignment import load
from grader.grading import Graded
from grader.observation import Outcome
from grader.record import Record, read_all
from grader.score import Judgement
from grader.store import Store
from grader.submission import Submission, find
from grader.workbench import Setup

NAMES = ("ada", "bo", "cy", "poison", "dee", "eva", "finn")


class Silent:
    """A watcher that says nothing."""

    def preparing(self, done: int, total: int) -> None:
        pass

    def recorded(self, record: Record, looked_up: bool) -> None:
        pass


def digest(setup: Setup, exercise: str, part: str) -> str:
    """Stand for the freezing of cases, which these tests need none of."""
    return f"{exercise}/{part}"


def deadly(setup: Setup, submission: Submission, exercises: Sequence[str]) -> dict[str, Graded]:
    """Stand for grading: everybody passes, but one submission's process is killed each time."""
    if submission.name == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    checks = {exercise: load().check_ids(exercise) for exercise in exercises}
    return {one: Graded(tuple(Judgement(check, "", Outcome.PASSED) for check in ids)) for one, ids in checks.items()}


def pool() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return a function that grades a class and returns the status of each record."""
    monkeypatch.setattr(pipeline, "freeze_part", digest)
    monkeypatch.setattr(pipeline, "grade_submission", deadly)
    for name in NAMES:
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "top5.py").write_text(f"# {name}\n")

    def grade() -> dict[str, str]:
        out, exercises = tmp_path / "out", list(load().exercises)
        found, _ = find([tmp_path / "class"], exercises)
        with pipeline.output_folder(out), Store.in_folder(out) as store:
            setup = Setup(1, "walls", str(tmp_path / "cache"))
            list(pipeline.grade(found, out, setup, store, pool, 2, Silent()))
        return {record.submission: record.status for record in read_all(out)}

    return grade


def test_only_the_deadly_one_is_held_back(graded) -> None:
    assert graded() == {name: "error" if name == "poison" else "graded" for name in NAMES}


def test_one_that_cannot_be_read_is_held_back(graded, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(found, *arguments, **named):
        if found.name == "poison":
            raise RecursionError("our reader's fault")
        return real(found, *arguments, **named)

    real = pipeline.read
    monkeypatch.setattr(pipeline, "read", read)
    assert graded() == {name: "error" if name == "poison" else "graded" for name in NAMES}


def test_what_a_killed_run_left_half_done_goes(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    left = [tmp_path / name for name in (".scores.csv.partial", "records/.a.json.partial", ".turns.gate")]
    for path in (*left, tmp_path / "records" / "a.json"):
        path.touch()
    with pipeline.output_folder(tmp_path):
        assert not any(path.exists() for path in left)
        left[2].touch()
    assert not left[2].exists()
    assert (tmp_path / "records" / "a.json").exists()
