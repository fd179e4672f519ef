"""Submissions found under the paths that an operator gave, not opened yet."""

import os
import stat
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from grader.submission.likeness import could_be_folder, could_be_notebook, holds_module, holds_notebook, is_of_others
from grader.submission.member import shown

Kind = Literal["folder", "archive", "notebook"]

_ENDINGS: dict[str, Kind] = {
    ".tar.gz": "archive",
    ".tgz": "archive",
    ".tar": "archive",
    ".zip": "archive",
    ".ipynb": "notebook",
}
_A_CLASS = 3
# As nbgrader calls the folder that it collects to: the operator's word, which no student can give.
_COLLECTED = "submitted"


class SubmissionError(Exception):
    """The operator's paths cannot be graded as they are; the text ends with what mends it."""


class Found(msgspec.Struct, frozen=True):
    """One submission that was found and not read yet.

    Attributes:
        name: the file's name without its ending, unless another has that; a folder's whole name; exact, with surrogate
            escapes.
        path: where it lies.
        kind: how it has to be read.
    """

    name: str
    path: Path
    kind: Kind


def find(paths: Sequence[Path], exercises: Sequence[str], assignment: str = "") -> tuple[list[Found], list[str]]:
    """Finds the submissions under each of `paths`.

    A path is a folder whose children are submissions, a folder that is one submission (it holds a
    module of one of the exercises, at its root or under `exercises/`, and nothing else that could
    be one), or one archive or notebook. Names that differ only in case are two submissions:
    nothing is stored under the bare name, so no file system can mix them up. In nbgrader's tree,
    `submitted/<student>/<assignment>/`, a student's folder of other assignments is no submission.

    Args:
        paths: as the operator gave them; a link among them is followed, links below are not.
        exercises: names of the exercises, such as `conv_2d`.
        assignment: its name, to know nbgrader's tree by; "" looks for none.

    Returns:
        The submissions sorted by the bytes of their names, and a sorted line for each child that
        is neither hidden nor a submission, or goes by its whole name because another has the same stem.

    Raises:
        SubmissionError: nothing is there, nothing is found, submissions under two paths share a name, or a
            folder can be read as one submission and as a class.
    """
    found: dict[str, Found] = {}
    ignored: set[str] = set()
    for path in paths:
        here, others = _under(path, exercises, assignment)
        ignored.update(others)
        for each in here:
            twin = found.setdefault(each.name, each)
            if twin.path.absolute() != each.path.absolute():
                raise SubmissionError(
                    f"two submissions are named {shown(each.name)}: {_quoted(twin.path)} and "
                    f"{_quoted(each.path)}; rename or remove one of them and run the command again"
                )
    return sorted(found.values(), key=lambda each: os.fsencode(each.name)), sorted(ignored)


def _under(path: Path, exercises: Sequence[str], assignment: str) -> tuple[list[Found], list[str]]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SubmissionError(
            f"no submission at {_quoted(path)} ({reason}); give the path of a folder, archive or notebook"
        ) from None
    if not stat.S_ISDIR(mode):
        one = _file(path)
        if one is None or not stat.S_ISREG(mode):
            raise SubmissionError(
                f"{_quoted(path)} is neither a folder nor an archive nor a notebook; "
                f"give a folder or a file that ends in {', '.join(_ENDINGS)}"
            )
        return [Found(one.name, _followed(path), one.kind)], []
    try:
        children = sorted(os.scandir(path), key=lambda child: os.fsencode(child.name))
    except OSError as error:
        raise SubmissionError(
            f"cannot list {_quoted(path)} ({error.strerror}); make it readable and run the command again"
        ) from None
    children = [child for child in children if not child.name.startswith(".")]
    if _is_submission(path, children, exercises, assignment):
        return [Found(path.resolve().name if path.name in ("", "..") else path.name, _followed(path), "folder")], []
    return _children(path, children, exercises, assignment)


def _children(
    path: Path, children: Sequence[os.DirEntry[str]], exercises: Sequence[str], assignment: str
) -> tuple[list[Found], list[str]]:
    found, ignored = [], []
    collected = assignment and path.resolve().name == _COLLECTED
    for child in children:
        # A link becomes a submission that reading refuses, so that the student isn't silently lost.
        if child.name != "__MACOSX" and _is_folder(path / child.name):
            folder = path / child.name
            if assignment and holds_notebook(folder / assignment) and not holds_module(folder, exercises):
                found.append(Found(child.name, folder / assignment, "folder"))
            elif collected and is_of_others(folder, exercises):
                ignored.append(f"ignored: {_quoted(folder)} holds nothing for {assignment}")
            else:
                found.append(Found(child.name, folder, "folder"))
        elif one := _file(path / child.name):
            found.append(one)
        else:
            ignored.append(f"ignored: {_quoted(path / child.name)} is no folder, archive or notebook")
    if not found:
        raise SubmissionError(
            f"no submission in {_quoted(path)}; put a folder or a file that ends in "
            f"{', '.join(_ENDINGS)} for each student there"
        )
    return _told_apart(found, ignored), ignored


def _told_apart(found: Sequence[Found], notes: list[str]) -> list[Found]:
    """Return the submissions of a folder with names of their own: those of one name have that of their file, whole.

    Whoever may name what he hands in could else stop the class with a name that is somebody's. A student's folder in
    nbgrader's tree has its name already.
    """
    apart = list(found)
    while twins := {name for name, times in Counter(one.name for one in apart).items() if times > 1}:
        for number, one in enumerate(apart):
            if one.name in twins and one.kind != "folder" and one.name != one.path.name:
                apart[number] = msgspec.structs.replace(one, name=one.path.name)
                notes.append(
                    f"{_quoted(one.path)} is graded as {shown(one.path.name)}: another one is {shown(one.name)}"
                )
    return apart


def _file(path: Path) -> Found | None:
    lowered = path.name.lower()
    for ending, kind in _ENDINGS.items():
        if lowered.endswith(ending) and len(lowered) > len(ending):
            return Found(path.name[: -len(ending)], path, kind)
    return None


def _is_submission(path: Path, children: Sequence[os.DirEntry[str]], exercises: Sequence[str], assignment: str) -> bool:
    modules = {f"{exercise}.py" for exercise in exercises}
    loose = [child.name for child in children if child.name in modules and child.is_file(follow_symlinks=False)]
    inner = holds_module(path / "exercises", exercises)
    if not loose and not inner:
        return False
    own = "exercises" if inner else ""
    others = [child for child in children if child.name != own and _could_be_one(child, exercises, assignment)]
    if not others:
        return True
    # A student may be named "exercises": taken for a class, his folder has its record, too.
    if not loose or len(others) >= _A_CLASS:
        return False
    names = " and ".join(repr(child.name) for child in others)
    held = " and ".join(loose)
    raise SubmissionError(
        f"{_quoted(path)} can be read as one submission, because {held} lies in it, and as a class, because {names} "
        f"could be submissions of their own: if it is one submission, move {names} out of it; if it is a class, "
        f"move {held} into a folder that is named after its student; then run the command again"
    )


def _could_be_one(child: os.DirEntry[str], exercises: Sequence[str], assignment: str) -> bool:
    if child.is_dir(follow_symlinks=False):
        folder = Path(child.path)
        return could_be_folder(folder, exercises) or bool(assignment and holds_notebook(folder / assignment))
    one = _file(Path(child.path))
    return one is not None and (one.kind == "archive" or could_be_notebook(one.path, exercises))


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _followed(path: Path) -> Path:
    return Path(os.path.realpath(path)) if path.is_symlink() else path  # `resolve` raises where a link leads to itself


def _quoted(path: Path) -> str:
    # Whole, unlike a member's name: the operator has to find it.
    return repr(os.fspath(path))
