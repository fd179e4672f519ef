"""Jobs in fresh processes, for systems that cannot fork: answers as from a fork, and an end to endless code."""

from grader.inside import wire
from grader.observation import Died, Observed, Outcome
from grader.observe import Code, Session
from grader.walls.bare import BareWorker

SOURCE = b"""
import time
import numpy as np

def double(x):
    print("printed")
    return np.asarray(x) * 2

def sleep():
    time.sleep(1000)
"""


def test_calls_are_made_and_prints_do_not_disturb_the_answers() -> None:
    program = wire.Program("p", (wire.Call("double", (wire.array([1.0, 2.0]),)), wire.Call("missing")))
    asked = Session(BareWorker(), Code("m", "m.py", {"m.py": SOURCE}), wire.Limits())
    (seen,) = asked.observe("visible", [program])
    assert isinstance(seen, Observed)
    value, missing = seen.calls
    assert isinstance(value, wire.Returned)
    assert wire.from_wire(value.value).tolist() == [2.0, 4.0]
    assert isinstance(missing, wire.Raised)
    assert b"printed" in asked.printed[0].output


def test_endless_code_is_ended() -> None:
    limits = wire.Limits(total_wall_seconds=5.0)
    asked = Session(BareWorker(import_seconds=15.0), Code("m", "m.py", {"m.py": SOURCE}), limits)
    (seen,) = asked.observe("visible", [wire.Program("p", (wire.Call("sleep"),))])
    assert isinstance(seen, Died)
    assert seen.outcome is Outcome.TIMED_OUT


def test_processes_that_got_ready_answer_the_same_and_the_rest_are_ended() -> None:
    worker = BareWorker()
    worker.get_ready(2)
    program = wire.Program("p", (wire.Call("double", (wire.array([1.0]),)),))
    (seen,) = Session(worker, Code("m", "m.py", {"m.py": SOURCE}), wire.Limits()).observe("visible", [program])
    assert isinstance(seen, Observed)
    assert isinstance(seen.calls[0], wire.Returned)
    worker.get_ready(2)
    worker.close()
    worker.close()
