"""Kill -9 the grader and what belongs to it, at random moments: nothing may be changed, doubled, lost or left.

    PYTHONPATH=tests python -m faults.kills [--kills N] [--jobs N] [--seed N] [--store sqlite|postgresql]

A small class is graded undisturbed, then again and again while processes are killed. Whenever a kill ends the grader,
the same command is run again, as an operator would. Exit code 0: everything holds. 1: something does not, as is said.
"""

import argparse
import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from postgres import Postgres
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faults import watching
from grader import material

MODULES = material.fixtures() / "sample_modules"
CHEAP = ("right", "always_from_x", "flipped_kernel", "same_padding", "v1_style")
_KILLS_A_ROUND = 20
_KILLS_A_RUN = 5
_WEIGHTS = {"grader": 3, "grading process": 3, "behind the walls": 4, "store's connection": 2}
_POLL_SECONDS = 0.01


@dataclass
class Tally:
    """What was killed, how runs ended, and every sentence about what does not hold."""

    kills: Counter[str] = field(default_factory=Counter)
    ends: Counter[int] = field(default_factory=Counter)
    rounds: int = 0
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """All that a finished run keeps: records and scores, the store's keys, the records in it by submission."""

    files: Mapping[str, bytes]
    keys: frozenset[str]
    documents: Mapping[bytes, tuple[bytes, ...]]


def cheap_class(folder: Path, count: int) -> Path:
    """Write submissions of one cheap exercise each, all different."""
    for number in range(count):
        place = folder / f"student-{number:02}"
        place.mkdir(parents=True)
        source = (MODULES / "convolution_chain" / f"{CHEAP[number % len(CHEAP)]}.py").read_text("utf-8")
        (place / "convolution_chain.py").write_text(f"# {number}\n{source}", "utf-8")
    return folder


def kept(out: Path, url: str) -> Kept:
    """Return what a finished run keeps."""
    files = {path.name: path.read_bytes() for path in [*(out / "records").glob("*.json"), out / "scores.csv"]}
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        keys = frozenset(connection.scalars(sa.text("select key from results")))
        documents: dict[bytes, tuple[bytes, ...]] = {}
        for submission, document in connection.execute(sa.text("select submission, document from records order by id")):
            documents[bytes(submission)] = (*documents.get(bytes(submission), ()), bytes(document))
    engine.dispose()
    return Kept(files, keys, documents)


def differences(quiet: Kept, now: Kept) -> Iterator[str]:
    """Say in what a disturbed run differs from the quiet one. Results that were held back are news, not doubles."""
    for name in sorted(quiet.files.keys() | now.files.keys()):
        if quiet.files.get(name) != now.files.get(name):
            there = "lost" if name not in now.files else "more than there was" if name not in quiet.files else "changed"
            yield f"{name} is {there}"
    if quiet.keys != now.keys:
        yield f"the store holds {len(now.keys)} results instead of {len(quiet.keys)}"
    for submission, documents in now.documents.items():
        if documents[-1:] != quiet.documents.get(submission, ())[-1:]:
            yield f"the store's last record of {submission!r} is another"
        if any(one == other for one, other in itertools.pairwise(documents)):
            yield f"the store holds a record of {submission!r} twice"
    if lost := quiet.documents.keys() - now.documents.keys():
        yield f"the store has lost {sorted(lost)}"


def victims(grader: int, server: Postgres | None) -> dict[str, list[int]]:
    """Return the processes that may be killed, by what they are."""
    found: dict[str, list[int]] = {"grader": [grader]}
    for pid, line in watching.descendants(grader).items():
        if "spawn_main" in line:
            found.setdefault("grading process", []).append(pid)
        elif "inside.zygote" in line or "walls.descend" in line:
            found.setdefault("behind the walls", []).append(pid)
    if server is not None and (connections := server.connections()):
        found["store's connection"] = connections
    return found


def disturbed(
    command: list[str], environment: Mapping[str, str], chance: random.Random, most: int, pace: float,
    server: Postgres | None, tally: Tally,
) -> None:  # fmt: skip
    """Run a command until it ends well, killing up to `most` processes at random moments.

    On average it is `_KILLS_A_RUN` in `pace` seconds.
    """
    done = 0
    while True:
        with tempfile.TemporaryFile("w+") as said:
            running = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
            after = time.monotonic() + chance.uniform(0, 2 * pace / _KILLS_A_RUN)
            while running.poll() is None:
                if done < most and time.monotonic() >= after:
                    there = victims(running.pid, server)
                    kind = chance.choices(list(there), [_WEIGHTS[one] for one in there])[0]
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(chance.choice(there[kind]), signal.SIGKILL)
                        tally.kills[kind] += 1
                        done += 1
                    after = time.monotonic() + chance.uniform(0, 2 * pace / _KILLS_A_RUN)
                time.sleep(_POLL_SECONDS)
            said.seek(0)
            text = said.read()
        tally.ends[running.returncode] += 1
        if "Traceback" in text:
            tally.lost.append(f"a traceback: {text[-400:]}")
        if running.returncode == 0:
            return
        expected = {-signal.SIGKILL, 1, *([2] if server is not None else [])}
        if running.returncode not in expected or done == 0 or tally.ends[1] + tally.ends[2] > 200:
            tally.lost.append(f"a run ended with {running.returncode}: {text[-400:]}")
            return


@contextlib.contextmanager
def store_server(kind: str, work: Path) -> Iterator[Postgres | None]:
    """Start the server that a store of some kind needs, if it needs one."""
    if kind == "sqlite":
        yield None
        return
    place = work / "server"
    place.mkdir()
    with Postgres(place) as server:
        yield server


def one_round(
    number: int, submissions: Path, work: Path, quiet: Kept, given: argparse.Namespace, most: int, pace: float,
    server: Postgres | None, tally: Tally,
) -> None:  # fmt: skip
    """Grade the class into a new folder while processes are killed, and see what is left of it."""
    out, temporary = work / f"out-{number}", work / f"temporary-{number}"
    temporary.mkdir()
    more = ["--seed", "1"]
    url = f"sqlite:///{out / 'store.sqlite'}"
    if server is not None:
        url = server.url
        more += ["--store", url]
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("drop table if exists results, records"))
        engine.dispose()
    command = watching.grade_command(submissions, out, given.jobs, *more)
    before, groups = watching.mounts(), watching.groups()
    ours = set(watching.descendants(os.getpid()))
    environment = os.environ | {"TMPDIR": str(temporary)}
    disturbed(command, environment, random.Random(f"{given.seed}/{number}"), most, pace, server, tally)
    tally.lost += [f"process left: {line}" for line in watching.left_running(ours) if "postgres" not in line]
    tally.lost += [f"mount left: {one}" for one in watching.mounts() - before]
    tally.lost += [f"control group left: {one}" for one in watching.groups() - groups]
    tally.lost += watching.left_in(out, temporary)
    tally.lost += differences(quiet, kept(out, url))
    tally.rounds += 1


def main() -> int:
    """Do what was asked for, show it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--submissions", type=int, default=10, help="of the class")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1, help="of the moments and victims")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    tally = Tally()
    watching.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        work = Path(place)
        work.chmod(0o755)
        submissions = cheap_class(work / "class", given.submissions)
        out = work / "quiet"
        subprocess.run(watching.grade_command(submissions, out, given.jobs), check=True, capture_output=True)
        again = watching.grade_command(submissions, work / "again", given.jobs)
        began = time.monotonic()
        subprocess.run(again, check=True, capture_output=True)  # with cases that are frozen by now
        pace = time.monotonic() - began
        quiet = kept(out, f"sqlite:///{out / 'store.sqlite'}")
        console.print(f"undisturbed: {given.submissions} submissions in {pace:.1f} s")
        with store_server(given.store, work) as server:
            while (killed := tally.kills.total()) < given.kills and not tally.lost:
                most = min(_KILLS_A_ROUND, given.kills - killed)
                one_round(tally.rounds + 1, submissions, work, quiet, given, most, pace, server, tally)
                console.print(f"round {tally.rounds}: {tally.kills.total()} kills, {time.monotonic() - began:.0f} s")
    console.print(table(tally))
    for line in tally.lost:
        console.print(Text(line, style="red"))
    return 1 if tally.lost else 0


def table(tally: Tally) -> Table:
    """Return what was killed and how the runs ended."""
    shown = Table(title=f"{tally.kills.total()} kills in {tally.rounds} rounds", title_justify="left")
    shown.add_column("what")
    shown.add_column("times", justify="right")
    for kind, count in sorted(tally.kills.items()):
        shown.add_row(f"killed: {kind}", str(count))
    ends = {-9: "grader killed", 0: "ended well", 1: "held a result back", 2: "stopped with a message"}
    for code, count in sorted(tally.ends.items()):
        shown.add_row(ends.get(code, f"ended with {code}"), str(count))
    shown.add_row("what does not hold", str(len(tally.lost)))
    return shown


if __name__ == "__main__":
    sys.exit(main())
