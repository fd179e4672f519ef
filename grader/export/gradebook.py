"""Scores in nbgrader's gradebook, where formgrader shows them: each check's in its test cell.

What a person gave stays: manual scores, extra credit and comments are never touched. A grade that a person overrode and
whose automatic score has changed since is marked for another look, as nbgrader does.
"""

import contextlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.export import pages
from grader.export.printable import printable
from grader.record import CheckRecord, Record, said

_LONGEST_ID = 128
_CONFIG = "nbgrader_config.py"

# Test cells must not begin with an exercise's name and a hyphen: cells with such ids are the student's.
_TEST = "check-"


class GradebookError(Exception):
    """The gradebook cannot be written; the text says what mends it."""


class Course(msgspec.Struct, frozen=True):
    """Where a course lies, as nbgrader sees it.

    Args:
        folder: the course's root, with `submitted/` and `autograded/`.
        assignment: the assignment's name in nbgrader.
        db: SQLAlchemy URL of the gradebook; "" takes what nbgrader_config.py says, and `gradebook.db` in the root if it
            says nothing.
    """

    folder: Path
    assignment: str
    db: str = ""


class Written(msgspec.Struct, frozen=True):
    """What became of an export: how many students' scores and notebooks were written, and what was left out and why."""

    students: int
    notebooks: int
    left: tuple[str, ...]


def cell_id(check_id: str) -> str:
    """Return the grade id of a check's test cell: `check-conv_2d-strides` for `conv_2d.strides`."""
    return _TEST + check_id.replace(".", "-")


def write(
    records: Sequence[Record],
    course: Course,
    rubric: Mapping[str, Mapping[str, float]],
    progress: Callable[[], None] = lambda: None,
) -> Written:
    """Write records into a course's gradebook; a second run writes the same.

    Args:
        rubric: exercise -> check id -> points, for cells that the gradebook doesn't have yet.
        progress: told after each student.

    Raises:
        GradebookError: it cannot be opened or written, or holds another notebook; what was written before is kept.
    """
    from nbgrader.api import InvalidEntry
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.exc import SQLAlchemyError

    config = _config(course)
    places = CourseDirectory(config=config)
    url = _with_driver(str(places.db_url))
    left, notebooks, students = [], 0, 0
    try:
        # nbgrader 0.9.6 draws warnings from the newest SQLAlchemy and nbformat, of no use to who exports.
        with warnings.catch_warnings(action="ignore"), _opened(url) as book:
            cells = _Cells(book, course.assignment, rubric)
            for record in records:
                reason = _unwritable(record)
                if reason:
                    left.append(f"{record.submission}: {reason}")
                    continue
                folder = Path(places.format_path(places.submitted_directory, record.submission, course.assignment))
                late = _write_student(book, cells, record, course.assignment, pages.timestamp(folder))
                students += 1
                resources = {
                    "student": record.submission, "assignment": course.assignment, "notebook": cells.notebook,
                    "db_url": url,
                }  # fmt: skip
                try:
                    to = places.format_path(places.autograded_directory, record.submission, course.assignment)
                    notebooks += pages.write(folder, Path(to), resources, cells.outputs(record), config)
                except pages.PageError as error:
                    left.append(f"{record.submission}: {error}")
                if late:
                    pages.penalize(resources, config)
                progress()
    except (SQLAlchemyError, InvalidEntry) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise GradebookError(
            f"the gradebook {_shown(url)} cannot be written: {reason}\n{students} of {len(records)} students are "
            "written and stay so; once it answers, run the same command again"
        ) from error
    return Written(students, notebooks, tuple(left))


def comment(record: Record, exercise: str) -> str | None:
    """Return what a solution cell's automatic comment says of an exercise, None if there is nothing to say.

    It is Markdown that shows everything as it is: lines of a code block, in which no mark-up of a student's works.
    """
    if record.status == "refused":
        return _block([f"Not graded: {record.notes[0] if record.notes else 'nothing in it could be read'}"])
    found = record.exercises.get(exercise)
    failed = [check for check in found.checks if check.score < check.points] if found else []
    if not found or not failed:
        return None
    reasons = {check.message for check in failed}
    if len(failed) == len(found.checks) > 1 and len(reasons) == 1:
        return _block([f"{found.score:g} of {found.points:g} points: {reasons.pop()}"])
    return _block([f"{found.score:g} of {found.points:g} points", *(said(check) for check in failed)])


def _block(texts: Sequence[str]) -> str:
    lines = [line for text in texts for line in text.split("\n")]
    return "\n".join(f"    {printable(line)}" for line in lines)


class _Cells:
    """The grade and solution cells of the gradebook's notebook, made where they are missing."""

    def __init__(self, book: Any, assignment: str, rubric: Mapping[str, Mapping[str, float]]) -> None:
        from nbgrader.api import MissingEntry

        try:
            found = book.find_assignment(assignment)
        except MissingEntry:
            found = book.update_or_create_assignment(assignment)
        named = {cell_id(check_id): points for checks in rubric.values() for check_id, points in checks.items()}
        self.notebook, cells = _notebook(found, named, rubric) or (assignment, {})
        if not cells:
            book.update_or_create_notebook(self.notebook, assignment)
            for name, points in named.items():
                book.update_or_create_grade_cell(name, self.notebook, assignment, max_score=points, cell_type="code")
            for exercise in rubric:
                book.update_or_create_solution_cell(exercise, self.notebook, assignment)
        saved = book.find_notebook(self.notebook, assignment)
        # Plain values: a commit has SQLAlchemy ask for each attribute of each cell again.
        self.points = {cell.id: float(cell.max_score) for cell in saved.grade_cells}
        self.names = {cell.id: str(cell.name) for cell in (*saved.grade_cells, *saved.solution_cells)}
        self.exercises = list(rubric)
        self.whole = not any(name in named for name in self.names.values())

    def scores(self, record: Record) -> dict[str, tuple[float, float]]:
        """Return score and points of a record by the name of the cell that they belong to; of a refused one nothing."""
        if record.status == "refused":
            return {}
        if self.whole:
            return {name: (found.score, found.points) for name, found in record.exercises.items()}
        return {cell_id(check.id): (check.score, check.points) for check in _checks(record)}

    def outputs(self, record: Record) -> dict[str, list[str]]:
        """Return what the test cells of checks that failed show, by their names."""
        if record.status == "refused":
            why = [printable(note) for note in record.notes[:1]]
            return {name: why for name in self.names.values() if name.startswith(_TEST)}
        return {
            cell_id(check.id): [printable(line) for line in said(check).split("\n")]
            for check in _checks(record)
            if check.score < check.points
        }


def _notebook(found: Any, named: Mapping[str, float], rubric: Mapping[str, Any]) -> tuple[str, set[str]] | None:
    """Return the assignment's notebook whose cells are ours (test cells, or one graded cell an exercise).

    Raises:
        GradebookError: it has notebooks, but none with our cells.
    """
    empty = None
    for notebook in found.notebooks:
        names = {str(cell.name) for cell in notebook.grade_cells}
        if names >= set(named) or names >= set(rubric):
            return str(notebook.name), names
        if not names:
            empty = str(notebook.name), names
    if found.notebooks and empty is None:
        raise GradebookError(
            f"the gradebook's assignment {found.name!r} has other cells than the checks that were graded: write its "
            "notebook with `grader release DEST --nbgrader`, or name another assignment with --assignment"
        )
    return empty


def _checks(record: Record) -> Iterator[CheckRecord]:
    for exercise in record.exercises.values():
        yield from exercise.checks


def _write_student(book: Any, cells: _Cells, record: Record, assignment: str, handed_in: datetime | None) -> bool:
    """Write one student's scores and comments, and return whether a penalty for lateness is to be seen to."""
    from nbgrader.api import Comment, Grade

    student = record.submission
    book.update_or_create_student(student)
    known = {"timestamp": handed_in} if handed_in else {}
    submission = book.update_or_create_submission(assignment, student, **known)
    sheet = book.find_submission_notebook(cells.notebook, assignment, student)
    scores = cells.scores(record)
    grades = {grade.cell_id: grade for grade in sheet.grades}
    for number, most in cells.points.items():
        name = cells.names[number]
        if name not in scores and record.status != "refused":
            continue
        score, points = scores.get(name, (0.0, most))
        if number not in grades:
            grades[number] = Grade(cell_id=number, notebook_id=sheet.id)
            book.db.add(grades[number])
        grade = grades[number]
        if most != points and not cells.whole:
            book.find_grade_cell(name, cells.notebook, assignment).max_score = cells.points[number] = points
        automatic = score * most / points if cells.whole and points else score
        if grade.manual_score is None:
            grade.needs_manual_grade = False
        elif grade.auto_score != automatic:
            grade.needs_manual_grade = True
        grade.auto_score = automatic
    comments = {cells.names.get(one.cell_id): one for one in sheet.comments}
    numbers = {name: number for number, name in cells.names.items()}
    for exercise in cells.exercises:
        if exercise not in comments and exercise in numbers:
            comments[exercise] = Comment(cell_id=numbers[exercise], notebook_id=sheet.id)
            book.db.add(comments[exercise])
        if exercise in comments:
            comments[exercise].auto_comment = comment(record, exercise)
    late = submission.total_seconds_late > 0 or sheet.late_submission_penalty is not None
    book.db.commit()
    return bool(late)


def _unwritable(record: Record) -> str:
    if record.status == "error":
        return "the grader failed on it, so its old scores stay; grade it again"
    try:
        record.submission.encode()
    except UnicodeEncodeError:
        return "its name isn't UTF-8, which no gradebook holds; rename it and grade it again"
    if len(record.submission) > _LONGEST_ID or "\0" in record.submission:
        return f"its name is longer than {_LONGEST_ID} characters, which nbgrader holds; rename it and grade it again"
    return ""


def _config(course: Course) -> Any:
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    config = Config()
    if (course.folder / _CONFIG).is_file():
        config = PyFileConfigLoader(_CONFIG, path=str(course.folder)).load_config()
    config.CourseDirectory.root = str(course.folder.resolve())
    if course.db:
        config.CourseDirectory.db_url = course.db
    return config


@contextlib.contextmanager
def _opened(url: str) -> Iterator[Any]:
    from nbgrader.api import Gradebook

    # A new gradebook has nbgrader call `alembic` by its bare name, wherever this interpreter was started from.
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        book = Gradebook(url)
    except ModuleNotFoundError as error:
        raise GradebookError(
            f"the gradebook {_shown(url)} needs a driver ({error}): python -m pip install 'psycopg[binary]'"
        ) from error
    except ValueError as error:
        raise GradebookError(f"the gradebook {_shown(url)} cannot be opened: {error}") from error
    finally:
        os.environ["PATH"] = before
    with book:
        yield book


def _with_driver(url: str) -> str:
    """Return a URL that names the PostgreSQL driver that is installed, if it names none."""
    scheme, colon, rest = url.partition("://")
    if scheme in ("postgres", "postgresql") and importlib.util.find_spec("psycopg2") is None:
        scheme = "postgresql+psycopg"
    return scheme + colon + rest


def _shown(url: str) -> str:
    """Return a database's URL without its password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(its URL cannot be read)"
