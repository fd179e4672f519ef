"""Folders and single files read without following, blocking on or trusting anything in them."""

import os
import stat
from pathlib import Path

from grader.submission.intake import Intake, RefusedError
from grader.submission.member import shown

_DEPTH = 64
# A FIFO must not block the reader and a link must not lead it away; Windows knows neither flag.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegularError(OSError):
    """The path leads to something other than a regular file."""


def read_regular(path: Path, most: int) -> bytes:
    """The content of a regular file, at most one byte more than `most`.

    Args:
        path: where it lies; a link there is not followed.
        most: bytes that the caller can use; a longer result says that there are more.

    Raises:
        NotRegularError: it is a link, a pipe, a device or a folder.
        OSError: it cannot be read.
    """
    # Twice: opening a device may already do something, and the path may change in between.
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotRegularError(f"{path} is not a regular file")
    handle = os.open(path, _FLAGS)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRegularError(f"{path} is not a regular file")
        return file.read(most + 1)


def take_folder(path: Path, intake: Intake) -> None:
    """Takes what a folder holds.

    Args:
        path: the submission's folder; a link there is not followed.
        intake: where files and notes go.

    Raises:
        RefusedError: a limit is passed, or the folder itself cannot be read.
    """
    if path.is_symlink():
        raise RefusedError("it is a link")
    try:
        names = _listed(path, intake)
    except OSError as error:
        raise RefusedError(f"its folder cannot be read ({error.strerror})") from None
    _take(path, "", names, intake, _DEPTH)


def _take(folder: Path, inside: str, names: list[str], intake: Intake, depth: int) -> None:
    for name in names:
        path, member = folder / name, inside + name
        try:
            kind = _kind(path)
            safe = intake.meet(member, left_out=None if kind in ("file", "folder") else kind)
            if safe is None:
                continue
            if kind == "folder":
                if depth == 0:
                    intake.note(f"left out: folders deeper than {_DEPTH}")
                    continue
                _take(path, f"{member}/", _listed(path, intake), intake, depth - 1)
            else:
                intake.keep(safe, read_regular(path, intake.room(safe)))
        except OSError:
            intake.note(f"left out: what cannot be read: {shown(member)}")


def _listed(folder: Path, intake: Intake) -> list[str]:
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > intake.limits.members:
                raise RefusedError(f"it holds more than {intake.limits.members} members")
    return sorted(names, key=os.fsencode)


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISLNK(mode):
        return "link"
    return "pipe" if stat.S_ISFIFO(mode) else "socket" if stat.S_ISSOCK(mode) else "device"
