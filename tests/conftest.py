"""What tests share: a worker behind the real walls, started once, and a way to run hostile code in it."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from chromium import launched

from grader.inside import wire
from grader.observation import Observation, Observed
from grader.observe import Code, Session
from grader.walls.worker import Worker

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What takes minutes begins first, so that nobody waits for it in the end.
LONGEST = ("tests/cli/test_validate_command.py", "tests/cluster/", "tests/faults/", "tests/test_kit.py")
QUICK = wire.Limits(cpu_seconds=1.0, wall_seconds=8.0, total_wall_seconds=20.0, memory_mib=1024)


@dataclass
class Ran:
    """What came of a submission: one observation for each function that was called, and what it printed."""

    observations: list[Observation]
    printed: str

    def value(self, index: int = 0) -> object:
        """Return what a function returned, as plain data."""
        seen = self.observations[index]
        assert isinstance(seen, Observed), (seen, self.printed)
        outcome = seen.calls[0]
        assert isinstance(outcome, wire.Returned), (outcome, self.printed)
        return wire.from_wire(outcome.value)


Submit = Callable[..., Ran]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def _in_english() -> None:
    """Have what is said be compared in English, whoever runs the tests."""
    os.environ["LANGUAGE"] = "en"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Return a real browser: one at a time, as Playwright cannot start a second beside the first."""
    with launched() as opened:
        yield opened


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """Return a worker behind the walls, ready."""
    with Worker("walls") as started:
        started.start()
        yield started


@pytest.fixture
def submit(worker: Worker) -> Submit:
    """Return a function that runs `calls` of a module's source, each a program of its own."""

    def run(
        source: str,
        calls: Sequence[str] = ("attack",),
        files: dict[str, bytes] | None = None,
        in_graph: bool = False,
        runs: tuple[wire.Run, ...] = (),
        on: Worker = worker,
        **limits: float,
    ) -> Ran:
        code = Code("conv_2d", "conv_2d.py", {"conv_2d.py": textwrap.dedent(source).encode()} | (files or {}))
        session = Session(on, code, msgspec.structs.replace(QUICK, **limits))
        programs = [
            wire.Program(f"{number}", (wire.Call(name),), in_graph=in_graph, runs=runs)
            for number, name in enumerate(calls)
        ]
        seen = session.observe("visible", programs)
        return Ran(seen, "".join(part.output.decode(errors="replace") for part in session.printed))

    return run


@pytest.fixture(scope="module")
def activated() -> Iterator[None]:
    """Put the environment's programs on PATH, as activating it does: nbgrader calls a bare `alembic`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """Return a folder with a path short enough for a socket, which any user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def dig() -> Iterator[Callable[[Path], int]]:
    """Return a function that makes 1,500 folders in each other and opens the last; they go in the end.

    Nobody else takes them away: what pytest clears its old folders with stops at Python's limit of recursion.
    """
    dug: list[Path] = []

    def digging(folder: Path) -> int:
        dug.append(folder)
        folder.mkdir(parents=True, exist_ok=True)
        here = os.open(folder, os.O_RDONLY)
        for _ in range(1500):
            os.mkdir("d", dir_fd=here)
            deeper = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = deeper
        return here

    yield digging
    subprocess.run(["rm", "-rf", *dug], check=True)
