"""`grader feedback`: pages from records."""

from pathlib import Path

import click

from grader import assignment, catalogue
from grader.cli import places, terminal
from grader.feedback import write
from grader.mirror import MirrorError
from grader.pipeline import OutputBusy
from grader.record import read_all
from grader.store import Store, StoreError


@click.command("feedback")
@click.argument("place", metavar="FOLDER")
@click.option("--store", "store_url", default=None, metavar="URL", help="Result store, for times (default: FOLDER's).")
def command(place: str, store_url: str | None) -> None:
    """Write a page for each student and one for the class, from the records in FOLDER, or at its URL.

    \b
    grader feedback graded/      then open graded/feedback/index.html
    """
    try:
        with places.results(place) as (folder, _):
            pages = _write(folder, store_url)
    except (FileNotFoundError, ValueError, OutputBusy, StoreError, MirrorError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    terminal.console().print(f"{pages} pages: {place.rstrip('/')}/feedback/index.html")


def _write(folder: Path, store_url: str | None) -> int:
    """Write the pages and return how many there are."""
    records, durations = read_all(folder), _durations(folder, store_url)
    titles = {name: exercise.title for name, exercise in assignment.load().exercises.items()}
    shown = terminal.console(stderr=True)
    if not shown.is_terminal:
        return len(write(folder, records, catalogue.load(), titles=titles, durations=durations))
    with terminal.progress(shown) as bar:
        task = bar.add_task("Writing pages", total=len(records), rate="")
        pages = write(
            folder, records, catalogue.load(), lambda done, _: bar.update(task, completed=done), titles, durations
        )
    return len(pages)


def _durations(folder: Path, url: str | None) -> dict[str, float]:
    """Return how long gradings took, as the store knows; nothing where the folder has no store of its own."""
    if url is None and not (folder / "store.sqlite").is_file():
        return {}
    with Store(url) if url else Store.in_folder(folder) as store:
        return store.durations()
