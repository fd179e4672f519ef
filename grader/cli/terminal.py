"""What the commands share of the terminal: progress, colours, text that cannot disturb it."""

import unicodedata
from collections.abc import Sequence

from rich.console import Console as Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.observation import Outcome

STYLES = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.RAISED: ("✗", "red"),
    Outcome.SKIPPED: ("–", "yellow"),
    Outcome.GRADER_ERROR: ("!", "magenta"),
}
_OTHERS = ("✗", "red")


def console(stderr: bool = False) -> Console:
    """Return a console that takes text as text: no markup, no highlighting."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=not stderr)


def plain(text: str) -> str:
    """Return text with everything that a terminal would obey, or could not print, made visible."""
    return "".join(
        one if one in "\n\t" or (one.isprintable() and unicodedata.category(one) != "Cs") else ascii(one)[1:-1]
        for one in text
    )


def one_line(text: str) -> str:
    """Return text as `plain` does, in one line: what a student calls a file must not pass for lines of ours."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def mark(outcome: Outcome) -> Text:
    """Return the sign of an outcome: colour and symbol."""
    symbol, style = STYLES.get(outcome, _OTHERS)
    return Text(symbol, style=style)


def progress(shown: Console) -> Progress:
    """Return a progress bar with rate and time left."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=shown,
    )  # fmt: skip


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table whose first column is text and whose others are numbers."""
    made = Table(box=None, pad_edge=False)
    for number, name in enumerate(columns):
        made.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(one_line(cell)) for cell in row))
    return made
