"""`grader feedback`: pages from records."""

from pathlib import Path

import click

from grader import assignment, catalogue
from grader.cli import terminal
from grader.feedback import write
from grader.record import read_all


@click.command("feedback")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(folder: Path) -> None:
    """Write a page for each student and one for the class, from the records in FOLDER.

    \b
    grader feedback graded/      then open graded/feedback/index.html
    """
    try:
        records = read_all(folder)
    except (FileNotFoundError, ValueError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    titles = {name: exercise.title for name, exercise in assignment.load().exercises.items()}
    shown = terminal.console(stderr=True)
    if shown.is_terminal:
        with terminal.progress(shown) as bar:
            task = bar.add_task("Writing pages", total=len(records), rate="")
            pages = write(
                folder, records, catalogue.load(), lambda done, _: bar.update(task, completed=done), titles=titles
            )
    else:
        pages = write(folder, records, catalogue.load(), titles=titles)
    terminal.console().print(f"{len(pages)} pages: {folder / 'feedback' / 'index.html'}")
