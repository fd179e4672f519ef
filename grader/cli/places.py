"""What operators call a place: a path of this machine, or a URL of what is elsewhere."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.mirror import Mirror, is_url
from grader.pipeline import alone

_SEND_SECONDS = 30.0


def fetched(paths: Sequence[str], most_bytes: int) -> list[Path]:
    """Return local paths of submissions, what is elsewhere having been fetched.

    Args:
        most_bytes: the most that is read of one file.

    Raises:
        MirrorError: it cannot be.
    """
    return [Mirror(path).fetch(most_bytes) if is_url(path) else Path(path) for path in paths]


@contextlib.contextmanager
def results(place: str) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Yield the folder for a run's results, and what is called now and then so that they are sent where they belong.

    At the end, and if it is interrupted, all of them are sent. What is elsewhere is for one run of this machine alone,
    from before it is fetched until it is sent.

    Raises:
        OutputBusy: another run has it.
        MirrorError: it cannot be fetched or sent.
    """
    if not is_url(place):
        yield Path(place), lambda: None
        return
    mirror = Mirror(place)
    with alone(mirror.lock, place):
        folder = mirror.open()
        sent = time.monotonic()

        def now_and_then() -> None:
            nonlocal sent
            if time.monotonic() - sent > _SEND_SECONDS:
                mirror.send()
                sent = time.monotonic()

        try:
            yield folder, now_and_then
        finally:
            mirror.send(last=True)
