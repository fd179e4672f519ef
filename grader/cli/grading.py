"""The run behind `grader grade`: what it says while it grades, and how it ends."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, TaskID

from grader import replay
from grader.assignment import AssignmentError, load
from grader.cli import places, processes, terminal
from grader.cluster import ClusterError
from grader.export import scores_csv
from grader.freeze import FreezeError
from grader.mirror import MirrorError
from grader.pipeline import OutputBusy, grade, output_folder, write_whole
from grader.record import Record, RecordError, read_all
from grader.store import Store, StoreError
from grader.submission import SubmissionError, find
from grader.walls.bubblewrap import WallsMissing
from grader.walls.seccomp import SeccompMissing
from grader.walls.worker import WorkerDied
from grader.walls.zygotes import Stem
from grader.workbench import Setup, cache_folder

_LONGEST_TABLE = 60
"""How many submissions the table holds; of a larger class it shows those only that have no grade."""


def run(
    paths: Sequence[str],
    place: str,
    stem: Stem | None,
    jobs: int | None,
    scheduler: str | None,
    seed: int,
    fresh: bool,
    store_url: str | None,
    assignment: Path | None,
    isolation: str,
) -> list[Record]:
    """Grade as the options of `grader grade` say, show how it goes, and return the records without their checks.

    Args:
        stem: what this machine's workers share; None where a cluster's scheduler has workers.

    Raises:
        UsageError, ClickException: with what mends it.
        SystemExit: it was interrupted, or could not begin.
    """
    shown = terminal.console(stderr=True)
    try:
        ours = load(assignment)
        exercises = list(ours.exercises)
        found, ignored = find(places.fetched(paths, ours.sizes.packed_bytes), exercises, ours.name)
        for line in ignored:
            shown.print(terminal.one_line(line), style="dim")
        with (
            places.results(place) as (out, sent),
            output_folder(out),
            Store(store_url) if store_url else Store.in_folder(out) as store,
        ):
            own = str(assignment.resolve()) if assignment else ""
            setup = Setup(seed, isolation, str(cache_folder()), str(out.resolve()), own)  # type: ignore[arg-type]
            replay.remember(out, found, setup)
            with (
                _watching(shown, len(found)) as watcher,
                _executor(stem, jobs, scheduler, shown) as (make_executor, slots),
            ):
                graded = grade(found, out, setup, store, make_executor, slots, watcher, fresh)
                records = []
                for record in graded:
                    records.append(_brief(record))
                    sent()
            everyone = read_all(out)
            write_whole(out / "scores.csv", scores_csv(everyone, exercises).encode())
    except KeyboardInterrupt:
        processes.end_processes()
        shown.print("Interrupted. What is done is kept: run the same command again to go on.", style="yellow")
        sys.exit(130)
    except (SubmissionError, AssignmentError, OutputBusy, WallsMissing, SeccompMissing) as error:
        processes.end_processes()
        raise click.UsageError(terminal.plain(str(error))) from error
    except (StoreError, ClusterError, MirrorError, RecordError) as error:
        processes.end_processes()
        raise _Stopped(terminal.plain(str(error))) from error
    except (FreezeError, WorkerDied) as error:
        processes.end_processes()
        shown.print(f"Grading could not begin: {terminal.plain(str(error))}", style="red")
        sys.exit(1)
    except OSError as error:
        processes.end_processes()
        raise _Stopped(
            f"{terminal.plain(str(error))}. What was recorded before is kept: see that the folders may be written and "
            "have room, then run the same command again"
        ) from error
    _summary(shown, records, place)
    return records


@contextlib.contextmanager
def _executor(
    stem: Stem | None, jobs: int | None, scheduler: str | None, shown: Console
) -> Iterator[tuple[Callable[[], Executor], int | Callable[[], int]]]:
    """Yield what makes an executor, of processes of this machine or of a cluster, and how many it does at once."""
    if stem is not None:
        slots = jobs or os.cpu_count() or 1
        yield lambda: processes.pool(slots, stem), slots
        return
    assert scheduler is not None
    try:
        from grader.cluster.executor import ClusterExecutor
    except ImportError as error:
        raise click.UsageError(
            f"--scheduler needs Dask, which is not installed ({error.name}): pip install 'convolution-grader[dask]'"
        ) from error
    with ClusterExecutor(scheduler, lambda line: shown.print(terminal.plain(line), style="yellow")) as executor:
        yield lambda: executor, executor.slots


class _Stopped(click.ClickException):
    """What a run needs has gone: the command was right, so its usage is not shown."""

    exit_code = 2


class _Watcher:
    """Shows how a run goes on: a live bar in a terminal, plain lines elsewhere."""

    def __init__(self, shown: Console, bar: Progress | None, total: int) -> None:
        self._shown = shown
        self._bar = bar
        self._total = total
        self._done = 0
        self._task: TaskID | None = None
        self._started = time.monotonic()

    def preparing(self, done: int, total: int) -> None:
        """Show that cases are being frozen."""
        if self._bar is None:
            if done == 0:
                self._shown.print("Preparing the cases (kept for the next time) ...")
        elif self._task is None:
            self._task = self._bar.add_task("Preparing", total=total, rate="")
        else:
            self._bar.update(self._task, completed=done)
        if done == total:
            self._started = time.monotonic()
            if self._bar is not None and self._task is not None:
                self._bar.reset(self._task, description="Grading", total=self._total)

    def recorded(self, record: Record, looked_up: bool) -> None:
        """Show one more submission."""
        self._done += 1
        rate = f"{60 * self._done / max(time.monotonic() - self._started, 1e-3):.0f}/min"
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, rate=rate)
            return
        score = "-" if record.score is None else f"{record.score:g}"
        how = " (unchanged)" if looked_up else ""
        self._shown.print(
            f"[{self._done}/{self._total}] {terminal.one_line(record.submission)}: {record.status} {score}{how} {rate}"
        )


@contextlib.contextmanager
def _watching(shown: Console, total: int) -> Iterator[_Watcher]:
    if not shown.is_terminal:
        yield _Watcher(shown, None, total)
        return
    with terminal.progress(shown) as bar:
        yield _Watcher(shown, bar, total)


def _brief(record: Record) -> Record:
    """Return a record without its checks: of a large class, all of them would fill our memory."""
    exercises = {name: msgspec.structs.replace(one, checks=()) for name, one in record.exercises.items()}
    return msgspec.structs.replace(record, exercises=exercises)


def _summary(shown: Console, records: list[Record], place: str) -> None:
    """Show who got what, exercise by exercise, and where the rest is."""
    names = list(dict.fromkeys(name for record in records for name in record.exercises))
    rows = []
    listed = records if len(records) <= _LONGEST_TABLE else [one for one in records if one.status != "graded"]
    for record in sorted(listed, key=lambda one: one.submission):
        parts = [f"{record.exercises[name].score:g}" if name in record.exercises else "" for name in names]
        total = "" if record.score is None else f"{record.score:g}"
        rows.append([record.submission, *parts, total, record.status])
    output = terminal.console()
    if rows:
        output.print(terminal.table(["submission", *names, "total", "status"], rows))
    scores = [record.score for record in records if record.score is not None]
    if scores:
        output.print(f"{len(records)} submissions, mean {sum(scores) / len(scores):.1f} points")
    for record in records:
        for note in record.notes:
            if note.startswith("manifest: "):
                shown.print(terminal.one_line(f"{record.submission}: {note}"), style="yellow")
        if record.status == "refused":
            shown.print(terminal.one_line(f"{record.submission}: refused: {record.notes[0]}"), style="yellow")
        if record.status == "error":
            shown.print(
                f"{terminal.one_line(record.submission)}: the grader failed; run again, or look into its record",
                style="red",
            )
    output.print(f"scores: {place.rstrip('/')}/scores.csv   pages: grader feedback {place}")
