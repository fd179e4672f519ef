"""`grader similar`: pairs of submissions that share unusual passages."""

from pathlib import Path

import click
import msgspec

from grader import assignment as assignments
from grader import material
from grader.cli import terminal
from grader.feedback.render import render
from grader.final import split
from grader.pipeline import write_whole
from grader.release import stub
from grader.similar import LONGEST, Pair, SimilarityError, pairs
from grader.submission import SubmissionError, find, read


class _View(msgspec.Struct, frozen=True):
    assignment: str
    submissions: int
    pairs: list[Pair]


@click.command("similar", epilog="Exit codes: 0 whatever was found, 2 nothing could be compared.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), default=Path("similar.html"), help="[default: similar.html]")
@click.option(
    "--least", default=30, show_default=True, type=click.IntRange(1, 100), help="Percent of a module to share."
)
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 1000), help="Pairs to show.")
def command(paths: tuple[Path, ...], out: Path, least: int, most: int) -> None:
    """Write a page of pairs of submissions that share passages which few others have, side by side.

    It proves nothing: it says where to look. It names students, so it is for staff only.

    \b
    grader similar submissions/ --out similar.html
    """
    ours = assignments.load()
    exercises = list(ours.exercises)
    shown = terminal.console(stderr=True)
    try:
        found, _ = find(paths, exercises, ours.name)
        submissions = [read(one, exercises, ours.sizes, imports=ours.imports) for one in found]
        made: list[Pair] = []
        with shown.status("Comparing ..."):
            for exercise in exercises:
                solution = (material.solutions() / f"{exercise}.py").read_text("utf-8")
                texts = {
                    one.name: one.files[one.modules[exercise]].decode(errors="replace").replace("\r\n", "\n")
                    for one in submissions
                    if exercise in one.modules
                }
                for name, text in texts.items():
                    if len(text) > LONGEST:
                        line = f"{name}: of {exercise}.py, only the first {LONGEST} characters are compared"
                        shown.print(terminal.one_line(line), style="yellow")
                made += pairs(
                    exercise, texts, (solution, stub(solution)), least / 100, most, lambda name: split(name)[0]
                )
        made = sorted(made, key=lambda pair: -pair.shared)[:most]
        empty = sum(not one.modules for one in submissions)
        if empty:
            shown.print(f"{empty} of {len(submissions)} submissions hold nothing to compare", style="yellow")
        write_whole(out, render("similar.html.j2", _View(ours.title, len(submissions), made)))
    except (SubmissionError, SimilarityError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    except OSError as error:
        raise click.UsageError(f"{terminal.plain(str(error))}; name another place with --out") from error
    terminal.console().print(f"{len(made)} pairs of {len(submissions)} submissions: {out}")
