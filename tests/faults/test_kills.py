"""Faults of our own: a grading process or a zygote that is killed costs nobody anything."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from grader import material

CLASS = material.fixtures() / "sample_class"
FEW = [CLASS / name for name in ("ada", "goran", "hana", "ivo", "jana", "oskar")]


def descendants(pid: int) -> dict[int, str]:
    """Return the processes below a process, with their command lines."""
    found: dict[int, str] = {}
    queue = [pid]
    while queue:
        parent = queue.pop()
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            found[parent] = Path(f"/proc/{parent}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        queue += map(int, children)
    found.pop(pid, None)
    return found


def test_killed_processes_change_no_record_and_leave_nothing(tmp_path: Path) -> None:
    quiet, disturbed = tmp_path / "quiet", tmp_path / "disturbed"
    command = [sys.executable, "-m", "grader", "grade", *map(str, FEW), "--fresh", "--jobs", "2", "--out"]
    subprocess.run([*command, str(quiet)], check=True, capture_output=True)
    running = subprocess.Popen([*command, str(disturbed)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    chance, kills, deadline = random.Random(1), 0, time.monotonic() + 300
    seen: set[int] = set()
    while running.poll() is None and time.monotonic() < deadline:
        below = descendants(running.pid)
        seen |= set(below)
        victims = [pid for pid, line in below.items() if "spawn_main" in line or "zygote" in line]
        recorded = len(list((disturbed / "records").glob("*.json"))) if disturbed.is_dir() else 0
        if victims and kills < 2 and recorded > kills:
            os.kill(chance.choice(victims), signal.SIGKILL)
            kills += 1
        time.sleep(0.05)
    _, said = running.communicate(timeout=60)
    assert kills == 2
    assert running.returncode == 0, said
    for path in (quiet / "records").iterdir():
        assert path.read_bytes() == (disturbed / "records" / path.name).read_bytes()
    deadline = time.monotonic() + 20
    while (left := [pid for pid in seen if Path(f"/proc/{pid}").exists()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [(pid, Path(f"/proc/{pid}/stat").read_text()[:60]) for pid in left] == []
