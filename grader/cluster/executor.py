"""An executor of the pipeline whose processes are the workers of a Dask cluster."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

import dask.config
from distributed import Client, KilledWorker
from distributed.security import Security

from grader.cluster import ClusterError, node
from grader.cluster.order import Answer, Done, Fault, Freeze, Frozen, Grade, Order, Task, write_order
from grader.cluster.roll import Roll
from grader.freeze import FreezeError, FrozenPart, keep
from grader.grading import Graded
from grader.inside import wire
from grader.submission import Submission
from grader.workbench import Setup, cases_files, freeze_part, grade_submission

_CONNECT_SECONDS = 15.0
_PATIENCE_SECONDS = 60.0
_CLOSE_SECONDS = 10.0
_LOOK_SECONDS = 0.5
_NONSENSE = 3
ResultT = TypeVar("ResultT")


class ClusterExecutor(Executor):
    """Sends the pipeline's two tasks to the nodes of a cluster; use it as a context manager.

    Dask tries a task elsewhere if its worker dies. A task whose workers died again and again is, for the pipeline, one
    whose process died: it is graded once more with nothing beside it.

    Args:
        address: of the scheduler, `tcp://` or `tls://`.
        say: told which workers are not used and why.
        patience: seconds without any node after which a run is given up.
        connect_seconds: that a scheduler has to answer in.

    Raises:
        ClusterError: there is no scheduler, or no certificates for it.
    """

    def __init__(
        self,
        address: str,
        say: Callable[[str], None],
        patience: float = _PATIENCE_SECONDS,
        connect_seconds: float = _CONNECT_SECONDS,
    ) -> None:
        self._address = address
        self._say = say
        self._patience = patience
        self._roll: Roll | None = None
        self._cases: dict[str, bytes] = {}
        self._order: tuple[Setup, int, Order] | None = None
        self._running: set[Future[Any]] = set()
        self._sent = 0
        self._freed = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cluster", daemon=True)
        self._thread.start()
        try:
            self._client: Client = self._begin(_connect(address, connect_seconds)).result()
        except BaseException:
            self._end_loop()
            raise

    def slots(self) -> int:
        """Return how many submissions can be graded side by side now, at least one."""
        return max(1, self._roll.slots if self._roll else 1)

    def submit(self, task: Callable[..., ResultT], /, *arguments: Any, **named: Any) -> Future[ResultT]:
        """Send a task of the pipeline to the cluster; whatever else it asks is done here, at once."""
        if task is freeze_part:
            return self._keep(self._freeze(*arguments, **named))
        if task is grade_submission:
            return self._keep(self._grade(*arguments, **named))
        done: Future[ResultT] = Future()
        done.set_result(task(*arguments, **named))
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster: what still runs there is cancelled. Harmless if called again."""
        if not self._loop.is_running():
            return
        for future in list(self._running):
            future.cancel()
        leaving = self._begin(self._leave())
        try:
            leaving.result(_CLOSE_SECONDS)
        except (TimeoutError, OSError):
            leaving.cancel()
        self._end_loop()

    def _begin(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _keep(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Begin a task of the pipeline, to be cancelled if we leave."""
        future = self._begin(coroutine)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)

    async def _leave(self) -> None:
        if self._roll is not None:
            await self._roll.dismiss()
        await self._client.close()

    async def _freeze(self, setup: Setup, exercise: str, part: str) -> str:
        """Have the cases of a part made by some node, unless we have them, and return their digest.

        All nodes get these same bytes: made on another kind of processor, cases may differ in a last digit.
        """
        path = cases_files(setup, setup.load())[exercise, part]
        data = _kept(path)
        if data is None:
            answer = await self._ask(setup, {}, Freeze(exercise, part))
            if not isinstance(answer, Frozen):
                raise FreezeError(f"the nodes do not answer with the cases of {exercise}")
            data = answer.data
        try:
            frozen = wire.decode(data, FrozenPart)
        except wire.WireError as error:
            raise FreezeError(f"a node's cases of {exercise} cannot be read: {error}") from error
        if not path.exists():
            keep(path, data)
        self._cases[path.name] = data
        return str(frozen.digest())

    async def _grade(self, setup: Setup, submission: Submission, exercises: Sequence[str]) -> dict[str, Graded]:
        task = Grade(tuple(exercises), submission.sha256, submission.files, submission.modules)
        assignment = setup.load()
        wanted = {exercise: assignment.check_ids(exercise) for exercise in exercises}
        for _ in range(_NONSENSE):
            answer = await self._ask(setup, self._cases, task)
            if isinstance(answer, Done):
                found = {name: [one.id for one in graded.judgements] for name, graded in answer.graded.items()}
                if found == wanted:
                    return answer.graded
        raise ClusterError("a node answers other things than it is asked: run the same command again without it")

    async def _ask(self, setup: Setup, cases: dict[str, bytes], task: Task) -> Answer:
        """Have some node do a task; another one if it can't.

        Raises:
            BrokenProcessPool: worker after worker died of it, or with it.
            ClusterError: nobody is left who could do it.
        """
        payload = wire.encode(task)
        while True:
            roll = await self._enrolled(setup, cases)
            data = await self._send(roll, payload)
            if data is None:
                continue
            answer: Answer = wire.decode(data, Answer)
            if not isinstance(answer, Fault):
                return answer
            await roll.refuse(answer.address, answer.reason)

    async def _send(self, roll: Roll, payload: bytes) -> bytes | None:
        """Return what a node answers, None if the task has to be sent again."""
        if roll.failure is not None:
            raise roll.failure
        if self._client.status != "running":
            await _either(asyncio.sleep(_LOOK_SECONDS), roll.news.wait())
            return None
        # No more are sent than there are nodes: what Dask keeps for a node that hangs, no other gets for minutes.
        if self._sent >= max(1, roll.slots):
            await _either(self._freed.wait(), asyncio.sleep(_LOOK_SECONDS))
            return None
        news = roll.news
        self._sent += 1
        future = self._client.submit(node.perform, roll.name, payload, resources={roll.name: 1}, pure=False)
        try:
            answer = await _either(future.result(), news.wait())
        except KilledWorker as error:
            raise BrokenProcessPool(str(error)) from error
        except (CancelledError, OSError):
            return None  # The scheduler is gone; the client tries to find it again.
        finally:
            future.release()
            self._sent -= 1
            freed, self._freed = self._freed, asyncio.Event()
            freed.set()
        return answer if isinstance(answer, bytes) else None

    async def _enrolled(self, setup: Setup, cases: dict[str, bytes]) -> Roll:
        """Return the roll of those who have these cases, a new one if what is asked of the nodes has changed."""
        if self._order is None or self._order[:2] != (setup, len(cases)):
            self._order = (setup, len(cases), write_order(setup, cases))
        order = self._order[2]
        if self._roll is None or self._roll.name != order.resource():
            former, self._roll = self._roll, Roll(self._client, order, self._say, self._patience)
            if former is not None:
                await former.dismiss()
        return self._roll


async def _connect(address: str, seconds: float) -> Client:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # A submission of some megabytes is no reason for a warning.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"})
    security = Security() if address.startswith("tls://") else None
    if security is not None and not (security.tls_ca_file and security.tls_client_cert):
        raise ClusterError(
            f"{address} wants certificates: say where they are in DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
        )
    try:
        return await Client(
            address, asynchronous=True, set_as_default=False, timeout=seconds, security=security, name="grader"
        )
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"no scheduler answers at {address} ({error}): start one with `dask scheduler`, and workers with "
            f"`dask worker {address} --nworkers 2 --nthreads 1`, then run the same command again"
        ) from error


async def _either(*wanted: Coroutine[Any, Any, Any]) -> Any:
    """Return what the first of these gives that ends; the others are cancelled."""
    tasks = [asyncio.ensure_future(one) for one in wanted]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()


def _kept(path: Path) -> bytes | None:
    """Return cases that we have had made before."""
    try:
        data = path.read_bytes()
        wire.decode(data, FrozenPart)
    except (OSError, wire.WireError):
        return None
    return data
