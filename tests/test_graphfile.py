"""Graphs read without TensorFlow are those that TensorFlow reads, and are drawn the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from exercises.utils import gr_disp, inception
from grader import graphfile, material

MODELS = material.fixtures() / "models"


@pytest.mark.parametrize("name", ["tiny", "efficientnet_lite0"])
def test_a_shipped_model_is_drawn_as_tensorflow_reads_it(name: str) -> None:
    graph_def, _ = inception.get_inception_model(name)
    assert gr_disp.render(graphfile.read(MODELS / f"{name}.pb")) == gr_disp.render(graph_def)


@pytest.mark.parametrize("data", [b"", b"\xff\xff\xff", b"# text\n", bytes(1000)])
def test_what_is_no_graph_is_said(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine.pb").write_bytes(data)
    with pytest.raises(graphfile.GraphFileError, match=r"mine\.pb .*frozen graph"):
        graphfile.read(tmp_path / "mine.pb")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(graphfile.GraphFileError, match="No such file"):
        graphfile.read(tmp_path / "mine.pb")


def test_tensorflow_is_not_imported() -> None:
    script = (
        "import sys, pathlib; from grader import graphfile, material; "
        "graph = graphfile.read(pathlib.Path(sys.argv[1])); material.given('gr_disp').render(graph); "
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(MODELS / "tiny.pb")], check=True)
