"""Otter-Grader without Docker: `otter run`, a notebook at a time."""

import json
from collections.abc import Sequence
from pathlib import Path

from peers.classroom import Class, notebook, sample, write_folder
from peers.environment import PYTHON, variables
from peers.exam import EXERCISES, FUNCTIONS, inlined
from peers.grader import Grader, Points
from peers.running import Command, run

_TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = "{exercise}"
points = 1

{inlined}

@test_case(points=1)
def test_{exercise}({function}):
    got, want = check_{exercise}({function})
    assert got == want
"""


def prepare(room: Path, students: Class, width: int) -> None:
    """Make the autograder's zip beside the solution, as `otter assign` lays them, and the class's notebooks."""
    staff = room / "autograder"
    write_folder(staff, {"ps1.ipynb": notebook(sample("ada"), tests=True)})
    for name in EXERCISES:
        text = _TEST.format(exercise=name, function=FUNCTIONS[name], inlined=inlined(name))
        write_folder(staff / "tests", {f"{name}.py": text})
    (room / "tmp").mkdir(exist_ok=True)
    make = Command([PYTHON, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip"], staff)
    said = run([make], 1, variables(room / "tmp", room / "home"), 120).said
    if not (staff / "autograder.zip").is_file():
        raise SystemExit(f"otter generate failed:\n{said}")
    for student, files in students.items():
        write_folder(room / "class" / student, {"ps1.ipynb": notebook(files)})
        (room / "out" / student).mkdir(parents=True)


def commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return an `otter run` a submission."""
    options = ["-a", "autograder.zip", "--no-logo", "-o"]
    return [
        Command([PYTHON, "-m", "otter", "run", room / "class" / one / "ps1.ipynb", *options, room / "out" / one],
                room / "autograder")
        for one in students
    ]  # fmt: skip


def points(room: Path, students: Class) -> Points:
    """Read the results, made for Gradescope: a test is a question."""
    found: dict[str, dict[str, float]] = {}
    for student in students:
        path = room / "out" / student / "results.json"
        if path.is_file():
            given = json.loads(path.read_bytes())["tests"]
            found[student] = {
                one["name"]: float(one.get("score") or 0) for one in given if one["name"] != "Public Tests"
            }
    return found


GRADER = Grader(
    "otter", "otter-grader", prepare, commands, points,
    about="`otter run`, without the container that `otter grade` puts around each submission.",
)  # fmt: skip
