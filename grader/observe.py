"""From programs to observations: student forks for the calls, evaluator forks for the graphs, what to do at deaths."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from grader import testimony
from grader.death import cause, killed_from_outside
from grader.inside import wire
from grader.observation import Died, NoModule, NotRun, Observation, Observed, Outcome, Printed
from grader.phrase import phrase
from grader.walls.replies import Report, WorkerDied, answers_asked

_MOST_DEATHS = 2
_TRIES = 4


class Runner(Protocol):
    """Whoever runs jobs: `walls.worker.Worker`, or `walls.bare.BareWorker` where nothing can fork."""

    def run(self, job: wire.Job, alone: bool = False) -> Report:
        """Run one job and return what is left of it."""


class Code(msgspec.Struct, frozen=True):
    """One exercise of one submission: the module's name, its path among the files (None: it is missing), the files."""

    module: str
    path: str | None
    files: Mapping[str, bytes]


class Session:
    """Observes one exercise of one submission.

    Deaths of its code are counted over all its parts, visible and hidden alike; deaths of the graphs that it built
    apart from these, so that a visible graph is run whatever became of hidden calls.
    """

    def __init__(self, runner: Runner, code: Code, limits: wire.Limits) -> None:
        self._runner = runner
        self._code = code
        self._files = {name: data for name, data in code.files.items() if wire.unicode(name) == name}
        self._limits = limits
        self._deaths = 0
        self._graph_deaths = 0
        self.printed: list[Printed] = []

    def observe(self, part: str, programs: Sequence[wire.Program]) -> list[Observation]:
        """Run `programs` in a fork of their own (and one more for each death), and their graphs in an evaluator's.

        Args:
            part: the name under which prints are kept, such as "visible".
            programs: what to run, in order.

        Returns:
            One observation a program.

        Raises:
            WorkerDied: the walls failed, again and again; no fault of the student's.
        """
        return self.observe_parts({part: programs})[part]

    def observe_parts(self, parts: Mapping[str, Sequence[wire.Program]]) -> dict[str, list[Observation]]:
        """Do as `observe` for several parts: a student fork for each, and one evaluator's for the graphs of all.

        No student's code runs in an evaluator, so nothing goes from one part to another there.
        """
        if self._code.path is None or self._code.path not in self._files:
            return {part: [NoModule()] * len(programs) for part, programs in parts.items()}
        traced = [said for part, programs in parts.items() for said in self._trace(part, programs)]
        everything = [program for programs in parts.values() for program in programs]
        observed = iter(self._evaluate(everything, traced))
        return {part: [next(observed) for _ in programs] for part, programs in parts.items()}

    def _trace(self, part: str, programs: Sequence[wire.Program]) -> list[wire.Traced | Observation]:
        found: list[wire.Traced | Observation] = []
        while len(found) < len(programs):
            if self._deaths >= _MOST_DEATHS:
                reason = phrase(
                    "Not run: your code was ended {count} times in this exercise before", count=_MOST_DEATHS
                )
                found += [NotRun(reason)] * (len(programs) - len(found))
                break
            rest = tuple(programs[len(found) :])
            assert self._code.path is not None
            # What graphs are fed with and trained on stays outside: who knows it can give constants for a graph.
            calls = tuple(msgspec.structs.replace(program, runs=()) for program in rest)
            job = wire.StudentJob(self._code.module, self._code.path, self._files, calls, self._limits)
            report = self._run(part, job)
            answers, broken = _decode(report, wire.Imported, wire.Traced, testimony.heard)
            imported = answers[0] if answers else None
            if isinstance(imported, wire.Imported) and imported.failure is not None:
                return [NoModule(imported.failure)] * len(programs)
            said = _in_order(answers[1:], rest)
            found += said
            if len(said) == len(rest):
                break
            death = Died(*cause(report, broken, self._limits))
            self._deaths += _MOST_DEATHS if report.ended.reason == "wall" else 1
            found.append(death)
            if imported is None:
                return [death] * len(programs)
        return found

    def _run(self, part: str, job: wire.Job) -> Report:
        """Run a job; again if our walls failed, and again, alone, if it was wall-clock time that it ran out of.

        A fork that has answered everything and does not end is not worth another try.
        """
        report = _run_prepared(self._runner, job, alone=False)
        if report.ended.reason == "wall" and len(report.answers) < answers_asked(job) - 1:
            report = _run_prepared(self._runner, job, alone=True)
        self.printed.append(Printed(part, report.output, report.ended.cpu_seconds, report.ended.max_rss_kib))
        return report

    def _evaluate(
        self, programs: Sequence[wire.Program], traced: Sequence[wire.Traced | Observation]
    ) -> list[Observation]:
        requests = {
            program.id: _request(program, said)
            for program, said in zip(programs, traced, strict=True)
            if isinstance(said, wire.Traced) and (said.graph is not None or _graphs(said))
        }
        evaluated = self._ask_evaluator(list(requests.values()))
        observations: list[Observation] = []
        for program, said in zip(programs, traced, strict=True):
            if not isinstance(said, wire.Traced):
                observations.append(said)
            elif program.id not in requests:
                observations.append(Observed(said.calls))
            else:
                answer = evaluated[program.id]
                observations.append(answer if isinstance(answer, Died) else _put_together(said, answer))
        return observations

    def _ask_evaluator(self, requests: Sequence[wire.Evaluate]) -> dict[str, wire.Evaluated | Died]:
        found: dict[str, wire.Evaluated | Died] = {}
        while len(found) < len(requests):
            rest = tuple(requests[len(found) :])
            if self._graph_deaths >= _MOST_DEATHS:
                found |= {one.id: Died(Outcome.SKIPPED, phrase("its graph was not run any more")) for one in rest}
                break
            report = self._run("evaluator", wire.EvaluatorJob(rest, self._limits))
            answers, broken = _decode(report, wire.Evaluated, wire.Evaluated)
            answers = [answer for answer, asked in zip(answers, rest, strict=False) if answer.id == asked.id]
            found |= {answer.id: answer for answer in answers}
            if len(answers) < len(rest):
                _run_prepared(self._runner, wire.EvaluatorJob((), self._limits), alone=False)
                outcome, message = cause(report, broken, self._limits)
                found[rest[len(answers)].id] = Died(
                    outcome, phrase("running the graph that your code built: {cause}", cause=message)
                )
                self._graph_deaths += 1
        return found


def _run_prepared(runner: Runner, job: wire.Job, alone: bool) -> Report:
    """Run a job whose fork got as far as having its walls up; again before giving up on what is our own fault."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            report = runner.run(job, alone)
        except WorkerDied:
            if last:
                raise
            continue
        if killed_from_outside(report, job.limits) and not last:
            continue
        if report.answers or report.overflow:
            return msgspec.structs.replace(report, answers=report.answers[1:])
        if last:
            raise WorkerDied(f"a fork's walls did not come up: {report.output[-2000:].decode(errors='replace')}")
    raise AssertionError("unreachable")


def _decode(
    report: Report, first: type[Any], others: type[Any], heard: Callable[[Any], Any] = lambda message: message
) -> tuple[list[Any], str]:
    """Return the messages in a report up to the first that is none of ours, and what was wrong with that."""
    messages: list[Any] = []
    for data in report.answers:
        try:
            messages.append(heard(wire.decode(data, others if messages else first)))
        except wire.WireError as error:
            return messages, str(error)
    return messages, report.overflow


def _in_order(answers: Sequence[wire.Traced], programs: Sequence[wire.Program]) -> list[wire.Traced]:
    """Return the answers as far as they answer the programs one by one; forged ones end it."""
    found = []
    for answer, program in zip(answers, programs, strict=False):
        if answer.id != program.id or len(answer.calls) != len(program.calls):
            break
        found.append(answer)
    return found


def _request(program: wire.Program, said: wire.Traced) -> wire.Evaluate:
    """Return what to ask the evaluator about a program: its graph (first, if any), each GraphDef that it returned."""
    returned = _graphs(said)
    graphs = [said.graph] if said.graph is not None else []
    places = {place: len(graphs) + number for number, place in enumerate(returned)}
    runs = []
    for run in program.runs:
        index = 0 if run.graph is None else places.get((run.graph.call, *run.graph.path))
        if index is None or index >= len(graphs) + len(returned):
            index = -1
        runs.append((index, _named(run, said)))
    return wire.Evaluate(program.id, (*graphs, *returned.values()), tuple(runs), said.initializers)


def _graphs(said: wire.Traced) -> dict[tuple[int, ...], wire.Graph]:
    """Return the GraphDefs among what the calls returned, at their places: call number, then item numbers."""
    found: dict[tuple[int, ...], wire.Graph] = {}

    def look(value: wire.Value, place: tuple[int, ...]) -> None:
        if isinstance(value, wire.Graph):
            found[place] = value
        elif isinstance(value, wire.Items):
            for number, item in enumerate(value.items):
                look(item, (*place, number))

    for number, outcome in enumerate(said.calls):
        if isinstance(outcome, wire.Returned):
            look(outcome.value, (number,))
    return found


def _named(run: wire.Run, said: wire.Traced) -> wire.Run:
    """Return a run with every reference to a result or placeholder replaced by its tensor's name."""

    def name(entry: Any) -> Any:
        if isinstance(entry, wire.Input):
            return f"{entry.name}:0"
        if isinstance(entry, wire.Result):
            return tensor_name(said.calls, entry)
        return entry

    training = run.training
    return msgspec.structs.replace(
        run,
        fetches=tuple(map(name, run.fetches)),
        feeds=tuple((name(entry), value) for entry, value in run.feeds),
        assign=tuple((name(entry), value) for entry, value in run.assign),
        training=None
        if training is None
        else msgspec.structs.replace(
            training,
            images=name(training.images),
            logits=name(training.logits),
            variables=tuple(map(name, training.variables)),
        ),
        graph=None,
    )


def tensor_name(calls: Sequence[wire.Outcome], entry: wire.Result) -> str:
    """Return the name of the tensor (or a variable's handle) that an item of a result is; "" if it is none."""
    outcome = calls[entry.call]
    value: wire.Value = outcome.value if isinstance(outcome, wire.Returned) else None
    for step in entry.path:
        value = value.items[step] if isinstance(value, wire.Items) and step < len(value.items) else None
    if isinstance(value, wire.Variable):
        return value.handle
    return value.name if isinstance(value, wire.Tensor) else ""


def _put_together(said: wire.Traced, answer: wire.Evaluated) -> Observation:
    """Return the observation of a program, with the GraphDefs that it returned replaced by their nodes."""
    reduced = list(answer.graphs)
    own = reduced.pop(0) if said.graph is not None and reduced else None

    def replace(value: wire.Value) -> wire.Value:
        if isinstance(value, wire.Graph):
            nodes = reduced.pop(0) if reduced else wire.Problem("refused", "the graph was not read")
            return msgspec.structs.replace(nodes, live=value.live) if isinstance(nodes, wire.Nodes) else nodes
        if isinstance(value, wire.Items):
            return wire.Items(tuple(replace(item) for item in value.items))
        return value

    calls = tuple(
        msgspec.structs.replace(outcome, value=replace(outcome.value))
        if isinstance(outcome, wire.Returned)
        else outcome
        for outcome in said.calls
    )
    return Observed(calls, answer.runs, own, said.trainable)
