"""Disks that are full or read-only, and stores that go away: a sentence, exit code 2, and the next run goes on."""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgres import Postgres

from faults.kills import cheap_class
from faults.watching import OUTPUT, grade_command
from grader.walls.bubblewrap import find_bwrap

_SMALL_DISK = 4 << 20
_TWICE = """
import pathlib, shutil, subprocess, sys
out, copy, room, *command = sys.argv[1:]
filler = pathlib.Path(out, "filler")
with filler.open("wb", 0) as file:
    try:
        while True: file.write(bytes(4096))
    except OSError: pass
filler.open("r+b").truncate(max(0, filler.stat().st_size - int(room)))
full = subprocess.run(command)
filler.unlink()
print("MORE ROOM", file=sys.stderr, flush=True)
again = subprocess.run(command)
shutil.copytree(out, copy)
sys.exit(f"ended with {full.returncode}, then with {again.returncode}")
"""
"""Grades on a disk that is full but for some bytes, then once more when there is room."""

Records = dict[str, bytes]


def records(out: Path) -> Records:
    """Return the records and scores in an output folder."""
    return {path.name: path.read_bytes() for path in [*(out / "records").iterdir(), out / "scores.csv"]}


def in_a_sentence(said: str) -> bool:
    """Say whether an error was told without a traceback, a statement of SQL or data."""
    return re.search("Error: ", said) is not None and not re.search("Traceback|INSERT|parameters|SELECT", said)


def mounted(*arguments: str | Path) -> list[str]:
    """Return the beginning of a command that runs in a mount namespace of its own, root or not."""
    rights = ["--cap-add", "ALL"] if os.geteuid() == 0 else []
    return [find_bwrap(), "--dev-bind", "/", "/", *rights, *map(str, arguments), "--"]


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cheap_class(tmp_path_factory.mktemp("faults") / "class", 4)


@pytest.fixture(scope="module")
def quiet(students: Path) -> Records:
    """Return what an undisturbed run writes."""
    out = students.parent / "quiet"
    subprocess.run(grade_command(students, out, 1), check=True, capture_output=True)
    return records(out)


@pytest.mark.parametrize("store", ["on the full disk", "elsewhere"])
def test_a_full_disk_costs_nothing_but_the_run(store: str, students: Path, quiet: Records, tmp_path: Path) -> None:
    out, copy = tmp_path / "out", tmp_path / "copy"
    out.mkdir()
    more, room = ([], 48 << 10) if store == "on the full disk" else (["--store", f"sqlite:///{tmp_path}/s"], 4096)
    script = [sys.executable, "-c", _TWICE, str(out), str(copy), str(room), *grade_command(students, out, 1, *more)]
    disk = mounted("--size", str(_SMALL_DISK), "--tmpfs", out)
    done = subprocess.run([*disk, *script], capture_output=True, text=True)
    full, _, again = done.stderr.partition("MORE ROOM")
    assert "ended with 2, then with 0" in again, done.stderr
    assert in_a_sentence(full), full
    assert re.search("full|No space left", full), full
    assert "run the same command again" in " ".join(full.split())
    assert records(copy) == quiet
    assert {path.name for path in copy.iterdir()} <= OUTPUT


def test_a_folder_that_cannot_be_written_is_named(students: Path, quiet: Records, tmp_path: Path) -> None:
    out = students.parent / "quiet"
    done = subprocess.run(
        [*mounted("--ro-bind", out, out), *grade_command(students, out, 1)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert in_a_sentence(done.stderr), done.stderr
    assert "Read-only file system" in " ".join(done.stderr.split())
    assert records(out) == quiet


@pytest.fixture
def server() -> Iterator[Postgres]:
    """Return a PostgreSQL server whose folder anybody may reach, and whose socket has a short path."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with Postgres(Path(place)) as running:
            yield running


def first_recorded(command: list[str], out: Path) -> "subprocess.Popen[str]":
    """Start a command, and return it running when its first record is there."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 300
    while not list(out.glob("records/*.json")):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return running


def interrupted(command: list[str], out: Path, disturb: Callable[[], object]) -> str:
    """Run a command, disturb it when its first record is there, and return what it said when it ended with 2."""
    running = first_recorded(command, out)
    disturb()
    _, said = running.communicate(timeout=900)
    assert running.returncode == 2, said
    assert in_a_sentence(said), said
    return " ".join(said.split())


def test_a_store_that_is_taken_away(students: Path, quiet: Records, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = grade_command(students, out, 1)
    said = interrupted(command, out, (out / "store.sqlite").unlink)
    assert "cannot be written" in said
    assert "run the same command again" in said
    subprocess.run(command, check=True, capture_output=True)
    assert records(out) == quiet


def test_a_store_that_someone_else_writes_to_is_waited_for(students: Path, quiet: Records, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = first_recorded(grade_command(students, out, 1), out)
    other = sqlite3.connect(out / "store.sqlite", isolation_level=None, timeout=60)
    other.execute("begin immediate")
    recorded = len(list(out.glob("records/*.json")))
    time.sleep(2)
    assert running.poll() is None or recorded == len(quiet) - 1
    other.execute("rollback")
    other.close()
    _, said = running.communicate(timeout=900)
    assert running.returncode == 0, said
    assert records(out) == quiet


def test_a_server_that_stops(students: Path, quiet: Records, tmp_path: Path, server: Postgres) -> None:
    out = tmp_path / "out"
    command = grade_command(students, out, 1, "--store", server.url)
    said = interrupted(command, out, server.stop)
    assert "cannot be" in said
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "cannot be opened" in " ".join(done.stderr.split())
    server.start()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "(unchanged)" in done.stderr
    assert records(out) == quiet


def test_two_runs_on_one_folder(students: Path, quiet: Records, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = grade_command(students, out, 1)
    first = first_recorded(command, out)
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 2
    assert "another `grader grade` is writing to" in " ".join(second.stderr.split())
    _, said = first.communicate(timeout=900)
    assert first.returncode == 0, said
    assert records(out) == quiet
