"""`grader feedback`: pages from records."""

from pathlib import Path

import click

from grader import assignment, catalogue
from grader.cli import terminal
from grader.feedback import write
from grader.record import read_all
from grader.store import Store, StoreError


@click.command("feedback")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--store", "store_url", default=None, metavar="URL", help="Result store, for times (default: FOLDER's).")
def command(folder: Path, store_url: str | None) -> None:
    """Write a page for each student and one for the class, from the records in FOLDER.

    \b
    grader feedback graded/      then open graded/feedback/index.html
    """
    try:
        records = read_all(folder)
        durations = _durations(folder, store_url)
    except (FileNotFoundError, ValueError, StoreError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    titles = {name: exercise.title for name, exercise in assignment.load().exercises.items()}
    shown = terminal.console(stderr=True)
    if shown.is_terminal:
        with terminal.progress(shown) as bar:
            task = bar.add_task("Writing pages", total=len(records), rate="")
            pages = write(
                folder, records, catalogue.load(), lambda done, _: bar.update(task, completed=done), titles, durations
            )
    else:
        pages = write(folder, records, catalogue.load(), titles=titles, durations=durations)
    terminal.console().print(f"{len(pages)} pages: {folder / 'feedback' / 'index.html'}")


def _durations(folder: Path, url: str | None) -> dict[str, float]:
    """Return how long gradings took, as the store knows; nothing where the folder has no store of its own."""
    if url is None and not (folder / "store.sqlite").is_file():
        return {}
    with Store(url) if url else Store.in_folder(folder) as store:
        return store.durations()
