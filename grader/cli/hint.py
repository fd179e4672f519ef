"""`grader hint`: one more hint each time it is asked."""

import click

from grader import hints
from grader.cli import terminal

_NAMES = ("A question", "Where to look", "Half a line")


@click.command("hint", epilog="Exit codes: 0 there was a hint, 2 the command was wrong.")
@click.argument("exercise")
@click.argument("check", required=False)
@click.option("--again", is_flag=True, help="Begin at the first hint again.")
def command(exercise: str, check: str | None, again: bool) -> None:
    """Get a hint on an exercise: one more each time, first a question, then where to look, then half a line.

    Without CHECK it is about the first check that failed at your last `grader check`.

    \b
    grader hint conv_2d
    grader hint conv_2d stride_order
    grader hint conv_2d --again        from the first one
    """
    try:
        if again:
            hints.forget(exercise)
        hint = hints.following(exercise, check)
    except hints.HintError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    shown = terminal.console()
    shown.print(f"{exercise}: {hint.topic}", style="bold")
    shown.print(f"{_NAMES[hint.rung]} ({hint.rung + 1} of {len(hints.RUNGS)}): {hint.text}")
    if hint.again:
        shown.print("That was the last hint on this. Show what you have to a neighbour or an assistant.", style="dim")
    elif hint.rung + 1 < len(hints.RUNGS):
        shown.print("Try it; then ask again for one more.", style="dim")
