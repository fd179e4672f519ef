"""Who hands in what, in each grader's format: folders of four modules, or notebooks of four cells."""

from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from peers.environment import REPOSITORY
from peers.exam import EXERCISES, FUNCTIONS, inlined

Files = Mapping[str, str]
"""What one student hands in: file names and texts."""
Class = Mapping[str, Files]
"""What everyone hands in, by student."""

EXPECTED: dict[str, tuple[str, ...]] = {
    "ada": (), "bela": (), "elif": (), "faria": EXERCISES, "goran": ("conv_2d",), "hana": (),
    "ivo": ("convolution_chain", "top5"), "jana": (), "mateo": (), "oskar": (), "paula": (), "rosa": (),
    "stefan": ("subgraph",), "tomas": ("conv_2d",), "uma": ("top5",),
}  # fmt: skip
"""Students of the sample class, and the exercises that fail this suite: said here, by no grader.

The class without those whom every format or limit would treat differently: archives, modules beside the four, crashes,
loops and floods of text.
"""


def sample(student: str) -> Files:
    """Return what a student of the sample class handed in, as text."""
    folder = REPOSITORY / "fixtures" / "sample_class" / student
    folder = folder / "exercises" if (folder / "exercises").is_dir() else folder
    return {path.name: path.read_bytes().decode("utf-8-sig") for path in sorted(folder.glob("*.py"))}


def copies(count: int) -> tuple[dict[str, Files], dict[str, tuple[str, ...]]]:
    """Return a class of that many, no two alike, and which exercises of whom are wrong."""
    students, failing = {}, {}
    for number in range(count):
        name = list(EXPECTED)[number % len(EXPECTED)]
        student = f"s{number:04}"
        students[student] = {file: f"{text}\n# {student}\n" for file, text in sample(name).items()}
        failing[student] = EXPECTED[name]
    return students, failing


def write_folder(folder: Path, files: Files) -> None:
    """Write what a student handed in into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def notebook(files: Files, tests: bool = False) -> str:
    """Return a notebook with a cell for each module, marked as nbgrader does.

    Args:
        files: what the student handed in; what is no module of an exercise has no place in a notebook.
        tests: whether it has a cell with the exercise's test after each: the instructor's, or as nbgrader hands it out.
    """
    cells = []
    for exercise in EXERCISES:
        cells.append(_cell(files.get(f"{exercise}.py", ""), exercise, solution=True))
        if tests:
            hidden = f"{inlined(exercise)}\ngot, want = check_{exercise}({FUNCTIONS[exercise]})\nassert got == want"
            text = f"### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
            cells.append(_cell(text, f"test_{exercise}", grade=True, locked=True, points=1))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = new_notebook(cells=cells, metadata={"kernelspec": spec})
    for cell in made.cells:
        cell.id = cell.metadata.nbgrader.grade_id.replace("_", "-")
    return nbformat.writes(made) + "\n"


def _cell(source: str, grade_id: str, **marks: object) -> nbformat.NotebookNode:
    """Return a cell with nbgrader's marks."""
    held = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "grade_id": grade_id,
    }
    return new_code_cell(source, metadata={"nbgrader": held | marks})
