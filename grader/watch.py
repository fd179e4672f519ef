"""Saves in a folder, as they happen: which exercises they touch."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import watchfiles

from grader.submission import Submission

_QUIET_MS = 30
_STEP_MS = 10
_FIRST_MS = 200


def saves(path: Path, stop: Event | None = None) -> Iterator[set[Path]]:
    """Yield the Python files and notebooks that were just written, moved or removed, until Ctrl-C or `stop`.

    The first time, something is yielded as soon as saves are seen at all: look then what was saved before.

    Args:
        path: a folder, or one file: then its folder is watched, because editors replace files rather than write them.
    """
    folder = path if path.is_dir() else path.parent
    only = None if path.is_dir() else path.resolve()
    changes = watchfiles.watch(
        folder,
        watch_filter=watchfiles.PythonFilter(extra_extensions=(".ipynb", ".zip")),
        debounce=_QUIET_MS,
        step=_STEP_MS,
        rust_timeout=_FIRST_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=True,
    )
    begun = False
    for found in changes:
        paths = {Path(name) for _, name in found}
        wanted = paths if only is None else {one for one in paths if one.resolve() == only}
        if wanted or not begun:
            begun = True
            yield wanted


def touched(before: Submission, after: Submission, asked: Sequence[str]) -> list[str]:
    """Return which of the exercises asked for are to be checked again after a save.

    Those whose module changed, came or went; all, if another file did: any of them may import it.
    """
    differ = {path for path in {*before.files, *after.files} if before.files.get(path) != after.files.get(path)}
    modules = {*before.modules.values(), *after.modules.values()}
    if differ - modules:
        return list(asked)
    return [name for name in asked if {before.modules.get(name), after.modules.get(name)} & differ]
