"""`grader history`: every grading of a submission."""

from pathlib import Path

import click

from grader.cli import terminal
from grader.store import Store, StoreError


@click.command("history")
@click.argument("submission")
@click.option(
    "--store", "where", default="", help="The store's URL, or an output folder [default: the only one around here]."
)
def command(submission: str, where: str) -> None:
    """List every grading of SUBMISSION: when, how long, its score, and what the grader said of its own failures.

    \b
    grader history ada --store graded/
    grader history ada --store postgresql+psycopg://graders@db/course
    """
    try:
        with _opened(where) as store:
            attempts = store.history(submission)
            if not attempts:
                raise click.UsageError(_unknown(submission, store.submissions()))
    except StoreError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    rows = []
    for attempt in attempts:
        record = attempt.record
        score = "-" if record.score is None else f"{record.score:g}"
        took = "" if attempt.seconds is None else f"{attempt.seconds:.1f} s"
        when = attempt.at.strftime("%Y-%m-%d %H:%M:%S")
        rows.append([when, record.sha256[:12], record.cases[:8], took, record.status, score])
    shown = terminal.console()
    shown.print(terminal.table(["when (UTC)", "content", "cases", "took", "status", "score"], rows))
    for attempt in attempts:
        for line in attempt.log.splitlines():
            shown.print(f"{attempt.at:%Y-%m-%d %H:%M:%S}: {terminal.one_line(line)}", style="red")


def _opened(where: str) -> Store:
    """Return the store that was named, or the only one in this folder or one below it."""
    if "://" in where:
        return Store(where)
    folder = Path(where or ".")
    found = (
        [folder]
        if where
        else sorted(path.parent for path in [*folder.glob("store.sqlite"), *folder.glob("*/store.sqlite")])
    )
    if len(found) != 1 or not (found[0] / "store.sqlite").is_file():
        near = f": {', '.join(map(str, found))}" if len(found) > 1 else ""
        what = f"{where} holds no store" if where else f"there is not exactly one store around here{near}"
        raise click.UsageError(terminal.plain(f"{what}; name an output folder of `grader grade` with --store DIR"))
    return Store.in_folder(found[0])


def _unknown(submission: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(submission, known, 3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return terminal.plain(f"nothing of {submission!r} is in the store{hint}")
