"""The class page: what the class understood, where it did not, and a way to every submission."""

from collections.abc import Mapping, Sequence

import msgspec

from grader.catalogue import Misconception
from grader.feedback import words
from grader.feedback.render import render
from grader.record import Record, file_name
from grader.summary import ClassSummary, Held, Incident, summarize

_HEIGHT = 120
_WIDTH = 30


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


class Row(msgspec.Struct, frozen=True):
    """A submission in the table; scores are None where they are held back or there are none."""

    link: Link
    scores: tuple[float | None, ...]
    total: float | None
    status: str
    status_word: str


class ClassView(msgspec.Struct, frozen=True, kw_only=True):
    """All that the class page shows."""

    assignment: str
    summary: ClassSummary
    titles: dict[str, str]
    bars: tuple[Bar, ...]
    width: int
    height: int
    misconceptions: tuple[Group, ...]
    incidents: tuple[Group, ...]
    statuses: dict[str, str]
    rows: tuple[Row, ...]


def page_name(submission: str) -> str:
    """Return the name of a submission's page: that of its record, but HTML."""
    return f"{file_name(submission).removesuffix('.json')}.html"


def class_page(records: Sequence[Record], catalogue: Mapping[str, Misconception], titles: Mapping[str, str]) -> bytes:
    """Return the page of a class.

    Args:
        records: of all its submissions.
        catalogue: the misconceptions by id.
        titles: what people read as the name of an exercise, by its name.
    """
    return render("class.html.j2", class_view(records, catalogue, titles), script="class.js")


def class_view(
    records: Sequence[Record], catalogue: Mapping[str, Misconception], titles: Mapping[str, str]
) -> ClassView:
    """Return what the page of a class shows."""
    summary = summarize(records)
    names = [exercise.name for exercise in summary.exercises]
    return ClassView(
        assignment=records[0].assignment if records else "",
        summary=summary,
        titles={name: titles.get(name, name) for name in names},
        bars=_bars(summary),
        width=_WIDTH,
        height=_HEIGHT,
        misconceptions=tuple(_held(one, catalogue) for one in summary.misconceptions),
        incidents=tuple(_incident(one) for one in summary.incidents),
        statuses=words.STATUSES,
        rows=tuple(_row(record, names) for record in records),
    )


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
    idea = known.idea if known else one.misconception
    return Group(idea, known.explanation if known else "", one.exercise, tuple(map(_link, one.submissions)))


def _incident(one: Incident) -> Group:
    return Group(words.TROUBLES[one.trouble], "", one.exercise, tuple(map(_link, one.submissions)))


def _row(record: Record, names: Sequence[str]) -> Row:
    found = [record.exercises.get(name) if record.status == "graded" else None for name in names]
    scores = tuple(exercise.score if exercise else None for exercise in found)
    return Row(_link(record.submission), scores, record.score, record.status, words.STATUSES[record.status])
