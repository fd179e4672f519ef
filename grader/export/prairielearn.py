"""PrairieLearn's external grader result, `/grade/results/results.json`.

Source: PrairieLearn's documentation, "External grading", "Grading results".
"""

from typing import Any

from grader.export.printable import lines, printable
from grader.record import Record, said


def results(record: Record) -> dict[str, Any]:
    """Return a record as PrairieLearn reads it; a refused one is not gradable, which costs no attempt.

    Raises:
        ValueError: the grader failed on it.
    """
    if record.status == "error":
        raise ValueError("the grader failed on this submission, so it has no result")
    if record.status == "refused":
        why = record.notes[0] if record.notes else "nothing in it could be read"
        return {"gradable": False, "format_errors": [printable(why)]}
    return {
        "gradable": True,
        "score": min(1.0, (record.score or 0.0) / record.points),
        "message": f"{record.score or 0:g} of {record.points:g} points",
        "output": lines("\n".join(record.notes)),
        "tests": [
            {
                "name": f"{name}: {check.title}",
                "description": "" if check.visible else "hidden",
                "points": check.score,
                "max_points": check.points,
                "message": "" if check.score >= check.points else lines(said(check)),
                "output": "",
            }
            for name, exercise in record.exercises.items()
            for check in exercise.checks
        ],
    }
