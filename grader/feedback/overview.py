"""The class page: what the class understood, where it did not, and a way to every submission."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from grader.catalogue import Misconception
from grader.export.spreadsheet import cell
from grader.feedback import text, words
from grader.feedback.render import render
from grader.feedback.translation import language, say
from grader.record import Record, earned, file_name
from grader.summary import CheckSummary, ClassSummary, Held, Incident, Slow, summarize

_HEIGHT = 120
_WIDTH = 30
_UNKNOWN: Mapping[str, float] = MappingProxyType({})


class Link(msgspec.Struct, frozen=True):
    """A submission's name and its page, a file in the same folder."""

    name: str
    page: str


class Bar(msgspec.Struct, frozen=True):
    """One bar of the histogram, in the drawing's units, its range in points and how many submissions it stands for."""

    x: float
    y: float
    height: float
    low: float
    high: float
    count: int


class Group(msgspec.Struct, frozen=True):
    """Submissions that have something in common, and what."""

    title: str
    detail: str
    exercise: str
    links: tuple[Link, ...]


class Item(msgspec.Struct, frozen=True):
    """A check in the table of checks; `at` is its number, by which rows of submissions speak of it."""

    at: int
    exercise: str
    check: CheckSummary


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A submission in the table; scores are None where they are held back or there are none.

    Args:
        cell: its name as a CSV cell, "" if that is what is shown.
        lost, held, met: the numbers of the checks that it does not pass, the misconceptions it holds, its incidents.
    """

    link: Link
    scores: tuple[float | None, ...]
    total: float | None
    status: str
    status_word: str
    cell: str
    lost: str
    held: str
    met: str


class SlowRow(msgspec.Struct, frozen=True):
    """A submission that took long."""

    link: Link
    slow: Slow


class ClassView(msgspec.Struct, frozen=True, kw_only=True):
    """All that the class page shows.

    Args:
        replay: the command that shows what the grader failed on, of the first submission on which it did.
    """

    assignment: str
    summary: ClassSummary
    titles: dict[str, str]
    bars: tuple[Bar, ...]
    width: int
    height: int
    checks: tuple[Item, ...]
    slowest: tuple[SlowRow, ...]
    misconceptions: tuple[Group, ...]
    incidents: tuple[Group, ...]
    statuses: dict[str, str]
    rows: tuple[Row, ...]
    replay: str


def page_name(submission: str) -> str:
    """Return the name of a submission's page: that of its record, but HTML."""
    return f"{file_name(submission).removesuffix('.json')}.html"


def class_page(
    records: Sequence[Record],
    catalogue: Mapping[str, Misconception],
    titles: Mapping[str, str],
    durations: Mapping[str, float] = _UNKNOWN,
) -> bytes:
    """Return the page of a class.

    Args:
        records: of all its submissions.
        catalogue: the misconceptions by id.
        titles: what people read as the name of an exercise, by its name.
        durations: how long the grading of a submission took, in seconds, as far as it is known.
    """
    view = class_view(records, catalogue, titles, durations)
    return render("class.html.j2", view, script="class.js", language=language())


def class_view(
    records: Sequence[Record],
    catalogue: Mapping[str, Misconception],
    titles: Mapping[str, str],
    durations: Mapping[str, float],
) -> ClassView:
    """Return what the page of a class shows."""
    summary = summarize(records, durations)
    names = [exercise.name for exercise in summary.exercises]
    places = _places(summary)
    return ClassView(
        assignment=records[0].assignment if records else "",
        summary=summary,
        titles={name: say(titles.get(name, name)) for name in names},
        bars=_bars(summary),
        width=_WIDTH,
        height=_HEIGHT,
        checks=tuple(sorted(_items(summary, places), key=_hardest)),
        slowest=tuple(SlowRow(_link(one.submission), one) for one in summary.slowest),
        misconceptions=tuple(_held(one, catalogue) for one in summary.misconceptions),
        incidents=tuple(_incident(one) for one in summary.incidents),
        statuses={status: say(word) for status, word in words.STATUSES.items()},
        rows=tuple(_row(record, names, places) for record in records),
        replay=_replay(next((record.submission for record in records if record.status == "error"), "")),
    )


def _hardest(one: Item) -> tuple[bool, float, int]:
    """Return by what checks are sorted: the hardest first, those that nobody could lose points for last."""
    return one.check.dropped, -one.check.difficulty, one.at


def _replay(submission: str) -> str:
    name = shlex.quote(text.printable(submission))
    return f"grader replay DIR {'-- ' if name.startswith('-') else ''}{name}"


class Places(msgspec.Struct, frozen=True):
    """The numbers by which the table of submissions speaks: of checks, of misconceptions, of incidents."""

    checks: dict[str, int]
    held: dict[str, list[int]]
    met: dict[str, list[int]]


def _places(summary: ClassSummary) -> Places:
    checks = [check.id for exercise in summary.exercises for check in exercise.checks]
    held = _numbered([one.submissions for one in summary.misconceptions])
    met = _numbered([one.submissions for one in summary.incidents])
    return Places({check: at for at, check in enumerate(checks)}, held, met)


def _numbered(groups: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Return the numbers of the groups that a submission is in, by submission."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, group in enumerate(groups):
        for submission in group:
            found[submission].append(at)
    return found


def _items(summary: ClassSummary, places: Places) -> Iterator[Item]:
    for exercise in summary.exercises:
        for check in exercise.checks:
            yield Item(places.checks[check.id], exercise.name, check)


def _link(submission: str) -> Link:
    return Link(submission, page_name(submission))


def _bars(summary: ClassSummary) -> tuple[Bar, ...]:
    most = max((one.count for one in summary.bins), default=0)
    bars = []
    for place, one in enumerate(summary.bins):
        height = round(_HEIGHT * one.count / most, 1) if most else 0.0
        bars.append(Bar(place * _WIDTH, _HEIGHT - height, height, one.low, one.high, one.count))
    return tuple(bars)


def _held(one: Held, catalogue: Mapping[str, Misconception]) -> Group:
    known = catalogue.get(one.misconception)
    idea = say(known.idea) if known else one.misconception
    return Group(idea, say(known.explanation) if known else "", one.exercise, tuple(map(_link, one.submissions)))


def _incident(one: Incident) -> Group:
    return Group(say(words.TROUBLES[one.trouble]), "", one.exercise, tuple(map(_link, one.submissions)))


def _row(record: Record, names: Sequence[str], places: Places) -> Row:
    found = [record.exercises.get(name) if record.status == "graded" else None for name in names]
    scores = tuple(exercise.score if exercise else None for exercise in found)
    name = record.submission
    shown = text.printable(name)
    defused = cell(shown)
    lost = [places.checks[check.id] for exercise in record.exercises.values() for check in exercise.checks
            if not earned(check)]  # fmt: skip
    return Row(
        link=_link(name),
        scores=scores,
        total=record.score,
        status=record.status,
        status_word=say(words.STATUSES[record.status]),
        cell="" if defused == shown else defused,
        lost=_spoken(lost),
        held=_spoken(places.held.get(name, ())),
        met=_spoken(places.met.get(name, ())),
    )


def _spoken(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))
