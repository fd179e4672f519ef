"""`grader export`: scores for other programs."""

import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from grader import assignment as assignments
from grader import final, roster
from grader.assignment import Assignment
from grader.cli import terminal
from grader.export import scores_csv
from grader.final import Finals
from grader.pipeline import write_whole
from grader.record import Record, file_name, read_all
from grader.schedule import Schedule, ScheduleError

_SINGLE = ("gradescope", "prairielearn", "github")
_ROSTERED = ("canvas", "moodle")
_FILES = {"csv": "scores.csv", "checks": "checks.csv", "parquet": "checks.parquet", "junit": "junit.xml"}
_FILES |= {"canvas": "canvas.csv", "moodle": "moodle.csv"}


@click.command("export", epilog="Exit codes: 0 everything was written, 1 something was left out, 2 nothing was.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--to", "target", type=click.Choice(["nbgrader", *_SINGLE, *_FILES]), required=True, help="Who is to read it."
)
@click.option("--out", type=click.Path(path_type=Path), help="File, or folder for one file a submission.")
@click.option(
    "--roster", "roster_path", type=click.Path(path_type=Path, dir_okay=False),
    help="canvas, moodle: CSV with the columns id,name,email,group.",
)  # fmt: skip
@click.option(
    "--times", type=click.Path(path_type=Path, exists=True),
    help="canvas, moodle: CSV with the columns submission,at; or nbgrader's folder submitted/.",
)  # fmt: skip
@click.option(
    "--schedule", type=click.Path(path_type=Path, dir_okay=False),
    help="canvas, moodle: TOML with a table [schedule]; the assignment's by default.",
)  # fmt: skip
@click.option("--course", type=click.Path(path_type=Path, exists=True, file_okay=False), help="nbgrader: its folder.")
@click.option("--db", default="", metavar="URL", help="nbgrader: the gradebook (default: as its configuration says).")
@click.option("--assignment", "name", default="", help="nbgrader, canvas, moodle: the assignment's name there.")
def command(
    folder: Path, target: str, out: Path | None, roster_path: Path | None, times: Path | None, schedule: Path | None,
    course: Path | None, db: str, name: str,
) -> None:  # fmt: skip
    """Write the scores in FOLDER, as `grader grade` left them, for another program.

    \b
    grader export graded/ --to nbgrader --course course/
    grader export graded/ --to canvas --roster roster.csv
    grader export graded/ --to gradescope
    """
    try:
        records = read_all(folder)
        ours = assignments.load()
        if target == "nbgrader":
            left = _nbgrader(records, ours, course, db, name)
        elif target in _SINGLE:
            left = _single(records, target, out or folder / "export" / target)
        elif target in _ROSTERED:
            rules = assignments.load_schedule(schedule)
            found = _finals(records, target, roster_path, rules, times)
            left = _rostered(found, ours, target, out or folder / "export" / _FILES[target], name)
        else:
            left = _whole(records, ours, target, out or folder / "export" / _FILES[target])
    except (FileNotFoundError, ValueError, assignments.AssignmentError, roster.RosterError, ScheduleError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    except OSError as error:
        raise click.UsageError(f"{terminal.plain(str(error))}; name another place with --out") from error
    for line in left:
        terminal.console(stderr=True).print(f"left out: {terminal.one_line(line)}", style="yellow")
    sys.exit(1 if left else 0)


def _nbgrader(records: list[Record], ours: Assignment, course: Path | None, db: str, name: str) -> list[str]:
    from grader.export import gradebook
    from grader.export.book import Course, GradebookError

    if course is None:
        raise click.UsageError("say where the course lies: --course FOLDER, the one with submitted/ and gradebook.db")
    try:
        with terminal.console(stderr=True).status("Writing the gradebook ..."):
            kept, left = _students(records)
            written = gradebook.write(kept, Course(course, name or ours.name, db), _rubric(records, ours))
    except GradebookError as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    terminal.console().print(
        f"{written.students} students' scores in the gradebook, {written.notebooks} notebooks for formgrader"
    )
    return [*left, *written.left]


def _students(records: list[Record]) -> tuple[list[Record], list[str]]:
    """Return the records of which each is a student's only one, and a line about what is left out."""
    named: dict[str, list[Record]] = {}
    left = []
    for record in records:
        if final.split(record.submission)[1] is None:
            key = unicodedata.normalize("NFC", record.submission).casefold()
            named.setdefault(key, []).append(record)
        else:
            left.append(
                f"{record.submission}: its name has a time, and a gradebook holds one result a student: grade what "
                "counts under the student's name alone"
            )
    for alike in named.values():
        if len(alike) > 1:
            names = " and ".join(ascii(record.submission) for record in alike)
            left.append(f"{names} mean one student: keep what is that student's under one name")
    return [alike[0] for alike in named.values() if len(alike) == 1], left


def _rubric(records: list[Record], ours: Assignment) -> dict[str, dict[str, float]]:
    """Return the points of each check of each exercise, as the class was graded; ours where no record tells."""
    told = {name: found.checks for record in records for name, found in record.exercises.items() if found.checks}
    return {
        exercise: {check.id: check.points for check in told[exercise]}
        if exercise in told
        else {check_id: ours.rubric(check_id).points for check_id in ours.check_ids(exercise)}
        for exercise in dict.fromkeys((*ours.exercises, *told))
    }


def _single(records: list[Record], target: str, out: Path) -> list[str]:
    """Write one file a submission, named as its record is."""
    from grader.export import classroom, gradescope, prairielearn

    made: Callable[[Record], dict[str, Any]] = {
        "gradescope": gradescope.results, "prairielearn": prairielearn.results, "github": classroom.results,
    }[target]  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    left, written = [], 0
    for record in records:
        try:
            result = made(record)
        except ValueError as error:
            left.append(f"{record.submission}: {error}")
            # What an earlier export said of it is not to be uploaded with the others.
            (out / file_name(record.submission)).unlink(missing_ok=True)
            continue
        write_whole(out / file_name(record.submission), (json.dumps(result, indent=1) + "\n").encode())
        written += 1
    terminal.console().print(f"{written} results in {out}")
    return left


def _finals(
    records: list[Record], target: str, path: Path | None, rules: Schedule | None, times: Path | None
) -> Finals:
    if path is None:
        raise click.UsageError(f"{target} knows people by their ids: --roster roster.csv, columns id,name,email,group")
    return final.finals(roster.load(path), records, rules, final.load_times(times, records))


def _rostered(found: Finals, ours: Assignment, target: str, out: Path, name: str) -> list[str]:
    from grader.export import lms

    people = [one.person for one in found.people]
    graded = {
        one.person.id: msgspec.structs.replace(one.attempt.record, score=one.total)
        for one in found.people
        if one.attempt is not None
    }
    title = name or ours.title
    if target == "canvas":
        points = max((record.points for record in graded.values()), default=ours.points)
        text = lms.canvas(title, points, people, graded)
    else:
        text = lms.moodle(title, people, graded, {one.person.id: one.charged for one in found.people})
    _put(out, text.encode())
    held = [f"{record.submission}: the grader failed on it" for record in graded.values() if record.status == "error"]
    terminal.console().print(f"{len(graded) - len(held)} of {len(people)} people's scores in {out}")
    missing = [one.person.id for one in found.people if one.status == "missing"]
    if missing:
        terminal.console(stderr=True).print(f"nothing handed in: {terminal.one_line(', '.join(missing))}", style="dim")
    return [*found.conflicts, *held]


def _whole(records: list[Record], ours: Assignment, target: str, out: Path) -> list[str]:
    from grader.export import junit, table

    match target:
        case "csv":
            _put(out, scores_csv(records, list(ours.exercises)).encode())
        case "checks":
            _put(out, table.table_csv(records).encode())
        case "junit":
            _put(out, junit.document(records))
        case "parquet":
            out.parent.mkdir(parents=True, exist_ok=True)
            try:
                table.write_parquet(records, out)
            except ImportError as error:  # It is not there, or not made for this NumPy.
                raise click.UsageError(f"Parquet needs pyarrow ({error}): python -m pip install pyarrow") from error
    terminal.console().print(f"{len(records)} submissions in {out}")
    return []


def _put(out: Path, data: bytes) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, data)
