"""`make peers`: the same attacks on every grader that installs here, and on ours; a table of what held.

    PYTHONPATH=benchmarks:tests python -m peers.hold [--attack NAME] [--grader NAME] [--jobs N] [--write FILE]

Exit code 0: ours holds. 1: it doesn't.
"""

import argparse
import contextlib
import itertools
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from peers.attacks import ATTACKS, LOOT, NEIGHBOUR_DESERVES, NEIGHBOUR_KEY, PeerAttack, neighbour
from peers.classroom import Class
from peers.environment import HERE, machine, set_up, variables, version
from peers.exam import EXERCISES, KEY, SECONDS
from peers.grader import Grader, Points
from peers.graders import GRADERS
from peers.running import Ran, left_running, run

ATTACKER, NEXT = "a-attacker", "b-next"
RESULT = HERE.parent / "attacks.md"
_PATIENCE = 5.0
"""How many times as long as for ordinary work a grader may take, beside the time that its tests may."""


@dataclass(frozen=True)
class Seen:
    """What a run left, as far as a verdict on the grader needs it."""

    ran: Ran
    points: Points
    loot: str
    ran_in: frozenset[str]
    students: frozenset[str]
    processes: Sequence[str]
    beside: bool


def attack(one: PeerAttack, graders: Sequence[Grader], seconds: float) -> list[str]:
    """Grade an attacker, and whoever comes next; say what became of it.

    Args:
        one: the attack.
        graders: the same commands, perhaps with several ways to read what they left.
        seconds: how long a command may take.
    """
    grader = graders[0]
    room = Path(tempfile.mkdtemp(prefix="peers-"))
    try:
        for name in ("tmp", "home"):
            (room / name).mkdir()
        beside = one.beside or grader.package == "pytest-xdist"
        students = {ATTACKER: one.files} | ({NEXT: one.accomplice or neighbour()} if beside else {})
        grader.prepare(room, students, 1)
        environment = variables(room / "tmp", room / "home" if grader.own_home else None)
        ran = run(grader.commands(room, students, 1), 1, environment, seconds)
        time.sleep(one.settle)
        found = [read(one, room, students) for one in graders]
        seen = look(room, ran, found[0], beside)
        return [outcome(one, replace(seen, points=points)) for points in found]
    finally:
        left_running(room / "tmp")
        shutil.rmtree(room, ignore_errors=True)


def ordinary(graders: Sequence[Grader]) -> float:
    """Grade ordinary work, see that a grader gives what it deserves, and return the seconds that it takes.

    Raises:
        SystemExit: it doesn't; whatever it would do with an attack then says nothing.
    """
    with tempfile.TemporaryDirectory(prefix="peers-", ignore_cleanup_errors=True) as folder:
        room, grader, students = Path(folder), graders[0], {ATTACKER: neighbour(), NEXT: neighbour()}
        for name in ("tmp", "home"):
            (room / name).mkdir()
        grader.prepare(room, students, 1)
        environment = variables(room / "tmp", room / "home" if grader.own_home else None)
        ran = run(grader.commands(room, students, 1), 1, environment, 1200)
        given = read(grader, room, students)
        deserved = deserves(given.get(NEXT))
        if given != {ATTACKER: deserved, NEXT: deserved}:
            raise SystemExit(f"{grader.name} misjudges ordinary work: {given}\n{ran.said[-3000:]}")
        return ran.wall


def read(grader: Grader, room: Path, students: Class) -> Points:
    """Read the points; whatever an attack made of the results, there is no verdict then."""
    try:
        return grader.points(room, students)
    except Exception:
        return {}


def look(room: Path, ran: Ran, points: Points, beside: bool) -> Seen:
    """Look for what an attack left: in its temporary folder, in what was printed, among the processes."""
    left = [path.name.removeprefix(f"{LOOT}-") for path in (room / "tmp").rglob(f"{LOOT}-*")]
    found = [path.read_text(errors="replace") for path in (room / "tmp").rglob(f"{LOOT}-loot")]
    said = [line for line in ran.said.splitlines() if line.startswith("LOOT:")]
    loot = "\n".join(line for text in (*found, *said) for line in text.splitlines() if str(room) in line)
    return Seen(
        ran, points, loot + ours_printed(room / "out" / "store.sqlite"),
        frozenset(name.removeprefix("ran-") for name in left if name.startswith("ran-")),
        frozenset(name.removeprefix("student-") for name in left if name.startswith("student-")),
        left_running(room / "tmp"), beside,
    )  # fmt: skip


def ours_printed(store: Path) -> str:
    """Return the loot among what students printed in our own grader, which holds it back."""
    if not store.is_file():
        return ""
    from grader.grading import Graded
    from grader.inside import wire

    with contextlib.closing(sqlite3.connect(store)) as held:
        rows = held.execute("select graded from results").fetchall()
    text = b"".join(one.output for (data,) in rows for one in wire.decode(data, Graded).printed).decode(
        "utf-8", "replace"
    )
    return "\n".join(line for line in text.splitlines() if line.startswith("LOOT:"))


def outcome(one: PeerAttack, seen: Seen) -> str:
    """Say in a few words what did not hold, or that everything did."""
    lost = []
    if seen.ran.hung:
        lost.append("hung")
    got = sum(seen.points.get(ATTACKER, {}).values())
    if got > one.deserves:
        lost.append(f"**{got:g} of {len(EXERCISES)} forged**")
    if KEY in seen.loot or "BEGIN SOLUTION" in seen.loot:
        lost.append("**answers read**")
    if NEIGHBOUR_KEY in seen.loot:
        lost.append("**neighbour read**")
    if seen.ran_in - seen.students:
        lost.append("**code run in the grader**")
    if any("sleep" in line for line in seen.processes):
        lost.append("process left")
    if seen.beside:
        lost += next_one(one, seen)
    if lost:
        return ", ".join(lost)
    return "held" if ATTACKER in seen.points else "held (no verdict)"


def next_one(one: PeerAttack, seen: Seen) -> list[str]:
    """Say what an attack did to whoever was graded next."""
    points = seen.points.get(NEXT)
    if one.accomplice is not None:
        got = sum((points or {}).values())
        return [f"**{got:g} of {len(EXERCISES)} passed on**"] if got else []
    if points is None:
        return [] if seen.ran.hung else ["neighbour without verdict"]
    return [] if points == deserves(points) else ["**neighbour's points changed**"]


def deserves(points: Mapping[str, float] | None) -> Mapping[str, float]:
    """Return what an ordinary neighbour deserves, where a grader may give all or nothing."""
    return {"total": 0.0} if points is not None and set(points) == {"total"} else NEIGHBOUR_DESERVES


def table(cells: dict[str, list[str]], graders: Sequence[Grader]) -> str:
    """Return the table, with versions and the machine in words."""
    heads = [f"{one.name} {version(one.package)}" for one in graders]
    lines = [
        "# The same attacks on every grader",
        "",
        "Written by `make peers`. Each row is one submission, the same bytes for every grader: four modules (or a "
        "notebook of four cells) without a right answer, so that every point is a forged one. Suites of four tests, an "
        "exercise each; the peers without containers, as their packages run by themselves.",
        "",
        f"On {machine()}.",
        "",
        "| attack | " + " | ".join(heads) + " |",
        "|---" * (len(heads) + 1) + "|",
    ]
    for one in ATTACKS:
        if one.name in cells:
            lines.append(f"| `{one.name}` {one.about} | " + " | ".join(cells[one.name]) + " |")
    lines += ["", *(f"- **{one.name}**: {one.about}" for one in graders), "", *_LEGEND]
    return "\n".join(lines) + "\n"


_LEGEND = (
    "*held*: no points, nothing read, nobody else touched. *(no verdict)*: the grader gave none and left that to the "
    f"operator. *hung*: still running after five times what it takes for ordinary work and {4 * SECONDS} s more, "
    f"though a test may take {SECONDS} s where a limit can be set. *answers read*, *neighbour read*: the attacker's "
    "code had the staff's or another student's file open. Where a service puts a container around each submission, "
    "reading neighbours and hanging become the service's affair; forging doesn't.",
)


def measure(
    attacks: Sequence[PeerAttack], graders: Sequence[Grader], jobs: int, tell: Callable[[str], None]
) -> dict[str, list[str]]:
    """Run every attack on every grader, `jobs` runs side by side."""

    groups = [list(group) for _, group in itertools.groupby(graders, lambda one: one.commands)]
    with ThreadPoolExecutor(jobs) as pool:
        seconds = list(pool.map(lambda group: _PATIENCE * ordinary(group) + 4 * SECONDS, groups))

        def one(pair: tuple[PeerAttack, int]) -> list[str]:
            cells = attack(pair[0], groups[pair[1]], seconds[pair[1]])
            for grader, cell in zip(groups[pair[1]], cells, strict=True):
                tell(f"{pair[0].name} on {grader.name}: {cell}")
            return cells

        found = list(pool.map(one, [(attack, i) for attack in attacks for i in range(len(groups))]))
    rows = zip(*[iter(found)] * len(groups), strict=True)
    return {one.name: [*itertools.chain(*row)] for one, row in zip(attacks, rows, strict=True)}


def main() -> int:
    """Run what was asked for, write the table, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    graders = [one for one in GRADERS if one.name != "nbgrader, split"]
    parser.add_argument("--attack", action="append", choices=[one.name for one in ATTACKS], help="only this attack")
    parser.add_argument("--grader", action="append", choices=[one.name for one in graders], help="only this grader")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs side by side")
    parser.add_argument("--write", type=Path, help=f"where the table goes (default for a whole run: {RESULT.name})")
    given = parser.parse_args()
    path = given.write or (None if given.attack or given.grader else RESULT)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in graders if not given.grader or one.name in given.grader]
    known = {one.name: one for one in ATTACKS}
    attacks = [known[name] for name in given.attack or known]
    if any(one.own_home for one in chosen):
        set_up()
    cells = measure(attacks, chosen, given.jobs, lambda text: print(text, flush=True))
    written = table(cells, chosen)
    if path:
        path.write_text(written)
    print(f"\n{written}")
    ours = [cells[one.name][i] for one in attacks for i, grader in enumerate(chosen) if grader.name == "ours"]
    return int(any(not cell.startswith("held") for cell in ours))


if __name__ == "__main__":
    sys.exit(main())
