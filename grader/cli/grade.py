"""`grader grade`: a class of submissions, graded behind walls."""

import contextlib
import sys
from pathlib import Path

import click

from grader.cli import processes, terminal
from grader.walls.bubblewrap import WallsMissing
from grader.walls.seccomp import SeccompMissing
from grader.walls.zygotes import Stem


@click.command(
    "grade",
    epilog="Exit codes: 0 grading worked, 1 some record is an `error`, 2 the command was wrong, 130 interrupted.",
)
@click.argument("paths", nargs=-1, required=True)
@click.option("--out", "place", required=True, metavar="DIRECTORY", help="Folder for the results, or its URL.")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Submissions side by side (default: the cores).")
@click.option(
    "--scheduler",
    default=None,
    metavar="ADDR",
    help="Dask scheduler, tcp://… or tls://…, on whose workers to grade (pip install 'convolution-grader[dask]').",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Seed of the hidden cases: a long random number, kept secret.",
)
@click.option("--fresh", is_flag=True, help="Run everything again, whatever is in the store.")
@click.option("--store", "store_url", default=None, metavar="URL", help="Result store (default: SQLite in --out).")
@click.option(
    "--assignment", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=None,
    help="Points, visibility and limits of your own (default: the grader's assignment.toml).",
)  # fmt: skip
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "gpu"]), default="auto",
    help="Where graphs run. auto: the CPU, and records say so; no GPU is let through the walls, no point needs one.",
)  # fmt: skip
@click.option(
    "--isolation", type=click.Choice(["walls", "none"]), default="walls", show_default=True,
    help="none: no walls; only for code that you trust. Every record says so.",
)  # fmt: skip
def command(
    paths: tuple[str, ...],
    place: str,
    jobs: int | None,
    scheduler: str | None,
    seed: int,
    fresh: bool,
    store_url: str | None,
    assignment: Path | None,
    device: str,
    isolation: str,
) -> None:
    """Grade submissions: folders of them, archives or notebooks, or URLs of such.

    Writes OUT/scores.csv and OUT/records/*.json. What was graded before is looked up; after Ctrl-C, run it again to go
    on.

    \b
    grader grade submissions/ --out graded/
    grader grade ada.zip --out graded/ --seed 4711
    grader grade submissions/ --out graded/ --scheduler tcp://10.0.0.1:8786
    """
    if device == "gpu":
        raise click.UsageError("no GPU is let through the walls yet: use --device cpu; no point depends on a GPU")
    if scheduler is not None and not scheduler.startswith(("tcp://", "tls://")):
        raise click.UsageError(f"--scheduler {scheduler}: give its address, such as tcp://10.0.0.1:8786")
    if scheduler is not None and jobs is not None:
        raise click.UsageError("--jobs is for this machine: how much a cluster does at once its workers decide")
    with contextlib.ExitStack() as held:
        stem = held.enter_context(_stem(isolation)) if scheduler is None else None
        # Only now, beside the import of TensorFlow that the stem has begun: ours take a second too.
        from grader.cli.grading import run

        records = run(paths, place, stem, jobs, scheduler, seed, fresh, store_url, assignment, isolation)
    sys.exit(1 if any(record.status == "error" for record in records) else 0)


def _stem(isolation: str) -> Stem:
    try:
        if isolation == "walls":
            processes.try_walls()
        return Stem(isolation)  # type: ignore[arg-type]
    except (WallsMissing, SeccompMissing) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
