"""What a test cell calls, in a folder with a notebook, as nbgrader's kernels have it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from courses import OURS

from grader import kernel, material
from grader.kernel import GraderFailed, NotPassed, check
from grader.observation import Outcome
from grader.score import Judgement, score_exercise

VISIBLE = OURS.check_ids("conv_2d", True)[0]
HIDDEN = OURS.check_ids("conv_2d", False)[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a notebook whose conv_2d is right, the current one."""
    monkeypatch.delenv(kernel.SEED, raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(tmp_path)
    write(tmp_path, (material.fixtures() / "sample_class" / "ada" / "conv_2d.py").read_text())
    return tmp_path


def write(folder: Path, source: str, grade_id: str = "conv_2d") -> None:
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": grade_id, "solution": True}}, "source": source}
    (folder / "convolutions.ipynb").write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [cell]}))


def test_a_cell_says_nothing_of_right_work_and_what_is_wrong_with_other_work(folder: Path) -> None:
    (folder / "random.py").write_text("raise SystemExit('a student's own file')")
    check(VISIBLE)
    write(folder, "def conv_2D(x, n, **more):\n    return None\n")
    with pytest.raises(NotPassed) as caught:
        check(VISIBLE)
    assert not isinstance(caught.value, GraderFailed)
    shown = caught.value._render_traceback_()
    assert "0 of" in shown[0]
    assert any("conv_2D" in line for line in shown)
    assert not any("kernel.py" in line for line in shown)


def test_a_hidden_check_wants_the_seed(folder: Path) -> None:
    with pytest.raises(GraderFailed, match=f"{HIDDEN} is hidden: set GRADER_SEED"):
        check(HIDDEN)


def test_a_check_that_there_is_not_is_a_fault_of_versions(folder: Path) -> None:
    with pytest.raises(GraderFailed, match="are of two versions"):
        check("conv_2d.nothing")


def test_a_notebook_without_solution_cells_is_not_passed(folder: Path) -> None:
    write(folder, "x = 1", "other")
    with pytest.raises(NotPassed, match="nothing in it can be graded"):
        check(VISIBLE)


def test_a_check_that_was_dropped_after_grading_is_passed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "def conv_2D(x, n, **more):\n    return None\n")
    ours, name = OURS.exercises["conv_2d"], VISIBLE.partition(".")[2]
    checks = ours.checks | {name: msgspec.structs.replace(ours.checks[name], dropped=True)}
    dropped = msgspec.structs.replace(ours, checks=checks)
    changed = msgspec.structs.replace(OURS, exercises=OURS.exercises | {"conv_2d": dropped})
    made = score_exercise(
        changed, "conv_2d", [Judgement(one, one, Outcome.FAILED) for one in OURS.check_ids("conv_2d")]
    )
    monkeypatch.setattr(kernel, "_asked", {})
    monkeypatch.setattr(kernel, "_ask", lambda exercises: {"conv_2d": made})
    check(VISIBLE)
    with pytest.raises(NotPassed):
        check(OURS.check_ids("conv_2d", True)[1])


def test_where_nbgrader_grades_a_fault_of_ours_ends_the_kernel(folder: Path) -> None:
    environment = os.environ | {"NBGRADER_EXECUTION": "autograde"}
    command = [sys.executable, "-P", "-c", "from grader.kernel import check; check('conv_2d.nothing')"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "gets no points, not even 0" in done.stderr
