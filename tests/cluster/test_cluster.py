"""A class graded on a cluster of real Dask processes: the same bytes, whatever dies."""

import os
import signal
from pathlib import Path

import pytest
from faults.kills import cheap_class

from cluster.daskcluster import Cluster, Run, outputs, recorded

COUNT = 6


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cheap_class(tmp_path_factory.mktemp("submissions") / "class", COUNT)


@pytest.fixture(scope="module")
def quiet(submissions: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a local run gives."""
    out = tmp_path_factory.mktemp("quiet") / "out"
    code, said = Run(submissions, "--out", out, "--jobs", 1).end()
    assert code == 0, said
    return outputs(out)


def test_a_worker_is_killed_and_another_hangs(submissions: Path, quiet: dict[str, bytes], tmp_path: Path) -> None:
    with Cluster(tmp_path, environment={"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s"}) as cluster:
        hanging, dying = cluster.start_worker(), cluster.start_worker()
        run = Run(submissions, "--out", tmp_path / "out", "--scheduler", cluster.address)
        recorded(tmp_path / "out", 1)
        dying.kill()
        cluster.start_worker()
        recorded(tmp_path / "out", 2)
        os.killpg(hanging.pid, signal.SIGSTOP)
        code, said = run.end()
    assert code == 0, said
    assert "not used" not in said
    assert outputs(tmp_path / "out") == quiet


def test_a_scheduler_comes_back_and_then_does_not(submissions: Path, quiet: dict[str, bytes], tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        cluster.start_worker()
        run = Run(submissions, "--out", tmp_path / "out", "--scheduler", cluster.address)
        recorded(tmp_path / "out", 1)
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        cluster.start_scheduler()
        cluster.start_worker()
        recorded(tmp_path / "out", 3)
        cluster.scheduler.kill()
        code, said = run.end()
        assert code == 2, said
        assert "has not come back. What was recorded is kept: start it and its workers again" in said
        assert "Traceback" not in said
        cluster.start_scheduler()
        cluster.start_worker()
        code, said = Run(submissions, "--out", tmp_path / "out", "--scheduler", cluster.address).end()
    assert code == 0, said
    assert said.count("(unchanged)") >= 3
    assert outputs(tmp_path / "out") == quiet
