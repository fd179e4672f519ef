"""Whose score changed between two gradings of a class, and why."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from grader.observation import Outcome
from grader.record import CheckRecord, Record, earned


class CheckChange(msgspec.Struct, frozen=True):
    """One check that another number of points came of; None where it was not asked."""

    id: str
    old: float | None
    new: float | None
    outcomes: tuple[str, str]


class Change(msgspec.Struct, frozen=True):
    """One submission whose record says something else than before.

    Args:
        kind: "new" and "gone" stand for submissions that only one side has.
        reasons: what differs of all that can change a score, most telling first.
    """

    submission: str
    kind: Literal["changed", "new", "gone"]
    old: float | None
    new: float | None
    reasons: tuple[str, ...] = ()
    checks: tuple[CheckChange, ...] = ()


def compare(old: Sequence[Record], new: Sequence[Record]) -> list[Change]:
    """Return what changed, largest change of score first; submissions with the same points everywhere are left out."""
    before = {record.submission: record for record in old}
    after = {record.submission: record for record in new}
    found = [_change(before[name], after[name]) for name in before.keys() & after.keys()]
    found += [Change(name, "new", None, after[name].score) for name in after.keys() - before.keys()]
    found += [Change(name, "gone", before[name].score, None) for name in before.keys() - after.keys()]
    return sorted(filter(None, found), key=lambda change: (-_size(change), change.submission))


def _size(change: Change) -> float:
    return abs((change.new or 0.0) - (change.old or 0.0))


def _change(old: Record, new: Record) -> Change | None:
    checks = tuple(_checks(old, new))
    if old.score == new.score and old.status == new.status and not checks:
        return None
    return Change(old.submission, "changed", old.score, new.score, tuple(_reasons(old, new)), checks)


def _reasons(old: Record, new: Record) -> Iterator[str]:
    if old.sha256 != new.sha256:
        yield "the submission is another"
    if old.status != new.status:
        yield f"its record was {old.status} and is {new.status}"
    mine, theirs = _by_id(old), _by_id(new)
    if mine.keys() != theirs.keys():
        yield "other checks"
    elif any(mine[name].points != theirs[name].points for name in mine):
        yield "other points for the same checks"
    if dropped := [name for name in mine.keys() & theirs.keys() if _is_given(theirs[name]) > _is_given(mine[name])]:
        yield f"dropped, so that everybody has the points: {', '.join(sorted(dropped))}"
    if old.cases != new.cases:
        yield "other cases"
    for what in ("assignment", "grader", "isolation", "device"):
        if getattr(old, what) != getattr(new, what):
            yield f"{what} {getattr(old, what)} before, {getattr(new, what)} now"


def _checks(old: Record, new: Record) -> Iterator[CheckChange]:
    mine, theirs = _by_id(old), _by_id(new)
    for name in {**mine, **theirs}:
        before, after = mine.get(name), theirs.get(name)
        if (before and before.score) != (after and after.score):
            outcomes = (_outcome(before), _outcome(after))
            yield CheckChange(name, before.score if before else None, after.score if after else None, outcomes)


def _is_given(check: CheckRecord) -> bool:
    return earned(check) and check.outcome is not Outcome.PASSED


def _outcome(check: CheckRecord | None) -> str:
    return "not asked" if check is None else check.outcome.value


def _by_id(record: Record) -> dict[str, CheckRecord]:
    return {check.id: check for exercise in record.exercises.values() for check in exercise.checks}
