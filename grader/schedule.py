"""When an assignment is due, and what lateness costs: the table `[schedule]` of `assignment.toml`."""

import datetime
import math
import re
import zoneinfo
from typing import Annotated, Literal

import msgspec

Late = Literal["none", "zero", "per_day"]
Counts = Literal["last", "best", "last_in_time"]

_DAY = 86_400.0
_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt _](?P<hour>\d\d)(?P<between>[:-])(?P<minute>\d\d)"
    r"((?P=between)(?P<seconds>\d\d(\.\d{1,6})?))?(?P<zone>Z|[+-]\d\d(:?\d\d)?)?",
    re.ASCII,
)
YEARS = range(1900, 3000)
"""The years that a time may be in. A name or a file of a student's may say any, and on another zone's clocks the first
and the last one are out of range."""


class ScheduleError(Exception):
    """A time that cannot be read, or a zone that nobody knows."""


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rules for everybody; a roster may give single people more time.

    Args:
        due: when the time is up, on the clocks of `timezone`.
        timezone: such as "Europe/Zurich".
        late: what lateness costs: nothing, everything, or `percent_per_day` of the score for each day begun.
        grace_minutes: lateness that nobody minds.
        grace_days: days begun that cost nothing, whatever `late` says.
        counts: which of several attempts counts: the last, the one with the most points after all rules, or the last
            before the time was up (the first late one, if all are late).
    """

    due: datetime.datetime
    timezone: str = "UTC"
    late: Late = "none"
    percent_per_day: Annotated[float, msgspec.Meta(ge=0, le=100)] = 10.0
    grace_minutes: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    grace_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    counts: Counts = "last"

    def __post_init__(self) -> None:
        if self.due.year not in YEARS:
            raise ValueError(f"due is in the year {self.due.year}, when no course was")

    def zone(self) -> datetime.tzinfo:
        """Return the time zone.

        Raises:
            ScheduleError: there is no such zone.
        """
        try:
            return zoneinfo.ZoneInfo(self.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            known = "such as Europe/Zurich or UTC; on a system without zones: pip install tzdata"
            raise ScheduleError(f"no time zone {self.timezone!r}; {known}") from error

    def moment(self, when: datetime.datetime) -> datetime.datetime:
        """Return a time in UTC; one without a zone is on the clocks of ours."""
        return (when if when.tzinfo else when.replace(tzinfo=self.zone())).astimezone(datetime.UTC)

    def days_late(self, at: datetime.datetime, due: datetime.datetime) -> int:
        """Return how many days late a moment is, each day begun counted whole; 0 within the grace minutes.

        Days are of 24 hours, also where clocks were put forward or back meanwhile.
        """
        seconds = (self.moment(at) - self.moment(due)).total_seconds()
        return 0 if seconds <= 60 * self.grace_minutes else math.ceil(seconds / _DAY)

    def keeps(self, days: int) -> float:
        """Return which part of its score a submission keeps that many days late, after grace days; 0 to 1."""
        if days <= 0 or self.late == "none":
            return 1.0
        if self.late == "zero":
            return 0.0
        return max(0.0, 1.0 - days * self.percent_per_day / 100)


def parse_time(text: str) -> datetime.datetime:
    """Return the time in text: ISO 8601 (`2026-03-01T23:59`, with or without seconds and zone).

    In names of files, where a colon may not stand, hyphens take their place: `2026-03-01T23-59-30`. A date alone is no
    time: whoever means its evening would be given its first minute.

    Raises:
        ScheduleError: it is none.
    """
    written = _TIME.fullmatch(text.strip())
    try:
        if written is None:
            raise ValueError(text)
        date, hour, minute, seconds, zone = written.group("date", "hour", "minute", "seconds", "zone")
        found = datetime.datetime.fromisoformat(f"{date}T{hour}:{minute}:{seconds or '00'}{zone or ''}")
    except ValueError as error:
        raise ScheduleError(f"{text!r} is no time; write it as 2026-03-01T23:59") from error
    if found.year not in YEARS:
        raise ScheduleError(f"{text!r} is no time of any course; write it as 2026-03-01T23:59")
    return found
