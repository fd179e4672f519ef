"""What `make course` says: throughput, cost, memory over time, and what a hundred thousand a day would need."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TENTHS = 10
_WARM = 100
_A_DAY = 100_000
_BUSY = 0.7
_RUSH = 1 / 3
_CORE_HOUR = 0.05
"""What a core-hour costs to rent, in euros: an assumption, about what large providers list."""


@dataclass(frozen=True)
class Moment:
    """How far a run was after so many seconds: CPU seconds of all its processes, MiB of the grader, and below it."""

    recorded: int
    seconds: float
    cpu: float
    grader_mib: float
    below_mib: float


@dataclass(frozen=True)
class Lap:
    """A run over the course, and what was seen of it. Without CPU if that could not be counted."""

    name: str
    submissions: int
    seconds: float
    moments: Sequence[Moment]

    @property
    def cpu(self) -> float:
        """Return the CPU seconds last seen."""
        return self.moments[-1].cpu


@dataclass(frozen=True)
class Part:
    """A part of a run: seconds and CPU seconds a submission, medians of memory in MiB."""

    first: int
    last: int
    wall: float
    cpu: float
    grader_mib: float
    below_mib: float


def parts(lap: Lap) -> list[Part]:
    """Return the tenths of a run; the first leaves out the hundred submissions in which everything warms up."""
    found = []
    for tenth in range(_TENTHS):
        low = max(lap.submissions * tenth // _TENTHS, min(_WARM, lap.submissions // (2 * _TENTHS)))
        high = lap.submissions * (tenth + 1) // _TENTHS
        inside = [one for one in lap.moments if low <= one.recorded <= high]
        if len(inside) < 2 or inside[-1].recorded == inside[0].recorded:
            continue
        begin, end = inside[0], inside[-1]
        count = end.recorded - begin.recorded
        found.append(
            Part(
                begin.recorded,
                end.recorded,
                (end.seconds - begin.seconds) / count,
                (end.cpu - begin.cpu) / count,
                statistics.median(one.grader_mib for one in inside),
                statistics.median(one.below_mib for one in inside),
            )
        )
    return found


def report(
    laps: Sequence[Lap], drawn: Mapping[str, int], kills: int, stops: int, workers: int, stored: int,
    lost: Sequence[str], where: str,
) -> str:  # fmt: skip
    """Return the report in Markdown.

    Args:
        laps: the quiet run first.
        drawn: how many submissions are of which kind, and how many are late.
        kills: of workers; `stops`: how often one was stopped for some seconds.
        stored: bytes of the quiet run's store.
        lost: what did not hold.
        where: the machine, in words.
    """
    quiet = laps[0]
    count = quiet.submissions
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(drawn.items()) if kind != "late")
    lines = [
        f"# A course of {count:,} submissions",
        "",
        f"Written by `make course`, on {where}; {workers} workers. Each student hands in four times, one "
        f"exercise each time: {kinds}; {drawn['late']} come late. All checks, all walls.",
        "",
        f"Workers killed: {kills}; stopped for 2 to 10 s: {stops}. "
        + ("Every record and the scores are, byte for byte, those of the quiet run." if not lost else
           f"{len(lost)} things did not hold."),
        "",
        "| run | wall, s | submissions a minute | CPU, s a submission |",
        "|---|---|---|---|",
        *(
            f"| {one.name} | {one.seconds:.0f} | {60 * count / one.seconds:.0f} | "
            f"{f'{one.cpu / count:.3f}' if one.cpu else '-'} |"
            for one in laps
        ),
        "",
        f"## {quiet.name[0].upper()}{quiet.name[1:]}, by tenths",
        "",
        "| submissions | wall, s each | CPU, s each | grader, MiB | processes below it, MiB |",
        "|---|---|---|---|---|",
        *(
            f"| {one.first} to {one.last} | {one.wall:.3f} | {one.cpu:.3f} | {one.grader_mib:.0f} | "
            f"{one.below_mib:.0f} |"
            for one in parts(quiet)
        ),
        "",
        *_marginal(parts(quiet)),
        *_on_paper(quiet, stored),
    ]  # fmt: skip
    return "\n".join(lines)


def _marginal(found: Sequence[Part]) -> list[str]:
    if len(found) < 2:
        return ["Too few submissions for a cost by tenths.", ""]
    first, last = found[0], found[-1]
    return [
        f"A submission in the last tenth cost {last.cpu / first.cpu:.2f} times the CPU of one in the first (the first "
        f"{first.first} left out).",
        "",
    ]


def _on_paper(quiet: Lap, stored: int) -> list[str]:
    each, size = quiet.cpu / quiet.submissions, stored / quiet.submissions
    hours = _A_DAY * each / 3600
    return [
        f"## On paper: {_A_DAY:,} submissions a day",
        "",
        f"From the quiet run's {each:.2f} s of CPU and {size / 1024:.1f} KiB of store a submission, and not tried:",
        "",
        f"- **Cores**: {hours:.0f} core-hours a day, {hours / 24 / _BUSY:.1f} cores {_BUSY:.0%} busy if work came "
        f"evenly. If a third comes in the hour before a deadline and is to be graded in it, {hours * _RUSH:.0f} cores.",
        f"- **Queue**: those who come faster than they are graded wait as files; the grader holds a window of a few "
        f"submissions a worker. With {hours / 24 / _BUSY:.1f} cores, the rush's {_A_DAY * _RUSH:,.0f} take "
        f"{hours * _RUSH / (hours / 24 / _BUSY):.0f} hours.",
        f"- **Store**: {_A_DAY * size / 2**30:.2f} GiB a day; PostgreSQL, since several graders write at once.",
        f"- **Money**: {hours * _CORE_HOUR:.2f} euros a day at {_CORE_HOUR} euros a core-hour (assumed), beside the "
        "store.",
        "",
    ]
