"""`grader replay`: one check again, with everything shown. For staff: hidden cases too."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from grader.check import Seen, Trial
from grader.cli import drawing, terminal
from grader.freeze import FreezeError
from grader.inside import wire
from grader.judge import JudgeError
from grader.observation import Died, NoModule, NotRun, Observed, Outcome
from grader.phrase import joined
from grader.replay import Replay, Replayed, ReplayError
from grader.sketch import failure, mistakes
from grader.speech import call_text, example_text, raised_text, value_text
from grader.tiles import Sketch
from grader.walls import bubblewrap
from grader.walls.seccomp import SeccompMissing
from grader.walls.worker import WorkerDied

_LONGEST = 2000
_PRINTED_LINES = 60


@click.command("replay", epilog="Exit codes: 0 it ran, 1 the grader failed, 2 the command was wrong.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("submission")
@click.argument("check", required=False)
def command(folder: Path, submission: str, check: str | None) -> None:
    """Run one CHECK of a graded SUBMISSION again, as it was graded, and show everything: for staff.

    CHECK is a check's id, or an exercise for all of its checks; without it, all that were not passed. DIR is the
    output folder of `grader grade`.

    \b
    grader replay graded/ ada conv_2d.stride_order
    grader replay graded/ ada conv_2d
    grader replay graded/ ada
    """
    shown = terminal.console()
    failed = False
    try:
        with Replay(folder, submission) as replay:
            asked = replay.asked(check)
            if replay.changed:
                shown.print("The submission has changed since it was graded.", style="yellow")
            if not asked:
                shown.print("Every check was passed: name one to run it again.")
            for exercise, checks in asked.items():
                with terminal.console(stderr=True).status(f"Running {exercise} ..."):
                    found = replay.run(exercise, checks)
                for one in found:
                    _show(shown, one)
                    failed = failed or one.judgement.outcome is Outcome.GRADER_ERROR
                _show_forks(shown, exercise, found)
    except (ReplayError, bubblewrap.WallsMissing, SeccompMissing) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    except (FreezeError, JudgeError, WorkerDied) as error:
        raise click.ClickException(f"the grader failed: {terminal.plain(str(error))}") from error
    sys.exit(1 if failed else 0)


def _show(shown: Console, one: Replayed) -> None:
    judgement, before = one.judgement, one.recorded
    shown.print("\n", terminal.mark(judgement.outcome), f" {judgement.id}: {judgement.title}", sep="", style="bold")
    now = judgement.outcome.value
    if before is None:
        shown.print(f"  {now}; the record does not name it")
    else:
        same = "as recorded" if before.outcome is judgement.outcome else f"recorded as {before.outcome.value}"
        kind = "visible" if before.visible else "hidden"
        shown.print(f"  {now}, {same}; {before.points:g} points, {kind}")
    for label, text in (
        ("message", judgement.message),
        ("misconceptions", ", ".join(judgement.misconceptions)),
        ("explanation", judgement.explanation),
    ):
        if text:
            _lines(shown, f"{label}: {text}", 2)
    for number, trial in enumerate(one.trials, 1):
        spoken_of = judgement.example and str(example_text(trial.program)) == judgement.example
        _show_trial(shown, number, trial, failure(judgement, [trial]) if spoken_of else mistakes(trial))


def _show_trial(shown: Console, number: int, trial: Trial, sketches: Sequence[Sketch]) -> None:
    shown.print(f"  case {number}, {terminal.plain(trial.program.id)}", style="bold")
    got, want = _seen(trial.got), _seen(trial.want)
    for place, call in enumerate(trial.program.calls):
        _lines(shown, str(call_text(call, trial.program)), 4)
        _lines(shown, f"got:      {got[place] if place < len(got) else got[-1]}", 6)
        _lines(shown, f"expected: {want[place] if place < len(want) else want[-1]}", 6, "dim")
    for text_got, text_want in zip(_ran(trial.got), _ran(trial.want), strict=False):
        _lines(shown, f"the graph gave:   {text_got}", 6)
        _lines(shown, f"it should give:   {text_want}", 6, "dim")
    for sketch in sketches:
        shown.print(drawing.sketch(shown, sketch, 6), soft_wrap=False, crop=False)


def _seen(seen: Seen) -> list[str]:
    """Return what became of each call, or of all of them."""
    match seen.observation:
        case Observed() as observed:
            return [_outcome_text(outcome) for outcome in observed.calls] or ["nothing"]
        case NoModule(failure=None):
            return ["there is no such module"]
        case NoModule(failure=wire.Raised() as failure):
            return [f"importing it raised {raised_text(failure)}"]
        case Died(outcome=outcome, message=message):
            return [f"{outcome.value}: {message}"]
        case NotRun(reason=reason):
            return [str(reason)]
    return ["nothing"]


def _outcome_text(outcome: wire.Outcome) -> str:
    match outcome:
        case wire.Returned(touched=touched, grown=grown):
            text = _value_text(outcome.value)
            text += f"; it changed its arguments {', '.join(touched)}" if touched else ""
            return text + (f"; the graph grew by {grown} nodes" if grown else "")
        case wire.Raised():
            return f"raised {raised_text(outcome)}"
    return outcome.reason


def _value_text(value: wire.Value) -> str:
    """Return a value as text, tensors by name, type and shape."""
    match value:
        case wire.Items():
            return f"[{', '.join(map(_value_text, value.items))}]"
        case wire.Tensor() | wire.Variable():
            kind = "variable" if isinstance(value, wire.Variable) else "tensor"
            shape = "of unknown shape" if value.shape is None else str(value.shape)
            return f"<{kind} {value.name} {value.dtype} {shape}>"
    return str(value_text(value))


def _ran(seen: Seen) -> list[str]:
    observation = seen.observation
    if not isinstance(observation, Observed):
        return []
    return [
        f"{run.kind}: {run.message}"
        if isinstance(run, wire.Problem)
        else str(joined([value_text(value) for value in run.values]))
        for run in observation.runs
    ]


def _show_forks(shown: Console, exercise: str, found: list[Replayed]) -> None:
    """Show what the forks of an exercise printed and used."""
    for fork in found[0].printed if found else ():
        used = f"{fork.cpu_seconds:.2f} s of CPU, {fork.max_rss_kib // 1024} MiB"
        shown.print(f"\n{exercise}, {fork.part} fork: {used}", style="dim")
        lines = fork.output.decode(errors="replace").splitlines()
        for line in lines[:_PRINTED_LINES]:
            _lines(shown, line, 2, "dim")
        if len(lines) > _PRINTED_LINES:
            shown.print(f"  ... and {len(lines) - _PRINTED_LINES} lines more", style="dim")


def _lines(shown: Console, text: str, indent: int, style: str = "") -> None:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    for line in terminal.plain(cut).splitlines():
        shown.print(f"{' ' * indent}{line}", style=style)
