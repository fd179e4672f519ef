"""Our grader, behind walls, with one check an exercise."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from peers.classroom import Class, write_folder
from peers.environment import HERE
from peers.grader import Grader, Points
from peers.running import Command

SMALL = HERE.parent / "small.toml"


def prepare(room: Path, students: Class, width: int) -> None:
    """Write the class."""
    for student, files in students.items():
        write_folder(room / "class" / student, files)


def commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return `grader grade`: one command for a class."""
    return [
        Command(
            [sys.executable, "-m", "grader", "grade", room / "class", "--out", room / "out", "--fresh",
             "--jobs", str(width), "--assignment", SMALL],
            room,
        )
    ]  # fmt: skip


def points(room: Path, students: Class) -> Points:
    """Read the records."""
    found = {}
    for path in (room / "out" / "records").glob("*.json"):
        record = json.loads(path.read_bytes())
        found[record["submission"]] = {
            name: one["score"] / one["points"] for name, one in record["exercises"].items() if one["score"] is not None
        }
    return found


GRADER = Grader(
    "ours", "grader", prepare, commands, points, own_home=False,
    about="`grader grade`, behind walls, with `small.toml`: one check an exercise.",
)  # fmt: skip
