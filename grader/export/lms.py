"""Grades for learning platforms that import CSV: Canvas and Moodle. Who is who says the roster.

Source: Canvas Instructor Guide, "How do I import grades in the Gradebook?"; Moodle documentation, "Grade import".
"""

from collections.abc import Mapping, Sequence

from grader.export.spreadsheet import cell, table
from grader.record import Record
from grader.roster import Person


def canvas(title: str, points: float, people: Sequence[Person], graded: Mapping[str, Record]) -> str:
    """Return a CSV for Canvas's gradebook: students without a score keep an empty cell, which changes nothing there.

    Args:
        title: the assignment's name in Canvas; with ` (ID)` behind it where it exists already.
        points: of the whole assignment.
        people: the roster.
        graded: records by a person's id.
    """
    heading = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", cell(title)]
    # Canvas knows this row by the four blanks that it writes in front itself.
    rows = [heading, ["    Points Possible", "", "", "", "", f"{points:.10g}"]]
    for person in people:
        who = [person.name, person.canvas_id, person.id, person.login or person.email, person.section]
        rows.append([*map(cell, who), _score(graded.get(person.id))])
    return table(rows, "\r\n")


def moodle(title: str, people: Sequence[Person], graded: Mapping[str, Record], late: Mapping[str, int] = {}) -> str:
    """Return a CSV for Moodle's grade import: map `ID number` or `Email address`, the grade, and the feedback.

    Args:
        title: what the grade's column is called.
        people: the roster.
        graded: records by a person's id.
        late: days that cost something, by a person's id; the feedback says so.
    """
    rows: list[Sequence[object]] = [["ID number", "Full name", "Email address", cell(title), "Feedback"]]
    for person in people:
        found = graded.get(person.id)
        if _score(found):
            who = [person.id, person.name, person.email]
            days = late.get(person.id, 0)
            cost = f"; {days} day{'' if days == 1 else 's'} late" if days else ""
            rows.append([*map(cell, who), _score(found), _feedback(found) + cost])
    return table(rows, "\r\n")


def _score(record: Record | None) -> str:
    if record is None or record.status == "error":
        return ""
    return "0" if record.status == "refused" else f"{record.score or 0:.10g}"


def _feedback(record: Record | None) -> str:
    if record is None or record.status == "refused":
        return cell(f"Not graded: {record.notes[0]}") if record and record.notes else ""
    return ", ".join(f"{name} {found.score:g} of {found.points:g}" for name, found in record.exercises.items())
