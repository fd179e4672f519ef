"""Turns among the workers of one run: jobs run side by side, but a second try after a wall-clock timeout runs alone."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


class Turns:
    """Two lock files in a folder that all workers of a run share; with None there is nobody to take turns with."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def take(self, alone: bool) -> Iterator[None]:
        """Hold a turn. Whoever wants to be alone keeps the gate while it waits, so that others do not starve it."""
        if self._folder is None:
            yield
            return
        import fcntl

        with (self._folder / ".turns.gate").open("ab") as gate, (self._folder / ".turns.jobs").open("ab") as jobs:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(jobs, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            if not alone:
                fcntl.flock(gate, fcntl.LOCK_UN)
            yield
