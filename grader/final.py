"""From records to what counts: whose each attempt is, which of them counts, and what lateness costs."""

import csv
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from grader.export import pages
from grader.export.spreadsheet import cell, table
from grader.record import Record
from grader.roster import Person, named_by, owners, separator
from grader.schedule import YEARS, Schedule, ScheduleError, parse_time

Status = Literal["graded", "refused", "error", "missing", "conflict"]


class Attempt(msgspec.Struct, frozen=True):
    """One submission of a person or their group: the record, when it came (None: nobody said), what it is worth."""

    record: Record
    at: datetime.datetime | None
    days_late: int
    total: float | None


class Final(msgspec.Struct, frozen=True):
    """What one person gets.

    Args:
        attempt: the one that counts, None if there is none.
        attempts: how many there were, of the whole group.
        charged: days late that cost something: beyond the grace days.
    """

    person: Person
    attempt: Attempt | None
    attempts: int
    charged: int
    status: Status

    @property
    def total(self) -> float | None:
        """Return the points, None where the grader failed or nobody knows which attempt counts."""
        if self.attempt is None:
            return 0.0 if self.status == "missing" else None
        return self.attempt.total


class Finals(msgspec.Struct, frozen=True):
    """A class's results in the order of the roster, and a sentence for each submission that is left out."""

    people: tuple[Final, ...]
    conflicts: tuple[str, ...]


def finals(
    people: Sequence[Person],
    records: Sequence[Record],
    schedule: Schedule | None,
    times: Mapping[str, datetime.datetime],
) -> Finals:
    """Return what everybody gets.

    A group shares its members' attempts, and the latest of their due times; of grace days it has as many as the member
    with the fewest. A submission's time is what `times` says, or what its name says behind an `@`. Attempts that name a
    person in several ways (`ada`, `ADA`, her e-mail address) are a conflict.

    Args:
        people: the roster.
        records: all attempts: `ada`, or `ada@2026-03-01T22-15-00`.
        schedule: None where time does not matter; then the last attempt counts.
        times: by submission.

    Raises:
        ScheduleError: there is a deadline, and nobody said of any submission when it came.
    """
    owner_of = owners(people)
    moments: dict[str, datetime.datetime | None] = {}
    theirs: dict[str, list[Record]] = {}
    spellings: dict[str, set[str]] = {}
    conflicts: list[str] = []
    for record in records:
        name, said = split(record.submission)
        moments[record.submission] = times.get(record.submission, said)
        owner = owner_of(name)
        if owner is None:
            conflicts.append(f"{record.submission!r} is nobody's in the roster")
        else:
            theirs.setdefault(owner, []).append(record)
            spellings.setdefault(owner, set()).add(named_by(name))
    conflicts += [f"{name!r} has a time and no record" for name in times if name not in moments]
    groups: dict[str, list[Person]] = {}
    for person in people:
        groups.setdefault(person.group.casefold(), []).append(person)
    found = []
    for person in people:
        team = groups[person.group.casefold()] if person.group else [person]
        attempts = [record for one in team for record in theirs.get(one.id, [])]
        if why := _conflict(person, team, attempts, spellings, moments, schedule):
            conflicts.append(why)
            found.append(Final(person, None, len(attempts), 0, "conflict"))
        else:
            found.append(_final(person, team, attempts, moments, schedule))
    return Finals(tuple(found), tuple(conflicts))


def _conflict(
    person: Person,
    team: Sequence[Person],
    attempts: Sequence[Record],
    spellings: Mapping[str, set[str]],
    moments: Mapping[str, datetime.datetime | None],
    schedule: Schedule | None,
) -> str:
    """Return why nobody can say which of a person's attempts counts, "" if somebody can."""
    for one in team:
        # Whoever picks names could otherwise replace somebody's result by an attempt called almost like hers.
        if len(named := sorted(spellings.get(one.id, ()))) > 1:
            return f"{' and '.join(map(repr, named))} both mean {one.id}: say by one name only what is {one.id}'s"
    untimed = [record.submission for record in attempts if moments[record.submission] is None]
    if len(attempts) > 1 and untimed:
        names = " and ".join(repr(record.submission) for record in attempts)
        return f"{names} are all {person.id}'s, and nobody said when {untimed[0]!r} came"
    # What nbgrader's exchange says of the time, the student may have written. If no time is known, that is no conflict.
    if untimed and schedule is not None and any(moments.values()):
        return f"nobody said when {person.id}'s {untimed[0]!r} came"
    return ""


def split(submission: str) -> tuple[str, datetime.datetime | None]:
    """Return a submission's name without the time behind its last `@`, and that time; addresses have an `@` too."""
    name, at, rest = submission.rpartition("@")
    if at and name:
        try:
            return name, parse_time(rest)
        except ScheduleError:
            return submission, None
    return submission, None


def _final(
    person: Person,
    team: Sequence[Person],
    records: Sequence[Record],
    moments: Mapping[str, datetime.datetime | None],
    schedule: Schedule | None,
) -> Final:
    if not records:
        return Final(person, None, 0, 0, "missing")
    grace = min((one.grace_days if one.grace_days is not None else _grace(schedule)) for one in team)
    due = None if schedule is None else max(schedule.moment(one.extension or schedule.due) for one in team)
    attempts = [_attempt(record, moments[record.submission], due, grace, schedule) for record in records]
    chosen = _chosen(attempts, schedule)
    charged = max(0, chosen.days_late - grace)
    return Final(person, chosen, len(attempts), charged, chosen.record.status)


def _grace(schedule: Schedule | None) -> int:
    return 0 if schedule is None else schedule.grace_days


def _attempt(
    record: Record, at: datetime.datetime | None, due: datetime.datetime | None, grace: int, schedule: Schedule | None
) -> Attempt:
    score = 0.0 if record.status == "refused" else record.score
    if schedule is None or due is None:
        return Attempt(record, at, 0, score)
    if at is None:
        raise ScheduleError(
            f"when did {record.submission!r} come? Name it {record.submission}@2026-03-01T22-15-00, or give --times "
            "FILE with the columns submission,at"
        )
    days = schedule.days_late(at, due)
    total = None if score is None else round(score * schedule.keeps(days - grace), 2)
    return Attempt(record, schedule.moment(at).astimezone(schedule.zone()), days, total)


def _chosen(attempts: Sequence[Attempt], schedule: Schedule | None) -> Attempt:
    earliest = datetime.datetime.min.replace(tzinfo=datetime.UTC)

    def when(attempt: Attempt) -> tuple[datetime.datetime, str]:
        at = attempt.at or earliest
        # In one zone two times compare as clocks show them, and in autumn they show one hour twice.
        at = at.astimezone(datetime.UTC) if at.tzinfo else at.replace(tzinfo=datetime.UTC)
        return at, attempt.record.submission

    ordered = sorted(attempts, key=when)
    counts = "last" if schedule is None else schedule.counts
    if counts == "best":
        best = max(ordered, key=lambda attempt: -1.0 if attempt.total is None else attempt.total)
        unknown = [attempt for attempt in ordered if attempt.total is None]
        # Nobody knows whether one that the grader failed on would have been better.
        return unknown[-1] if unknown and (best.total or 0.0) < best.record.points else best
    if counts == "last_in_time":
        in_time = [attempt for attempt in ordered if attempt.days_late == 0]
        return in_time[-1] if in_time else ordered[0]
    return ordered[-1]


def load_times(path: Path | None, records: Sequence[Record]) -> dict[str, datetime.datetime]:
    """Read when submissions came: CSV with the columns `submission,at`, or nbgrader's folder `submitted`.

    Raises:
        ScheduleError: naming line and column, or the folder in which there is no time.
    """
    if path is None:
        return {}
    if path.is_dir():
        came = {one.submission: pages.timestamp(path / one.submission / one.assignment) for one in records}
        # nbgrader's times are in UTC and don't say so.
        times = {name: at.replace(tzinfo=datetime.UTC) for name, at in came.items() if at and at.year in YEARS}
        if not times:
            raise ScheduleError(
                f"{path}: in no STUDENT/ASSIGNMENT/ of it nbgrader left a timestamp.txt; name its folder `submitted`, "
                "or a CSV file with the columns submission,at"
            )
        return times
    try:
        text = path.read_text("utf-8-sig")
        rows = list(csv.reader(text.splitlines(), delimiter=separator(text), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ScheduleError(f"{path}: {error}") from error
    if not rows or [name.strip().lower() for name in rows[0]] != ["submission", "at"]:
        raise ScheduleError(f"{path}, line 1: its columns are to be `submission,at`")
    times = {}
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != 2:
            raise ScheduleError(f"{path}, line {line}: it has {len(row)} cells, not 2")
        try:
            at = parse_time(row[1])
        except ScheduleError as error:
            raise ScheduleError(f"{path}, line {line}, column 2: {error}") from error
        name = row[0].strip()
        if times.setdefault(name, at) != at:
            raise ScheduleError(f"{path}, line {line}, column 1: {name!r} came at another time by a line before")
    return times


def final_csv(found: Sequence[Final]) -> str:
    """Return one row a person: whose attempt counts, when it came, what lateness cost, the total."""
    rows: list[Sequence[object]] = [
        ["id", "name", "email", "group", "submission", "attempts", "at", "days_late", "days_charged", "score", "total",
         "status"]
    ]  # fmt: skip
    for one in found:
        person, attempt = one.person, one.attempt
        who = [cell(text) for text in (person.id, person.name, person.email, person.group)]
        when = "" if attempt is None or attempt.at is None else attempt.at.isoformat(timespec="seconds")
        score = None if attempt is None else attempt.record.score
        counted = [cell(attempt.record.submission) if attempt else "", one.attempts, when]
        late = [attempt.days_late if attempt else "", one.charged if attempt else ""]
        rows.append([*who, *counted, *late, _number(score), _number(one.total), one.status])
    return table(rows)


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:.10g}"
