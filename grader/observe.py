"""From programs to observations: student forks for the calls, evaluator forks for the graphs, what to do at deaths."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from grader import evaluation, testimony
from grader.death import cause, killed_from_outside
from grader.inside import wire
from grader.observation import Died, NoModule, NotRun, Observation, Outcome, Printed
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
        self._parts: Mapping[str, Sequence[wire.Program]] = {}
        self._traced: Mapping[str, Sequence[wire.Traced | Observation]] = {}
        self._answers: dict[str, Mapping[str, wire.Evaluated | Died]] = {}
        self.requests: Mapping[str, tuple[wire.Evaluate, ...]] = {}
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
        """Do as `observe` for several parts, each with forks of its own."""
        self.trace(parts)
        return self.observed()

    def trace(self, parts: Mapping[str, Sequence[wire.Program]]) -> None:
        """Have the code called as several parts say, in a fork for each; the graphs that it builds are not run yet.

        What to ask evaluators about these then stands in `requests`, by part. An evaluator runs the graphs of one part
        only: some operations of TensorFlow return memory that nobody has written to since it was somebody else's, and
        what visible graphs give is shown.
        """
        self._parts = parts
        missing = self._code.path is None or self._code.path not in self._files
        self._traced = {
            part: [NoModule()] * len(programs) if missing else self._trace(part, programs)
            for part, programs in parts.items()
        }
        self.requests = {
            part: tuple(
                evaluation.request(program, said)
                for program, said in zip(programs, self._traced[part], strict=True)
                if evaluation.is_needed(said)
            )
            for part, programs in parts.items()
        }

    def take(self, part: str, answers: Sequence[wire.Evaluated], spent: Printed) -> None:
        """Take an evaluator's answers to all `requests` of a part, and what it spent on them."""
        self._answers[part] = {request.id: one for request, one in zip(self.requests[part], answers, strict=True)}
        self.printed.append(spent)

    def observed(self) -> dict[str, list[Observation]]:
        """Return one observation a program of each part traced; asks evaluators unless their answers were taken."""
        for part, requests in self.requests.items():
            if part not in self._answers:
                self._answers[part] = self._ask_evaluator(requests)
        return {
            part: [
                evaluation.observation(*one, self._answers[part])
                for one in zip(programs, self._traced[part], strict=True)
            ]
            for part, programs in self._parts.items()
        }

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

    def _ask_evaluator(self, requests: Sequence[wire.Evaluate]) -> dict[str, wire.Evaluated | Died]:
        found: dict[str, wire.Evaluated | Died] = {}
        while len(found) < len(requests):
            rest = tuple(requests[len(found) :])
            if self._graph_deaths >= _MOST_DEATHS:
                found |= {one.id: Died(Outcome.SKIPPED, phrase("its graph was not run any more")) for one in rest}
                break
            report = self._run("evaluator", wire.EvaluatorJob(rest, self._limits))
            answers, broken = _decode(report, wire.Evaluated, wire.Evaluated, testimony.answered)
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


def ask_together(runner: Runner, sessions: Sequence[Session], limits: wire.Limits) -> None:
    """Ask an evaluator for each part about the graphs that several exercises of one submission built.

    If it does not answer everything it has answered nothing: then each session asks an evaluator of its own, so that no
    exercise loses anything by the graphs of another.
    """
    for part in dict.fromkeys(part for session in sessions for part in session.requests):
        asking = [session for session in sessions if session.requests.get(part)]
        if len(asking) > 1:
            _ask_together(runner, part, asking, limits)


def _ask_together(runner: Runner, part: str, asking: Sequence[Session], limits: wire.Limits) -> None:
    requests = tuple(request for session in asking for request in session.requests[part])
    # One process would hold all of them, several times over. An exercise's own are bounded by what its forks may say.
    size = sum(len(graph.data) for request in requests for graph in request.graphs)
    if size > limits.message_bytes:
        return
    try:
        report = _run_prepared(runner, wire.EvaluatorJob(requests, limits), alone=False)
    except WorkerDied:
        return
    answers, _ = _decode(report, wire.Evaluated, wire.Evaluated, testimony.answered)
    if (report.ended.reason, report.ended.status) != ("exit", 0) or [a.id for a in answers] != [r.id for r in requests]:
        return
    rest = iter(answers)
    for session in asking:
        own = [next(rest) for _ in session.requests[part]]
        share = report.ended.cpu_seconds * len(own) / len(requests)
        session.take(part, own, Printed("evaluator", report.output, share, report.ended.max_rss_kib))


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
