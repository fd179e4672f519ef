"""Names of members: which of them may become a path, and which are only litter."""

import re

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_GIVEN = re.compile(r"([^/]*/)*(fixtures/(images|models)(/.*)?|[^/]*\.whl)")
_SHOWN = 120
_PART_BYTES = 255
_PATH_BYTES = 1024


class UnsafeNameError(ValueError):
    """A name that must not become a path; its text says why."""


def shown(name: str) -> str:
    """A name as a note quotes it: printable, valid UTF-8, of bounded length.

    Args:
        name: any text, surrogate escapes and control characters too.
    """
    cut = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return repr(cut)


def safe_path(name: str) -> str:
    """The relative POSIX path that a member's name stands for.

    `./a` and `a//b` are what archivers write for `a` and `a/b`, so they are taken as such.

    Args:
        name: as the archive or the folder holds it, bytes that aren't UTF-8 as surrogate escapes.

    Returns:
        Parts joined by `/`, none of them empty, `.` or `..`; empty for the root itself.

    Raises:
        UnsafeNameError: absolute, climbing, not UTF-8, too long, or with a backslash or a control character.
    """
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        raise UnsafeNameError("absolute path")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if any(part == ".." or part.startswith("..\\") for part in parts):
        raise UnsafeNameError("climbing path")
    if _CONTROL.search(name):
        raise UnsafeNameError("control character in the name of")
    if "\\" in name:
        raise UnsafeNameError("backslash in the name of")
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        raise UnsafeNameError("name that isn't UTF-8:") from None
    if any(size > _PART_BYTES for size in sizes) or sum(sizes) + len(sizes) > _PATH_BYTES:
        raise UnsafeNameError("name too long:")
    return "/".join(parts)


def is_litter(path: str) -> bool:
    """Whether an operating system or a tool left this behind, not the student.

    Hidden files and folders (`.git`, `._x`, `.DS_Store`, `.ipynb_checkpoints`), `__MACOSX`, byte code.

    Args:
        path: as `safe_path` gives it.
    """
    parts = path.split("/")
    return path.endswith((".pyc", ".pyo")) or any(
        part.startswith(".") or part in ("__MACOSX", "__pycache__") for part in parts
    )


def is_given(path: str) -> bool:
    """Whether this was handed out with the exercises: a wheel, the pictures and models of `fixtures/`.

    Who packs the whole folder of the course brings them back, and they are larger than any answer.

    Args:
        path: as `safe_path` gives it.
    """
    return _GIVEN.fullmatch(path) is not None
