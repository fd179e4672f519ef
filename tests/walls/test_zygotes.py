"""Stems and branches: zygotes that share an import and nothing else, and what becomes of them when one is killed."""

import contextlib
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.walls.worker import Worker
from grader.walls.zygotes import Branch, Own, Stem
from tests.walls.test_worker import descendants, wait_until_gone

SLOW = "import time\ndef attack():\n    time.sleep(1)\n    return 6\n"


@pytest.fixture(scope="module")
def stem():
    with Stem("walls") as held:
        yield held


@pytest.fixture
def workers(stem):
    """Return two workers whose zygotes are branches of one stem."""
    with Worker("walls", stem=stem.socket) as one, Worker("walls", stem=stem.socket) as other:
        one.start()
        other.start()
        yield one, other


def branch(worker):
    """Return the descriptor of a worker's zygote, which is a branch."""
    assert isinstance(worker._zygote, Branch)
    return worker._zygote._process


def zygotes(stem):
    """Return the stem and what it forked."""
    return [pid for pid in descendants(stem._zygote.process.pid) if is_zygote(pid)]


def is_zygote(pid):
    with contextlib.suppress(OSError):
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"inside.zygote" in line and b"--unshare-all" not in line
    return False


def test_workers_notice_nothing_of_each_other(workers, submit):
    one, other = workers
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(submit, SLOW, on=other, wall_seconds=5.0)
        time.sleep(0.3)
        signal.pidfd_send_signal(branch(one), signal.SIGKILL)
        assert submit("def attack(): return 7", on=one).value() == 7
        assert running.result().value() == 6
    assert branch(one) is not None


def test_one_import_serves_all(workers, stem, submit):
    one, other = workers
    assert len(zygotes(stem)) == 3
    assert [submit("def attack(): return 5", on=worker).value() for worker in (one, other)] == [5, 5]


def test_a_branch_ends_with_its_worker(workers, stem):
    first, *branches = zygotes(stem)
    for worker in workers:
        worker.close()
    assert wait_until_gone(branches) == []
    assert Path(f"/proc/{first}").exists()


def test_a_branch_that_does_not_end_is_ended_by_force(workers, stem):
    _, *branches = zygotes(stem)
    for worker in workers:
        signal.pidfd_send_signal(branch(worker), signal.SIGSTOP)
        worker.close()
    assert wait_until_gone(branches) == []


def test_a_worker_whose_stem_is_gone_starts_a_zygote_of_its_own(submit):
    """It may be gone before it is asked for a zygote, or before it answers."""
    with Stem("walls") as dead, Worker("walls", stem=dead.socket) as early, Worker("walls", stem=dead.socket) as late:
        early.launch()
        assert isinstance(early._zygote, Branch)
        dead._zygote.process.kill()
        dead._zygote.process.wait()
        for worker in (early, late):
            assert submit("def attack(): return 8", on=worker).value() == 8
            assert isinstance(worker._zygote, Own)


def test_nothing_is_left_of_a_stem(submit):
    with Stem("walls") as held:
        worker = Worker("walls", stem=held.socket)
        assert submit("def attack(): return 9", on=worker).value() == 9
        everything = [held._zygote.process.pid, *descendants(held._zygote.process.pid)]
    assert wait_until_gone(everything) == []
    worker.close()
