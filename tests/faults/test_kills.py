"""A few kills for real (`make kills` does two hundred), and that what they look for is found."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from faults.kills import Kept, cheap_class, differences
from faults.watching import descendants, grade_command, left_in

TESTS = Path(__file__).parent.parent
QUIET = Kept({"a.json": b"1", "scores.csv": b"2"}, frozenset({"k"}), {b"a": (b"1",)})


def test_a_few_kills_change_nothing_and_leave_nothing() -> None:
    command = [sys.executable, "-m", "faults.kills", "--kills", "6", "--submissions", "5"]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "what does not hold       │     0" in done.stdout


def test_processes_end_with_a_grader_that_was_killed(tmp_path: Path) -> None:
    command = grade_command(cheap_class(tmp_path / "class", 6), tmp_path / "out", 2)
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not all(any(part in line for line in descendants(running.pid).values()) for part in ("zygote", "spawn_main")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    below = descendants(running.pid)
    running.send_signal(signal.SIGKILL)
    running.wait()
    deadline = time.monotonic() + 60
    while (left := [pid for pid in below if Path(f"/proc/{pid}/cmdline").exists() and alive(pid)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    assert left == []


def alive(pid: int) -> bool:
    """Say whether a process runs: one that is dead may wait to be buried by whoever is process 1 here."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_differences_are_found() -> None:
    assert list(differences(QUIET, QUIET)) == []

    def changed(**new: object) -> Kept:
        return dataclasses.replace(QUIET, **new)

    assert list(differences(QUIET, changed(files={"a.json": b"1"}))) == ["scores.csv is lost"]
    assert list(differences(QUIET, changed(files={**QUIET.files, "a.json": b"9"}))) == ["a.json is changed"]
    assert list(differences(QUIET, changed(files={**QUIET.files, "b": b""}))) == ["b is more than there was"]
    assert list(differences(QUIET, changed(keys=frozenset()))) == ["the store holds 0 results instead of 1"]
    assert list(differences(QUIET, changed(documents={}))) == ["the store has lost [b'a']"]
    twice = changed(documents={b"a": (b"1", b"1")})
    assert list(differences(QUIET, twice)) == ["the store holds a record of b'a' twice"]
    other = changed(documents={b"a": (b"0",)})
    assert list(differences(QUIET, other)) == ["the store's last record of b'a' is another"]


def test_leftovers_are_found(tmp_path: Path) -> None:
    for name in ("out/records/.a.json.partial", "out/.turns.gate", "temporary/grader-x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(left_in(tmp_path / "out", tmp_path / "temporary")) == [
        "left in the temporary folder: grader-x",
        "left in the output folder: .turns.gate",
        "left among the records: .a.json.partial",
    ]
