"""A real notebook, executed: what it defines is checked, shown richly and as text, and graphs are drawn inline."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import material

WRONG = (Path(material.__file__).parent / "misconceptions" / "conv_2d" / "strides_on_wrong_axes.py").read_text("utf-8")
RIGHT = (material.solutions() / "top5.py").read_text("utf-8")
HALVES = RIGHT.partition("def classify(")


EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], 4)
NotebookClient(notebook, kernel_name="python3", timeout=300, resources={"metadata": {"path": sys.argv[2]}}).execute()
nbformat.write(notebook, sys.argv[1])
"""


def execute(*cells: str, cwd: Path) -> list[Any]:
    """Run cells as a notebook, in a process whose sockets are not ours, and return the outputs of each."""
    path = cwd / "work.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    done = subprocess.run([sys.executable, "-c", EXECUTE, str(path), str(cwd)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [cell.outputs for cell in nbformat.read(path, 4).cells]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    folder = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield run(folder)
    assert "stride_order" in (folder / "convolution-grader" / "desk.json").read_text()


def run(folder: Path) -> list[Any]:
    (folder / "convolution_chain.py").write_bytes((material.solutions() / "convolution_chain.py").read_bytes())
    return execute(
        "from grader.notebook import check",
        f"{WRONG}\n\ncheck",
        "check('conv_2d')",
        "check('convolution_chain')",
        "check('conv_3d')",
        "%%exercise\n1",
        f"%%exercise top5\n{HALVES[0]}",
        f"%%exercise top5\n{HALVES[1]}{HALVES[2]}",
        "%load_ext grader.notebook",
        f"import sys; sys.path.insert(0, {str(material.exercises())!r})\nfrom utils import gr_disp\n"
        "import tensorflow as tf\nwith tf.Graph().as_default() as graph:\n    tf.constant(1, name='one')\n"
        "gr_disp.show(graph)",
        cwd=folder,
    )


def shown(outputs: Any) -> dict[str, str]:
    (data,) = [output["data"] for output in outputs if "data" in output]
    return dict(data)


def test_what_cells_define_is_checked_and_shown_richly(outputs: list[Any]) -> None:
    data = shown(outputs[2])
    page = data["text/html"]
    assert "A convolutional layer (conv_2d): 7 of 11 visible points" in page
    assert "the strides moved along the wrong axes" in page
    assert "data:image/png;base64," in page
    assert "hint: TensorFlow&#x27;s list of four strides" in page
    assert "<script" not in page
    assert "a mix-up that gives just these answers: " in page
    assert "Stuck? grader hint conv_2d" in page


def test_text_says_the_same_where_html_is_not_shown(outputs: list[Any]) -> None:
    text = shown(outputs[2])["text/plain"]
    assert text.startswith("Checked: the cells of this notebook that define conv_2d")
    assert "7 of 11 visible points; 24 hidden, not run" in text
    assert "✗ Strides move along height and width" in text


def test_files_are_checked_where_the_notebook_defines_nothing(outputs: list[Any]) -> None:
    assert "6 of 6 visible points; 14 hidden, not run" in shown(outputs[3])["text/plain"]


def test_an_unknown_exercise_is_said_in_a_sentence(outputs: list[Any]) -> None:
    assert shown(outputs[4])["text/plain"] == (
        "Nothing was checked: there is no exercise 'conv_3d'; there are convolution_chain, conv_2d, subgraph, top5"
    )


def test_the_cell_magic_checks_what_its_cells_define_together(outputs: list[Any]) -> None:
    first, both = (shown(outputs[number])["text/plain"] for number in (6, 7))
    assert "8 of 8 visible points" not in first
    assert "8 of 8 visible points; 17 hidden, not run" in both


def test_the_cell_magic_wants_to_know_which_exercise(outputs: list[Any]) -> None:
    assert "say which exercise the cell is of: %%exercise NAME" in shown(outputs[5])["text/plain"]


def test_graphs_are_drawn_inline(outputs: list[Any]) -> None:
    assert '<iframe title="graph" srcdoc=' in shown(outputs[9])["text/html"]
