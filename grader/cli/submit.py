"""`grader submit`: handing in."""

import getpass
import hashlib
import sys
from pathlib import Path

import click

from grader import assignment, handin
from grader.cli import terminal
from grader.language import translate as _
from grader.language import translate_count
from grader.notes import told

_LEFT_OUT = "left out: "


@click.command(
    "submit",
    epilog=_("Exit codes: 0 handed in, complete; 1 handed in, but something is missing; 2 the command was wrong."),
)
@click.option(
    "--path", type=click.Path(path_type=Path, exists=True), default=Path(),
    help=_("Folder or notebook with your work (default: here)."),
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=_("Archive to write, FILE.zip."))
@click.option(
    "--exchange", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=_("nbgrader's exchange folder, to hand it over there instead."),
)  # fmt: skip
@click.option("--course", help=_("With --exchange: the course, if there are several."))
@click.option("--student", help=_("Your id (default: your login)."))
def command(path: Path, out: Path | None, exchange: Path | None, course: str | None, student: str | None) -> None:
    """Look whether everything is there, and pack it: an archive to hand in, with a list of what is in it.

    Your code is not run; `grader check` does that.

    \b
    grader submit                                        writes convolutions-LOGIN.zip
    grader submit --path work/ --out ada.zip
    grader submit --exchange /srv/nbgrader/exchange      hands it over to nbgrader
    """
    if out is not None and exchange is not None:
        raise click.UsageError(_("--out and --exchange do not go together: leave one out"))
    if out is not None and out.suffix.lower() != ".zip":
        ending = _("{path} does not end in .zip, as an archive to hand in must: --out FILE.zip")
        raise click.UsageError(ending.format(path=terminal.plain(str(out))))
    assigned = assignment.load()
    student = student or ("" if out else _login())
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
    count = len(work.files) - 1
    packed = translate_count(
        "{path}: {count} file and a list of hashes", "{path}: {count} files and a list of hashes", count
    )
    shown.print(packed.format(path=terminal.plain(str(place)), count=count))
    if place.is_file():
        shown.print(f"SHA-256 {hashlib.sha256(place.read_bytes()).hexdigest()}", style="dim")
    if not work.complete:
        incomplete = _("Handed in as it is; incomplete: {exercises}. You may hand in again.")
        shown.print(incomplete.format(exercises=handin.names(work.parts)), style="yellow")
    sys.exit(0 if work.complete else 1)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise click.UsageError(_("Your login has no name here: say who you are with --student ID")) from error


def _show(work: handin.HandIn) -> None:
    shown = terminal.console()
    for part in work.parts:
        if not part.missing:
            shown.print(f"✓ {terminal.plain(part.path or '')}", style="green")
        for line in part.missing:
            where = f"{terminal.plain(part.path)}: " if part.path else ""
            shown.print(f"✗ {where}{terminal.plain(line)}", style="red")
    for note in work.notes:
        reason = told(note.removeprefix(_LEFT_OUT))
        line = _("left out: {what}").format(what=reason) if note.startswith(_LEFT_OUT) else reason
        shown.print(f"⚠ {terminal.one_line(line)}", style="yellow")
