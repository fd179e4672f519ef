"""`grader release`: what students get."""

import secrets
from pathlib import Path

import click

from grader import course
from grader.cli import terminal
from grader.freeze import FreezeError, pack
from grader.release import ReleaseError, release
from grader.walls.worker import WorkerDied
from grader.workbench import Setup, Workbench, cache_folder


@click.command("release")
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@click.option("--nbgrader", is_flag=True, help="Write an nbgrader course instead, which stays with the staff.")
@click.option("--seed", type=int, default=None, help="With --nbgrader: the seed of the hidden cases (default: drawn).")
def command(dest: Path, nbgrader: bool, seed: int | None) -> None:
    """Write the students' material to DEST: stubs, helpers, fixtures and a wheel with `grader check`; no answers.

    \b
    grader release course/
    grader release course/ --nbgrader --seed 4711      then, in course/: nbgrader generate_assignment convolutions
    """
    if seed is not None and not nbgrader:
        raise click.UsageError("students get no hidden cases, so a release needs no --seed; grade takes it")
    seed = secrets.randbelow(10**9) if seed is None else seed
    shown = terminal.console()
    tools = Workbench(Setup(seed, "none", str(cache_folder())))
    try:
        with terminal.console(stderr=True).status("Freezing the cases ..."):
            exercises = list(tools.assignment.exercises)
            cases = pack([tools.part(exercise, "visible") for exercise in exercises])
            for exercise in exercises if nbgrader else ():
                # Kept where nbgrader's kernels look for it, so that no cell has to wait for it.
                tools.part(exercise, "hidden")
        if nbgrader:
            course.write(dest, tools.assignment, seed, cases)
        else:
            files = release(dest, cases)
    except (ReleaseError, FreezeError, WorkerDied) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    finally:
        tools.close()
    if nbgrader:
        shown.print(f"An nbgrader course in {dest}, with solutions: keep it; its README.md says how to go on")
    else:
        shown.print(f"{len(files)} files in {dest}: hand out the folder; README.md in it tells students what to do")
