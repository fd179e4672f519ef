"""Grade a long class, hostile and ordinary work mixed, and watch that nothing grows and no ordinary record changes.

    PYTHONPATH=tests python -m faults.soak [--submissions N] [--jobs N]

Every attack of the corpus comes once in the first half; cheap ones are repeated in the second. Each submission differs
from every other, so that all are really graded. The ordinary half is graded alone, too. Exit code 0: everything holds.
"""

import argparse
import dataclasses
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hostile import run as hostile_run
from hostile.attack import Attack
from hostile.corpus import FAMILIES
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faults import watching
from grader import material

MODULES = material.fixtures() / "sample_modules"
SLOW = {"endless_loop", "print_flood", "aborts", "segfaults", "in_notebook", "with_helpers"}
COSTLY = {"exhausting", "hostile graphs", "archives and files"}
_SLICES = 10
_EVERY_SECONDS = 1.0
_MAY_GROW = 1.1
"""By which factor, beside the amounts below, a median of the last slices may exceed that of the middle ones."""
_OF_NO_ACCOUNT = {"grader MiB": 10.0, "grading MiB": 24.0, "zygotes MiB": 10.0, "descriptors": 6.0, "processes": 4.0}


@dataclass(frozen=True)
class Sample:
    """What was at work at a moment; memory is anonymous and resident, in MiB."""

    recorded: int
    numbers: Mapping[str, float]


def ordinary_class(folder: Path, numbers: Sequence[int]) -> None:
    """Write ordinary submissions, right and wrong, of one exercise each."""
    sources = sorted(path for path in MODULES.glob("*/*.py") if path.stem not in SLOW and path.parent.name != "helpers")
    for turn, number in enumerate(numbers):
        source = sources[turn % len(sources)]
        place = folder / f"{number:05}-student"
        place.mkdir(parents=True)
        (place / f"{source.parent.name}.py").write_text(f"# {number}\n{source.read_text('utf-8')}", "utf-8")


def hostile_class(folder: Path, numbers: Sequence[int], chance: random.Random) -> None:
    """Write hostile submissions: each attack once, in the first half, then cheap ones again and again."""
    first = [attack for attacks in FAMILIES.values() for attack in attacks if attack.status != "ignored"]
    chance.shuffle(first)
    cheap = [attack for family, attacks in FAMILIES.items() if family not in COSTLY for attack in attacks]
    cheap = [attack for attack in cheap if not attack.write]
    chosen = first[: len(numbers)] + [cheap[turn % len(cheap)] for turn in range(len(numbers) - len(first))]
    for turn, (number, attack) in enumerate(zip(numbers, chosen, strict=True)):
        copy(attack, number, first=turn < len(first)).place(folder, alone=True)


def copy(attack: Attack, number: int, first: bool) -> Attack:
    """Return an attack under a name that says when its turn comes, with a file of its own that tells it from others."""
    called = attack.called if first else None
    files = attack.files if attack.write else {**attack.files, "number.txt": str(number)}
    return dataclasses.replace(attack, name=f"{number:05}-{attack.name}", called=called, files=files)


def sample(grader: int, out: Path, temporary: Path) -> Sample:
    """Look at a running grader."""
    below = watching.descendants(grader)
    parents = {pid: _parent(pid) for pid in below}
    grading = [pid for pid, line in below.items() if "spawn_main" in line]
    walled = {pid for pid, line in below.items() if "inside.zygote" in line and "--unshare-all" not in line}
    stems = {pid for pid in walled if "--unshare-all" in below.get(parents[pid], "")}
    zygotes = [pid for pid in walled if pid in stems or parents[pid] in stems]  # a stem forks nothing but zygotes
    return Sample(
        len(list(out.glob("records/*.json"))),
        {
            "grader MiB": _mib(grader),
            "grading MiB": sum(map(_mib, grading)),
            "zygotes MiB": sum(map(_mib, zygotes)),
            "descriptors": sum(map(_descriptors, (grader, *grading, *zygotes))),
            "processes": len(below),
            "temporary files": len(list(temporary.rglob("*"))),
        },
    )


def _status(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def _parent(pid: int) -> int:
    return _status(pid, "PPid")


def _mib(pid: int) -> float:
    return _status(pid, "RssAnon") / 1024


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208  # a folder of millions would be no list of paths
    except OSError:
        return 0


def watched(command: list[str], out: Path, temporary: Path) -> tuple[list[Sample], int, str]:
    """Run a command, and return what was seen of it, its exit code and what it said at last."""
    samples = []
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(temporary)}, stdout=said, stderr=said)
        while running.poll() is None:
            samples.append(sample(running.pid, out, temporary))
            time.sleep(_EVERY_SECONDS)
        said.seek(0)
        return samples, running.returncode, said.read()[-1000:]


def slices(samples: Sequence[Sample], total: int) -> list[dict[str, float]]:
    """Return the medians of each tenth of a run, as far as it has any; a tenth is one of submissions, not of time."""
    medians = []
    for number in range(_SLICES):
        inside = [
            one for one in samples if number * total <= one.recorded * _SLICES < (number + 1) * total and one.recorded
        ]
        if inside:
            names = inside[0].numbers
            medians.append(
                {"submissions": inside[-1].recorded}
                | {name: statistics.median(one.numbers[name] for one in inside) for name in names}
            )
    return medians


def growth(medians: Sequence[Mapping[str, float]]) -> list[str]:
    """Say what is more in the last slices than in the middle, when every attack has been met once."""
    if len(medians) < 6:
        return [f"the run was seen in {len(medians)} of {_SLICES} slices only: grade more submissions"]
    middle, last = medians[len(medians) // 2 : len(medians) // 2 + 2], medians[-2:]
    found = []
    for name in medians[0]:
        before, after = (statistics.median(one[name] for one in part) for part in (middle, last))
        if name != "submissions" and after > before * _MAY_GROW + _OF_NO_ACCOUNT.get(name, 0.0):
            found.append(f"{name} grew from {before:g} to {after:g}")
    return found


def table(medians: Sequence[Mapping[str, float]]) -> Table:
    """Return the slices of a run as a table."""
    shown = Table(title="medians of each tenth of the run", title_justify="left")
    for name in medians[0]:
        shown.add_column(name, justify="right")
    for one in medians:
        shown.add_row(*(f"{value:.0f}" for value in one.values()))
    return shown


def main() -> int:
    """Do what was asked for, show it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=2000, help="half of them hostile")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1, help="of the attacks' order")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    watching.adopt_orphans()
    mounts, groups = watching.mounts(), watching.groups()
    lost: list[str] = []
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        work, alone, mixed = Path(place), Path(place) / "alone", Path(place) / "mixed"
        numbers = range(given.submissions)
        for folder in (alone, mixed):
            folder.mkdir()
            ordinary_class(folder, numbers[::2])
        hostile_class(mixed, numbers[1::2], random.Random(given.seed))
        private = work / "temporary"
        private.mkdir()
        more = ["--assignment", str(hostile_run.tightened(work))]
        medians = []
        for name, folder in (("ordinary alone", alone), ("mixed", mixed)):
            began = time.monotonic()
            command = watching.grade_command(folder, work / f"out-{folder.name}", given.jobs, *more)
            samples, code, said = watched(command, work / f"out-{folder.name}", private)
            console.print(f"{name}: {len(list(folder.iterdir()))} submissions in {time.monotonic() - began:.0f} s")
            if code:
                lost.append(f"grading {name} ended with {code}: {said}")
            medians = slices(samples, len(list(folder.iterdir())))
            lost += [f"{name}: {one}" for one in watching.left_in(work / f"out-{folder.name}", private)]
        for record in sorted((work / "out-alone" / "records").iterdir()):
            other = work / "out-mixed" / "records" / record.name
            if not other.exists() or other.read_bytes() != record.read_bytes():
                lost.append(f"beside hostile work, another record: {record.name}")
    lost += growth(medians)
    lost += [f"process left: {line}" for line in watching.left_running(set())]
    lost += [f"mount left: {one}" for one in watching.mounts() - mounts]
    lost += [f"control group left: {one}" for one in watching.groups() - groups]
    lost += [f"left outside: {path}" for path in hostile_run.left_outside()]
    if medians:
        console.print(table(medians))
    for line in lost:
        console.print(Text(line, style="red"))
    console.print("everything held" if not lost else f"{len(lost)} things did not hold")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
