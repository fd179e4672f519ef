"""The order of things: find, read, look up, grade what is new, score, record. Nothing else knows it."""

import contextlib
import fcntl
import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from grader.assignment import Assignment
from grader.freeze import FreezeError
from grader.grading import Graded, code_of, grader_error
from grader.record import Record, file_name, to_json
from grader.score import Circumstances, score_submission
from grader.store import Store, result_basis, result_key
from grader.submission import Found, Submission, read
from grader.workbench import PARTS, Setup, freeze_part, grade_submission

_TRIES = 3
ResultT = TypeVar("ResultT")


class OutputBusy(Exception):
    """Another run writes to the same output folder."""


class Watcher(Protocol):
    """Who is told how a run goes on."""

    def preparing(self, done: int, total: int) -> None:
        """Cases are being frozen, the first time that an assignment and a seed are met."""

    def recorded(self, record: Record, looked_up: bool) -> None:
        """A submission has its record; `looked_up` if nothing had to be run for it."""


class Plan(msgspec.Struct, frozen=True):
    """One submission under way: its content, its results' keys, what was found of them, what is to be graded.

    Args:
        deaths: how often the process that graded it has died.
        failed: why we could not even read it.
    """

    submission: Submission
    keys: dict[str, str]
    known: dict[str, Graded]
    missing: tuple[str, ...]
    started: float
    deaths: int = 0
    failed: str = ""


@contextlib.contextmanager
def output_folder(folder: Path) -> Iterator[None]:
    """Make an output folder and keep it for this run alone; what a killed run left half done there goes.

    Raises:
        OutputBusy: another run has it.
        OSError: it cannot be made or written.
    """
    (folder / "records").mkdir(parents=True, exist_ok=True)
    with alone(folder / ".lock", str(folder)):
        try:
            _sweep(folder)
            yield
        finally:
            with contextlib.suppress(OSError):
                _sweep(folder)


@contextlib.contextmanager
def alone(lock: Path, place: str) -> Iterator[None]:
    """Hold a lock that only one run at a time can have.

    Args:
        place: what it is for, as the operator calls it.

    Raises:
        OutputBusy: another run has it.
        OSError: it cannot be made.
    """
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputBusy(
                f"another `grader grade` is writing to {place}: wait for it, or use another --out"
            ) from error
        yield


def _sweep(folder: Path) -> None:
    """Delete half-written files and locks of workers: while we hold the folder, nobody else uses them."""
    for left in itertools.chain(folder.glob(".*.partial"), folder.glob("records/.*.partial"), folder.glob(".turns.*")):
        left.unlink(missing_ok=True)


def grade(
    found: Sequence[Found],
    out: Path,
    setup: Setup,
    store: Store,
    make_executor: Callable[[], Executor],
    jobs: int | Callable[[], int],
    watcher: Watcher,
    fresh: bool = False,
    device: str = "cpu",
) -> Iterator[Record]:
    """Grade submissions and yield each record when it is stored and written; their order is that of their ends.

    Args:
        out: the output folder, held by `output_folder`.
        make_executor: returns a new executor; called again if its processes die.
        jobs: how many submissions are graded side by side; asked again and again where that changes.
        fresh: run everything, whatever the store knows.

    Raises:
        FreezeError, WallsMissing, WorkerDied: grading cannot begin.
        StoreError: the store is gone. What was recorded before is safe.
    """
    assignment = setup.load()
    pool = _Pool(make_executor)
    slots = jobs if callable(jobs) else lambda: jobs
    try:
        digests = _freeze(pool, setup, assignment, watcher)
        cases = _together(digests)
        circumstances = Circumstances(cases, setup.isolation, device)
        bases = {
            name: result_basis(name, asked, assignment.limits, setup.isolation, device)
            for name, asked in digests.items()
        }
        waiting = iter(found)
        running: dict[Future[dict[str, Graded]], Plan] = {}
        suspects: deque[Plan] = deque()
        while True:
            # A process that dies takes what runs beside it along. Which submission did it, if any, shows when each is
            # graded again with nothing beside it.
            cautious = suspects or any(plan.deaths for plan in running.values())
            while not cautious and len(running) < 2 * slots() and (one := next(waiting, None)) is not None:
                plan = _plan(one, assignment, bases, store, fresh)
                if plan.failed:
                    faults = {exercise: grader_error(assignment, exercise, plan.failed) for exercise in plan.missing}
                    yield _record(plan, faults, assignment, circumstances, store, out, watcher)
                elif plan.missing:
                    running[pool.submit(setup, plan)] = plan
                else:
                    yield _record(plan, {}, assignment, circumstances, store, out, watcher)
            if suspects and not running:
                plan = suspects.popleft()
                running[pool.submit(setup, plan)] = plan
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                plan = running.pop(future)
                graded = _result(future, plan, assignment)
                if graded is None:
                    pool.renew()
                    suspects.append(msgspec.structs.replace(plan, deaths=plan.deaths + 1))
                else:
                    yield _record(plan, graded, assignment, circumstances, store, out, watcher)
    finally:
        pool.shut_down()


class _Pool:
    """An executor that is replaced when its processes die."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make
        self._executor = make()

    def submit(self, setup: Setup, plan: Plan) -> Future[dict[str, Graded]]:
        return self._submit(grade_submission, setup, plan.submission, plan.missing)

    def freeze(self, setup: Setup, exercise: str, part: str) -> Future[str]:
        return self._submit(freeze_part, setup, exercise, part)

    def _submit(self, task: Callable[..., ResultT], *arguments: object) -> Future[ResultT]:
        """Hand a task to the executor, a new one if one of its processes has died while it was idle."""
        try:
            return self._executor.submit(task, *arguments)
        except BrokenProcessPool:
            self.renew()
            return self._executor.submit(task, *arguments)

    def renew(self) -> None:
        """Replace the executor if it is broken; harmless if another task's failure has done so already."""
        try:
            self._executor.submit(os.getpid)
        except (BrokenProcessPool, RuntimeError):
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = self._make()

    def shut_down(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def _freeze(pool: _Pool, setup: Setup, assignment: Assignment, watcher: Watcher) -> dict[str, tuple[str, ...]]:
    """Have all cases frozen and return their digests by exercise; again if a process dies meanwhile."""
    wanted = [(exercise, part) for exercise in assignment.exercises for part in PARTS]
    digests: dict[tuple[str, str], str] = {}
    watcher.preparing(0, len(wanted))
    for _ in range(_TRIES):
        futures = {one: pool.freeze(setup, *one) for one in wanted if one not in digests}
        for one, future in futures.items():
            try:
                digests[one] = future.result()
            except BrokenProcessPool:
                pool.renew()
            else:
                watcher.preparing(len(digests), len(wanted))
        if len(digests) == len(wanted):
            return {name: tuple(digests[name, part] for part in PARTS) for name in assignment.exercises}
    raise FreezeError(f"the processes that prepare the cases died {_TRIES} times: is there memory enough?")


def _together(digests: Mapping[str, Sequence[str]]) -> str:
    import hashlib

    return hashlib.sha256("/".join(one for found in digests.values() for one in found).encode()).hexdigest()[:16]


def _plan(
    found: Found,
    assignment: Assignment,
    bases: Mapping[str, str],
    store: Store,
    fresh: bool,
) -> Plan:
    started = time.monotonic()
    exercises = tuple(assignment.exercises)
    try:
        submission = read(found, exercises, assignment.sizes, imports=assignment.imports)
    except Exception as error:
        nothing = Submission(name=found.name, sha256="", files={}, modules={}, notes=(), refused=None)
        return Plan(
            nothing, {}, {}, exercises, started, failed=f"it could not be read: {type(error).__name__}: {error}"
        )
    if submission.refused is not None:
        return Plan(submission, {}, {}, (), started)
    keys = {exercise: result_key(basis, code_of(submission, exercise)) for exercise, basis in bases.items()}
    known = {} if fresh else store.look_up(keys)
    missing = tuple(exercise for exercise in keys if exercise not in known)
    return Plan(submission, keys, known, missing, started)


def _result(future: Future[dict[str, Graded]], plan: Plan, assignment: Assignment) -> dict[str, Graded] | None:
    """Return what a task gave, None if its process died and it is to be tried again, with nothing beside it."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        if plan.deaths < _TRIES:
            return None
        message = f"the grading process died {_TRIES} times while nothing else ran: {error}"
        return {exercise: grader_error(assignment, exercise, message) for exercise in plan.missing}


def _record(
    plan: Plan,
    graded: Mapping[str, Graded],
    assignment: Assignment,
    circumstances: Circumstances,
    store: Store,
    out: Path,
    watcher: Watcher,
) -> Record:
    results = {**plan.known, **graded}
    judgements = {name: results[name].judgements for name in assignment.exercises if name in results}
    record = score_submission(assignment, plan.submission, judgements, circumstances)
    store.keep(record, plan.keys, graded, time.monotonic() - plan.started)
    write_whole(out / "records" / file_name(record.submission), to_json(record))
    watcher.recorded(record, looked_up=not graded)
    return record


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)
