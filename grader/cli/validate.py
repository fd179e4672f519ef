"""`grader validate`: whether the checks do what they promise, for who changes one."""

import functools
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

import click
import msgspec
from rich.progress import Progress

from grader import specimens
from grader.assignment import AssignmentError
from grader.cli import processes, terminal
from grader.contract import ContractError, contract
from grader.freeze import FreezeError, FrozenPart
from grader.grading import Graded
from grader.submission import Submission
from grader.validate import Validation, validate
from grader.walls import bubblewrap
from grader.walls.seccomp import SeccompMissing
from grader.walls.worker import WorkerDied
from grader.walls.zygotes import Stem
from grader.workbench import PARTS, Setup, Workbench, cache_folder, freeze_part, grade_submission

_SHOWN = 4

ResultT = TypeVar("ResultT")


@click.command("validate", epilog="Exit codes: 0 all of it holds, 1 something does not, 2 the command was wrong.")
@click.argument("exercises", nargs=-1)
@click.option("--seeds", type=click.IntRange(1), default=2, show_default=True, help="How many seeds: 1, 2, and so on.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--isolation", type=click.Choice(["walls", "none"]), default="walls", show_default=True,
    help="none: no walls, where there are none to be had. The specimens are our own.",
)  # fmt: skip
def command(exercises: tuple[str, ...], seeds: int, as_json: bool, isolation: str) -> None:
    """Validate the checks: of all exercises, or of those that you name.

    Solutions and right answers in other styles keep all points, stubs get none; every wrong solution loses exactly the
    checks that it lists, in its own exercise only, and is diagnosed as itself; it is the same on every seed; and every
    sentence of the contract has its check.

    \b
    grader validate                    all of it, in some minutes
    grader validate conv_2d --seeds 1  one exercise, after a change to a check
    """
    setup = Setup(1, isolation, str(cache_folder()))  # type: ignore[arg-type]
    shown = terminal.console(stderr=True)
    try:
        assignment = setup.load()
        asked = list(exercises) or list(assignment.exercises)
        unknown = [name for name in asked if name not in assignment.exercises]
        if unknown:
            known = ", ".join(assignment.exercises)
            raise click.UsageError(f"there is no exercise {terminal.plain(unknown[0])!r}; there are {known}")
        if isolation == "walls":
            processes.try_walls()
        kept = {name: specimens.load(name) for name in asked}
        said = {name: contract(name) for name in asked}
        with (
            tempfile.TemporaryDirectory(prefix="grader-") as turns,
            Stem(setup.isolation) as stem,
            processes.pool(os.cpu_count() or 1, stem) as pool,
            terminal.progress(shown) as bar,
        ):
            examine = _Examination(pool, msgspec.structs.replace(setup, turns=turns), asked, bar)
            found = validate(assignment, kept, said, range(1, seeds + 1), examine, examine.parts)
    except KeyboardInterrupt:
        processes.end_processes()
        sys.exit(130)
    except (AssignmentError, bubblewrap.WallsMissing, SeccompMissing) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    except (FreezeError, WorkerDied, BrokenProcessPool, specimens.SpecimenError, ContractError) as error:
        shown.print(f"Nothing could be validated: {terminal.plain(str(error))}", style="red")
        sys.exit(1)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1))
    else:
        _show(found)
    sys.exit(0 if found.holds else 1)


class _Examination:
    """Grades submissions side by side, and shows how far it is."""

    def __init__(self, pool: Executor, setup: Setup, exercises: Sequence[str], bar: Progress) -> None:
        self._pool = pool
        self._setup = setup
        self._exercises = exercises
        self._bar = bar

    def __call__(self, seed: int, submissions: Sequence[Submission]) -> Iterable[Mapping[str, Graded]]:
        setup = msgspec.structs.replace(self._setup, seed=seed)
        parts = [(exercise, part) for exercise in self._exercises for part in PARTS]
        freezing = self._pool.map(functools.partial(freeze_part, setup), *zip(*parts, strict=True))
        for _ in self._shown(f"Seed {seed}: preparing", freezing, len(parts)):
            pass
        grading = self._pool.map(functools.partial(grade_submission, setup, exercises=self._exercises), submissions)
        yield from self._shown(f"Seed {seed}: validating", grading, len(submissions))

    def parts(self, seed: int, exercise: str) -> list[FrozenPart]:
        """Return the frozen cases, which are in the cache by now."""
        return Workbench(msgspec.structs.replace(self._setup, seed=seed)).parts(exercise)

    def _shown(self, what: str, results: Iterator[ResultT], total: int) -> Iterator[ResultT]:
        task = self._bar.add_task(what, total=total, rate="")
        for result in results:
            self._bar.advance(task)
            yield result


def _show(found: Validation) -> None:
    """Show what holds, exercise by exercise, and then what does not."""
    output = terminal.console()
    kinds = list(dict.fromkeys(kind for one in found.exercises.values() for kind in one.tallies))
    examined = found.exercises.values()
    rows = [
        *([f"{kind}s", *(f"{one.tallies[kind].held}/{one.tallies[kind].total}" for one in examined)] for kind in kinds),
        ["checks", *(str(len(one.killed)) for one in examined)],
        ["sentences", *(str(len(one.contract)) for one in examined)],
        ["held against oracles", *(str(sum(one.compared.values())) for one in examined)],
        ["faults", *(str(sum(fault.exercise == name for fault in found.faults)) for name in found.exercises)],
    ]
    output.print(terminal.table(["", *found.exercises], rows))
    for one in found.exercises.values():
        for check, others in one.redundant.items():
            why = f"whatever loses it also loses {', '.join(others)}" if others else "no wrong solution loses it alone"
            output.print(f"redundant? {check}: {why}", style="dim")
    for subject, messages in _by_subject(found).items():
        output.print(terminal.plain(f"✗ {subject}: {messages[0]}"), style="red")
        for message in messages[1:_SHOWN]:
            output.print(terminal.plain(f"    {message}"), style="red")
        if len(messages) > _SHOWN:
            output.print(f"    and {len(messages) - _SHOWN} more; --json shows all", style="red")
    seeds = f"seed{'' if len(found.seeds) == 1 else 's'} {', '.join(map(str, found.seeds))}"
    verdict = "Everything holds" if found.holds else f"What does not hold: {len(found.faults)}"
    output.print(f"{verdict}, {seeds}.", style="green" if found.holds else "red")


def _by_subject(found: Validation) -> dict[str, list[str]]:
    """Return the faults of each subject, each once if it is the same on every seed."""
    told: dict[str, dict[str, list[int]]] = {}
    for fault in found.faults:
        subject = fault.subject if "/" in fault.subject else f"{fault.subject} of {fault.exercise}"
        told.setdefault(subject, {}).setdefault(fault.message, []).extend([] if fault.seed is None else [fault.seed])
    everywhere = list(found.seeds)
    return {
        subject: [
            message if seeds in ([], everywhere) else f"{message} (seed {', '.join(map(str, seeds))})"
            for message, seeds in messages.items()
        ]
        for subject, messages in told.items()
    }
