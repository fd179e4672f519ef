"""gradescope-utils: `run_tests.py` as its documentation has it, a process a submission."""

import json
from collections.abc import Sequence
from pathlib import Path

from peers.classroom import Class, write_folder
from peers.environment import PYTHON
from peers.exam import EXERCISES, FUNCTIONS, SUITE
from peers.grader import Grader, Points
from peers.running import Command

_RUN = """import unittest

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover("tests")
    with open("../results/results.json", "w") as f:
        JSONTestRunner(visibility="visible", stream=f).run(suite)
"""
_HEAD = """import unittest

from gradescope_utils.autograder_utils.decorators import weight

import suite


class TestExercises(unittest.TestCase):
"""
_TEST = '''    @weight(1)
    def test_{exercise}(self):
        """{exercise}"""
        from {exercise} import {function}

        got, want = suite.check_{exercise}({function})
        self.assertEqual(got, want)

'''


def prepare(room: Path, students: Class, width: int) -> None:
    """Lay out /autograder for each submission: its files are copied beside the tests, the tests over them."""
    text = _HEAD + "".join(_TEST.format(exercise=one, function=FUNCTIONS[one]) for one in EXERCISES)
    tests = {"tests/__init__.py": "", "tests/test_exercises.py": text, "tests/suite.py": SUITE.read_text()}
    for student, files in students.items():
        autograder = room / "autograders" / student
        write_folder(autograder / "source", {**files, **tests, "run_tests.py": _RUN})
        write_folder(autograder / "submission", files)
        (autograder / "results").mkdir()


def commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return a `python3 run_tests.py` a submission."""
    return [Command([PYTHON, "run_tests.py"], room / "autograders" / one / "source") for one in students]


def points(room: Path, students: Class) -> Points:
    """Read the results; what is in no test belongs to the total."""
    found: dict[str, dict[str, float]] = {}
    for student in students:
        path = room / "autograders" / student / "results" / "results.json"
        text = path.read_text() if path.is_file() else ""
        if text:
            given = json.loads(text)
            found[student] = {one["name"]: float(one.get("score") or 0) for one in given.get("tests", [])}
            if "score" in given and given["score"] != sum(found[student].values()):
                found[student] = {"total": float(given["score"])}
    return found


GRADER = Grader(
    "gradescope-utils", "gradescope-utils", prepare, commands, points,
    about="`run_tests.py`, without the container that Gradescope puts around each submission.",
)  # fmt: skip
