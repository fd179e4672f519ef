"""The tutorial runs from top to bottom on right answers, and stops where the first answer is missing."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from grader import material
from grader.release import EXERCISES

TUTORIAL = material.exercises() / "tutorial.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a course's exercises/ folder with the stubs."""
    shutil.copytree(material.exercises(), tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(material.fixtures() / "images", tmp_path / "fixtures" / "images")
    shutil.copytree(material.fixtures() / "models", tmp_path / "fixtures" / "models")
    return tmp_path / "exercises"


def run(folder: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(folder / "tutorial.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode, kind: str) -> list[str]:
    found = [output.get("data", {}).get(kind) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [one for one in found if one]


def test_it_runs_on_right_answers(course: Path) -> None:
    for exercise in EXERCISES:
        shutil.copyfile(material.solutions() / f"{exercise}.py", course / f"{exercise}.py")
    notebook = run(course)
    text = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert "W   (5, 9, 1, 6)" in text
    assert "344 nodes before, 253 after" in text
    assert "253 operations in the new graph, 0 in the default one" in text
    assert len(outputs(notebook, "image/png")) >= 8
    assert sum("<svg" in page or "<iframe" in page or "<script" in page for page in outputs(notebook, "text/html")) >= 3


def test_it_stops_at_the_first_missing_answer(course: Path) -> None:
    with pytest.raises(CellExecutionError) as stopped:
        run(course)
    assert (stopped.value.ename, stopped.value.evalue) == ("NotImplementedError", "your answer goes here")
    assert "show_row(convolution_chain.apply_filter(grey, gaussian())" in str(stopped.value)


def test_it_is_released_without_outputs() -> None:
    notebook = nbformat.read(TUTORIAL, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
