"""Scores in nbgrader's gradebook, where formgrader shows them: each check's in its test cell.

What a person gave stays: manual scores, extra credit and comments are never touched. A grade that a person overrode and
whose automatic score has changed since is marked for another look, as nbgrader does.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.export import pages
from grader.export.book import Course, GradebookError, configuration, opened, shown, with_driver
from grader.export.cells import Cells, comment
from grader.record import Record

_LONGEST_ID = 128


class Written(msgspec.Struct, frozen=True):
    """What became of an export: how many students' scores and notebooks were written, and what was left out and why."""

    students: int
    notebooks: int
    left: tuple[str, ...]


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

    config = configuration(course)
    places = CourseDirectory(config=config)
    url = with_driver(str(places.db_url))
    left, notebooks, students = [], 0, 0
    try:
        # nbgrader 0.9.6 draws warnings from the newest SQLAlchemy and nbformat, of no use to who exports.
        with warnings.catch_warnings(action="ignore"), opened(url) as book:
            cells = Cells(book, course.assignment, rubric)
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
            f"the gradebook {shown(url)} cannot be written: {reason}\n{students} of {len(records)} students are "
            "written and stay so; once it answers, run the same command again"
        ) from error
    return Written(students, notebooks, tuple(left))


def _write_student(book: Any, cells: Cells, record: Record, assignment: str, handed_in: datetime | None) -> bool:
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
