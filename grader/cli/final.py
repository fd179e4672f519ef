"""`grader final`: what counts, after attempts, deadlines and groups."""

import sys
from pathlib import Path

import click

from grader import assignment as assignments
from grader import roster
from grader.cli import terminal
from grader.final import Finals, final_csv, finals, load_times
from grader.pipeline import write_whole
from grader.record import read_all
from grader.schedule import ScheduleError


@click.command("final", epilog="Exit codes: 0 everybody has a result, 1 something was left out, 2 nothing was written.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--roster", "roster_path", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="CSV: id,name,email,group,extension,grace_days.",
)  # fmt: skip
@click.option(
    "--times", type=click.Path(path_type=Path, exists=True), help="CSV: submission,at; or nbgrader's folder submitted/."
)
@click.option(
    "--schedule", "--assignment", "schedule", type=click.Path(path_type=Path, dir_okay=False),
    help="TOML with a table [schedule]; the assignment's by default.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="[default: FOLDER/final.csv]")
def command(folder: Path, roster_path: Path, times: Path | None, schedule: Path | None, out: Path | None) -> None:
    """Write final.csv: for everybody in the roster the attempt that counts and what lateness cost.

    An attempt is named after its owner and its time: ada@2026-03-01T22-15-00.zip. When it is due, and what lateness
    costs, is in the assignment's [schedule]; whose group shares attempts and who has more time, in the roster.

    \b
    grader final graded/ --roster roster.csv
    grader final graded/ --roster roster.csv --times times.csv --schedule schedule.toml
    grader final graded/ --roster roster.csv --times course/submitted/
    """
    try:
        people, records = roster.load(roster_path), read_all(folder)
        found = finals(people, records, assignments.load_schedule(schedule), load_times(times, records))
        written = out or folder / "final.csv"
        write_whole(written, final_csv(found.people).encode())
    except (FileNotFoundError, ValueError, assignments.AssignmentError, roster.RosterError, ScheduleError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    except OSError as error:
        raise click.UsageError(f"{terminal.plain(str(error))}; name another place with --out") from error
    sys.exit(_show(found, written))


def _show(found: Finals, written: Path) -> int:
    shown, aside = terminal.console(), terminal.console(stderr=True)
    totals = [one.total for one in found.people if one.total is not None]
    late = sum(one.attempt is not None and one.attempt.days_late > 0 for one in found.people)
    missing = sum(one.status == "missing" for one in found.people)
    mean = f", mean {sum(totals) / len(totals):.1f} points" if totals else ""
    shown.print(f"{len(found.people)} people, {late} late, {missing} without a submission{mean}: {written}")
    held = [f"{one.person.id}: the grader failed on it" for one in found.people if one.status == "error"]
    for line in (*found.conflicts, *held):
        aside.print(f"left out: {terminal.one_line(line)}", style="yellow")
    return 1 if found.conflicts or held else 0
