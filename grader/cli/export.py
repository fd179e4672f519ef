"""`grader export`: scores for other programs."""

from pathlib import Path

import click

from grader import assignment as assignments
from grader.assignment import Assignment
from grader.cli import terminal
from grader.record import Record, read_all


@click.command("export", epilog="Exit codes: 0 everything was written, 1 something was left out, 2 nothing was.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--to", "target", type=click.Choice(["nbgrader"]), required=True, help="Who is to read it.")
@click.option("--course", type=click.Path(path_type=Path, exists=True, file_okay=False), help="nbgrader: its folder.")
@click.option("--db", default="", metavar="URL", help="nbgrader: the gradebook (default: as its configuration says).")
@click.option("--assignment", "name", default="", help="nbgrader: the assignment's name there (default: ours).")
def command(folder: Path, target: str, course: Path | None, db: str, name: str) -> None:
    """Write the scores in FOLDER, as `grader grade` left them, for another program.

    \b
    grader export graded/ --to nbgrader --course course/
    """
    try:
        records = read_all(folder)
        ours = assignments.load()
    except (FileNotFoundError, ValueError, assignments.AssignmentError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    if course is None:
        raise click.UsageError("say where the course lies: --course FOLDER, the one with submitted/ and gradebook.db")
    _nbgrader(records, ours, course, db, name)


def _nbgrader(records: list[Record], ours: Assignment, course: Path, db: str, name: str) -> None:
    from grader.export import gradebook

    rubric = {
        exercise: {check_id: ours.rubric(check_id).points for check_id in ours.check_ids(exercise)}
        for exercise in ours.exercises
    }
    to = gradebook.Course(course, name or ours.name, db)
    shown = terminal.console(stderr=True)
    try:
        with shown.status("Writing the gradebook ..."):
            written = gradebook.write(records, to, rubric)
    except gradebook.GradebookError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    for line in written.left:
        shown.print(f"left out: {terminal.plain(line)}", style="yellow")
    terminal.console().print(
        f"{written.students} students' scores in the gradebook, {written.notebooks} notebooks for formgrader"
    )
    if written.left:
        raise SystemExit(1)
