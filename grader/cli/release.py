"""`grader release`: what students get."""

from pathlib import Path

import click

from grader.cli import terminal
from grader.freeze import FreezeError, pack
from grader.release import ReleaseError, release
from grader.walls.worker import WorkerDied
from grader.workbench import Setup, Workbench, cache_folder


@click.command("release")
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
def command(dest: Path) -> None:
    """Write the students' material to DEST: stubs, helpers, fixtures and a wheel with `grader check`; no answers.

    \b
    grader release course/
    """
    shown = terminal.console()
    tools = Workbench(Setup(0, "none", str(cache_folder())))
    try:
        with terminal.console(stderr=True).status("Freezing the visible cases ..."):
            cases = pack([tools.part(exercise, "visible") for exercise in tools.assignment.exercises])
        files = release(dest, cases)
    except (ReleaseError, FreezeError, WorkerDied) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    finally:
        tools.close()
    shown.print(f"{len(files)} files in {dest}: hand out the folder; README.md in it tells students what to do")
