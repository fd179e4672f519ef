"""A student's page: what a record says, in the order in which its reader wants to know it."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from grader.catalogue import Misconception
from grader.feedback import words
from grader.feedback.render import render
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord, Record
from grader.summary import Reason, Trouble, reason

_LEFT_OUT = "left out: "


class Idea(msgspec.Struct, frozen=True):
    """A mistaken idea that an answer shows; `idea` and `pointer` are empty where the catalogue does not know it."""

    id: str
    idea: str
    explanation: str
    pointer: str
    checks: int = 1


class CheckView(msgspec.Struct, frozen=True):
    """One check, with how its outcome is told and the ideas that are told beside it."""

    check: CheckRecord
    words: words.Words
    ideas: tuple[Idea, ...] = ()
    shared: tuple[Idea, ...] = ()


class ReasonView(msgspec.Struct, frozen=True):
    """What is said once where all checks of an exercise fail for one reason.

    Args:
        meaning: what the outcome that they share means, if it is not plain from the message.
        hints: whether the checks' own hints may still help.
    """

    headline: str
    message: str
    meaning: str
    remedy: str
    hints: bool


class ExerciseView(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise: `ideas` are those that more than one check shows, and `reason` stands for all failures."""

    name: str
    title: str
    score: float | None
    points: float
    reason: ReasonView | None
    ideas: tuple[Idea, ...]
    failed: tuple[CheckView, ...]
    skipped: tuple[CheckView, ...]
    passed: tuple[CheckView, ...]

    @property
    def passed_points(self) -> float:
        """Return what the passed checks are worth."""
        return sum(view.check.points for view in self.passed)

    @property
    def to_mend(self) -> bool:
        """Return whether the student has something to mend: the grader's own errors are not it."""
        return any(view.check.outcome is not Outcome.GRADER_ERROR for view in (*self.failed, *self.skipped))

    @property
    def hidden_failed(self) -> bool:
        """Return whether a hidden check is among those that failed on their own account."""
        return self.reason is None and any(not view.check.visible for view in self.failed)


class StudentView(msgspec.Struct, frozen=True, kw_only=True):
    """All that a student's page shows; `refusal` is why a refused submission is."""

    record: Record
    name: str
    refusal: str
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    exercises: tuple[ExerciseView, ...]
    words: dict[str, str]


def student_page(record: Record, catalogue: Mapping[str, Misconception], titles: Mapping[str, str]) -> bytes:
    """Return a submission's page.

    Args:
        record: what became of it.
        catalogue: the misconceptions by id.
        titles: what a student reads as the name of an exercise, by its name.
    """
    return render("student.html.j2", student_view(record, catalogue, titles))


def student_view(record: Record, catalogue: Mapping[str, Misconception], titles: Mapping[str, str]) -> StudentView:
    """Return what a submission's page shows."""
    # A refused record's first note is the reason; the others are about files, as everywhere.
    refusal, notes = (record.notes[:1], record.notes[1:]) if record.status == "refused" else ((), record.notes)
    return StudentView(
        record=record,
        name=record.submission,
        refusal="".join(refusal),
        left_out=tuple(note.removeprefix(_LEFT_OUT) for note in notes if note.startswith(_LEFT_OUT)),
        notes=tuple(note for note in notes if not note.startswith(_LEFT_OUT)),
        exercises=tuple(
            _exercise(name, found, catalogue, titles.get(name, name), held_back=record.status == "error")
            for name, found in record.exercises.items()
        ),
        words={
            "refused": words.REFUSED,
            "remedy": words.REFUSED_REMEDY,
            "error": words.ERROR,
            "unwalled": words.UNWALLED,
            "hidden": words.HIDDEN,
            "full": words.ALL_FULL,
        },
    )


def _exercise(
    name: str, found: ExerciseRecord, catalogue: Mapping[str, Misconception], title: str, held_back: bool
) -> ExerciseView:
    common = reason(found)
    counts = Counter(one for check in found.checks for one in dict.fromkeys(check.misconceptions))
    ideas = {one: _idea(one, found, catalogue, number) for one, number in counts.items()}
    views = [_check(check, ideas, told=common is not None) for check in found.checks]
    passed, skipped = Outcome.PASSED, Outcome.SKIPPED
    return ExerciseView(
        name=name,
        title=title,
        score=None if held_back else found.score,
        points=found.points,
        reason=_reason(common, name, found) if common else None,
        ideas=tuple(idea for idea in ideas.values() if idea.checks > 1 or common is not None),
        failed=tuple(view for view in views if view.check.outcome not in (passed, skipped)),
        skipped=tuple(view for view in views if view.check.outcome is skipped),
        passed=tuple(view for view in views if view.check.outcome is passed),
    )


def _reason(common: Reason, name: str, found: ExerciseRecord) -> ReasonView:
    outcomes = {check.outcome for check in found.checks if check.visible}
    died = outcomes - {Outcome.FAILED, Outcome.RAISED}
    return ReasonView(
        headline=words.headline(common.trouble, name),
        message="" if common.trouble is Trouble.MISSING else common.message,
        meaning=words.OUTCOMES[min(died)].sentence if len(died) == 1 else "",
        remedy=words.remedy(common.trouble, name),
        hints=common.trouble is None,
    )


def _check(check: CheckRecord, ideas: Mapping[str, Idea], told: bool) -> CheckView:
    own = [ideas[one] for one in dict.fromkeys(check.misconceptions)]
    alone = tuple(idea for idea in own if idea.checks == 1 and not told)
    if not own and check.explanation:
        alone = (Idea("", "", check.explanation, ""),)
    return CheckView(check, words.OUTCOMES[check.outcome], alone, tuple(idea for idea in own if idea.checks > 1))


def _idea(one: str, found: ExerciseRecord, catalogue: Mapping[str, Misconception], checks: int) -> Idea:
    if one in catalogue:
        known = catalogue[one]
        return Idea(one, known.idea, known.explanation, known.pointer, checks)
    told = next((check.explanation for check in found.checks if one in check.misconceptions and check.explanation), "")
    return Idea(one, "", told, "", checks)
