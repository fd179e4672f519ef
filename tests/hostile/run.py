"""Grade the hostile corpus for real, beside ordinary neighbours, and show what it got and what was lost.

    PYTHONPATH=tests python -m hostile.run [--family NAME] [--only NAME] [--jobs N]

Exit code 0: everything holds. 1: something does not, as the table says.
"""

import argparse
import contextlib
import ctypes
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import veil
from grader.grading import Graded
from grader.inside import wire
from grader.phrase import Phrase
from grader.record import CheckRecord, Record, file_name, read_all
from grader.score import HIDDEN
from hostile.attack import EXERCISES, LEFT, Attack, right, write_folder
from hostile.corpus import FAMILIES

REPOSITORY = Path(__file__).parent.parent.parent
SECRET = "canary-4b1d-password"
NEIGHBOURS = ("a-neighbour", "z-neighbour")
_LARGEST_RECORD = 300_000
_LIMITS = {"cpu_seconds": 3.0, "wall_seconds": 6.0, "total_wall_seconds": 12.0}
_PR_SET_CHILD_SUBREAPER = 36
_CALL = (
    r"(chain_convolutions|apply_filter|conv_2D|extract_main_graph|place_on_device|load_into_graph|top_k|classify)\(…\)"
)
_COVERED = re.compile(rf"|…|op|h|W|b|None|{'|'.join(veil.EXCEPTIONS)}|{_CALL}(, {_CALL})*")
_SEARCHED = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/mnt", "/opt", "/srv", "/etc", "/etc/cron.d", "/home", "/")


@dataclass
class Result:
    """What became of an attack: what it earned, and every sentence about what does not hold."""

    attack: Attack
    status: str = ""
    earned: str = ""
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ClassRun:
    """What a run of `grader grade` left."""

    records: dict[bytes, tuple[Record, bytes]]
    prints: bytes
    said: str
    code: int
    seconds: float


def tightened(folder: Path) -> Path:
    """Write our assignment with tight limits, and return where it lies."""
    text = (REPOSITORY / "grader" / "assignment.toml").read_text()
    for name, value in _LIMITS.items():
        text = re.sub(rf"^{name} = \S+", f"{name} = {value}", text, flags=re.MULTILINE)
    path = folder / "assignment.toml"
    path.write_text(text)
    return path


def neighbours(folder: Path) -> None:
    """Write two ordinary submissions, one right and one with mistakes: graded first and last."""
    modules = {f"{one}.py": right(one).encode() for one in EXERCISES}
    first, last = NEIGHBOURS
    secret = b"# the neighbour's own words\n"
    write_folder(folder / first, {path: secret + data for path, data in modules.items()})
    wrong = (REPOSITORY / "fixtures/sample_modules/top5/ascending.py").read_bytes()
    write_folder(folder / last, modules | {"top5.py": secret + wrong})


def grade(submissions: Path, out: Path, private: Path, jobs: int) -> ClassRun:
    """Run `grader grade` as an operator would, with secrets in its environment."""
    environment = os.environ | {"TMPDIR": str(private), "GRADER_TOKEN": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    assignment = tightened(out.parent)
    command = [sys.executable, "-m", "grader", "grade", str(submissions), "--out", str(out), "--jobs", str(jobs),
               "--assignment", str(assignment)]  # fmt: skip
    began = time.monotonic()
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, errors="replace")
    seconds = time.monotonic() - began
    if not (out / "records").is_dir() or done.returncode not in (0, 1):
        raise SystemExit(f"grader grade ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    records = {
        record.submission.encode("utf-8", "surrogateescape"): (
            record,
            (out / "records" / file_name(record.submission)).read_bytes(),
        )
        for record in read_all(out)
    }
    with contextlib.closing(sqlite3.connect(out / "store.sqlite")) as store:
        rows = store.execute("select graded from results").fetchall()
    prints = b"".join(one.output for (data,) in rows for one in wire.decode(data, Graded).printed)
    return ClassRun(records, prints, done.stdout + done.stderr, done.returncode, seconds)


def run_family(
    attacks: Sequence[Attack], before: ClassRun, work: Path, jobs: int, alone: bool = False
) -> tuple[list[Result], list[str]]:
    """Grade a family beside the neighbours; return what became of each attack, and what all of them together did."""
    folder, out, private = work / "class", work / "out", work / "private"
    for path in (folder, private):
        path.mkdir(parents=True)
    neighbours(folder)
    for attack in attacks:
        attack.place(folder, alone)
    handed_in = names(folder)
    graded = grade(folder, out, private, jobs)
    lost = []
    for one in NEIGHBOURS:
        if graded.records[one.encode()][1] != before.records[one.encode()][1]:
            lost.append(f"the record of {one} has changed")
    lost += [f"left in the temporary folder: {path}" for path in names(private)]
    lost += [f"left outside: {path}" for path in left_outside()]
    lost += [f"process left: {process}" for process in left_running()]
    if names(folder) != handed_in:
        lost.append("the folder of submissions has changed")
    allowed = {"records", "scores.csv", "store.sqlite", "origins.json", ".lock"}
    lost += [f"left in the output folder: {path}" for path in sorted(set(names(out)) - allowed)]
    expected = {file_name(record.submission) for record, _ in graded.records.values()}
    lost += [f"left in the records: {path}" for path in sorted(set(names(out / "records")) - expected)]
    if b"LOOT:" in graded.prints:
        lost += [
            f"got hold of {line!r}"
            for line in sorted({found[:150] for found in re.findall(rb"LOOT:.*", graded.prints)})[:20]
        ]
    if "\x1b" in graded.said:
        lost.append("an escape sequence reached the terminal")
    lost += leaks("prints", graded.prints)
    results = [judge(attack, graded, alone) for attack in attacks]
    lost += pages(out)
    shutil.rmtree(work)
    return results, lost


def names(folder: Path) -> list[str]:
    """Return what a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def judge(attack: Attack, graded: ClassRun, alone: bool = False) -> Result:
    """Say what became of one attack."""
    result = Result(attack)
    if attack.status == "ignored":
        result.status = "ignored"
        if attack.submission in graded.records or attack.name not in graded.said:
            result.lost.append("it was not ignored")
        return result
    if attack.submission not in graded.records:
        result.lost.append("it has no record")
        return result
    record, data = graded.records[attack.submission]
    result.status = record.status
    result.earned = "-" if record.score is None else f"{record.score:g}"
    if record.status != attack.status:
        result.lost.append(f"its status should be {attack.status}")
        result.lost += sorted(
            {
                f"{check.id}: {check.message[:300]}"
                for one in record.exercises.values()
                for check in one.checks
                if check.outcome == "GRADER_ERROR"
            }
        )[:3]
    if attack.notes and not any(attack.notes in note for note in record.notes):
        result.lost.append(f"its notes should say {attack.notes!r}: {record.notes[:3]}")
    if record.status == "graded":
        for exercise in EXERCISES:
            result.lost += misjudged(record, exercise, attack.expected(exercise, alone))
    if attack.prints and attack.status == "graded":
        trials = graded.prints.count(attack.prints.encode())
        if not trials:
            result.lost.append(f"it never printed {attack.prints!r}")
    if len(data) > _LARGEST_RECORD:
        result.lost.append(f"its record has {len(data)} bytes")
    for one in record.exercises.values():
        for check in one.checks:
            if (
                not check.visible
                and check.outcome != "PASSED"
                and ((check.message not in HIDDEN.values() and not veiled(check)) or check.example)
            ):
                result.lost.append(f"the hidden check {check.id} says {check.message[:80]!r}")
    result.lost += leaks("record", data)
    return result


def veiled(check: CheckRecord) -> bool:
    """Tell whether a hidden check says nothing but our own words, a function's name and a usual kind of exception."""
    values, queue = [], [check.phrase]
    while queue:
        one = queue.pop()
        if one is None:
            return False
        queue += [value for value in one.values.values() if isinstance(value, Phrase)]
        values += [value for value in one.values.values() if isinstance(value, str)]
    return check.message == str(check.phrase) and all(map(_COVERED.fullmatch, values))


def misjudged(record: Record, exercise: str, earns: str) -> Iterable[str]:
    """Say what is wrong with what an exercise earned."""
    got = record.exercises[exercise]
    right_score = {
        "full": got.score == got.points,
        "zero": got.score == 0,
        "less": got.score < got.points,
        "any": True,
    }[earns]
    if not right_score:
        odd = [check for check in got.checks if (check.score == 0) == (earns == "full")]
        yield f"{exercise} earns {got.score:g} of {got.points:g}, not {earns}"
        yield from (f"  {check.id}: {check.outcome} {check.message[:200]}" for check in odd[:2])


def leaks(where: str, data: bytes) -> list[str]:
    """Say which secrets, answers and places of this machine are in some data."""
    marks = {SECRET: "a secret", "BEGIN SOLUTION": "a solution", str(REPOSITORY): "a path of this machine",
             "the neighbour's own words": "a neighbour's code"}  # fmt: skip
    return [f"{where} hold {what}" for mark, what in marks.items() if mark.encode() in data]


def pages(out: Path) -> list[str]:
    """Write feedback and scores, and say what in them would run, or be obeyed."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", "feedback", str(out)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        errors="replace",
    )
    lost = [f"feedback ended with {done.returncode}: {done.stderr[-300:]}"] if done.returncode else []
    for path in sorted((out / "feedback").glob("*.html")):
        text = path.read_text()
        lost += [
            f"feedback of {path.stem[:60]} holds {mark!r}"
            for mark in ("<script>alert", "<img src=x", "\x1b", "1337")
            if mark in text
        ]
    for line in (out / "scores.csv").read_text().split("\n"):
        if re.match(r"""\"?[=+@-]""", line):
            lost.append(f"a spreadsheet would compute {line[:60]!r}")
    return lost


def left_outside() -> list[str]:
    """Return what attacks have left where they were not, by its name."""
    home = Path.home()
    places = [*map(Path, _SEARCHED), REPOSITORY, home, home / ".config/autostart", home / ".ipython"]
    found = {str(path) for place in places if place.is_dir() for path in place.iterdir() if LEFT in path.name}
    starts = [path for path in (home / ".bashrc", home / ".profile") if path.is_file()]
    return sorted(found | {str(path) for path in starts if LEFT in path.read_text(errors="replace")})


def adopt_orphans() -> None:
    """Become the parent of whatever our children leave behind, so that nothing can hide from `left_running`."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def left_running() -> list[str]:
    """Return our descendants that are still there after a while; the dead among them are buried."""
    deadline = time.monotonic() + 5
    while (left := list(descendants(os.getpid()))) and time.monotonic() < deadline:
        time.sleep(0.1)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    return left


def descendants(pid: int) -> Iterable[str]:
    """Yield the processes below one, each with its command."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                yield f"{child} {Path(f'/proc/{child}/cmdline').read_bytes()[:100]!r}"
                yield from descendants(int(child))


def table(name: str, results: Sequence[Result]) -> Table:
    """Return a family's results as a table."""
    shown = Table(title=name, title_justify="left", expand=True)
    for column in ("attack", "what it tries", "status", "points", "what was lost"):
        shown.add_column(column, overflow="fold", ratio={"what it tries": 3, "what was lost": 3}.get(column, 1))
    for one in results:
        text = Text("\n".join(one.lost) or "nothing", style="red" if one.lost else "green")
        shown.add_row(Text(one.attack.name), Text(one.attack.about), one.status, one.earned, text)
    return shown


def baseline(work: Path, jobs: int) -> ClassRun:
    """Grade the neighbours alone: what their records have to be in any company."""
    folder, private = work / "class", work / "private"
    for path in (folder, private):
        path.mkdir(parents=True)
    neighbours(folder)
    return grade(folder, work / "out", private, jobs)


def main() -> int:
    """Run what was asked for, show it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--family", action="append", choices=list(FAMILIES), help="only this family")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this attack")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--fast", action="store_true", help="a few of each family, without their right modules")
    given = parser.parse_args()
    families = FAMILIES
    if given.fast:
        families = {"a few of each family": tuple(one for attacks in FAMILIES.values() for one in attacks if one.fast)}
    console = Console(width=None if sys.stdout.isatty() else 160)
    failed = count = 0
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="hostile-run-") as place:
        before = baseline(Path(place) / "before", given.jobs)
        for name, attacks in families.items():
            chosen = [one for one in attacks if not given.only or one.name in given.only]
            if not chosen or (given.family and name not in given.family):
                continue
            began = time.monotonic()
            results, lost = run_family(chosen, before, Path(place) / "family", given.jobs, given.fast)
            console.print(table(f"{name} ({time.monotonic() - began:.0f} s)", results))
            for line in lost:
                console.print(Text(f"{name}: {line}", style="red"))
            failed += len(lost) + sum(bool(one.lost) for one in results)
            count += len(results)
    verdict = "everything held" if not failed else f"{failed} things did not hold"
    console.print(Text(f"{count} attacks: {verdict}", style="red" if failed else "green"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
