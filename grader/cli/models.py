"""`grader models`: which models there are, and fetching one."""

from pathlib import Path

import click

from grader import models
from grader.cli import terminal


@click.group("models", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the models; `grader models fetch NAME` gets one that does not ship."""
    if ctx.invoked_subcommand is None:
        shown = terminal.console()
        for model in models.available():
            state = "here" if model.present else f"not here: grader models fetch {model.name}"
            shown.print(f"{model.name:20} {model.origin:12} {state}")


@command.command("fetch")
@click.argument("name")
@click.option("--from", "from_file", type=click.Path(path_type=Path), help="Take the archive from a file instead.")
def fetch(name: str, from_file: Path | None) -> None:
    """Download a model once into your cache; interrupted, it goes on where it stopped.

    \b
    grader models fetch inception5h
    grader models fetch inception5h --from inception5h.zip     offline
    """
    shown = terminal.console(stderr=True)
    try:
        with terminal.progress(shown) as bar:
            task = bar.add_task(name, total=None, rate="")
            folder = models.fetch(
                name, from_file=from_file, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    except models.ModelError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    terminal.console().print(f"{name} is in {folder}")
