"""What a student reads in the terminal about one checked exercise."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.assignment import Assignment
from grader.cli import drawing, terminal
from grader.language import translate as _
from grader.observation import Outcome
from grader.record import CheckRecord, example, sentence
from grader.selfcheck import Checked

_INDENT = 6
_PRINTED_LINES = 40


def show(shown: Console, checked: Checked, prints: bool = False) -> None:
    """Show an exercise: each check, and of those that are not passed what happened, what to look at, what to try."""
    record = checked.record
    shown.print(f"\n{heading(checked)}", style="bold")
    reasons = {check.message for check in record.checks}
    if len(record.checks) > 1 and len(reasons) == 1 and "" not in reasons:
        _say(shown, sentence(record.checks[0]), "red", 2)
    else:
        explained: set[str] = set()
        for check in record.checks:
            shown.print(
                "  ", terminal.mark(check.outcome), f" {_(check.title)}  [{check.score:g}/{check.points:g}]", sep=""
            )
            if check.outcome is not Outcome.PASSED:
                _failed(shown, checked, check, explained)
    if prints and checked.printed.strip():
        said = _("what your code printed:")
        shown.print(f"  {said}", style="dim")
        lines = checked.printed.rstrip().splitlines()
        for line in lines[:_PRINTED_LINES]:
            _say(shown, line, "dim", 4)
        if len(lines) > _PRINTED_LINES:
            more = _("... and {count} lines more").format(count=len(lines) - _PRINTED_LINES)
            shown.print(f"    {more}", style="dim")


def _failed(shown: Console, checked: Checked, check: CheckRecord, explained: set[str]) -> None:
    """Show a check that is not passed; what explains several of them is said once."""
    _say(shown, sentence(check))
    if case := example(check):
        _say(shown, _("in: {case}").format(case=case), "dim")
    for sketch in checked.sketches.get(check.id, ()):
        shown.print(drawing.sketch(shown, sketch, _INDENT), soft_wrap=False, crop=False)
    if check.explanation and check.explanation not in explained:
        explained.add(check.explanation)
        _say(shown, _(check.explanation), "cyan")
    if check.hint:
        _say(shown, _("hint: {hint}").format(hint=_(check.hint)), "yellow")


def _say(shown: Console, text: str, style: str = "", indent: int = _INDENT) -> None:
    """Print text that may be a student's, indented; wrapped for people, a line a line for programs."""
    for line in terminal.plain(text).splitlines():
        if shown.is_terminal:
            shown.print(Padding(Text(line, style=style), (0, 0, 0, indent)), soft_wrap=False)
        else:
            shown.print(f"{' ' * indent}{line}")


def total(shown: Console, assignment: Assignment, results: Sequence[Checked]) -> None:
    """Show what the visible points add up to, and how many are not run here."""
    shown.print(f"\n{summed(assignment, results)}", style="bold")
    for name in [one.exercise for one in results if not one.passed][:1]:
        shown.print(_("Stuck? {command}").format(command=f"grader hint {name}"), style="dim")


def heading(checked: Checked) -> str:
    """Return an exercise's title and points."""
    return _("{title} ({exercise}): {score} of {points} visible points").format(
        title=_(checked.title),
        exercise=checked.exercise,
        score=f"{checked.record.score:g}",
        points=f"{checked.record.points:g}",
    )


def summed(assignment: Assignment, results: Sequence[Checked]) -> str:
    """Return what the visible points add up to, and how many are not run here."""
    points = sum(one.record.points for one in results)
    return _("{score} of {points} visible points; {hidden} hidden, not run").format(
        score=f"{sum(one.record.score for one in results):g}",
        points=f"{points:g}",
        hidden=f"{sum(assignment.exercises[one.exercise].points for one in results) - points:g}",
    )
