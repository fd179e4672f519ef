"""`grader check`: a student's own work on the visible cases, without walls."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from grader.assignment import Assignment
from grader.cli import terminal
from grader.freeze import FreezeError
from grader.grading import code_of, grade_exercise
from grader.judge import JudgeError
from grader.observation import Outcome
from grader.record import CheckRecord, ExerciseRecord
from grader.score import score_exercise
from grader.submission import Found, Submission, SubmissionError, find, read
from grader.walls.bare import BareWorker
from grader.walls.worker import WorkerDied
from grader.workbench import Setup, Workbench, cache_folder


@click.command("check", epilog="Exit codes: 0 all visible checks pass, 1 not all, 2 the command was wrong.")
@click.argument("exercises", nargs=-1)
@click.option(
    "--path", type=click.Path(path_type=Path, exists=True), default=Path(),
    help="Folder, archive or notebook with your work (default: here).",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(exercises: tuple[str, ...], path: Path, as_json: bool) -> None:
    """Check your own work on the visible cases: all exercises, or those that you name.

    \b
    grader check                       everything in this folder
    grader check conv_2d top5          two exercises
    grader check --path ada.ipynb      a notebook
    """
    tools = Workbench(Setup(0, "none", str(cache_folder())))
    asked = list(exercises) or list(tools.assignment.exercises)
    unknown = [name for name in asked if name not in tools.assignment.exercises]
    if unknown:
        known = ", ".join(tools.assignment.exercises)
        raise click.UsageError(f"there is no exercise {terminal.plain(unknown[0])!r}; there are {known}")
    try:
        submission = _read(path, tools.assignment)
        results = _check(tools, submission, asked, quiet=as_json)
    except (SubmissionError, FreezeError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    except (WorkerDied, JudgeError) as error:
        raise click.ClickException(f"the check itself failed, not your work: {terminal.plain(str(error))}") from error
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        tools.close()
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(results), indent=1))
    else:
        _total(tools.assignment, asked, results)
    sys.exit(0 if all(one.score == one.points for one in results.values()) else 1)


def _read(path: Path, assignment: Assignment) -> Submission:
    """Read the work at a path; of a course folder, only its `exercises/`."""
    names = list(assignment.exercises)
    inner = path / "exercises"
    if path.is_dir() and inner.is_dir() and not any((path / f"{name}.py").exists() for name in names):
        path = inner
    if path.is_dir():
        found = Found(path.resolve().name, path.resolve(), "folder")
    else:
        (found,) = find([path], names)[0]
    submission = read(found, names, assignment.sizes, imports=assignment.imports)
    if submission.refused is not None:
        raise SubmissionError(f"{path}: {submission.refused}")
    return submission


def _check(tools: Workbench, submission: Submission, asked: Sequence[str], quiet: bool) -> dict[str, ExerciseRecord]:
    shown = terminal.console()
    runner = tools.worker if hasattr(os, "fork") else BareWorker()
    results = {}
    with terminal.console(stderr=True).status("Starting TensorFlow ...") as status:
        for name in asked:
            part = tools.part(name, "visible")
            status.update(f"Checking {name} ...")
            code = code_of(submission, name)
            graded = grade_exercise(runner, tools.bench, tools.assignment, name, code, [part])
            results[name] = score_exercise(tools.assignment, name, graded.judgements)
            if not quiet:
                _show(shown, tools.assignment.exercises[name].title, name, results[name])
    return results


def _show(shown: "terminal.Console", title: str, name: str, result: ExerciseRecord) -> None:
    shown.print(f"\n{title} ({name}): {result.score:g} of {result.points:g} visible points", style="bold")
    reasons = {check.message for check in result.checks}
    if len(result.checks) > 1 and len(reasons) == 1 and "" not in reasons:
        shown.print(f"  {terminal.plain(result.checks[0].message)}", style="red")
        return
    for check in result.checks:
        shown.print("  ", terminal.mark(check.outcome), f" {check.title}  [{check.score:g}/{check.points:g}]", sep="")
        if check.outcome is not Outcome.PASSED:
            for line in _advice(check):
                shown.print(f"      {terminal.plain(line)}")


def _advice(check: CheckRecord) -> list[str]:
    lines = [check.message]
    if check.example and check.example not in check.message:
        lines.append(f"in: {check.example}")
    if check.explanation:
        lines.append(check.explanation)
    if check.hint:
        lines.append(f"hint: {check.hint}")
    return [line for text in lines for line in text.splitlines()]


def _total(assignment: Assignment, asked: Sequence[str], results: dict[str, ExerciseRecord]) -> None:
    score = sum(result.score for result in results.values())
    points = sum(result.points for result in results.values())
    hidden = sum(assignment.exercises[name].points for name in asked) - points
    terminal.console().print(f"\n{score:g} of {points:g} visible points; {hidden:g} hidden, not run", style="bold")
