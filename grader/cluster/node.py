"""What runs on a node: a Dask worker is enrolled for a run, warmed and examined, and does its tasks one at a time."""

import asyncio
import contextlib
import threading
import time
from pathlib import Path

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from grader.assignment import AssignmentError
from grader.cluster.order import Answer, Done, Fault, Freeze, Frozen, Order, Task, unpack
from grader.freeze import JUDGING, FreezeError, sources
from grader.inside import wire
from grader.judge import JudgeError
from grader.walls.bubblewrap import WallsMissing
from grader.walls.seccomp import SeccompMissing
from grader.walls.worker import WorkerDied
from grader.workbench import PARTS, Workbench, cases_files, grade_with

_FORGOTTEN_SECONDS = 600.0
"""After so long without a task, what a run has left here goes: a grader that was killed dismisses nobody."""
_GOODBYE_SECONDS = 5.0
_one_at_a_time = threading.Lock()


class Unfit(Exception):
    """This node cannot take part in a run; the message says why and what mends it."""


class Grading(WorkerPlugin):  # type: ignore[misc]
    """Makes a Dask worker a node of one run: TensorFlow warm behind walls, the cases there, a resource to offer.

    A task asks for the resource that its order is known by, so that Dask itself gives it to fit nodes only.
    """

    def __init__(self, order: bytes) -> None:
        self._order = order
        self._tools: Workbench | None = None
        self._gone = False
        self.used = time.monotonic()
        self.refused = ""

    async def setup(self, worker: Worker) -> None:
        """Get ready, and offer the resource if that went well."""
        # Beside the worker's own folder, so that all workers of a machine share one, and take turns in it.
        folder = Path(worker.local_directory).parent / "convolution-grader"
        try:
            order = wire.decode(self._order, Order)
            self._tools = await asyncio.to_thread(_get_ready, order, folder)
        except (Unfit, AssignmentError, FreezeError, JudgeError, WallsMissing, SeccompMissing, WorkerDied) as error:
            self.refused = str(error)
        except OSError as error:
            self.refused = f"{error}: see that {folder} may be written and has room, then start its worker again"
        else:
            await worker.set_resources(**{order.resource(): 1})

    async def teardown(self, worker: Worker) -> None:
        """End TensorFlow, and offer nothing any more."""
        self._gone = True
        if self._tools is not None:
            await asyncio.to_thread(self._tools.close)
        # The scheduler may be gone, which must not keep a worker from closing.
        with contextlib.suppress(OSError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await worker.set_resources(**{wire.decode(self._order, Order).resource(): 0})

    def do(self, task: Task) -> Answer:
        """Do a task."""
        tools = self._tools
        assert tools is not None
        try:
            if isinstance(task, Freeze):
                tools.part(task.exercise, task.part)
                return Frozen(cases_files(tools.setup, tools.assignment)[task.exercise, task.part].read_bytes())
            return Done(grade_with(tools, task.submission(), task.exercises))
        finally:
            self.used = time.monotonic()
            if self._gone:
                tools.close()


def _get_ready(order: Order, folder: Path) -> Workbench:
    """Return the tools of a run, warm: the walls have been put up, the checks collected, the cases read."""
    setup = unpack(order, folder)
    assignment = setup.load()
    for exercise, theirs in order.sources.items():
        _compare(f"what grades {exercise}", sources(exercise, JUDGING), theirs)
    files = cases_files(setup, assignment)
    for file, theirs in zip(files.values(), order.keys, strict=True):
        _compare("what makes the cases", file.stem, Path(theirs).stem)
    tools = Workbench(setup)
    try:
        tools.worker.start()
        tools.bench.judge({})
        if order.cases:
            for exercise in assignment.exercises:
                for part in PARTS:
                    tools.part(exercise, part)
    except BaseException:
        tools.close()
        raise
    return tools


def _compare(what: str, here: str, theirs: str) -> None:
    if here != theirs:
        raise Unfit(
            f"{what} is {here[-8:]} there and {theirs[-8:]} here, although the versions are the same: one of the two "
            "was changed; install the same convolution-grader in both places, then start its worker again"
        )


async def enrol(order: bytes, dask_worker: Worker) -> str:
    """Make this Dask worker a node of a run, and return why it cannot be one, "" if it can."""
    name = wire.decode(order, Order).resource()
    for other, plugin in list(dask_worker.plugins.items()):
        if isinstance(plugin, Grading) and time.monotonic() - plugin.used > _FORGOTTEN_SECONDS:
            await dask_worker.plugin_remove(name=other)
    plugin = Grading(order)
    await dask_worker.plugin_add(plugin=plugin, name=name, catch_errors=False)
    if plugin.refused:
        await dask_worker.plugin_remove(name=name)
    return plugin.refused


async def dismiss(name: str, dask_worker: Worker) -> None:
    """Make this Dask worker no node any more."""
    if name in dask_worker.plugins:
        await dask_worker.plugin_remove(name=name)


def perform(name: str, task: bytes) -> bytes:
    """Do a task of a run that this Dask worker is enrolled for. What Dask calls: bytes in, bytes out.

    Args:
        name: of the resource, by which the run is known.
    """
    worker = get_worker()
    plugin = worker.plugins.get(name)
    answer: Answer
    with _one_at_a_time:
        try:
            if not isinstance(plugin, Grading):
                raise Unfit("it is not enrolled any more")
            answer = plugin.do(wire.decode(task, Task))
        except Exception as error:
            answer = Fault(worker.address, f"{type(error).__name__}: {error}")
    return wire.encode(answer)
