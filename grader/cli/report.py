"""What a student reads in the terminal about one checked exercise."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.assignment import Assignment
from grader.cli import drawing, terminal
from grader.observation import Outcome
from grader.record import CheckRecord
from grader.selfcheck import Checked

_INDENT = 6
_PRINTED_LINES = 40


def show(shown: Console, checked: Checked, prints: bool = False) -> None:
    """Show an exercise: each check, and of those that are not passed what happened, what to look at, what to try."""
    record = checked.record
    title = f"{checked.title} ({checked.exercise}): {record.score:g} of {record.points:g} visible points"
    shown.print(f"\n{title}", style="bold")
    reasons = {check.message for check in record.checks}
    if len(record.checks) > 1 and len(reasons) == 1 and "" not in reasons:
        _say(shown, record.checks[0].message, "red", 2)
    else:
        explained: set[str] = set()
        for check in record.checks:
            shown.print(
                "  ", terminal.mark(check.outcome), f" {check.title}  [{check.score:g}/{check.points:g}]", sep=""
            )
            if check.outcome is not Outcome.PASSED:
                _failed(shown, checked, check, explained)
    if prints and checked.printed.strip():
        shown.print("  what your code printed:", style="dim")
        lines = checked.printed.rstrip().splitlines()
        for line in lines[:_PRINTED_LINES]:
            _say(shown, line, "dim", 4)
        if len(lines) > _PRINTED_LINES:
            shown.print(f"    ... and {len(lines) - _PRINTED_LINES} lines more", style="dim")


def _failed(shown: Console, checked: Checked, check: CheckRecord, explained: set[str]) -> None:
    """Show a check that is not passed; what explains several of them is said once."""
    _say(shown, check.message)
    if check.example and check.example not in check.message:
        _say(shown, f"in: {check.example}", "dim")
    for sketch in checked.sketches.get(check.id, ()):
        shown.print(drawing.sketch(shown, sketch, _INDENT), soft_wrap=False, crop=False)
    if check.explanation and check.explanation not in explained:
        explained.add(check.explanation)
        _say(shown, check.explanation, "cyan")
    if check.hint:
        _say(shown, f"hint: {check.hint}", "yellow")


def _say(shown: Console, text: str, style: str = "", indent: int = _INDENT) -> None:
    """Print text that may be a student's, indented; wrapped for people, a line a line for programs."""
    for line in terminal.plain(text).splitlines():
        if shown.is_terminal:
            shown.print(Padding(Text(line, style=style), (0, 0, 0, indent)), soft_wrap=False)
        else:
            shown.print(f"{' ' * indent}{line}")


def total(shown: Console, assignment: Assignment, results: Sequence[Checked]) -> None:
    """Show what the visible points add up to, and how many are not run here."""
    score = sum(one.record.score for one in results)
    points = sum(one.record.points for one in results)
    hidden = sum(assignment.exercises[one.exercise].points for one in results) - points
    shown.print(f"\n{score:g} of {points:g} visible points; {hidden:g} hidden, not run", style="bold")
    if score < points:
        name = next(one.exercise for one in results if not one.passed)
        shown.print(f"Stuck? grader hint {name}", style="dim")
