"""`make ratios`: ratios of paired runs over one class. Absolute times mean nothing on a shared machine; ratios do.

Two suites: `small`, one check an exercise as the peers' suites have, and `full`, all our checks. For each:

1. Judging: CPU of `grader grade` over a class against the CPU of the same programs in the same number of forks with no
   judging. Both without walls, because the CPU of what runs behind them is not accounted to whoever started it; forks
   without walls are cheaper, which makes the ratio larger, not smaller.
2. Wall time: `grader grade`, behind walls, against one fresh pytest process a submission that does everything in
   itself, at the same number of processes.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader import material

HERE = Path(__file__).resolve().parent
RIGHT = ("ada", "bela", "chiara", "elif", "goran", "hana", "ivo", "jana", "mateo", "oskar", "paula", "rosa")
"""Submissions of the sample class that end by themselves: the others' time is the limits', whoever grades them."""
ASSIGNMENTS = {"small": HERE / "small.toml", "full": Path(material.__file__).with_name("assignment.toml")}
"""The peers' kind of suite, one check an exercise, and ours."""


def main() -> None:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=48, help="size of the class (default 48)")
    parser.add_argument("--pairs", type=int, default=2, help="paired runs (default 2)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes side by side")
    parser.add_argument("--suite", choices=list(ASSIGNMENTS), help="only this one (default both)")
    parser.add_argument("--observe", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--assignment", type=Path, default=ASSIGNMENTS["full"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.observe:
        observe_only(options.observe, options.assignment)
        return
    for suite, assignment in ASSIGNMENTS.items():
        if options.suite in (None, suite):
            measure(suite, assignment, options)


def measure(suite: str, assignment: Path, options: argparse.Namespace) -> None:
    """Measure one suite of checks and print its ratios."""
    with tempfile.TemporaryDirectory() as folder:
        students = copies(Path(folder) / "class", options.submissions)
        out = Path(folder) / "out"
        grade(students, out, options.jobs, "walls", assignment)
        judging, speed = [], []
        for _ in range(options.pairs):
            ours = cpu(lambda: grade(students, out, 1, "none", assignment))
            bare = cpu(
                lambda: run([sys.executable, HERE / "class.py", "--observe", students, "--assignment", assignment])
            )
            judging.append(ours / bare)
            mine = wall(lambda: grade(students, out, options.jobs, "walls", assignment))
            theirs = wall(lambda: fresh_pytests(students, options.jobs, assignment))
            speed.append(theirs / mine)
            print(
                f"CPU/submission: graded {ours / options.submissions:.2f} s, observed only "
                f"{bare / options.submissions:.2f} s | wall/submission at {options.jobs}: ours "
                f"{mine / options.submissions:.2f} s, fresh pytest {theirs / options.submissions:.2f} s",
                flush=True,
            )
    size = f"{options.submissions} submissions, {options.jobs} processes, {options.pairs} paired runs"
    print(f"\n{suite} suite: {size}; median (range)")
    report("CPU, graded / observed only", judging, "at most 3")
    report("wall, fresh pytest processes / ours", speed, "at least 5")
    print(flush=True)


def report(name: str, ratios: list[float], budget: str) -> None:
    """Print one ratio."""
    print(f"{name:38} {statistics.median(ratios):6.2f}  ({min(ratios):.2f} to {max(ratios):.2f})  budget: {budget}")


def copies(folder: Path, count: int) -> Path:
    """Make a class of `count` submissions, no two of the same name."""
    for number in range(count):
        shutil.copytree(material.fixtures() / "sample_class" / RIGHT[number % len(RIGHT)], folder / f"s{number:04}")
    return folder


def grade(students: Path, out: Path, jobs: int, isolation: str, assignment: Path) -> None:
    """Grade a class afresh with the command that a user types."""
    options = ["--out", out, "--fresh", "--jobs", str(jobs), "--isolation", isolation, "--assignment", assignment]
    run([sys.executable, "-m", "grader", "grade", students, *options])


def fresh_pytests(students: Path, jobs: int, assignment: Path) -> None:
    """Run one pytest process a submission, `jobs` at a time."""
    checks = Path(material.__file__).with_name("checks")
    # Plain: with rewritten assertions pytest would go through all of TensorFlow's sources, if no bytecode is kept.
    options = ["-q", "--assert=plain", "-p", "in_process", checks, "--rubric", assignment]
    command = [sys.executable, "-m", "pytest", *options, "--plain"]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda path: run([*command, path], (0, 1)), sorted(students.iterdir())))


def observe_only(students: Path, assignment: Path) -> None:
    """Run the programs of every submission in the same forks as the grader does, and judge nothing."""
    from grader.grading import code_of, observe_parts
    from grader.submission import find, read
    from grader.workbench import Setup, Workbench, cache_folder

    tools = Workbench(Setup(1, "none", str(cache_folder()), assignment=str(assignment)))
    exercises = list(tools.assignment.exercises)
    for found in find([students], exercises)[0]:
        submission = read(found, exercises, tools.assignment.sizes, imports=tools.assignment.imports)
        for exercise in exercises:
            observe_parts(tools.worker, code_of(submission, exercise), tools.parts(exercise), tools.assignment.limits)
    tools.close()


def run(command: list[object], codes: tuple[int, ...] = (0,)) -> None:
    """Run a command quietly; what it printed is shown if it fails."""
    environment = os.environ | {
        "PYTHONPATH": str(HERE), "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, cwd=HERE.parent)
    if done.returncode not in codes:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")


def cpu(action: Callable[[], None]) -> float:
    """Return the CPU seconds of all processes that an action started and that ended."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall(action: Callable[[], None]) -> float:
    """Return the wall seconds of an action."""
    started = time.monotonic()
    action()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
