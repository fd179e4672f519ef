"""What tests share: a worker behind the real walls, started once."""

from collections.abc import Iterator

import pytest

from grader.walls.worker import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """Return a worker behind the walls, ready."""
    with Worker("walls") as started:
        started.start()
        yield started
