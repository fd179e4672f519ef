"""`grader show`: an exercise's expected pictures, or a graph."""

from pathlib import Path
from typing import Any

import click

from grader import graphfile, material, models
from grader.cli import terminal
from grader.language import translate as _

_INCEPTION = "tensorflow_inception_graph.pb"


@click.command("show", epilog=_("Exit codes: 0 it was drawn, 2 the command was wrong."))
@click.argument("what", metavar="EXERCISE|MODEL|FILE.pb")
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write a page for the browser instead; it loads nothing from anywhere."),
)  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True, help=_("Of a graph: scopes to unfold."))
@click.option("--all", "everything", is_flag=True, help=_("Of an exercise: every visible case, not one a check."))
def command(what: str, page: Path | None, depth: int, everything: bool) -> None:
    """Draw what an exercise expects on its visible cases, or a graph, folded by name scope.

    \b
    grader show convolution_chain                  pictures, here in the terminal
    grader show top5 --html top5.html              for the browser
    grader show efficientnet_lite0                 the model that ships
    grader show mine.pb --html mine.html           a graph of your own; click a scope to look inside
    """
    from grader import assignment

    exercises = assignment.load().exercises
    if what in exercises:
        _show_exercise(what, exercises[what].title, page, everything)
        return
    try:
        graph = graphfile.read(_graph_path(what, list(exercises)))
    except graphfile.GraphFileError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    drawer: Any = material.given("gr_disp")
    if page is not None:
        _write(page, drawer.render(graph, Path(what).name))
    else:
        click.echo(terminal.plain(drawer.outline(graph, depth)))
        more = _("{count} nodes; --depth {depth} unfolds more, --html FILE draws them")
        click.echo(more.format(count=len(graph.node), depth=depth + 1))


def _graph_path(what: str, exercises: list[str]) -> Path:
    """Return the file of a model by its name, or the path itself."""
    if what.endswith(".pb") or Path(what).is_file():
        return Path(what)
    known = {model.name: model for model in models.available()}
    if what not in known:
        raise click.UsageError(
            _("there is no exercise or model {name}; there are {known}; a file's name ends with .pb").format(
                name=repr(terminal.plain(what)), known=", ".join([*exercises, *known])
            )
        )
    model = known[what]
    if not model.present:
        raise click.UsageError(
            _("the model {name} is not here yet: {command}").format(name=what, command=f"grader models fetch {what}")
        )
    own = model.folder / f"{what}.pb"
    return own if own.is_file() else model.folder / _INCEPTION


def _show_exercise(name: str, title: str, page: Path | None, everything: bool) -> None:
    from grader import panels
    from grader.cli import drawing
    from grader.freeze import FreezeError
    from grader.judge import JudgeError
    from grader.selfcheck import SelfCheck
    from grader.walls.worker import WorkerDied

    try:
        with SelfCheck() as desk, terminal.console(stderr=True).status(_("Reading the visible cases ...")):
            examples = desk.expected(name)
    except (FreezeError, JudgeError, WorkerDied) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    if not everything:
        pictured = [one for one in examples if one.sketches]
        examples = list({one.check: one for one in reversed(pictured)}.values())[::-1]
    if page is not None:
        drawn = [panels.example(_(one.title), one.call, one.sketches[:2]) for one in examples]
        _write(page, panels.page(_("{title}: what is expected").format(title=_(title)), drawn))
        return
    shown = terminal.console()
    heading = _("{title} ({exercise}): what a right solution gives on visible cases")
    shown.print(heading.format(title=_(title), exercise=name), style="bold")
    for one in examples:
        shown.print(f"\n{_(one.title)}", style="bold")
        shown.print(f"  {terminal.plain(one.call)}", style="dim")
        for sketch in one.sketches[:2]:
            shown.print(drawing.sketch(shown, sketch, 2), soft_wrap=False, crop=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = _("{path} cannot be written: {error}").format(path=path, error=error.strerror)
        raise click.UsageError(message) from error
    click.echo(_("{path}: open it in a browser").format(path=path))
