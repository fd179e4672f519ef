"""`grader hint`: one more hint each time it is asked."""

import click

from grader import hints
from grader.cli import terminal
from grader.language import translate as _


@click.command("hint", epilog=_("Exit codes: 0 there was a hint, 2 the command was wrong."))
@click.argument("exercise")
@click.argument("check", required=False)
@click.option("--again", is_flag=True, help=_("Begin at the first hint again."))
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
    names = (_("A question"), _("Where to look"), _("Half a line"))
    place = _("{number} of {count}").format(number=hint.rung + 1, count=len(hints.RUNGS))
    if hint.passed:
        name = f"grader hint {exercise} CHECK"
        done = _("All of {exercise} passed when you checked it last. For a hidden check, name it: {command}")
        shown.print(done.format(exercise=exercise, command=name), style="green")
    shown.print(f"{exercise}: {_(hint.topic)}", style="bold")
    shown.print(f"{names[hint.rung]} ({place}): {_(hint.text)}")
    if hint.last:
        last = _("That was the last hint on this. Show what you have to a neighbour or an assistant.")
        shown.print(last, style="dim")
    else:
        shown.print(_("Try it; then ask again for one more."), style="dim")
