"""One exercise of one submission, from its files to judgements: observe, judge, diagnose."""

from collections.abc import Mapping, Sequence

import msgspec

from grader import catalogue
from grader.assignment import Assignment
from grader.check import Seen, Trial
from grader.diagnose import View, diagnose
from grader.freeze import FrozenCheck, FrozenPart, questions
from grader.inside import wire
from grader.judge import Bench
from grader.observation import Observation, Outcome, Printed
from grader.observe import Code, Runner, Session
from grader.score import Judgement
from grader.submission import Submission


class Graded(wire.Frozen, frozen=True):
    """An exercise's judgements in the order of the assignment, and what its forks printed and used."""

    judgements: tuple[Judgement, ...]
    printed: tuple[Printed, ...] = ()


def code_of(submission: Submission, exercise: str) -> Code:
    """Return what an exercise's fork sees of a submission."""
    return Code(exercise, submission.modules.get(exercise), submission.files)


def trials(check: FrozenCheck, observed: Sequence[Observation]) -> list[Trial]:
    """Return a check's trials: each program with what was seen and what a right solution gives."""
    return [
        Trial(program, Seen(program, got), Seen(program, want, ours=True))
        for program, got, want in zip(check.programs, observed, check.reference, strict=True)
    ]


def begin(runner: Runner, code: Code, parts: Sequence[FrozenPart], limits: wire.Limits) -> Session:
    """Call the student's code as the parts of an exercise say, in a fork for each."""
    session = Session(runner, code, limits)
    session.trace({part.part: part.programs() for part in parts})
    return session


def by_check(session: Session, parts: Sequence[FrozenPart]) -> dict[str, list[Observation]]:
    """Return what a session observed: by check id, one observation a program."""
    found = session.observed()
    observed: dict[str, list[Observation]] = {}
    for part in parts:
        rest = iter(found[part.part])
        observed |= {check.id: [next(rest) for _ in check.programs] for check in part.checks}
    return observed


def observe_parts(
    runner: Runner, code: Code, parts: Sequence[FrozenPart], limits: wire.Limits
) -> tuple[dict[str, list[Observation]], list[Printed]]:
    """Observe the parts of an exercise.

    Returns:
        By check id, one observation a program; and what was printed.
    """
    session = begin(runner, code, parts, limits)
    return by_check(session, parts), session.printed


def grade_exercise(
    runner: Runner, bench: Bench, assignment: Assignment, exercise: str, code: Code, parts: Sequence[FrozenPart]
) -> Graded:
    """Grade one exercise of one submission on frozen cases.

    Raises:
        WorkerDied: the walls failed, again and again.
        JudgeError: the checks cannot be run.
    """
    return grade_session(begin(runner, code, parts, assignment.limits), bench, assignment, exercise, parts)


def grade_session(
    session: Session, bench: Bench, assignment: Assignment, exercise: str, parts: Sequence[FrozenPart]
) -> Graded:
    """Grade one exercise of which the student's code was called already, as `grade_exercise` does."""
    judgements = judge_exercise(bench, assignment, exercise, parts, by_check(session, parts))
    return Graded(judgements, tuple(session.printed))


def judge_exercise(
    bench: Bench,
    assignment: Assignment,
    exercise: str,
    parts: Sequence[FrozenPart],
    observed: Mapping[str, Sequence[Observation]],
) -> tuple[Judgement, ...]:
    """Judge what was observed of an exercise, and say which misconceptions explain what failed."""
    checks = {check.id: check for part in parts for check in part.checks}
    judged = bench.judge({check_id: trials(check, observed[check_id]) for check_id, check in checks.items()})
    asked = questions(exercise)
    failed: dict[str, tuple[FrozenCheck, Sequence[Observation], View | None]] = {
        check_id: (checks[check_id], observed[check_id], asked[check_id].view)
        for check_id, judgement in judged.items()
        if judgement.outcome in (Outcome.FAILED, Outcome.RAISED, Outcome.TIMED_OUT)
    }
    passed = {
        check_id: checks[check_id] for check_id, judgement in judged.items() if judgement.outcome is Outcome.PASSED
    }
    named = diagnose(failed, passed, catalogue.load(exercise)) if failed else {}
    ordered = [judged[check_id] for check_id in assignment.check_ids(exercise) if check_id in judged]
    return tuple(
        msgspec.structs.replace(
            judgement,
            misconceptions=tuple(one.id for one in named[judgement.id]),
            explanation=named[judgement.id][0].explanation,
        )
        if judgement.id in named
        else judgement
        for judgement in ordered
    )


def grader_error(assignment: Assignment, exercise: str, message: str) -> Graded:
    """Return judgements that hold a record back: the grader failed on this exercise, not the student."""
    return Graded(
        tuple(
            Judgement(check_id, check_id, Outcome.GRADER_ERROR, message) for check_id in assignment.check_ids(exercise)
        )
    )
