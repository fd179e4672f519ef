"""A class graded on a cluster of real Dask processes: the same bytes, whatever dies."""

import os
import signal
from pathlib import Path

import pytest
from faults.kills import cheap_class

from cluster.daskcluster import Cluster, Run, outputs, recorded, until
from grader.cluster import ClusterError
from grader.cluster.executor import ClusterExecutor

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
    with Cluster(
        tmp_path,
        environment={
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        },
    ) as cluster:
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


def test_a_scheduler_comes_back(submissions: Path, quiet: dict[str, bytes], tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        cluster.start_worker()
        run = Run(submissions, "--out", tmp_path / "out", "--scheduler", cluster.address)
        recorded(tmp_path / "out", 1)
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        cluster.start_scheduler()
        cluster.start_worker()
        code, said = run.end()
    assert code == 0, said
    assert outputs(tmp_path / "out") == quiet


def test_a_scheduler_that_does_not_come_back(submissions: Path, tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        run = Run(submissions, "--out", tmp_path / "out", "--scheduler", cluster.address)
        until(lambda: f"{cluster.address} has no worker: waiting" in run.said())
        cluster.scheduler.kill()
        code, said = run.end()
    assert code == 2, said
    assert f"the scheduler at {cluster.address} is gone, and has not come back. What was recorded is kept" in said
    assert "start it and its workers again, then run the same command to go on" in said
    assert "Traceback" not in said


def test_no_scheduler(submissions: Path, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"no scheduler answers at tcp://127.0.0.1:9 .*start one with `dask sched"):
        ClusterExecutor("tcp://127.0.0.1:9", print, connect_seconds=0.5)
