"""Plain pytest: a process a submission, judged by its report or by its exit code; and one pytest-xdist for a class."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from peers.classroom import Class, write_folder
from peers.environment import PYTHON
from peers.exam import EXERCISES, FUNCTIONS, SECONDS, SUITE
from peers.grader import Grader, Points
from peers.running import Command

_TEST = """
def test_{exercise}():
    from {exercise} import {function}

    got, want = suite.check_{exercise}({function})
    assert got == want
"""
_SHARED = """import importlib.util
from pathlib import Path

import pytest
import suite

CLASS = sorted(Path(__file__).parent.parent.joinpath("class").iterdir())


def load(student, exercise):
    spec = importlib.util.spec_from_file_location(f"{student.name}_{exercise}", student / f"{exercise}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""
_SHARED_TEST = """
@pytest.mark.parametrize("student", CLASS, ids=lambda path: path.name)
def test_{exercise}(student):
    got, want = suite.check_{exercise}(load(student, "{exercise}").{function})
    assert got == want
"""


def prepare(room: Path, students: Class, width: int) -> None:
    """Copy the tests into each submission, as GitHub Classroom has them, over files of the same names."""
    text = "import suite\n\n" + "\n".join(_TEST.format(exercise=one, function=FUNCTIONS[one]) for one in EXERCISES)
    tests = {"test_exercises.py": text, "suite.py": SUITE.read_text()}
    (room / "out").mkdir()
    for student, files in students.items():
        write_folder(room / "class" / student, {**files, **tests})


def commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return a `pytest` a submission."""
    options = ["-q", "-p", "pytest_timeout", "--timeout", str(SECONDS), "-p", "no:cacheprovider", "test_exercises.py"]
    return [
        Command(
            ["sh", "-c", '"$@"; echo $? > "$0"', room / "out" / f"{one}.code",
             PYTHON, "-m", "pytest", *options, f"--junitxml={room / 'out' / one}.xml"],
            room / "class" / one,
        )
        for one in students
    ]  # fmt: skip


def points(room: Path, students: Class) -> Points:
    """Read the reports: a test that neither failed nor was skipped earns its point."""
    found = {}
    for student in students:
        path = room / "out" / f"{student}.xml"
        if path.is_file():
            cases = ElementTree.parse(path).iter("testcase")
            found[student] = {one.get("name", "").removeprefix("test_"): float(len(_faults(one)) == 0) for one in cases}
    return found


def exit_codes(room: Path, students: Class) -> Points:
    """Read the exit codes: 0 earns all points, anything else none."""
    found = {}
    for student in students:
        path = room / "out" / f"{student}.code"
        if path.is_file():
            found[student] = {"total": len(EXERCISES) * float(path.read_text().strip() == "0")}
    return found


def prepare_shared(room: Path, students: Class, width: int) -> None:
    """Write the class, and tests that take the student as a parameter."""
    text = _SHARED + "\n".join(_SHARED_TEST.format(exercise=one, function=FUNCTIONS[one]) for one in EXERCISES)
    write_folder(room / "tests", {"test_class.py": text, "suite.py": SUITE.read_text()})
    (room / "out").mkdir()
    for student, files in students.items():
        write_folder(room / "class" / student, files)


def shared_commands(room: Path, students: Class, width: int) -> Sequence[Command]:
    """Return one `pytest -n` for the class."""
    plugins = ["-p", "xdist.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    options = ["-q", *plugins, "-n", str(width), "--timeout", str(SECONDS), f"--junitxml={room / 'out'}/all.xml"]
    return [Command([PYTHON, "-m", "pytest", *options, "tests"], room)]


def shared_points(room: Path, students: Class) -> Points:
    """Read the class's report."""
    found: dict[str, dict[str, float]] = {}
    path = room / "out" / "all.xml"
    if path.is_file():
        for one in ElementTree.parse(path).iter("testcase"):
            exercise, _, student = one.get("name", "").removeprefix("test_").partition("[")
            found.setdefault(student.rstrip("]"), {})[exercise] = float(len(_faults(one)) == 0)
    return found


def _faults(case: ElementTree.Element) -> list[ElementTree.Element]:
    """Return what a report says against a test."""
    return [found for kind in ("failure", "error", "skipped") for found in case.findall(kind)]


FRESH = Grader(
    "pytest", "pytest", prepare, commands, points,
    about="a fresh process a submission, read from its JUnit report: whatever isn't a pass earns nothing; "
    f"`--timeout {SECONDS}`.",
)  # fmt: skip
EXIT_CODE = Grader(
    "pytest, exit code", "pytest", prepare, commands, exit_codes,
    about="the same, all or nothing by the exit code, as services do that run a command for each submission.",
)  # fmt: skip
XDIST = Grader(
    "pytest-xdist", "pytest-xdist", prepare_shared, shared_commands, shared_points,
    about=f"one warm session for the class, no isolation of any kind; `--timeout {SECONDS}`.",
)  # fmt: skip
