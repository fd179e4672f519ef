"""`grader release`: what students get."""

from pathlib import Path

import click

from grader.cli import terminal
from grader.release import ReleaseError, release


@click.command("release")
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
def command(dest: Path) -> None:
    """Write the students' material to DEST: stubs, helpers, fixtures and a wheel with `grader check`; no answers.

    \b
    grader release course/
    """
    shown = terminal.console()
    try:
        files = release(dest)
    except ReleaseError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    shown.print(f"{len(files)} files in {dest}: hand out the folder; README.md in it tells students what to do")
