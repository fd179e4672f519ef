"""`grader release`: what students get."""

import secrets
from pathlib import Path

import click

from grader import course, kit
from grader.cli import terminal
from grader.freeze import FreezeError, pack
from grader.release import ReleaseError, release
from grader.walls.worker import WorkerDied
from grader.workbench import Setup, Workbench, cache_folder


@click.command("release")
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@click.option("--nbgrader", "kind", flag_value="nbgrader", help="Instead: an nbgrader course, for the staff.")
@click.option("--gradescope", "kind", flag_value="gradescope", help="Instead: Gradescope's autograder.zip, for staff.")
@click.option("--github", "kind", flag_value="github", help="With GitHub Classroom's workflow: a template repository.")
@click.option(
    "--seed", type=int, default=None,
    help="nbgrader, Gradescope: the seed of the hidden cases, the one that grade takes (default: drawn).",
)  # fmt: skip
def command(dest: Path, kind: str | None, seed: int | None) -> None:
    """Write the students' material to DEST: stubs, helpers, fixtures and a wheel with `grader check`; no answers.

    \b
    grader release course/
    grader release course/ --nbgrader --seed 4711      then, in course/: nbgrader generate_assignment convolutions
    grader release gradescope/ --gradescope --seed 4711
    """
    hidden = kind in ("nbgrader", "gradescope")
    if seed is not None and not hidden:
        raise click.UsageError("students get no hidden cases, so a release needs no --seed; grade takes it")
    seed = secrets.randbelow(10**9) if seed is None else seed
    shown = terminal.console()
    tools = Workbench(Setup(seed, "none", str(cache_folder())))
    try:
        if kind == "gradescope":
            path = kit.gradescope(dest, seed)
            shown.print(f"{path}, with solutions: upload it in Gradescope, and give it to nobody else")
            return
        with terminal.console(stderr=True).status("Freezing the cases ..."):
            exercises = list(tools.assignment.exercises)
            cases = pack([tools.part(exercise, "visible") for exercise in exercises])
            for exercise in exercises if hidden else ():
                # Kept where nbgrader's kernels look for it, so that no cell has to wait for it.
                tools.part(exercise, "hidden")
        if kind == "nbgrader":
            course.write(dest, tools.assignment, seed, cases)
            shown.print(f"An nbgrader course in {dest}, with solutions: keep it; its README.md says how to go on")
            return
        files = kit.github(dest, cases) if kind == "github" else release(dest, cases)
    except (ReleaseError, FreezeError, WorkerDied) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    finally:
        tools.close()
    shown.print(f"{len(files)} files in {dest}: hand out the folder; README.md in it tells students what to do")
