"""Jobs in forks that were made before: for a student who saves again and again, and wants to know at once."""

from grader.inside import wire
from grader.walls.replies import Report, WorkerDied
from grader.walls.worker import Ahead, Worker


class Rehearsed:
    """Runs jobs in forks of a worker that got ready ahead of them, as long as there are any."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._ready: list[Ahead] = []

    def get_ready(self, limits: wire.Limits, forks: int) -> None:
        """Have that many forks get ready for jobs of these limits."""
        while len(self._ready) < forks:
            self._ready.append(self._worker.ahead(limits))

    def run(self, job: wire.Job, alone: bool = False) -> Report:
        """Run one job, in a fork that is ready if there is one, and return what is left of it.

        Raises:
            WorkerDied: the zygote went away or did not answer in time.
        """
        while self._ready and not alone:
            fork = self._ready.pop(0)
            if fork.limits != job.limits:
                fork.close()
                continue
            try:
                return fork.run(job)
            except WorkerDied:
                continue
        return self._worker.run(job, alone)

    def close(self) -> None:
        """Send away the forks that wait."""
        for fork in self._ready:
            fork.close()
        self._ready.clear()
