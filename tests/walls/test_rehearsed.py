"""Forks that are ready before their jobs: the same answers, clocks that start with the job, and no way to get stuck."""

import time
from collections.abc import Iterator

import pytest

from grader.inside import wire
from grader.observation import Died, Observed, Outcome
from grader.observe import Code, Session
from grader.walls.rehearsed import Rehearsed
from grader.walls.worker import Worker

LIMITS = wire.Limits(cpu_seconds=2.0, wall_seconds=30.0, total_wall_seconds=60.0)
SOURCE = b"""
import os
import tensorflow as tf
tf.compat.v1.disable_v2_behavior()

def double(x):
    return x * 2

def spin():
    while True:
        pass
"""


@pytest.fixture(scope="module")
def bare() -> Iterator[Worker]:
    with Worker("none") as started:
        started.start()
        yield started


def observe(runner: Rehearsed, function: str, *args: wire.Value, **options: object) -> object:
    program = wire.Program("p", (wire.Call(function, args),), **options)  # type: ignore[arg-type]
    (seen,) = Session(runner, Code("m", "m.py", {"m.py": SOURCE}), LIMITS).observe("visible", [program])
    return seen


def test_answers_are_those_of_a_fork_made_for_the_job(bare: Worker) -> None:
    ready = Rehearsed(bare)
    ready.get_ready(LIMITS, 2)
    run = {
        "placeholders": (wire.Placeholder("x", (3,)),),
        "in_graph": True,
        "runs": (wire.Run((wire.Result(0),), ((wire.Input("x"), wire.array([1.0, 2.0, 3.0])),)),),
    }
    first, second = (observe(ready, "double", wire.Input("x"), **run) for _ in range(2))
    assert isinstance(first, Observed)
    assert first == second
    (ran,) = first.runs
    assert isinstance(ran, wire.Ran)
    assert wire.numpy(ran.values[0]).tolist() == [2, 4, 6]


def test_waiting_costs_no_time_and_endless_code_is_ended(bare: Worker) -> None:
    ready = Rehearsed(bare)
    ready.get_ready(LIMITS, 1)
    time.sleep(LIMITS.cpu_seconds + 1)
    seen = observe(ready, "spin")
    assert isinstance(seen, Died)
    assert seen.outcome is Outcome.TIMED_OUT
    assert isinstance(observe(ready, "double", 2), Observed)


def test_other_limits_take_a_fork_of_their_own(bare: Worker) -> None:
    ready = Rehearsed(bare)
    ready.get_ready(wire.Limits(cpu_seconds=0.001), 1)
    assert isinstance(observe(ready, "double", 2), Observed)


def test_forks_that_wait_are_sent_away(bare: Worker) -> None:
    ready = Rehearsed(bare)
    ready.get_ready(LIMITS, 2)
    ready.close()
    ready.close()
    assert isinstance(observe(ready, "double", 2), Observed)
