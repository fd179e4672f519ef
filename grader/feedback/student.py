"""A student's page: what a record says, in the order in which its reader wants to know it."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from grader import hints
from grader.catalogue import Misconception
from grader.feedback import words
from grader.feedback.pictures import Picture, draw
from grader.feedback.render import render
from grader.feedback.translation import language
from grader.notes import told
from grader.observation import Outcome
from grader.reason import Reason, Trouble, headline, meaning, reason, remedy
from grader.record import CheckRecord, ExerciseRecord, Record, earned, sentence

_LEFT_OUT = "left out: "
_ROOM = 700_000
"""Characters of SVG that a page may hold, so that it stays under a megabyte."""


class Idea(msgspec.Struct, frozen=True):
    """A mistaken idea that an answer shows; `idea` and `pointer` are empty where the catalogue does not know it."""

    id: str
    idea: str
    explanation: str
    pointer: str
    checks: int = 1


class CheckView(msgspec.Struct, frozen=True):
    """One check: how its outcome is told, its picture, the ideas told beside it, and `more`, the command for hints."""

    check: CheckRecord
    words: words.Words
    picture: Picture | None = None
    ideas: tuple[Idea, ...] = ()
    shared: tuple[Idea, ...] = ()
    more: str = ""


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
    """One exercise: `ideas` are those that more than one check shows, and `reason` stands for all failures.

    Of failed checks, `failed` have something to show, and `hidden` may say no more than what they are about. `dropped`
    were not passed either, and gave their points all the same.
    """

    name: str
    title: str
    score: float | None
    points: float
    reason: ReasonView | None
    ideas: tuple[Idea, ...]
    failed: tuple[CheckView, ...]
    hidden: tuple[CheckView, ...]
    skipped: tuple[CheckView, ...]
    passed: tuple[CheckView, ...]
    dropped: tuple[CheckView, ...] = ()

    @property
    def passed_points(self) -> float:
        """Return what the passed checks are worth."""
        return sum(view.check.points for view in self.passed)

    @property
    def at_home(self) -> bool:
        """Return whether a check at home shows what there is to mend: the grader's own errors are not it."""
        return any(view.check.visible and view.check.outcome is not Outcome.GRADER_ERROR for view in self.not_passed)

    @property
    def not_passed(self) -> tuple[CheckView, ...]:
        """Return all checks that gave no points."""
        return (*self.failed, *self.hidden, *self.skipped)

    @property
    def earned(self) -> int:
        """Return how many checks gave their points."""
        return len(self.passed) + len(self.dropped)

    @property
    def checks(self) -> int:
        """Return how many checks there are."""
        return len(self.not_passed) + self.earned


class StudentView(msgspec.Struct, frozen=True, kw_only=True):
    """All that a student's page shows; `refusal` is why a refused submission is.

    Args:
        first: the place of the exercise with most points to be won, from 1; 0 if there is none.
    """

    record: Record
    name: str
    refusal: str
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    exercises: tuple[ExerciseView, ...]
    first: int
    words: dict[str, str]


def student_page(record: Record, catalogue: Mapping[str, Misconception], titles: Mapping[str, str]) -> bytes:
    """Return a submission's page.

    Args:
        record: what became of it.
        catalogue: the misconceptions by id.
        titles: what a student reads as the name of an exercise, by its name.
    """
    return render(
        "student.html.j2",
        student_view(record, catalogue, titles),
        styles=("page.css", "picture.css"),
        language=language(),
    )


def student_view(record: Record, catalogue: Mapping[str, Misconception], titles: Mapping[str, str]) -> StudentView:
    """Return what a submission's page shows."""
    # A refused record's first note is the reason; the others are about files, as everywhere.
    refusal, notes = (record.notes[:1], record.notes[1:]) if record.status == "refused" else ((), record.notes)
    album = _Album()
    exercises = tuple(
        _exercise(name, found, catalogue, titles.get(name, name), record.status == "error", album)
        for name, found in record.exercises.items()
    )
    return StudentView(
        record=record,
        name=record.submission,
        refusal=told("".join(refusal)),
        left_out=tuple(told(note.removeprefix(_LEFT_OUT)) for note in notes if note.startswith(_LEFT_OUT)),
        notes=tuple(told(note) for note in notes if not note.startswith(_LEFT_OUT)),
        exercises=exercises,
        first=_first(exercises) if record.status == "graded" else 0,
        words={
            "refused": words.REFUSED,
            "remedy": words.REFUSED_REMEDY,
            "error": words.ERROR,
            "unwalled": words.UNWALLED,
            "hidden": words.HIDDEN,
            "full": words.ALL_FULL,
        },
    )


class _Album:
    """The pictures of a page, as many as there is room for."""

    def __init__(self) -> None:
        self._room = _ROOM

    def picture(self, check: CheckRecord) -> Picture | None:
        """Return a check's picture, None if there is none to be shown."""
        if check.exhibit is None or not check.visible:
            return None
        picture = draw(check.exhibit)
        if picture.size > self._room:
            return None
        self._room -= picture.size
        return picture


def _first(exercises: Sequence[ExerciseView]) -> int:
    """Return the place, from 1, of the exercise with most points to be won; 0 if there are none."""
    lost = [exercise.points - (exercise.score or 0.0) for exercise in exercises]
    behind = [points for points in lost if points > 0]
    return lost.index(max(behind)) + 1 if behind else 0


def _exercise(
    name: str,
    found: ExerciseRecord,
    catalogue: Mapping[str, Misconception],
    title: str,
    held_back: bool,
    album: _Album,
) -> ExerciseView:
    common = reason(found)
    lost = [check for check in found.checks if not earned(check)]
    counts = Counter(one for check in lost for one in dict.fromkeys(check.misconceptions))
    ideas = {one: _idea(one, found, catalogue, number) for one, number in counts.items()}
    views = [_check(check, ideas, album, told=common is not None) for check in lost]
    skipped = Outcome.SKIPPED
    failed = [view for view in views if view.check.outcome is not skipped]
    given = [CheckView(check, words.OUTCOMES[check.outcome]) for check in found.checks if earned(check)]
    return ExerciseView(
        name=name,
        title=title,
        score=None if held_back else found.score,
        points=found.points,
        reason=_reason(common, name, found) if common else None,
        ideas=tuple(idea for idea in ideas.values() if idea.checks > 1 or common is not None),
        failed=tuple(view for view in failed if _shows(view.check)),
        hidden=tuple(view for view in failed if not _shows(view.check)),
        skipped=tuple(view for view in views if view.check.outcome is skipped),
        passed=tuple(view for view in given if view.check.outcome is Outcome.PASSED),
        dropped=tuple(
            CheckView(view.check, words.DROPPED) for view in given if view.check.outcome is not Outcome.PASSED
        ),
    )


def _shows(check: CheckRecord) -> bool:
    return check.visible or check.outcome is Outcome.GRADER_ERROR


def _reason(common: Reason, name: str, found: ExerciseRecord) -> ReasonView:
    told = next(check for check in found.checks if check.visible and check.message == common.message)
    return ReasonView(
        headline=headline(common.trouble, name),
        message="" if common.trouble is Trouble.MISSING else sentence(told),
        meaning=meaning(found),
        remedy=remedy(common.trouble, name),
        hints=common.trouble not in (Trouble.MISSING, Trouble.BROKEN, Trouble.UNWRITTEN),
    )


def _check(check: CheckRecord, ideas: Mapping[str, Idea], album: _Album, told: bool) -> CheckView:
    own = [ideas[one] for one in dict.fromkeys(check.misconceptions)]
    alone = tuple(idea for idea in own if idea.checks == 1 and not told)
    if not own and check.explanation:
        alone = (Idea("", "", check.explanation, ""),)
    shared = tuple(idea for idea in own if idea.checks > 1)
    picture = None if told else album.picture(check)
    more = "" if check.outcome is Outcome.GRADER_ERROR else hints.command(check.id)
    return CheckView(check, words.OUTCOMES[check.outcome], picture, alone, shared, more)


def _idea(one: str, found: ExerciseRecord, catalogue: Mapping[str, Misconception], checks: int) -> Idea:
    if one in catalogue:
        known = catalogue[one]
        return Idea(one, known.idea, known.explanation, known.pointer, checks)
    told = next((check.explanation for check in found.checks if one in check.misconceptions and check.explanation), "")
    return Idea(one, "", told, "", checks)
