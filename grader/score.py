"""From judgements to points: what passed earns, and what was dropped; a grader's error holds the whole record back."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from grader import __version__
from grader.assignment import Assignment, CheckRubric
from grader.exhibit import Exhibit
from grader.observation import Outcome
from grader.phrase import Phrase, Text, phrase
from grader.record import CheckRecord, ExerciseRecord, Record, Status, earned
from grader.submission import Submission

HIDDEN = {
    Outcome.FAILED: "On a hidden case, your code does not do this.",
    Outcome.RAISED: "On a hidden case, your code raised an exception.",
    Outcome.TIMED_OUT: "On a hidden case, your code took too long.",
    Outcome.CRASHED: "On a hidden case, your code's process crashed.",
    Outcome.OUT_OF_MEMORY: "On a hidden case, your code used too much memory.",
    Outcome.TOO_LARGE: "On a hidden case, your code gave back too much.",
    Outcome.SKIPPED: "Not run, because your code was ended twice in this exercise before.",
    Outcome.GRADER_ERROR: "The grader failed here; this is not your fault.",
}
DROPPED = "This check was dropped after grading: everybody has its points."


class Judgement(msgspec.Struct, frozen=True):
    """What the judge of one check found: `message`, `example`, `exhibit` in full, for whoever may see them.

    Args:
        phrase, case: `message` and `example` for readers of other languages; None where English says it all.
        veiled: `phrase` without its values, for whoever may not see them; None where there are no such words.
    """

    id: str
    title: str
    outcome: Outcome
    message: str = ""
    example: str = ""
    misconceptions: tuple[str, ...] = ()
    explanation: str = ""
    exhibit: Exhibit | None = None
    phrase: Phrase | None = None
    case: Phrase | None = None
    veiled: Phrase | None = None


class Circumstances(msgspec.Struct, frozen=True):
    """What a class was graded with; it stands in every record."""

    cases: str
    isolation: str
    device: str


def score_exercise(assignment: Assignment, exercise: str, judgements: Sequence[Judgement]) -> ExerciseRecord:
    """Return an exercise's record: points for each check that passed, and words that its reader may read."""
    checks = []
    for judgement in judgements:
        rubric = assignment.rubric(judgement.id)
        passed = judgement.outcome is Outcome.PASSED
        given = rubric.dropped and not passed
        said = _said(rubric, judgement)
        checks.append(
            CheckRecord(
                id=judgement.id,
                title=judgement.title,
                outcome=judgement.outcome,
                score=rubric.points if passed or given else 0.0,
                points=rubric.points,
                visible=rubric.visible,
                message=str(said),
                example=judgement.example if rubric.visible else "",
                misconceptions=judgement.misconceptions,
                explanation=judgement.explanation,
                hint="" if passed else rubric.hint,
                exhibit=judgement.exhibit if rubric.visible else None,
                phrase=said if isinstance(said, Phrase) else None,
                case=judgement.case if rubric.visible else None,
            )
        )
    return ExerciseRecord(
        math.fsum(check.score for check in checks), math.fsum(check.points for check in checks), tuple(checks)
    )


def _said(rubric: CheckRubric, judgement: Judgement) -> Text:
    """Return what a student is told of a check: the finding, or as much of it as may be known of a hidden case."""
    if rubric.dropped and judgement.outcome is not Outcome.PASSED:
        return DROPPED
    if rubric.visible:
        return judgement.phrase or judgement.message
    if judgement.veiled is not None and judgement.outcome in (Outcome.FAILED, Outcome.RAISED):
        return phrase("On a hidden case: {what}", what=judgement.veiled)
    return HIDDEN.get(judgement.outcome, "")


def score_submission(
    assignment: Assignment,
    submission: Submission,
    judgements: Mapping[str, Sequence[Judgement]],
    circumstances: Circumstances,
) -> Record:
    """Return the record of a submission from the judgements of its exercises (none for a refused one)."""
    exercises = {name: score_exercise(assignment, name, found) for name, found in judgements.items()}
    checks = [check for exercise in exercises.values() for check in exercise.checks]
    status: Status = "graded"
    if submission.refused is not None:
        status = "refused"
    elif any(check.outcome is Outcome.GRADER_ERROR and not earned(check) for check in checks):
        status = "error"
    return Record(
        submission=submission.name,
        sha256=submission.sha256,
        assignment=assignment.name,
        grader=__version__,
        cases=circumstances.cases,
        isolation=circumstances.isolation,
        device=circumstances.device,
        score=math.fsum(exercise.score for exercise in exercises.values()) if status == "graded" else None,
        points=assignment.points,
        status=status,
        notes=submission.notes if submission.refused is None else (submission.refused, *submission.notes),
        exercises=exercises,
    )
