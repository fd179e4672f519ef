"""What a check is: a question (cases and the programs that ask them) and a judge, in one function that pytest runs.

    @asks(ask_strides, named=[Strides(2, 1)], drawn=strides(), count=2)
    def check_strides(trials: Trials) -> None:
        \"\"\"Strides move along height and width.\"\"\"
        for trial in trials:
            same_array(trial.got.fetched(0)[0], trial.want.fetched(0)[0], "op", tolerance=FLOAT32)

The docstring's first line is the title that a student reads. The judge is pure: it looks at observations and raises
`Finding` with the sentence for the student; `Seen` raises it by itself where code died or raised.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np
from hypothesis.strategies import SearchStrategy

from grader.evidence import Evidence
from grader.inside import wire
from grader.observation import Died, NoModule, NotRun, Observation, Observed, Outcome
from grader.phrase import Phrase, Text, joined, phrase
from grader.speech import call_text, raised_text

CaseT = TypeVar("CaseT")


class Finding(Exception):
    """Why a check is not passed, in a sentence for the student; `evidence` is what a picture can be drawn from."""

    def __init__(self, said: Text, outcome: Outcome = Outcome.FAILED, evidence: Evidence | None = None) -> None:
        super().__init__(str(said))
        self.said = said
        self.message = str(said)
        self.outcome = outcome
        self.evidence = evidence


class Seen:
    """One observation, read call by call. What the code did not give raises the `Finding` that says so."""

    def __init__(self, program: wire.Program, observation: Observation, ours: bool = False) -> None:
        self.program = program
        self.observation = observation
        self._ours = ours

    def _finding(self, message: Text, outcome: Outcome = Outcome.FAILED) -> Exception:
        """Return what to raise: a finding about the student's code, a fault of ours about the reference."""
        return AssertionError(f"the reference: {message}") if self._ours else Finding(message, outcome)

    def _observed(self) -> Observed:
        match self.observation:
            case Observed() as observed:
                return observed
            case NoModule(failure=None):
                raise self._finding(phrase("There is no such module in the submission."))
            case NoModule(failure=wire.Raised() as failure):
                failed = phrase("Importing the module failed: {error}", error=raised_text(failure))
                raise self._finding(failed, _outcome(failure))
            case Died(outcome=outcome, message=message):
                raise self._finding(
                    phrase("While running {calls}, {cause}.", calls=self._text(), cause=message), outcome
                )
            case NotRun(reason=reason):
                raise self._finding(phrase("{reason}.", reason=reason), Outcome.SKIPPED)
        raise AssertionError(f"no observation: {self.observation!r}")

    def _text(self) -> Text:
        return joined([call_text(call, self.program) for call in self.program.calls], phrase(" then "))

    def call_text(self, call: int = 0) -> Text:
        """Return a call as a student would write it."""
        return call_text(self.program.calls[call], self.program)

    def outcome(self, call: int = 0) -> wire.Outcome:
        """Return what became of a call, raised or not."""
        return self._observed().calls[call]

    def _returned(self, call: int) -> wire.Returned:
        outcome = self.outcome(call)
        if isinstance(outcome, wire.Returned):
            return outcome
        text = self.call_text(call)
        if isinstance(outcome, wire.Raised):
            error = raised_text(outcome)
            raise self._finding(phrase("{call} raised {error}", call=text, error=error), _outcome(outcome))
        raise self._finding(phrase("{call} could not be called: {reason}.", call=text, reason=outcome.reason))

    def returned(self, call: int = 0) -> Any:
        """Return what a call returned, as plain data: lists, dicts, read-only arrays, `wire.Tensor` and the like."""
        try:
            return wire.from_wire(self._returned(call).value)
        except wire.WireError as error:
            raise self._finding(phrase("{call} returned {what}.", call=self.call_text(call), what=error)) from error

    def touched(self, call: int = 0) -> tuple[str, ...]:
        """Return the arguments that a call changed, as the student's process says: believe it only beside a value."""
        return self._returned(call).touched

    def grown(self, call: int = 0) -> int:
        """Return by how many nodes a call's graph grew, as the student's process says."""
        return self._returned(call).grown

    def raised(self, call: int = 0) -> wire.Raised | None:
        """Return the exception of a call, None if it returned."""
        outcome = self.outcome(call)
        return outcome if isinstance(outcome, wire.Raised) else None

    def graph(self) -> wire.Nodes:
        """Return the graph that the calls built."""
        return self._nodes(self._observed().graph, phrase("The graph that your code built"))

    def nodes(self, call: int = 0) -> wire.Nodes:
        """Return the GraphDef or graph that a call returned."""
        returned = self.returned(call)
        if isinstance(returned, wire.Nodes | wire.Problem):
            return self._nodes(returned, phrase("The graph that it returned"))
        other = phrase("{call} should return a graph, but it returned {what}.", call=self.call_text(call),
                       what=kind_of(returned))  # fmt: skip
        raise self._finding(other)

    def ran(self, run: int = 0, calls: Sequence[int] | None = None) -> wire.Ran:
        """Return what a session run gave; a `Finding` if a call that it needs (all, unless named) or the run failed."""
        for call in range(len(self.program.calls)) if calls is None else calls:
            self._returned(call)
        runs = self._observed().runs
        if run >= len(runs):
            raise self._finding(phrase("After {calls}, there was no graph to run.", calls=self._text()))
        found = runs[run]
        if isinstance(found, wire.Ran):
            asked = len(self.program.runs[run].fetches)
            if len(found.values) != asked:
                few = phrase("After {calls}, the graph gave {count} values of {asked}.", calls=self._text(),
                             count=len(found.values), asked=asked)  # fmt: skip
                raise self._finding(few)
            return found
        after = phrase("After {calls}, the graph was not run: {reason}.", calls=self._text(), reason=found.message)
        if found.kind != "refused":
            after = phrase("After {calls}, running the graph failed: {error}", calls=self._text(), error=found.message)
        raise self._finding(after)

    def fetched(self, run: int = 0, calls: Sequence[int] | None = None) -> list[np.ndarray]:
        """Return the arrays that a session run fetched, never complex ones; `calls` as for `ran`."""
        try:
            fetched = [wire.numpy(value) for value in self.ran(run, calls).values]
        except wire.WireError as error:
            gave = phrase("After {calls}, running the graph gave {what}.", calls=self._text(), what=error)
            raise self._finding(gave) from error
        if any(value.dtype.kind == "c" for value in fetched):
            raise self._finding(phrase("After {calls}, running the graph gave complex numbers.", calls=self._text()))
        return fetched

    def trainable(self) -> tuple[str, ...]:
        """Return the nodes of the graph's trainable variables, as the student's process says."""
        return self._observed().trainable

    def _nodes(self, value: wire.Nodes | wire.Problem | None, graph: Phrase) -> wire.Nodes:
        if isinstance(value, wire.Nodes):
            return value
        reason = value.message if value else phrase("there is none")
        raise self._finding(phrase("{graph} could not be read: {reason}.", graph=graph, reason=reason))


def _outcome(raised: wire.Raised) -> Outcome:
    memory = {"MemoryError", "ResourceExhaustedError"} & set(raised.types)
    return Outcome.OUT_OF_MEMORY if memory else Outcome.RAISED


def kind_of(value: Any) -> Text:
    """Return what a value is, in a few words: `a list of 3`, `an array of shape (2, 2)`, `None`."""
    if value is None:
        return "None"
    if isinstance(value, list):
        return phrase("a list or tuple of {count}", count=len(value))
    if isinstance(value, np.ndarray):
        return phrase("an array of shape {shape}", shape=value.shape)
    if isinstance(value, wire.Tensor):
        return phrase("one tensor of shape {shape}", shape=value.shape)
    if isinstance(value, wire.Variable):
        return phrase("one variable of shape {shape}", shape=value.shape)
    if isinstance(value, wire.Nodes | wire.Problem):
        return phrase("a graph")
    if isinstance(value, wire.Other):
        return phrase("an object of type {type}", type=value.kind)
    if isinstance(value, dict):
        return phrase("a dict of {count}", count=len(value))
    # Quoted in full, a long text would take forty times its room.
    return f"{type(value).__name__} {value[:60] if isinstance(value, str) else value!r:.60}"


class Trial(msgspec.Struct, frozen=True):
    """One case of a check: the program that asked, what the student's code gave, what a right solution gives."""

    program: wire.Program
    got: Seen
    want: Seen


class Trials:
    """A check's trials from simple to complex. It remembers the one that is being judged, to show it if it fails."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._trials = trials
        self.current: Trial | None = None

    def __iter__(self) -> Iterator[Trial]:
        for trial in self._trials:
            self.current = trial
            yield trial


class Question(msgspec.Struct, frozen=True):
    """A check's cases. `named` are the boundary cases that we want; `count` more are drawn from `drawn` for a seed.

    `view` is what of an observation tells one mistake from another, where not all of it does (None: all).
    """

    ask: Callable[[Any], wire.Program]
    named: tuple[Any, ...]
    drawn: SearchStrategy[Any] | None
    count: int
    view: Callable[[Observation], Any] | None = None


def asks(
    ask: Callable[[CaseT], wire.Program],
    *,
    named: Sequence[CaseT] = (),
    drawn: SearchStrategy[CaseT] | None = None,
    count: int = 0,
    view: Callable[[Observation], Any] | None = None,
) -> Callable[[Callable[[Trials], None]], Callable[[Trials], None]]:
    """Make a judge function a check by saying what it asks.

    Args:
        ask: turns a case into the program that asks it; pure, and the same for all submissions.
        named: cases that are always asked, the boundary ones.
        drawn: a Hypothesis strategy for more of them.
        count: how many to draw.
        view: what of an observation is compared with those of misconceptions, where values are random; all if None.
    """
    if not named and not (drawn is not None and count):
        raise ValueError("a check needs at least one case")

    def mark(judge: Callable[[Trials], None]) -> Callable[[Trials], None]:
        judge.question = Question(ask, tuple(named), drawn, count, view)  # type: ignore[attr-defined]
        return judge

    return mark
