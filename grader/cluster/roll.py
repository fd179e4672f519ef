"""Who takes part in a run: Dask workers come and go, each is examined when it comes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from distributed import Client
from distributed.versions import get_versions

from grader.cluster import ClusterError, node, versions
from grader.cluster.order import Order
from grader.inside import wire

_POLL_SECONDS = 1.0
_EXAMINATION_SECONDS = 300.0
_GRACE_SECONDS = 10.0
_GOODBYE_SECONDS = 5.0


class Roll:
    """The nodes of one order. All of it runs in the client's event loop.

    Args:
        say: told, once each, which workers are not used and why.
        patience: seconds without any node after which the run is given up.
    """

    def __init__(self, client: Client, order: Order, say: Callable[[str], None], patience: float) -> None:
        self.name = order.resource()
        self.news = asyncio.Event()
        self.failure: ClusterError | None = None
        self._client = client
        self._order = wire.encode(order)
        self._say = say
        self._patience = patience
        self._address = client.scheduler.address
        self._fit: set[tuple[str, str]] = set()
        self._examined: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._refused: dict[tuple[str, str], str] = {}
        self._watch = asyncio.create_task(self._keep())

    @property
    def slots(self) -> int:
        """Return how many submissions can be graded side by side now."""
        return len(self._fit)

    async def dismiss(self) -> None:
        """End the run on all nodes, so that they use no memory for it any more."""
        for task in (self._watch, *self._examined.values()):
            task.cancel()
        addresses = [address for address, _ in self._fit]
        if addresses and self._client.status == "running":
            goodbye = self._client.run(node.dismiss, self.name, workers=addresses, on_error="ignore")
            await _bounded(goodbye, _GOODBYE_SECONDS)

    async def refuse(self, address: str, reason: str) -> None:
        """Use a node no more."""
        for one in [one for one in self._fit if one[0] == address]:
            self._fit.discard(one)
            self._note(one, reason)
        goodbye = self._client.run(node.dismiss, self.name, workers=[address], on_error="ignore")
        await _bounded(goodbye, _GOODBYE_SECONDS)

    async def _keep(self) -> None:
        """Look who is there, again and again, and have newcomers examined."""
        last, told = time.monotonic(), False
        while self.failure is None:
            if self._client.status == "closed":
                self._fail(
                    f"the scheduler at {self._address} is gone, and has not come back. What was recorded is kept: "
                    "start it and its workers again, then run the same command to go on"
                )
                return
            there = await self._there()
            if there is not None:
                self._fit = {one for one, fit in there.items() if fit and one not in self._refused}
                self._examined = {one: task for one, task in self._examined.items() if not task.done()}
                for one in there.keys() - self._fit - self._examined.keys() - self._refused.keys():
                    self._examined[one] = asyncio.create_task(self._examine(one))
                if self._fit or self._examined:
                    last = time.monotonic()
                if not there and not told:
                    told = True
                    self._say(f"{self._address} has no worker: waiting {self._patience:.0f} s for the first to come")
            only_unfit = bool(there) and all(one in self._refused for one in there or ())
            if time.monotonic() - last > (min(_GRACE_SECONDS, self._patience) if only_unfit else self._patience):
                self._give_up()
            await asyncio.sleep(_POLL_SECONDS)

    async def _there(self) -> dict[tuple[str, str], bool] | None:
        """Return the workers that the scheduler knows and whether each has been enrolled, None if it can't be asked.

        A worker is known by its address and its folder: a restarted one may have the old address.
        """
        try:
            found: dict[str, Any] = await self._client.scheduler.identity(n_workers=-1)
        except (OSError, AttributeError):
            return None
        workers = found["workers"].items()
        return {(address, one["local_directory"]): one["resources"].get(self.name, 0) > 0 for address, one in workers}

    async def _examine(self, one: tuple[str, str]) -> None:
        """Compare a worker's versions, have it get ready, and take it in."""
        address, _ = one
        packages = list(versions.COMPARED)
        try:
            async with asyncio.timeout(_EXAMINATION_SECONDS):
                answers = await self._client.run(get_versions, packages, workers=[address])
                reason = versions.mismatch(versions.here(), answers[address]["packages"])
                if not reason:
                    answers = await self._client.run(node.enrol, self._order, workers=[address])
                    reason = answers[address]
        except TimeoutError:
            reason = f"it was not ready after {_EXAMINATION_SECONDS:.0f} seconds"
        except (OSError, KeyError):
            return  # It has gone meanwhile, or the scheduler has; whoever is there will be examined again.
        except Exception as error:
            reason = f"it could not be asked: {type(error).__name__}: {error}"
        if reason:
            self._note(one, reason)
            return
        # Dask does not look again at tasks that had no node to go to: whoever waits must ask anew.
        there = await self._there() or {}
        alone = not any(there.get(other) for other in self._fit)
        self._fit.add(one)
        if alone:
            self._tell()

    def _note(self, one: tuple[str, str], reason: str) -> None:
        if reason not in self._refused.values():
            self._say(f"{one[0]} is not used: {reason}")
        self._refused[one] = reason

    def _give_up(self) -> None:
        if self._refused:
            reasons = "; ".join(f"{address}: {reason}" for (address, _), reason in list(self._refused.items())[:3])
            self._fail(f"no worker of {self._address} can grade. {reasons}. Then run the same command again")
        else:
            self._fail(
                f"no worker has come to {self._address}: start some, such as `dask worker {self._address} --nworkers 2 "
                "--nthreads 1`, then run the same command again"
            )

    def _fail(self, message: str) -> None:
        self.failure = ClusterError(message)
        self._tell()

    def _tell(self) -> None:
        """Wake all who wait for news."""
        told, self.news = self.news, asyncio.Event()
        told.set()


async def _bounded(goodbye: Any, seconds: float) -> None:
    """Wait for an answer that matters to nobody, a while."""
    try:
        async with asyncio.timeout(seconds):
            await goodbye
    except (OSError, TimeoutError, RuntimeError):
        pass
