"""The cells of the gradebook's notebook: which of them hold a record's scores, and what stands in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.export.book import GradebookError
from grader.export.printable import printable
from grader.record import CheckRecord, Record, said

# Test cells must not begin with an exercise's name and a hyphen: cells with such ids are the student's.
_TEST = "check-"


def cell_id(check_id: str) -> str:
    """Return the grade id of a check's test cell: `check-conv_2d-strides` for `conv_2d.strides`."""
    return _TEST + check_id.replace(".", "-")


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


class Cells:
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
