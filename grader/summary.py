"""A class in numbers: what its page and the terminal's closing table are made from. Pure: records in, counts out."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import correlation, fmean, median
from types import MappingProxyType

import msgspec

from grader.observation import Outcome
from grader.reason import Trouble, reason
from grader.record import CheckRecord, ExerciseRecord, Record, earned

BINS = 10
SLOWEST = 10


class Bin(msgspec.Struct, frozen=True):
    """How many totals lie in [low, high), the last bin's upper end included, in points."""

    low: float
    high: float
    count: int


class CheckSummary(msgspec.Struct, frozen=True):
    """How often one check was passed, among the submissions in which it could be judged.

    Args:
        discrimination: correlation of passing it with the points for everything else, among the graded submissions
            (item-rest correlation); None where one of the two is the same for everyone.
        dropped: it turned out to be broken: some have its points who did not pass it.
    """

    id: str
    title: str
    points: float
    visible: bool
    passed: int
    judged: int
    discrimination: float | None = None
    dropped: bool = False

    @property
    def difficulty(self) -> float:
        """Return the share of submissions that did not pass it: 0 for an easy check, 1 for one that nobody passes."""
        return 1 - self.passed / self.judged if self.judged else 0.0


class ExerciseSummary(msgspec.Struct, frozen=True):
    """One exercise over the class; `mean` is of the graded submissions, None if there are none."""

    name: str
    points: float
    mean: float | None
    checks: tuple[CheckSummary, ...]


class Held(msgspec.Struct, frozen=True):
    """A misconception and the submissions that hold it, in the order of the records."""

    misconception: str
    exercise: str
    submissions: tuple[str, ...]


class Incident(msgspec.Struct, frozen=True):
    """A trouble in an exercise and the submissions that met it, in the order of the records."""

    trouble: Trouble
    exercise: str
    submissions: tuple[str, ...]


class Slow(msgspec.Struct, frozen=True):
    """A submission and how long its grading took, in seconds."""

    submission: str
    seconds: float


class ClassSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole class.

    Args:
        submissions: how many records there are; `graded`, `refused` and `errors` add up to it.
        points: what can be had in all.
        mean: of the graded totals, in points; None if nothing is graded. So is `median`.
        bins: distribution of the graded totals.
        misconceptions: the most frequent first.
        incidents: the most frequent first.
        unwalled: how many were graded with no walls around them.
        slowest: those whose grading took longest, the slowest first; none where nobody knows.
    """

    submissions: int
    graded: int
    refused: int
    errors: int
    points: float
    mean: float | None
    median: float | None
    bins: tuple[Bin, ...]
    exercises: tuple[ExerciseSummary, ...]
    misconceptions: tuple[Held, ...]
    incidents: tuple[Incident, ...]
    unwalled: int
    slowest: tuple[Slow, ...]


_DEATHS = {outcome: Trouble(outcome) for outcome in Outcome if outcome in Trouble.__members__}


def troubles(exercise: ExerciseRecord) -> list[Trouble]:
    """Return what kept an exercise from being answered, each kind once."""
    common = reason(exercise)
    if common is not None and common.trouble is not None:
        return [common.trouble]
    found = {_DEATHS[check.outcome] for check in exercise.checks if check.outcome in _DEATHS and not earned(check)}
    if len(found) > 1:
        found.discard(Trouble.SKIPPED)  # it follows from the deaths before it
    return [trouble for trouble in Trouble if trouble in found]


_UNKNOWN: Mapping[str, float] = MappingProxyType({})


def summarize(records: Sequence[Record], durations: Mapping[str, float] = _UNKNOWN) -> ClassSummary:
    """Return a class in numbers. Means and bins are of graded submissions only: others have no total.

    Args:
        durations: how long the grading of a submission took, in seconds, as far as it is known.
    """
    totals = [record.score for record in records if record.status == "graded" and record.score is not None]
    statuses = Counter(record.status for record in records)
    points = max((record.points for record in records), default=0.0)
    return ClassSummary(
        submissions=len(records),
        graded=statuses["graded"],
        refused=statuses["refused"],
        errors=statuses["error"],
        points=points,
        mean=fmean(totals) if totals else None,
        median=median(totals) if totals else None,
        bins=histogram(totals, points),
        exercises=_exercises(records),
        misconceptions=_misconceptions(records),
        incidents=_incidents(records),
        unwalled=sum(record.isolation == "none" for record in records),
        slowest=_slowest(records, durations),
    )


def histogram(totals: Sequence[float], points: float) -> tuple[Bin, ...]:
    """Return `BINS` bins from 0 to `points`; none if there are no points to be had."""
    if points <= 0:
        return ()
    width = points / BINS
    counts = Counter(min(max(int(total / width), 0), BINS - 1) for total in totals)
    return tuple(Bin(width * place, width * (place + 1), counts[place]) for place in range(BINS))


def _exercises(records: Sequence[Record]) -> tuple[ExerciseSummary, ...]:
    scores: dict[str, list[float]] = defaultdict(list)
    points: dict[str, float] = {}
    checks: dict[str, dict[str, list[CheckRecord]]] = defaultdict(lambda: defaultdict(list))
    rests: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for record in records:
        for name, exercise in record.exercises.items():
            points[name] = exercise.points
            if record.status == "graded":
                scores[name].append(exercise.score)
            for check in exercise.checks:
                checks[name][check.id].append(check)
                if record.score is not None:
                    rests[check.id].append((check.outcome is Outcome.PASSED, round(record.score - check.score, 6)))
    return tuple(
        ExerciseSummary(
            name,
            points[name],
            fmean(scores[name]) if scores[name] else None,
            tuple(_check(found, rests[check_id]) for check_id, found in checks[name].items()),
        )
        for name in points
    )


def _check(found: Sequence[CheckRecord], rests: Sequence[tuple[bool, float]]) -> CheckSummary:
    first = found[0]
    judged = [check.outcome for check in found if check.outcome is not Outcome.GRADER_ERROR]
    passed = judged.count(Outcome.PASSED)
    dropped = any(earned(check) and check.outcome is not Outcome.PASSED for check in found)
    correlated = None if dropped else discrimination(rests)
    return CheckSummary(first.id, first.title, first.points, first.visible, passed, len(judged), correlated, dropped)


def discrimination(rests: Sequence[tuple[bool, float]]) -> float | None:
    """Return the correlation of passing a check with the points for all others; None if either is constant.

    Args:
        rests: for each submission, whether it passed the check, and its points without the check's.
    """
    if len({passed for passed, _ in rests}) < 2 or len({rest for _, rest in rests}) < 2:
        return None
    return correlation([float(passed) for passed, _ in rests], [rest for _, rest in rests])


def _slowest(records: Sequence[Record], durations: Mapping[str, float]) -> tuple[Slow, ...]:
    known = [Slow(record.submission, durations[record.submission]) for record in records
             if record.submission in durations]  # fmt: skip
    return tuple(sorted(known, key=lambda one: (-one.seconds, one.submission))[:SLOWEST])


def _misconceptions(records: Sequence[Record]) -> tuple[Held, ...]:
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        for name, exercise in record.exercises.items():
            for one in sorted({one for check in exercise.checks if not earned(check) for one in check.misconceptions}):
                holders[name, one].append(record.submission)
    held = [Held(one, name, tuple(names)) for (name, one), names in holders.items()]
    return tuple(sorted(held, key=lambda one: (-len(one.submissions), one.exercise, one.misconception)))


def _incidents(records: Sequence[Record]) -> tuple[Incident, ...]:
    met: dict[tuple[Trouble, str], list[str]] = defaultdict(list)
    for record in records:
        for name, exercise in record.exercises.items():
            for trouble in troubles(exercise):
                met[trouble, name].append(record.submission)
    incidents = [Incident(trouble, name, tuple(names)) for (trouble, name), names in met.items()]
    order = list(Trouble)
    return tuple(sorted(incidents, key=lambda one: (-len(one.submissions), order.index(one.trouble), one.exercise)))
