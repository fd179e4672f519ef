"""Nodes that cannot take part are not used, and said to be."""

import sys
from pathlib import Path

import pytest
from faults.kills import cheap_class

from cluster.daskcluster import REPOSITORY, Cluster, Run
from grader.cluster.versions import here, mismatch

OURS = {
    "python": "3.11.7.final.0",
    "convolution-grader": "1.2",
    "tensorflow": "2.21.0",
    "numpy": "2.1",
    "hypothesis": "6",
}


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({}, ""),
        (
            {"python": "3.12.1.final.0"},
            "it has Python 3.12.1, and this run has 3.11.7; start its worker with python3.11.7",
        ),
        (
            {"convolution-grader": None},
            "it has no convolution-grader, and this run needs 1.2; there: pip install 'convolution-grader[dask]==1.2', "
            "then start its worker again",
        ),
        (
            {"tensorflow": "2.20.0"},
            "it has tensorflow 2.20.0, and this run has 2.21.0; there: pip install 'tensorflow==2.21.0', then start "
            "its worker again",
        ),
    ],
)
def test_both_versions_and_what_mends_it_are_said(theirs: dict[str, str | None], said: str) -> None:
    assert mismatch(OURS, OURS | theirs) == said


def test_a_machine_fits_itself() -> None:
    assert mismatch(here(), here()) == ""


def test_another_version_no_walls_nobody_left(tmp_path: Path) -> None:
    stale = tmp_path / "stale" / "convolution_grader-0.0.1.dist-info"
    stale.mkdir(parents=True)
    (stale / "METADATA").write_text("Metadata-Version: 2.1\nName: convolution-grader\nVersion: 0.0.1\n")
    with Cluster(tmp_path) as cluster:
        cluster.start_worker(environment={"PYTHONPATH": f"{stale.parent}:{REPOSITORY}"})
        cluster.start_worker(wrapper=[sys.executable, str(Path(__file__).with_name("without_namespaces.py"))])
        submissions = cheap_class(tmp_path / "class", 1)
        code, said = Run(submissions, "--out", tmp_path / "out", "--scheduler", cluster.address).end()
    assert code == 2, said
    said = " ".join(said.split())
    assert "is not used: it has convolution-grader 0.0.1, and this run has" in said
    assert "is not used: bubblewrap cannot build walls on this machine" in said
    assert f"no worker of {cluster.address} can grade" in said
    assert "Traceback" not in said
