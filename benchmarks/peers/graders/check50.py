"""check50: a process pool a submission, started by a command a submission."""

import json
from collections.abc import Sequence
from pathlib import Path

from peers.classroom import Class, write_folder
from peers.environment import PYTHON
from peers.exam import EXERCISES, FUNCTIONS, SECONDS, SUITE
from peers.grader import Grader, Points
from peers.running import Command

_CONFIG = """check50:
  checks: checks.py
  files:
    - !include "*"
"""
_HEAD = """import sys
from pathlib import Path

import check50
import check50.py

sys.path.insert(0, str(Path(__file__).parent))
import suite
"""
_CHECK = '''

@check50.check(timeout={seconds})
def {exercise}():
    """{exercise}"""
    got, want = suite.check_{exercise}(check50.py.import_("{exercise}.py").{function})
    if got != want:
        raise check50.Mismatch(str(want), str(got))
'''


def prepare(room: Path, students: Class, width: int) -> None:
    """Write the checks and the class. TensorFlow is imported with the checks, once, before the processes fork."""
    checks = "".join(_CHECK.format(exercise=one, function=FUNCTIONS[one], seconds=SECONDS) for one in EXERCISES)
    write_folder(room / "checks", {".cs50.yaml": _CONFIG, "checks.py": _HEAD + checks, "suite.py": SUITE.read_text()})
    (room / "out").mkdir()
    for student, files in students.items():
        write_folder(room / "class" / student, files)


def commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return a `check50 --dev` a submission."""
    options = ["--dev", room / "checks", "--log-level", "warning", "--output", "json", "--output-file"]
    return [
        Command([PYTHON, "-m", "check50", *options, room / "out" / f"{one}.json"], room / "class" / one)
        for one in students
    ]


def points(room: Path, students: Class) -> Points:
    """Read the results."""
    found = {}
    for student in students:
        path = room / "out" / f"{student}.json"
        results = json.loads(path.read_text() or "{}").get("results") if path.is_file() else None
        if results is not None:
            found[student] = {one["name"]: float(one["passed"] is True) for one in results}
    return found


GRADER = Grader(
    "check50", "check50", prepare, commands, points,
    about=f"`check50 --dev`, the local run; a check may take {SECONDS} s.",
)  # fmt: skip
