"""A whole course on a cluster whose workers die and stop: no record may differ from those of a quiet run.

    PYTHONPATH=tests:benchmarks python -m faults.course [--submissions N] [--workers N] [--pace SECONDS] [--report FILE]

Each student hands in four times, one exercise each time: work that is right or wrong in some style, copied from
another, late, or hostile. The course is graded on this machine, then on Dask workers that are killed or stopped
for a while at random moments, then once more with nothing changed. Exit code 0: everything holds.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cluster.daskcluster import Cluster, Run, outputs
from hostile import run as hostile_run
from hostile.corpus import FAMILIES
from rich.console import Console
from rich.progress import Progress

from faults import watching
from faults.course_report import Lap, Moment, report
from faults.soak import COSTLY, MODULES, SLOW
from grader import material

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")
DUE = datetime(2026, 3, 1, 23, 59)
_KINDS = {"right": 50, "wrong": 35, "copied": 10, "hostile": 5}
_EVERY_SECONDS = 2.0
_STOPPED_SECONDS = (2.0, 10.0)
_PATIENCE_SECONDS = 6 * 3600.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Trouble:
    """What befell the workers."""

    kills: int = 0
    stops: int = 0


def modules() -> dict[str, dict[str, list[bytes]]]:
    """Return by exercise what students write: right, wrong and hostile, one module each."""
    package = Path(material.__file__).parent
    kinds: dict[str, dict[str, list[bytes]]] = {}
    for exercise in EXERCISES:
        right = [*sorted((package / "alternatives" / exercise).glob("*.py")), MODULES / exercise / "right.py"]
        wrong = [
            *sorted((package / "misconceptions" / exercise).glob("*.py")),
            *sorted((package / "slips" / exercise).glob("*.py")),
            *sorted(path for path in (MODULES / exercise).glob("*.py") if path.stem not in {*SLOW, "right"}),
        ]
        hostile = [
            attack.content(alone=True)[f"{exercise}.py"]
            for family, attacks in FAMILIES.items()
            if family not in COSTLY
            for attack in attacks
            if not attack.write and set(attack.files) == {f"{exercise}.py"}
        ]
        kinds[exercise] = {
            "right": [path.read_bytes() for path in right if path.stem != "__init__"],
            "wrong": [path.read_bytes() for path in wrong if path.stem != "__init__"],
            "hostile": hostile,
        }
    return kinds


def write_course(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Write `count` submissions, an exercise each and four a student, and return how many are of which kind."""
    kinds, drawn = modules(), Counter[str]()
    former: dict[str, bytes] = {}
    for number in range(count):
        student, place = divmod(number, len(EXERCISES))
        exercise = EXERCISES[place]
        kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0] if exercise in former else "right"
        if kind != "copied":
            former[exercise] = chance.choice(kinds[exercise][kind]) + f"\n# {number}\n".encode()
        at = DUE + timedelta(days=7 * place, minutes=chance.randint(-7 * 1440, 1440))
        target = folder / f"s{student:05}@{at:%Y-%m-%dT%H-%M-%S}"
        target.mkdir(parents=True)
        (target / f"{exercise}.py").write_bytes(former[exercise])
        drawn[kind] += 1
        drawn["late"] += at > DUE + timedelta(days=7 * place)
    return drawn


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and of all below it, those that ended included."""
    total = 0
    for one in (pid, *watching.descendants(pid)):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def memory_mib(pid: int) -> float:
    """Return the anonymous resident memory of a process, in MiB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
    return 0.0


def followed(run: Run, out: Path, total: int, name: str, progress: Progress, counts_cpu: bool) -> Lap:
    """Look at a run of the grader until it ends."""
    began, moments = time.monotonic(), [Moment(0, 0.0, 0.0, 0.0, 0.0)]
    task = progress.add_task(name, total=total)
    while run.process.poll() is None:
        pid = run.process.pid
        below = sum(map(memory_mib, watching.descendants(pid)))
        # What ends is counted by its parent a moment later, and not at all once the grader ends.
        cpu = max(moments[-1].cpu, cpu_seconds(pid)) if counts_cpu else 0.0
        with contextlib.suppress(FileNotFoundError), os.scandir(out / "records") as entries:
            recorded = sum(entry.name.endswith(".json") for entry in entries)
            moments.append(Moment(recorded, time.monotonic() - began, cpu, memory_mib(pid), below))
            progress.update(task, completed=recorded)
        time.sleep(_EVERY_SECONDS)
        assert time.monotonic() - began < _PATIENCE_SECONDS, f"{name}: no end"
    code, said = run.end()
    if code != 0:
        raise SystemExit(f"{name}: the grader ended with {code}: {said[-2000:]}")
    progress.update(task, completed=total)
    seconds = time.monotonic() - began
    return Lap(name, total, seconds, tuple(moments))


def make_trouble(cluster: Cluster, workers: int, pace: float, chance: random.Random, run: Run, done: Trouble) -> None:
    """Keep so many workers, and kill or stop one on average every `pace` seconds, until a run ends."""
    there = [cluster.start_worker() for _ in range(workers)]
    next_one = time.monotonic() + chance.expovariate(1 / pace)
    asleep: dict[int, float] = {}
    while run.process.poll() is None:
        now = time.monotonic()
        for pid in [pid for pid, until in asleep.items() if until < now]:
            os.killpg(pid, signal.SIGCONT)
            del asleep[pid]
        if now > next_one:
            next_one = now + chance.expovariate(1 / pace)
            victim = chance.choice(there)
            if chance.random() < 0.5:
                os.killpg(victim.pid, signal.SIGKILL)
                victim.wait()
                asleep.pop(victim.pid, None)
                there[there.index(victim)] = cluster.start_worker()
                done.kills += 1
            else:
                os.killpg(victim.pid, signal.SIGSTOP)
                asleep[victim.pid] = now + chance.uniform(*_STOPPED_SECONDS)
                done.stops += 1
        time.sleep(0.2)


def differences(quiet: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[str]:
    """Name the files that are not as a quiet run left them."""
    return [name for name in sorted(quiet.keys() | now.keys()) if quiet.get(name) != now.get(name)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked for, write the report, and return the exit code."""
    from peers.environment import machine

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--pace", type=float, default=60.0, help="seconds between two troubles, on average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, help="where the report goes; without it, it is printed only")
    given = parser.parse_args(arguments)
    if given.report:
        given.report.parent.mkdir(parents=True, exist_ok=True)
    console = Console(width=None if sys.stdout.isatty() else 120)
    watching.adopt_orphans()
    chance = random.Random(given.seed)
    lost: list[str] = []
    with tempfile.TemporaryDirectory(prefix="course-") as place, Progress(console=console) as progress:
        work, folder = Path(place), Path(place) / "submitted"
        drawn = write_course(folder, given.submissions, chance)
        more = ["--assignment", str(hostile_run.tightened(work))]
        quiet, shaken = work / "quiet", work / "shaken"
        laps = []

        run = Run(folder, "--out", quiet, "--jobs", given.workers, *more)
        laps.append(followed(run, quiet, given.submissions, "one machine, quiet", progress, counts_cpu=True))

        with Cluster(work) as cluster:
            run = Run(folder, "--out", shaken, "--scheduler", cluster.address, *more)
            befell = Trouble()
            with ThreadPoolExecutor(1) as beside:
                troubled = beside.submit(make_trouble, cluster, given.workers, given.pace, chance, run, befell)
                laps.append(followed(run, shaken, given.submissions, "cluster, workers killed", progress, False))
            troubled.result()
        lost += [f"not as in the quiet run: {name}" for name in differences(outputs(quiet), outputs(shaken))]

        run = Run(folder, "--out", quiet, "--jobs", given.workers, *more)
        laps.append(followed(run, quiet, given.submissions, "again, nothing changed", progress, counts_cpu=True))
        lost += [f"changed by a second run: {name}" for name in differences(outputs(shaken), outputs(quiet))]
        stored = sum(path.stat().st_size for path in quiet.glob("store.sqlite*"))
        written = report(laps, drawn, befell.kills, befell.stops, given.workers, stored, lost, machine())
    lost += [f"process left: {line}" for line in watching.left_running(set())]
    console.print(written, markup=False, highlight=False)
    if given.report:
        given.report.write_text(written)
    for line in lost[:50]:
        console.print(line, style="red", markup=False)
    console.print("everything held" if not lost else f"{len(lost)} things did not hold")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
