"""From programs to observations: forged answers, deaths, and whose fault they are."""

import dataclasses

import msgspec
import numpy as np
import pytest

from grader.inside import wire
from grader.observation import Died, NoModule, NotRun, Observed, Outcome
from grader.observe import Code, Session, ask_together
from grader.walls.replies import Report, WorkerDied

LIMITS = wire.Limits(total_wall_seconds=60.0, memory_mib=1000)
PROGRAMS = (wire.Program("a", (wire.Call("f"),)), wire.Program("b", (wire.Call("g"),)))
EXITED = wire.Ended("exit", 0, 300_000, 1.0)
A, B = (wire.Traced(name, (wire.Returned(1),)) for name in "ab")


def report(*answers, ended=EXITED, overflow=""):
    return Report(tuple(wire.encode(answer) for answer in answers), b"", ended, overflow)


@dataclasses.dataclass
class Script:
    """A runner that gives what it was told to, in order."""

    reports: list
    jobs: list = dataclasses.field(default_factory=list)

    def run(self, job, alone=False):
        self.jobs.append((job, alone))
        found = self.reports.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def observe(*reports, code=None):
    script = Script(list(reports))
    session = Session(script, code or Code("m", "m.py", {"m.py": b""}), LIMITS)
    return session.observe("visible", PROGRAMS), script


GOOD = report(wire.Prepared(), wire.Imported(), A, B)


def test_answers_in_order_are_observed():
    seen, _ = observe(GOOD)
    assert seen == [Observed(A.calls), Observed(B.calls)]


def test_a_missing_module_runs_nothing():
    seen, script = observe(code=Code("m", None, {}))
    assert seen == [NoModule()] * 2
    assert script.jobs == []


def test_what_a_graph_is_fed_with_stays_outside():
    fed = wire.Run((wire.Result(0),), ((wire.Input("x"), wire.array(np.ones(3))),))
    script = Script([GOOD])
    asked = [msgspec.structs.replace(program, runs=(fed,)) for program in PROGRAMS]
    Session(script, Code("m", "m.py", {"m.py": b""}), LIMITS).observe("visible", asked)
    assert [program.calls for program in script.jobs[0][0].programs] == [program.calls for program in PROGRAMS]
    assert not any(program.runs for program in script.jobs[0][0].programs)


def test_names_that_cannot_cross_are_left_out():
    _, script = observe(GOOD, code=Code("m", "m.py", {"m.py": b"", "\udcff.py": b""}))
    assert set(script.jobs[0][0].files) == {"m.py"}
    seen, _ = observe(code=Code("m", "\udcff/m.py", {"\udcff/m.py": b""}))
    assert seen == [NoModule()] * 2


@pytest.mark.parametrize(
    "forged",
    [
        (B, A),
        (A, A),
        (wire.Traced("a", ()), B),
        (wire.Traced("a", (wire.Returned(1), wire.Returned(1))), B),
        (wire.Traced("a", (wire.Returned(wire.Nodes(())),)), B),
        (wire.Evaluated("a", (), ()), B),
        ({"id": "a"}, B),
        ([[]] * 100, B),
    ],
)
def test_forged_answers_end_the_process_and_nothing_else(forged):
    kept = [answer for answer in forged[:1] if answer == A]
    rest = report(wire.Prepared(), wire.Imported(), B)
    seen, _ = observe(report(wire.Prepared(), wire.Imported(), *forged), rest)
    if kept:
        assert seen[0] == Observed(A.calls)
        assert seen[1].outcome == Outcome.CRASHED
    else:
        assert seen[0].outcome == Outcome.CRASHED
        assert seen[1] == Observed(B.calls)


@pytest.mark.parametrize(
    ("ended", "outcome", "word"),
    [
        (wire.Ended("cpu", 9, 1, 7.0), Outcome.TIMED_OUT, "6 seconds of CPU in one step"),
        (wire.Ended("total", 9, 1, 7.0), Outcome.TIMED_OUT, "60 seconds in all"),
        (wire.Ended("exit", 9, 1, 61.0), Outcome.TIMED_OUT, "60 seconds of CPU in all"),
        (wire.Ended("exit", 11, 900_000, 1.0), Outcome.OUT_OF_MEMORY, "1000 MiB"),
        (wire.Ended("exit", 6, 900_000, 1.0), Outcome.OUT_OF_MEMORY, "1000 MiB"),
        (wire.Ended("exit", wire.OUT_OF_MEMORY << 8, 1, 1.0), Outcome.OUT_OF_MEMORY, "1000 MiB"),
        (wire.Ended("exit", 11, 300_000, 1.0), Outcome.CRASHED, "SIGSEGV"),
        (wire.Ended("exit", 31, 300_000, 1.0), Outcome.CRASHED, "SIGSYS"),
        (wire.Ended("exit", 64 + 1, 300_000, 1.0), Outcome.CRASHED, "signal 65"),
        (wire.Ended("exit", 0, 300_000, 1.0), Outcome.CRASHED, "ended itself"),
    ],
)
def test_how_a_process_ended_is_said(ended, outcome, word):
    seen, _ = observe(
        report(wire.Prepared(), wire.Imported(), ended=ended), report(wire.Prepared(), wire.Imported(), B)
    )
    assert isinstance(seen[0], Died)
    assert seen[0].outcome == outcome
    assert word in str(seen[0].message)
    assert seen[1] == Observed(B.calls)


def test_wall_time_runs_out_twice():
    late = report(wire.Prepared(), wire.Imported(), ended=wire.Ended("wall", 9, 1, 0.1))
    seen, script = observe(late, late)
    assert [alone for _, alone in script.jobs] == [False, True]
    assert seen[0].outcome == Outcome.TIMED_OUT
    assert isinstance(seen[1], NotRun)
    again, _ = observe(late, GOOD)
    assert again == [Observed(A.calls), Observed(B.calls)]


def test_a_fork_that_has_answered_everything_need_not_end():
    late = report(wire.Prepared(), wire.Imported(), A, B, ended=wire.Ended("wall", 9, 1, 0.1))
    seen, script = observe(late)
    assert seen == [Observed(A.calls), Observed(B.calls)]
    assert len(script.jobs) == 1


def test_graphs_of_visible_calls_are_run_whatever_became_of_hidden_ones():
    built = wire.Traced("a", (wire.Returned(1),), wire.Graph(b""))
    died = report(wire.Prepared(), wire.Imported(), ended=wire.Ended("exit", 11, 1, 1.0))
    script = Script([report(wire.Prepared(), wire.Imported(), built, B), died, died,
                     report(wire.Prepared(), wire.Evaluated("a", (wire.Nodes(()),), ()))])  # fmt: skip
    parts = {"visible": PROGRAMS, "hidden": (wire.Program("c", (wire.Call("f"),)), wire.Program("d", ()))}
    seen = Session(script, Code("m", "m.py", {"m.py": b""}), LIMITS).observe_parts(parts)
    assert seen["visible"] == [Observed(A.calls, (), wire.Nodes(())), Observed(B.calls)]
    assert [one.outcome for one in seen["hidden"]] == [Outcome.CRASHED, Outcome.CRASHED]


def test_a_fork_that_somebody_else_killed_is_run_again():
    killed = report(wire.Prepared(), wire.Imported(), ended=wire.Ended("exit", 9, 1, 0.1))
    seen, _ = observe(killed, GOOD)
    assert seen == [Observed(A.calls), Observed(B.calls)]


def test_walls_that_fail_again_and_again_are_our_fault():
    seen, _ = observe(WorkerDied("gone"), GOOD)
    assert seen == [Observed(A.calls), Observed(B.calls)]
    with pytest.raises(WorkerDied, match="gone"):
        observe(*[WorkerDied("gone")] * 4)
    with pytest.raises(WorkerDied, match="walls did not come up"):
        observe(*[report()] * 4)


def test_an_evaluator_that_dies_on_a_graph():
    built = wire.Traced("a", (wire.Returned(1),), wire.Graph(b""))
    said = report(wire.Prepared(), wire.Imported(), built, B)
    dead = report(wire.Prepared(), ended=wire.Ended("exit", 11, 1, 1.0))
    seen, script = observe(said, dead, report(wire.Prepared()))
    assert seen[0].outcome == Outcome.CRASHED
    assert str(seen[0].message).startswith("running the graph that your code built: ")
    assert seen[1] == Observed(B.calls)
    assert len(script.jobs) == 3
    with pytest.raises(WorkerDied):
        observe(said, dead, *[WorkerDied("gone")] * 4)


def test_what_an_evaluator_quotes_of_a_graph_is_cleaned():
    problem = wire.Problem("failed", "assertion failed: \u202e\ufffe\x1b" + "x" * 1000)
    built = wire.Traced("a", (wire.Returned(1),), wire.Graph(b""))
    seen, _ = observe(report(wire.Prepared(), wire.Imported(), built, B),
                      report(wire.Prepared(), wire.Evaluated("a", (wire.Nodes(()),), (problem,))))  # fmt: skip
    assert seen[0].runs[0].message.startswith("assertion failed: \ufffd\ufffd\ufffdxxx")
    assert len(seen[0].runs[0].message) == 600


def test_an_evaluator_that_answers_something_else_has_not_answered():
    built = wire.Traced("a", (wire.Returned(1),), wire.Graph(b""))
    other = wire.Evaluated("b", (wire.Nodes(()),), ())
    said = report(wire.Prepared(), wire.Imported(), built, B)
    seen, _ = observe(said, report(wire.Prepared(), other), report(wire.Prepared()))
    assert seen[0].outcome == Outcome.CRASHED


def together(*reports, graph=b""):
    """Two exercises whose programs build a graph each, and what came of one evaluator for both."""
    built = [wire.Traced(name, (wire.Returned(1),), wire.Graph(graph)) for name in "ab"]
    script = Script([report(wire.Prepared(), wire.Imported(), one) for one in built] + list(reports))
    sessions = [Session(script, Code("m", "m.py", {"m.py": b""}), LIMITS) for _ in built]
    for session, program in zip(sessions, PROGRAMS, strict=True):
        session.trace({"visible": [program]})
    ask_together(script, sessions, LIMITS)
    return [session.observed()["visible"] for session in sessions], sessions, script


RAN = [wire.Evaluated(name, (wire.Nodes(()),), ()) for name in "ab"]


def test_graphs_of_several_exercises_are_run_in_one_evaluator():
    seen, sessions, script = together(report(wire.Prepared(), *RAN))
    assert seen == [[Observed(A.calls, (), wire.Nodes(()))], [Observed(B.calls, (), wire.Nodes(()))]]
    assert len(script.jobs) == 3
    assert sum(session.printed[-1].cpu_seconds for session in sessions) == EXITED.cpu_seconds


def test_graphs_of_visible_and_of_hidden_cases_are_never_run_in_one_process():
    # IRFFT of nothing, for one, returns what an earlier session left in memory; what visible graphs give is shown.
    built = [wire.Traced(name, (wire.Returned(1),), wire.Graph(b"")) for name in "ab" * 2]
    traced = [report(wire.Prepared(), wire.Imported(), one) for one in built]
    script = Script([*traced, *(report(wire.Prepared(), *RAN[:1] * 2), report(wire.Prepared(), *RAN[1:] * 2))])
    sessions = [Session(script, Code("m", "m.py", {"m.py": b""}), LIMITS) for _ in range(2)]
    for session in sessions:
        session.trace({"visible": PROGRAMS[:1], "hidden": PROGRAMS[1:]})
    ask_together(script, sessions, LIMITS)
    assert [one.observed()["hidden"] for one in sessions] == [[Observed(B.calls, (), wire.Nodes(()))]] * 2
    assert [[request.id for request in job.requests] for job, _ in script.jobs[4:]] == [["a", "a"], ["b", "b"]]


@pytest.mark.parametrize("parts", [["visible", "hidden"], ["hidden", "visible"]])
def test_an_exercise_by_itself_asks_one_evaluator_for_each_part(parts):
    built = dict(zip(parts, (wire.Traced(name, (wire.Returned(1),), wire.Graph(b"")) for name in "ab"), strict=True))
    script = Script([report(wire.Prepared(), wire.Imported(), one) for one in built.values()]
                    + [report(wire.Prepared(), one) for one in RAN])  # fmt: skip
    asked = dict(zip(parts, ([one] for one in PROGRAMS), strict=True))
    Session(script, Code("m", "m.py", {"m.py": b""}), LIMITS).observe_parts(asked)
    assert [[request.id for request in job.requests] for job, _ in script.jobs[2:]] == [["a"], ["b"]]


@pytest.mark.parametrize(
    "spoiled",
    [
        report(wire.Prepared(), RAN[0], ended=wire.Ended("exit", 11, 1, 1.0)),
        report(wire.Prepared(), RAN[0], ended=wire.Ended("total", 9, 1, 1.0)),
        report(wire.Prepared(), *RAN, ended=wire.Ended("cpu", 9, 1, 1.0)),
        report(wire.Prepared(), *reversed(RAN)),
    ],
)
def test_no_exercise_loses_anything_by_the_graphs_of_another(spoiled):
    dead = report(wire.Prepared(), ended=wire.Ended("exit", 11, 1, 1.0))
    seen, _, script = together(spoiled, dead, report(wire.Prepared()), report(wire.Prepared(), RAN[1]))
    assert seen[0][0].outcome == Outcome.CRASHED
    assert seen[1] == [Observed(B.calls, (), wire.Nodes(()))]
    assert [len(job.requests) for job, _ in script.jobs[2:]] == [2, 1, 0, 1]


def test_one_evaluator_for_all_whose_walls_fail_costs_nothing():
    seen, _, _ = together(*[WorkerDied("gone")] * 4, *(report(wire.Prepared(), one) for one in RAN))
    assert seen == [[Observed(A.calls, (), wire.Nodes(()))], [Observed(B.calls, (), wire.Nodes(()))]]


def test_graphs_too_large_to_be_together_are_apart():
    large = bytes(LIMITS.message_bytes // 2 + 1)
    seen, _, script = together(*(report(wire.Prepared(), one) for one in RAN), graph=large)
    assert [len(job.requests) for job, _ in script.jobs[2:]] == [1, 1]
    assert seen == [[Observed(A.calls, (), wire.Nodes(()))], [Observed(B.calls, (), wire.Nodes(()))]]


FORGERIES = """
import os, struct
from inside import wire
def frame(data): return struct.pack(">I", len(data)) + data
def everywhere(data):
    for fd in range(1, 256):
        try: os.write(fd, data)
        except OSError: pass
def attack():
    {body}
    os._exit(0)
"""


@pytest.mark.parametrize(
    "body",
    [
        "everywhere(frame(b'\\x90') * 10_000)",
        "everywhere(b'\\xff' * 10_000)",
        "everywhere(frame(b'\\xdd\\xff\\xff\\xff\\xff'))",
        "everywhere(frame(b'\\x91' * 50_000))",
        "everywhere(frame(b'\\x85\\xa2id\\xa10\\xa5calls' + b'\\x91' * 5000))",
        "everywhere(frame(wire.encode(wire.Ended('exit', 0, 0, 0.0))))",
        "everywhere(frame(wire.encode(wire.Imported())) * 3)",
        "everywhere(frame(wire.encode({'id': '0', 'calls': [{'type': 'passed'}]})))",
        "everywhere(frame(wire.encode({'id': '0', 'calls': [{'type': 'returned', 'value': {'type': 'array', "
        "'dtype': 'O', 'shape': [1], 'data': bytes(8)}}]})))",
        "everywhere(frame(b'\\x81\\xa2id\\xa4\\xed\\xa0\\x80x'))",
    ],
)
def test_frames_forged_on_every_descriptor(submit, body):
    ran = submit(FORGERIES.format(body=body) + "def right(): return 42\n", calls=("attack", "right"))
    assert isinstance(ran.observations[0], Died)
    assert ran.observations[0].outcome in (Outcome.CRASHED, Outcome.TOO_LARGE)
    assert ran.value(1) == 42
