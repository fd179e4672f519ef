"""GitHub Classroom's autograding result, which `classroom-resources/autograding-grading-reporter` reports.

Source: that action's `src/main.js` and `src/notify-classroom.js`: Base64 of JSON in `<RUNNER>_RESULTS`.
"""

import base64
import json
from typing import Any

from grader.export.printable import lines, shortened
from grader.record import Record, said

# Linux takes no environment variable of more than 128 KiB.
_LARGEST = 120 << 10
_LENGTHS = (4000, 1000, 250, 0)


def results(record: Record) -> dict[str, Any]:
    """Return a record as the reporter reads it; where the grader failed, the result is an `error` of no points.

    Messages are as long as one environment variable can hold all of them.
    """
    found = (_results(record, length) for length in _LENGTHS)
    return next(result for result in found if len(encoded(result)) <= _LARGEST)


def _results(record: Record, longest: int) -> dict[str, Any]:
    tests = [
        {
            "name": f"{name}: {check.title}",
            "status": "pass" if check.score >= check.points else "fail",
            "score": 0 if record.status == "error" else check.score,
            "message": "" if check.score >= check.points else shortened(lines(said(check)), longest),
            "test_code": check.id,
            "filename": f"{name}.py",
            "line_no": 0,
            "duration": 0,
        }
        for name, exercise in record.exercises.items()
        for check in exercise.checks
    ]
    whole = record.status == "graded" and all(test["status"] == "pass" for test in tests)
    status = "error" if record.status == "error" else "pass" if whole else "fail"
    return {"version": 1, "status": status, "max_score": record.points, "tests": tests}


def encoded(result: dict[str, Any]) -> str:
    """Return a result as the environment variable holds it."""
    return base64.b64encode(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace")).decode()
