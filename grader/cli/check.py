"""`grader check`: a student's own work on the visible cases, without walls."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console

from grader import hints
from grader.cli import report, terminal
from grader.freeze import FreezeError
from grader.judge import JudgeError
from grader.language import translate as _
from grader.notes import told
from grader.selfcheck import Checked, SelfCheck, own_work
from grader.submission import Submission, SubmissionError
from grader.walls.worker import WorkerDied


@click.command("check", epilog=_("Exit codes: 0 all visible checks pass, 1 not all, 2 the command was wrong."))
@click.argument("exercises", nargs=-1)
@click.option(
    "--path", type=click.Path(path_type=Path, exists=True), default=Path(),
    help=_("Folder, archive or notebook with your work (default: here)."),
)  # fmt: skip
@click.option("--watch", is_flag=True, help=_("Stay, and check again what you save. Ctrl-C ends it."))
@click.option("--prints", is_flag=True, help=_("Show what your code printed, too."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the result as JSON."))
def command(exercises: tuple[str, ...], path: Path, watch: bool, prints: bool, as_json: bool) -> None:
    """Check your own work on the visible cases: all exercises, or those that you name.

    \b
    grader check                       everything in this folder
    grader check conv_2d top5          two exercises
    grader check conv_2d --watch       again whenever you save
    grader check --path ada.ipynb      a notebook

    Pictures are drawn in pixels where the terminal can (sixel, kitty), else in blocks;
    GRADER_PICTURES=blocks, sixel or kitty in the environment decides.
    """
    if watch and as_json:
        raise click.UsageError(_("--watch and --json do not go together: leave one out"))
    with SelfCheck() as desk:
        known = list(desk.assignment.exercises)
        unknown = [name for name in exercises if name not in known]
        if unknown:
            there = _("there is no exercise {name}; there are {known}")
            raise click.UsageError(there.format(name=repr(terminal.plain(unknown[0])), known=", ".join(known)))
        asked = list(dict.fromkeys(exercises)) or known
        try:
            work = own_work(path, desk.assignment)
            results = _check(desk, work, asked, None if as_json else prints)
            if watch:
                _watch(desk, path, work, asked, results, prints)
        except (SubmissionError, FreezeError) as error:
            raise click.UsageError(terminal.plain(told(str(error)))) from error
        except (WorkerDied, JudgeError) as error:
            said = terminal.plain(str(error))
            failed = _("the check itself failed, not your work: {error}")
            raise click.ClickException(failed.format(error=said)) from error
        except KeyboardInterrupt:
            sys.exit(130)
    if as_json:
        records = {one.exercise: one.record for one in results}
        click.echo(msgspec.json.format(msgspec.json.encode(records), indent=1))
    sys.exit(0 if all(one.passed for one in results) else 1)


def _check(desk: SelfCheck, work: Submission, asked: Sequence[str], prints: bool | None) -> list[Checked]:
    """Check exercises and show each as soon as it is known; with `prints` None, show nothing."""
    shown = terminal.console()
    results: list[Checked] = []
    with terminal.console(stderr=True).status(_("Starting TensorFlow ...")) as status:
        for name in asked:
            status.update(_("Checking {exercise} ...").format(exercise=name))
            results += desk.check(work, [name])
            if prints is not None:
                # What turns would turn in the middle of a picture.
                status.stop()
                report.show(shown, results[-1], prints)
                status.start()
    hints.remember_results({one.exercise: one.record for one in results})
    if prints is not None:
        report.total(shown, desk.assignment, results)
    return results


def _watch(
    desk: SelfCheck, path: Path, work: Submission, asked: Sequence[str], results: list[Checked], prints: bool
) -> None:
    """Check again what is saved, until Ctrl-C.

    Args:
        work: what was checked already.
        results: of that; kept up to date, for the exit code.
    """
    import time

    from grader import watch

    shown = terminal.console()
    desk.get_ready()
    _waiting(shown)
    try:
        for _saved in watch.saves(path):
            began = time.monotonic()
            try:
                now = own_work(path, desk.assignment)
            except SubmissionError as error:
                shown.print(terminal.plain(told(str(error))), style="red")
                _waiting(shown)
                continue
            again = watch.touched(work, now, asked)
            work = now
            if not again:
                continue
            fresh = {}
            for one in desk.check(now, again):
                report.show(shown, one, prints)
                fresh[one.exercise] = one
            results[:] = [fresh.get(one.exercise, one) for one in results]
            report.total(shown, desk.assignment, results)
            shown.print(f"{time.strftime('%H:%M:%S')}, {time.monotonic() - began:.2f} s", style="dim")
            hints.remember_results({one.exercise: one.record for one in fresh.values()})
            desk.get_ready()
            _waiting(shown)
    except KeyboardInterrupt:
        shown.print("")


def _waiting(shown: Console) -> None:
    shown.print(_("Watching: save a file and it is checked again; Ctrl-C ends it."), style="dim")
