"""`grader submit`: handing in."""

import getpass
import hashlib
import sys
from pathlib import Path

import click

from grader import assignment, handin
from grader.cli import terminal


@click.command(
    "submit",
    epilog="Exit codes: 0 handed in, complete; 1 handed in, but something is missing; 2 the command was wrong.",
)
@click.option(
    "--path", type=click.Path(path_type=Path, exists=True), default=Path(),
    help="Folder or notebook with your work (default: here).",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Archive to write, FILE.zip.")
@click.option(
    "--exchange", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="nbgrader's exchange folder, to hand it over there instead.",
)  # fmt: skip
@click.option("--course", help="With --exchange: the course, if there are several.")
@click.option("--student", help="Your id (default: your login).")
def command(path: Path, out: Path | None, exchange: Path | None, course: str | None, student: str | None) -> None:
    """Look whether everything is there, and pack it: an archive to hand in, with a list of what is in it.

    Your code is not run; `grader check` does that.

    \b
    grader submit                                        writes convolutions-LOGIN.zip
    grader submit --path work/ --out ada.zip
    grader submit --exchange /srv/nbgrader/exchange      hands it over to nbgrader
    """
    if out is not None and exchange is not None:
        raise click.UsageError("--out and --exchange do not go together: leave one out")
    assigned = assignment.load()
    student = student or getpass.getuser()
    shown = terminal.console()
    try:
        work = handin.gather(path, assigned)
        _show(work)
        if exchange is not None:
            place = handin.hand_over(work.files, exchange, course, assigned.name, student)
        else:
            place = out or Path(f"{assigned.name}-{Path(student).name}.zip")
            handin.write(place, work.files)
    except handin.HandInError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    shown.print(f"{terminal.plain(str(place))}: {_count(len(work.files) - 1)} and a list of hashes")
    if place.is_file():
        shown.print(f"SHA-256 {hashlib.sha256(place.read_bytes()).hexdigest()}", style="dim")
    if not work.complete:
        shown.print(
            f"Handed in as it is; incomplete: {handin.names(work.parts)}. You may hand in again.", style="yellow"
        )
    sys.exit(0 if work.complete else 1)


def _show(work: handin.HandIn) -> None:
    shown = terminal.console()
    for part in work.parts:
        if not part.missing:
            shown.print(f"✓ {terminal.plain(part.path or '')}", style="green")
        for line in part.missing:
            where = f"{terminal.plain(part.path)}: " if part.path else ""
            shown.print(f"✗ {where}{terminal.plain(line)}", style="red")


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"
