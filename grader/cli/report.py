"""What a student reads in the terminal about one checked exercise."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.assignment import Assignment
from grader.cli import drawing, terminal
from grader.language import translate as _
from grader.observation import Outcome
from grader.record import CheckRecord, earned, sentence
from grader.selfcheck import Checked
from grader.telling import Kind, Line, common, happened, helps

_INDENT = 6
_STYLES = {Kind.HEADLINE: "red", Kind.CASE: "dim", Kind.WHY: "cyan", Kind.HINT: "yellow"}
_PRINTED_LINES = 40


def show(shown: Console, checked: Checked, prints: bool = False) -> None:
    """Show an exercise: each check, and of those that are not passed what happened, what to look at, what to try."""
    record = checked.record
    shown.print(f"\n{heading(checked)}", style="bold")
    if once := common(checked.exercise, record):
        _lines(shown, once, 2)
    else:
        explained: set[str] = set()
        for check in record.checks:
            shown.print(
                "  ", terminal.mark(Outcome.PASSED if earned(check) else check.outcome),
                f" {_(check.title)}  [{check.score:g}/{check.points:g}]", sep="",
            )  # fmt: skip
            if earned(check):
                _say(shown, sentence(check), "dim")
            else:
                _failed(shown, checked, check, explained)
    if prints and checked.printed.strip():
        said = _("what your code printed:")
        shown.print(f"  {said}", style="dim")
        for line in printed(checked):
            _say(shown, line, "dim", 4)


def printed(checked: Checked) -> list[str]:
    """Return the lines that the code printed, as many as anybody would read."""
    lines = checked.printed.rstrip().splitlines()
    more = len(lines) - _PRINTED_LINES
    return lines if more <= 0 else [*lines[:_PRINTED_LINES], _("... and {count} lines more").format(count=more)]


def _failed(shown: Console, checked: Checked, check: CheckRecord, explained: set[str]) -> None:
    """Show a check that is not passed; what explains several of them is said once."""
    _lines(shown, happened(check))
    for sketch in checked.sketches.get(check.id, ()):
        shown.print(drawing.sketch(shown, sketch, _INDENT), soft_wrap=False, crop=False)
    _lines(shown, helps(check, explained))


def _lines(shown: Console, lines: Sequence[Line], indent: int = _INDENT) -> None:
    for kind, text in lines:
        _say(shown, text, _STYLES.get(kind, ""), indent)


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
    if help := stuck(results):
        shown.print(help, style="dim")


def stuck(results: Sequence[Checked]) -> str:
    """Return where to get a hint on the first exercise that lacks something; "" if none does."""
    names = [one.exercise for one in results if not one.passed]
    return _("Stuck? {command}").format(command=f"grader hint {names[0]}") if names else ""


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
