"""`make bench`: the same class, the same four exercises, on our grader and its peers; who is right, and how fast.

    PYTHONPATH=benchmarks:tests python -m peers.race [--submissions N] [--rounds N] [--jobs N] [--grader NAME]

Graders take turns, in an order that moves by one each round, and each is compared with ours on the same class right
before it: absolute times mean little on a shared machine. Who gives a wrong verdict has no speed.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from peers.classroom import Class, copies
from peers.environment import HERE, machine, set_up, variables, version
from peers.exam import EXERCISES, SECONDS
from peers.grader import Grader, Points
from peers.graders import GRADERS
from peers.plot import draw
from peers.running import counts_all, run

RESULTS = HERE.parent / "peers.md"
NUMBERS = RESULTS.with_suffix(".json")
PLOT = RESULTS.with_suffix(".svg")


@dataclass(frozen=True)
class Lap:
    """One grader's run over the class: seconds a submission, and how many of its verdicts were right.

    Args:
        times_ours: its wall time by that of ours with all processes right before it; None for that one itself, and if
            ours takes no part.
    """

    wall: float
    cpu: float
    right: int
    times_ours: float | None = None


@dataclass(frozen=True)
class Entry:
    """A grader, and how many processes it may have side by side."""

    grader: Grader
    width: int

    @property
    def name(self) -> str:
        """Return what the table calls it."""
        return f"{self.grader.name}, {self.width} at a time" if self.width > 1 else f"{self.grader.name}, serial"


def entries(jobs: int, names: Sequence[str] | None) -> list[Entry]:
    """Return who takes part: everyone with all processes, and those that people run serially so too."""
    found = []
    for grader in GRADERS:
        if grader.name == "pytest, exit code" or (names and grader.name not in names):
            continue
        if grader.name in ("ours", "nbgrader", "otter", "pytest"):
            found.append(Entry(grader, 1))
        if grader.name != "nbgrader" and jobs > 1:
            found.append(Entry(grader, jobs))
    return found


def lap(entry: Entry, students: Class, failing: Mapping[str, Sequence[str]]) -> Lap:
    """Grade the class once."""
    with tempfile.TemporaryDirectory(prefix="peers-", ignore_cleanup_errors=True) as folder:
        room, grader = Path(folder), entry.grader
        for name in ("tmp", "home"):
            (room / name).mkdir()
        grader.prepare(room, students, entry.width)
        environment = variables(room / "tmp", room / "home" if grader.own_home else None)
        commands = grader.commands(room, students, entry.width)
        ran = run(commands, entry.width, environment, 4 * SECONDS * (1 + len(students) / len(commands)))
        count = len(students)
        return Lap(ran.wall / count, ran.cpu / count, verdicts_right(grader.points(room, students), failing))


def verdicts_right(points: Points, failing: Mapping[str, Sequence[str]]) -> int:
    """Count the verdicts that are as they should be: a point or none for each exercise of each submission."""
    return sum(
        points.get(student, {}).get(exercise) == float(exercise not in wrong)
        for student, wrong in failing.items()
        for exercise in EXERCISES
    )


def rounds(taking_part: Sequence[Entry], count: int, times: int, tell: Callable[[str], None]) -> dict[str, list[Lap]]:
    """Let everyone grade the class so many times, in turn, and ours before each of the others."""
    students, failing = copies(count)
    ours = max((entry for entry in taking_part if entry.grader.name == "ours"), key=lambda one: one.width, default=None)
    laps: dict[str, list[Lap]] = {entry.name: [] for entry in taking_part}

    def go(entry: Entry, beside: Lap | None = None) -> Lap:
        done = lap(entry, students, failing)
        if beside:
            done = replace(done, times_ours=done.wall / beside.wall)
        laps[entry.name].append(done)
        tell(
            f"{entry.name:26} wall {done.wall:6.2f} s, CPU {done.cpu:6.2f} s a submission, "
            f"{done.right} of {count * len(EXERCISES)} verdicts right"
        )
        return done

    others = [entry for entry in taking_part if entry != ours]
    for number in range(times):
        start = number % max(len(others), 1)
        for entry in [*others[start:], *others[:start]]:
            go(entry, beside=go(ours) if ours else None)
        if ours and not others:
            go(ours)
    return laps


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return a median with its range."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def table(taking_part: Sequence[Entry], laps: Mapping[str, Sequence[Lap]], count: int, everything: bool) -> str:
    """Return the table: medians and ranges, and each grader against ours with all processes right before it."""
    verdicts = count * len(EXERCISES)
    times = min(len(done) for done in laps.values())
    lines = [
        "# The same class on every grader",
        "",
        "Written by `make bench`. "
        f"{count} submissions of {len(EXERCISES)} exercises, one test each. Runs by each of the others: {times}, and "
        "right before each run one of ours; medians, and ranges in brackets. Wall time is that of the whole class, "
        "starting the grader included, divided by its size. A grader with a wrong verdict has no speed.",
        "",
        f"On {machine()}. CPU is what a cgroup counted." if everything else
        f"On {machine()}. CPU is what getrusage counted: what runs behind our walls isn't in it.",
        "",
        "| grader | wall, s a submission | CPU, s a submission | submissions a minute | wall, times ours | right |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for entry in taking_part:
        done = laps[entry.name]
        right = min(one.right for one in done)
        fast = right == verdicts
        speed = spread([60 / one.wall for one in done], 1) if fast else "0"
        ratios = [one.times_ours for one in done if one.times_ours is not None]
        lines.append(
            f"| {entry.grader.name} {version(entry.grader.package)}, {_side_by_side(entry.width)} | "
            f"{spread([one.wall for one in done])} | {spread([one.cpu for one in done])} | {speed} | "
            f"{spread(ratios, 1) if fast and ratios else '-'} | "
            f"{right} of {verdicts} |"
        )
    graders = {entry.grader.name: entry.grader for entry in taking_part}
    return "\n".join([*lines, "", *(f"- **{one.name}**: {one.about}" for one in graders.values()), ""])


def _side_by_side(width: int) -> str:
    return "serial" if width == 1 else f"{width} at a time"


def main() -> None:
    """Measure, and write the table, the numbers and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=80, help="size of the class (default 80)")
    parser.add_argument("--rounds", type=int, default=1, help="how often (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes side by side")
    parser.add_argument("--grader", action="append", choices=[one.name for one in GRADERS], help="only this grader")
    parser.add_argument("--out", type=Path, default=RESULTS.parent, help="the folder for the table and the plot")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    set_up()
    taking_part = entries(given.jobs, given.grader)
    warm_up(taking_part)
    laps = rounds(taking_part, given.submissions, given.rounds, lambda text: print(text, flush=True))
    written = table(taking_part, laps, given.submissions, counts_all())
    print(f"\n{written}")
    (given.out / RESULTS.name).write_text(written)
    numbers = {name: [vars(one) for one in done] for name, done in laps.items()}
    (given.out / NUMBERS.name).write_text(json.dumps(numbers, indent=1) + "\n")
    verdicts = given.submissions * len(EXERCISES)
    fast = {name: [one.wall for one in done] for name, done in laps.items() if min(d.right for d in done) == verdicts}
    draw(fast, given.out / PLOT.name)


def warm_up(taking_part: Sequence[Entry]) -> None:
    """Let everyone grade one submission: compiled files, fonts, and our frozen cases are made once in a lifetime."""
    students, failing = copies(1)
    for grader in {entry.grader.name: entry.grader for entry in taking_part}.values():
        lap(Entry(grader, 1), students, failing)


if __name__ == "__main__":
    main()
