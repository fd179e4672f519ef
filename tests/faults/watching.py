"""What a run of `grader grade` has at work, and what it leaves behind."""

import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE_SECONDS = 20.0
OUTPUT = {"records", "scores.csv", "store.sqlite", "origins.json", ".lock"}
"""All that a finished run leaves in its output folder."""


def grade_command(submissions: Path, out: Path, jobs: int, *more: str) -> list[str]:
    """Return the command that grades a folder of submissions."""
    command = [sys.executable, "-m", "grader", "grade", str(submissions), "--out", str(out), "--jobs", str(jobs)]
    return [*command, *more]


def adopt_orphans() -> None:
    """Become the parent of whatever our children leave behind, so that nothing can hide from `descendants`."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> dict[int, str]:
    """Return the processes below a process, with their command lines; a dead one's is empty."""
    found: dict[int, str] = {}
    queue = [pid]
    while queue:
        parent = queue.pop()
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            children = [child for task in tasks for child in (task / "children").read_text().split()]
            found[parent] = Path(f"/proc/{parent}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        queue += map(int, children)
    found.pop(pid, None)
    return found


def bury() -> None:
    """Take note of the ends of those that we adopted; our own children are waited for by who started them."""
    for pid, line in descendants(os.getpid()).items():
        if not line:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def left_running(known: set[int]) -> list[str]:
    """Return our descendants beside `known` that are still there after a while, with their command lines."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        bury()
        left = [f"{pid} {line[:120]}" for pid, line in descendants(os.getpid()).items() if pid not in known]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def mounts() -> set[str]:
    """Return the mounts that this process sees, each as its place and kind."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return {" ".join(line.split()[4:5] + line.split(" - ")[1].split()[:2]) for line in lines}


def groups() -> set[str]:
    """Return the control groups below our own."""
    own = [line.split(":", 2)[2] for line in Path("/proc/self/cgroup").read_text().splitlines() if line[:2] == "0:"]
    top = Path("/sys/fs/cgroup") / own[0].lstrip("/") if own else Path("/nowhere")
    return {str(path) for path in top.glob("*/") if path.is_dir()}


def left_in(out: Path, temporary: Path) -> Iterator[str]:
    """Say what a run left in its output folder and in its temporary folder that has no business there."""
    for path in sorted(temporary.iterdir()):
        yield f"left in the temporary folder: {path.name}"
    for path in sorted(out.iterdir()):
        if path.name not in OUTPUT:
            yield f"left in the output folder: {path.name}"
    for path in sorted((out / "records").iterdir()):
        if path.name.startswith(".") or path.suffix != ".json":
            yield f"left among the records: {path.name}"
