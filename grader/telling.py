"""What a student reads of a check that is not passed, line by line: the same in a terminal and in a notebook."""

from collections.abc import Iterator
from enum import Enum

from grader import catalogue, hints
from grader.language import translate as _
from grader.observation import Outcome
from grader.reason import Trouble, advice, headline, meaning, reason, remedy
from grader.record import CheckRecord, ExerciseRecord, example, sentence


class Kind(Enum):
    """What a line is, for whoever chooses its colour."""

    HEADLINE = "headline"
    SAID = "said"
    CASE = "case"
    WHY = "why"
    HINT = "hint"


Line = tuple[Kind, str]


def common(name: str, exercise: ExerciseRecord) -> list[Line]:
    """Return what is said once where all checks of an exercise fail for one reason; nothing if there is no such."""
    found = reason(exercise)
    if found is None:
        return []
    told = next(check for check in exercise.checks if check.visible and check.message == found.message)
    said = "" if found.trouble is Trouble.MISSING else sentence(told)
    lines = [(Kind.HEADLINE, headline(found.trouble, name)), (Kind.SAID, said), (Kind.SAID, _(meaning(exercise)))]
    lines.append((Kind.SAID, remedy(found.trouble, name)))
    explained: set[str] = set()
    for check in exercise.checks:
        lines += _ideas(check, explained)
    return [line for line in lines if line[1]]


def happened(check: CheckRecord) -> list[Line]:
    """Return what happened: the sentence, what the outcome means where that is not plain, the case."""
    case = example(check)
    lines = [(Kind.SAID, sentence(check)), (Kind.SAID, _(advice(check.outcome, check.message)))]
    lines.append((Kind.CASE, _("in: {case}").format(case=case) if case else ""))
    return [line for line in lines if line[1]]


def helps(check: CheckRecord, explained: set[str]) -> list[Line]:
    """Return what helps: the mistaken idea, the hint, and how to get more of them.

    Args:
        explained: what was explained before and need not be again; kept up to date.
    """
    if check.outcome is Outcome.GRADER_ERROR:
        return []
    lines = list(_ideas(check, explained))
    more = hints.command(check.id)
    if check.hint:
        lines.append((Kind.HINT, _("hint: {hint}").format(hint=_(check.hint))))
    if more:
        lines.append((Kind.HINT, _("more: {command}").format(command=more)))
    return lines


def _ideas(check: CheckRecord, explained: set[str]) -> Iterator[Line]:
    if not check.explanation or check.explanation in explained:
        return
    explained.add(check.explanation)
    known = next(filter(None, map(catalogue.known, check.misconceptions)), None)
    if known:
        yield Kind.WHY, _("a mix-up that gives just these answers: {idea}").format(idea=_(known.idea))
    yield Kind.WHY, _(check.explanation)
    if known and known.pointer:
        yield Kind.WHY, _("read on: {pointer}").format(pointer=_(known.pointer))
