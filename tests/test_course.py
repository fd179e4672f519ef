"""A course for stock nbgrader, and the two ways to grade it: both give the same points, check by check."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from courses import NAME, OURS, hand_in, nbgrader, position
from nbgrader.api import Gradebook

from grader import course, material
from grader.export.cells import cell_id
from grader.record import Record, read_all
from grader.release import ReleaseError, refuse_leaks

pytestmark = [pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"), pytest.mark.usefixtures("activated")]

CLASS = material.fixtures() / "sample_class"


def module(student: str, exercise: str) -> str:
    return (CLASS / student / f"{exercise}.py").read_text()


def untidy(notebook: dict[str, Any]) -> None:
    """Do to a right notebook what students do: magics, a cell more, deleted tests, cells in another order."""
    cells = notebook["cells"]
    for exercise in ("conv_2d", "top5"):
        del cells[position(notebook, cell_id(OURS.check_ids(exercise, True)[0]))]
    del cells[position(notebook, cell_id(OURS.check_ids("top5", False)[0]))]
    chain = cells[position(notebook, "convolution_chain")]
    chain["source"] = f"%%time\n%matplotlib inline\n!ls\n{chain['source']}"
    cells.insert(3, {"cell_type": "code", "id": "mine", "metadata": {}, "source": "1/0", "outputs": []} | _RUN)
    cells.insert(3, cells.pop(position(notebook, "subgraph")))


_RUN = {"execution_count": 1}


def unfinished(notebook: dict[str, Any]) -> None:
    """Leave one solution out, and give two new answers."""
    del notebook["cells"][position(notebook, "top5")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "course"
    command = [sys.executable, "-m", "grader", "release", str(folder), "--nbgrader", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stderr
    nbgrader(folder, "generate_assignment", NAME)
    return folder


def test_nbgrader_finds_the_source_right_and_the_release_not_done(made: Path) -> None:
    assert "Success! Your notebook passes all the tests." in nbgrader(made, "validate", f"source/{NAME}/{NAME}.ipynb")
    said = nbgrader(made, "validate", f"release/{NAME}/{NAME}.ipynb")
    visible = sum(len(OURS.check_ids(exercise, True)) for exercise in OURS.exercises)
    assert f"VALIDATION FAILED ON {visible} CELL(S)!" in said


@pytest.fixture(scope="module")
def graded(made: Path) -> tuple[Path, dict[str, Record]]:
    right = {exercise: module("ada", exercise) for exercise in OURS.exercises}
    wrong = {
        "convolution_chain": module("hana", "convolution_chain"),
        "conv_2d": module("rosa", "conv_2d"),
        "subgraph": "def extract_main_graph(:\n    pass\n",
    }
    hand_in(made, "right", right, untidy)
    hand_in(made, "wrong", wrong, unfinished)
    nbgrader(made, "autograde", NAME)
    out = made / "graded"
    command = [sys.executable, "-m", "grader", "grade", str(made / "submitted"), "--out", str(out), "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stderr
    return made, {record.submission: record for record in read_all(out)}


def scores(folder: Path, student: str) -> dict[str, float]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        sheet = book.find_submission_notebook(NAME, NAME, student)
        return {grade.name: grade.score for grade in sheet.grades}


def by_cell(record: Record) -> dict[str, float]:
    return {cell_id(one.id): one.score for found in record.exercises.values() for one in found.checks}


@pytest.mark.parametrize("student", ["right", "wrong"])
def test_both_ways_give_the_same_points_check_by_check(graded: tuple[Path, dict[str, Record]], student: str) -> None:
    folder, records = graded
    theirs, ours = scores(folder, student), by_cell(records[student])
    assert theirs == ours
    if student == "right":
        assert sum(ours.values()) == 100
    else:
        assert 0 < sum(ours.values()) < 60


def test_the_gradebook_says_the_same_after_an_export(graded: tuple[Path, dict[str, Record]]) -> None:
    folder, records = graded
    command = [sys.executable, "-m", "grader", "export", str(folder / "graded"), "--to", "nbgrader"]
    done = subprocess.run(
        [*command, "--course", str(folder)], capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 students' scores in the gradebook, 2 notebooks for formgrader\n"
    for student, record in records.items():
        assert scores(folder, student) == by_cell(record)


def test_what_was_not_graded_is_said(graded: tuple[Path, dict[str, Record]]) -> None:
    assert "left out: 1 code cell without a grade id" in graded[1]["right"].notes


def test_students_get_no_answer_no_hidden_check_and_no_seed(made: Path) -> None:
    refuse_leaks(made / "release")
    notebook = (made / "release" / NAME / f"{NAME}.ipynb").read_text()
    for check_id in OURS.check_ids("conv_2d", True):
        assert f'check(\\"{check_id}\\")' in notebook
    for exercise in OURS.exercises:
        for check_id in OURS.check_ids(exercise, False):
            assert f'check(\\"{check_id}\\")' not in notebook
    assert "GRADER_SEED" not in notebook
    assert sorted(path.name for path in (made / "release" / NAME).iterdir()) == [f"{NAME}.ipynb"]


def test_a_student_checks_the_visible_part_with_nothing_but_the_wheel(made: Path, tmp_path: Path) -> None:
    (wheel,) = (made / "students").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    notebook = json.loads((made / "release" / NAME / f"{NAME}.ipynb").read_text())
    notebook["cells"][position(notebook, "top5")]["source"] = module("ada", "top5")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    visible = [check_id for name in ("top5", "subgraph") for check_id in OURS.check_ids(name, True)]
    script = "import sys\nfrom grader import kernel\n" + "\n".join(
        f"try: kernel.check({check_id!r})\nexcept Exception as error: print({check_id!r}, repr(error))"
        for check_id in (*visible, OURS.check_ids("top5", False)[0])
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path / "work", env=environment, capture_output=True, text=True, timeout=1500, check=True,
    )  # fmt: skip
    said = done.stdout.splitlines()
    assert [line.split()[0] for line in said] == [*OURS.check_ids("subgraph", True), OURS.check_ids("top5", False)[0]]
    assert "NotImplementedError" in said[0]
    assert "GraderFailed" in said[-1]


def test_points_of_the_cells_are_those_of_the_rubric(made: Path) -> None:
    notebook = json.loads((made / "source" / NAME / f"{NAME}.ipynb").read_text())
    cells = [cell["metadata"]["nbgrader"] for cell in notebook["cells"]]
    tests = {cell["grade_id"]: cell["points"] for cell in cells if cell["grade"]}
    rubric = {cell_id(one): OURS.rubric(one).points for name in OURS.exercises for one in OURS.check_ids(name)}
    assert tests == rubric
    assert [cell["grade_id"] for cell in cells if cell["solution"]] == list(OURS.exercises)


def test_the_notebook_is_the_same_each_time() -> None:
    assert course.source_notebook(OURS) == course.source_notebook(OURS)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ReleaseError, match="isn't an empty folder"):
        course.write(tmp_path, OURS, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
