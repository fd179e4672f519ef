"""nbgrader courses, made and processed by the real nbgrader, and records to put into them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from records import record

from grader import assignment, course
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord, Record

OURS = assignment.load()
NAME = OURS.name
RUBRIC = {
    exercise: {check_id: OURS.rubric(check_id).points for check_id in OURS.check_ids(exercise)}
    for exercise in OURS.exercises
}


def nbgrader(folder: Path, *arguments: str, limit: float = 1500) -> str:
    """Run nbgrader in a course's folder and return what it said; it must say that it worked."""
    # nbgrader calls `alembic` by its bare name.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "GRADER_SEED"} | {"PATH": path}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder, capture_output=True, text=True, env=environment, timeout=limit, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def source(folder: Path) -> None:
    """Write a course's source notebook and have nbgrader make the release."""
    notebook = folder / "source" / NAME / f"{NAME}.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text(course.source_notebook(OURS))
    nbgrader(folder, "generate_assignment", NAME)


def hand_in(
    folder: Path,
    student: str,
    modules: Mapping[str, str],
    change: Callable[[dict[str, Any]], None] = lambda notebook: None,
    moment: str = "2026-11-20 12:00:00 UTC",
) -> None:
    """Fill the released notebook's solution cells, change it further, and hand it in as nbgrader collects."""
    notebook = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text())
    for cell in notebook["cells"]:
        if (found := modules.get(cell["metadata"]["nbgrader"]["grade_id"])) is not None:
            cell["source"] = found
    change(notebook)
    to = folder / "submitted" / student / NAME
    to.mkdir(parents=True)
    (to / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    (to / "timestamp.txt").write_text(moment)


def position(notebook: Mapping[str, Any], grade_id: str) -> int:
    """Return where the cell with a grade id is."""
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    return ids.index(grade_id)


def graded(student: str, failed: Mapping[str, str] = {}, **more: Any) -> Record:
    """Return a record of all checks, those in `failed` with their message."""
    exercises = {}
    for exercise, checks in RUBRIC.items():
        found = tuple(
            CheckRecord(
                id=one, title=f"Title of {one}", points=points, visible=OURS.rubric(one).visible,
                outcome=Outcome.FAILED if one in failed else Outcome.PASSED,
                score=0.0 if one in failed else points, message=failed.get(one, ""),
            )
            for one, points in checks.items()
        )  # fmt: skip
        exercises[exercise] = ExerciseRecord(sum(one.score for one in found), sum(one.points for one in found), found)
    return record(student, exercises, **more)
