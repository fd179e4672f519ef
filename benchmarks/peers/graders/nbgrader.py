"""nbgrader's autograde: notebooks, one command for a course; split over copies of the course to use more cores."""

import contextlib
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from peers.classroom import Class, notebook, sample, write_folder
from peers.environment import PYTHON, variables
from peers.exam import EXERCISES, SECONDS
from peers.grader import Grader, Points
from peers.running import Command, run

_CONFIG = """c = get_config()
c.CourseDirectory.course_id = "conv"
c.ExecutePreprocessor.timeout = {seconds}
c.ExecutePreprocessor.iopub_timeout = {seconds}
c.Exchange.root = {exchange!r}
"""
_READ = """
select submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.manual_score, grade.extra_credit
from grade join base_cell on base_cell.id = grade.cell_id
join submitted_notebook on submitted_notebook.id = grade.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
"""


def prepare(room: Path, students: Class, width: int) -> None:
    """Make a course, release its assignment, take copies of the course, and let the students submit."""
    course = room / "course-0"
    write_folder(course, {"nbgrader_config.py": _CONFIG.format(seconds=SECONDS, exchange=str(room / "exchange"))})
    write_folder(course / "source" / "ps1", {"ps1.ipynb": notebook(sample("ada"), tests=True)})
    (room / "tmp").mkdir(exist_ok=True)
    make = Command([PYTHON, "-m", "nbgrader", "generate_assignment", "ps1"], course)
    said = run([make], 1, variables(room / "tmp", room / "home"), 120).said
    if not (course / "release" / "ps1" / "ps1.ipynb").is_file():
        raise SystemExit(f"nbgrader generate_assignment failed:\n{said}")
    for number in range(1, width):
        shutil.copytree(course, room / f"course-{number}")
    for number, (student, files) in enumerate(students.items()):
        others = {name: text for name, text in files.items() if name.removesuffix(".py") not in EXERCISES}
        folder = room / f"course-{number % width}" / "submitted" / student / "ps1"
        write_folder(folder, {"ps1.ipynb": notebook(files, tests=True), **others})


def commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return `nbgrader autograde`, one for each copy of the course."""
    return [Command([PYTHON, "-m", "nbgrader", "autograde", "ps1"], course) for course in sorted(room.glob("course-*"))]


def points(room: Path, students: Class) -> Points:
    """Read the gradebooks: a manual score goes before an automatic one, extra credit is added, as nbgrader does."""
    found: dict[str, dict[str, float]] = {}
    for course in sorted(room.glob("course-*")):
        with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
            for student, cell, automatic, manual, extra in gradebook.execute(_READ):
                graded = (course / "autograded" / student / "ps1" / "ps1.ipynb").is_file()
                score = manual if manual is not None else automatic
                if graded and score is not None:
                    found.setdefault(student, {})[cell.removeprefix("test_")] = score + (extra or 0)
    return found


SERIAL = Grader(
    "nbgrader", "nbgrader", lambda room, students, width: prepare(room, students, 1), commands, points,
    about=f"`nbgrader autograde` as it ships, tests hidden in the notebook; a cell may take {SECONDS} s.",
)  # fmt: skip
SPLIT = Grader(
    "nbgrader, split", "nbgrader", prepare, commands, points,
    about="the class dealt out to as many copies of the course as there are processes, each with a gradebook of its "
    "own: the fastest way that we know.",
)  # fmt: skip
