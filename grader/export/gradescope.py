"""Gradescope's `results.json`, one a submission.

Source: Gradescope's autograder documentation, "Autograder Specifications", "Output Format".
"""

from typing import Any

from grader.export.markdown import fenced
from grader.record import Record, said


def results(record: Record) -> dict[str, Any]:
    """Return a record as Gradescope reads it: points check by check, hidden ones shown after grades are published.

    Args:
        record: graded or refused.

    Raises:
        ValueError: the grader failed on it: Gradescope must see no result, and does so where there is none.
    """
    if record.status == "error":
        raise ValueError("the grader failed on this submission, so it has no result")
    if record.status == "refused":
        why = record.notes[0] if record.notes else "nothing in it could be read"
        return {"score": 0, "output": fenced(f"Not graded: {why}"), "output_format": "md", "tests": []}
    tests = []
    for number, (name, exercise) in enumerate(record.exercises.items(), 1):
        for place, check in enumerate(exercise.checks, 1):
            passed = check.score >= check.points
            tests.append(
                {
                    "name": f"{name}: {check.title}",
                    "name_format": "text",
                    "number": f"{number}.{place}",
                    "score": check.score,
                    "max_score": check.points,
                    "status": "passed" if passed else "failed",
                    "output": "" if passed else fenced(said(check)),
                    "output_format": "md",
                    "tags": [name],
                    "visibility": "visible" if check.visible else "after_published",
                }
            )
    notes = fenced("\n".join(record.notes)) if record.notes else ""
    return {
        "output": notes, "output_format": "md", "visibility": "visible", "stdout_visibility": "hidden",
        "extra_data": {"cases": record.cases, "grader": record.grader, "sha256": record.sha256}, "tests": tests,
    }  # fmt: skip
