"""What looks like a submission before it is read: told from names, and from the grade ids of notebooks."""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.submission.folder import read_regular
from grader.submission.intake import is_notebook
from grader.submission.layout import is_at_hand, module, root
from grader.submission.member import UnsafeNameError, is_given, is_litter, safe_path

_MOST_SEEN = 20_000
_MOST_READ = 128 << 20
_DEPTH = 64


def holds_module(folder: Path, exercises: Sequence[str]) -> bool:
    """Whether a module lies in a folder that is no link."""
    return not folder.is_symlink() and any(_is_plain(folder / f"{exercise}.py") for exercise in exercises)


def holds_notebook(folder: Path) -> bool:
    """Whether a folder, one student's for one assignment, is there with a notebook in it."""
    if folder.parent.is_symlink():
        return False
    try:
        # A link is taken for one, to be refused under the student's name; it is not followed.
        return folder.is_symlink() or any(is_notebook(path.name) for path in folder.iterdir())
    except OSError:
        return False


def could_be_folder(folder: Path, exercises: Sequence[str]) -> bool:
    """Whether reading a folder would find a module in it.

    Args:
        folder: a link there is not followed.
        exercises: names of the exercises, such as `conv_2d`.
    """
    if any(holds_module(place, exercises) for place in (folder, folder / "exercises")):
        return True
    paths = _paths(folder)
    top = root(paths, exercises)
    inside = {path[len(top) :] for path in paths if path.startswith(top)}
    if any(module(exercise, inside) for exercise in exercises):
        return True
    notebooks = sorted(path for path in inside if is_notebook(path) and is_at_hand(path))
    return _any_says((folder / top / path for path in notebooks), _graded(exercises))


def could_be_notebook(file: Path, exercises: Sequence[str]) -> bool:
    """Whether a notebook has a cell with the grade id of an exercise, or is too large to say."""
    return _any_says([file], _graded(exercises))


def is_of_others(folder: Path, exercises: Sequence[str]) -> bool:
    """Whether a student's folder is nbgrader's, of other assignments.

    It holds folders only, each of them a notebook, and nothing of ours anywhere. Its own content
    alone decides: what somebody else's looks like must cost nobody a record.
    """
    paths = _paths(folder)
    tops = {path.partition("/")[0] for path in paths}
    assignments = {path.partition("/")[0] for path in paths if path.count("/") == 1 and is_notebook(path)}
    modules = {f"{exercise}.py" for exercise in exercises}
    if not paths or tops != assignments or any(path.rpartition("/")[2] in modules for path in paths):
        return False
    return not _any_says((folder / path for path in sorted(paths) if is_notebook(path)), _named(exercises))


def _paths(folder: Path) -> set[str]:
    """The files that reading would keep of a folder; none if it is a link or holds more than can be read."""
    found: set[str] = set()
    if folder.is_symlink():
        return found
    waiting, seen = [""], 0
    while waiting:
        inside = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(folder / inside) as entries:
            for entry in entries:
                seen += 1
                if seen > _MOST_SEEN:
                    return set()
                with contextlib.suppress(UnsafeNameError):
                    path = safe_path(inside + entry.name)
                    if is_litter(path) or is_given(path) or path.count("/") > _DEPTH:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting += [f"{path}/"]
                    elif entry.is_file(follow_symlinks=False):
                        found.add(path)
    return found


def _any_says(files: Iterable[Path], said: bytes) -> bool:
    room = _MOST_READ
    for file in files:
        try:
            content = read_regular(file, room)
        except OSError:
            continue
        room -= len(content)
        if room < 0 or re.search(said, content):
            return True
    return False


def _named(exercises: Sequence[str]) -> bytes:
    return b"|".join(re.escape(exercise.encode()) for exercise in exercises)


def _graded(exercises: Sequence[str]) -> bytes:
    return rb'"grade_id"\s*:\s*"(?:' + _named(exercises) + rb')["-]'


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
