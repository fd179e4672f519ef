"""PrairieLearn's external grader result, `/grade/results/results.json`.

Source: PrairieLearn's documentation, "External grading", "Grading results".
"""

import json
from typing import Any

from grader.export.printable import lines, printable, shortened
from grader.record import Record, said

# PrairieLearn takes a megabyte.
_LARGEST = 1_000_000
_LENGTHS = (100_000, 4000, 1000, 250)


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
    found = (_results(record, length) for length in _LENGTHS)
    return next(result for result in found if len(json.dumps(result, indent=1)) < _LARGEST)


def _results(record: Record, longest: int) -> dict[str, Any]:
    return {
        "gradable": True,
        "score": min(1.0, (record.score or 0.0) / record.points) if record.points else 1.0,
        "message": f"{record.score or 0:g} of {record.points:g} points",
        "output": shortened(lines("\n".join(record.notes)), longest),
        "tests": [
            {
                "name": f"{name}: {check.title}",
                "description": "" if check.visible else "hidden",
                "points": check.score,
                "max_points": check.points,
                "message": "" if check.score >= check.points else shortened(lines(said(check)), longest),
                "output": "",
            }
            for name, exercise in record.exercises.items()
            for check in exercise.checks
        ],
    }
