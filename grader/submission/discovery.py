"""Submissions found under the paths that an operator gave, not opened yet."""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from grader.submission.folder import read_regular
from grader.submission.member import shown

Kind = Literal["folder", "archive", "notebook"]

_ENDINGS: dict[str, Kind] = {
    ".tar.gz": "archive",
    ".tgz": "archive",
    ".tar": "archive",
    ".zip": "archive",
    ".ipynb": "notebook",
}
_MOST_SEEN = 20_000
_A_CLASS = 3
_MOST_READ = 8 << 20


class SubmissionError(Exception):
    """The operator's paths cannot be graded as they are; the text ends with what mends it."""


class Found(msgspec.Struct, frozen=True):
    """One submission that was found and not read yet.

    Attributes:
        name: the file's name without its ending, a folder's whole name; exact, with surrogate escapes.
        path: where it lies.
        kind: how it has to be read.
    """

    name: str
    path: Path
    kind: Kind


def find(paths: Sequence[Path], exercises: Sequence[str], assignment: str = "") -> tuple[list[Found], list[str]]:
    """Finds the submissions under each of `paths`.

    A path is a folder whose children are submissions, a folder that is one submission (it holds a
    module of one of the exercises), or one archive or notebook. Names that differ only in case are
    two submissions: nothing is stored under the bare name, so no file system can mix them up.
    In nbgrader's tree, `submitted/<student>/<assignment>/`, a student's folder of other assignments
    is no submission.

    Args:
        paths: as the operator gave them; a link among them is followed, links below are not.
        exercises: names of the exercises, such as `conv_2d`.
        assignment: its name, to know nbgrader's tree by; "" looks for none.

    Returns:
        The submissions sorted by the bytes of their names, and a sorted line for each child that
        is neither hidden nor a submission.

    Raises:
        SubmissionError: nothing is there, nothing is found, or two submissions share a name.
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
    if _is_submission(path, children, exercises):
        return [Found(path.resolve().name if path.name in ("", "..") else path.name, _followed(path), "folder")], []
    return _children(path, children, exercises, assignment)


def _children(
    path: Path, children: Sequence[os.DirEntry[str]], exercises: Sequence[str], assignment: str
) -> tuple[list[Found], list[str]]:
    found, ignored = [], []
    modules = [f"{exercise}.py" for exercise in exercises]
    tree = {child.name for child in children if assignment and _holds_notebook(path / child.name / assignment)}
    for child in children:
        # A link becomes a submission that reading refuses, so that the student isn't silently lost.
        if child.name != "__MACOSX" and _is_folder(path / child.name):
            folder = path / child.name
            if child.name in tree and not _holds_module(folder, modules):
                found.append(Found(child.name, folder / assignment, "folder"))
            elif tree and _is_of_others(folder, exercises):
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
    return found, ignored


def _file(path: Path) -> Found | None:
    lowered = path.name.lower()
    for ending, kind in _ENDINGS.items():
        if lowered.endswith(ending) and len(lowered) > len(ending):
            return Found(path.name[: -len(ending)], path, kind)
    return None


def _is_submission(path: Path, children: Iterable[os.DirEntry[str]], exercises: Sequence[str]) -> bool:
    modules = {f"{exercise}.py" for exercise in exercises}
    if _look_like_a_class(path, children, exercises):
        return False
    folders = []
    archives = False
    for child in children:
        if child.is_file(follow_symlinks=False):
            if child.name in modules:
                return True
            archives |= _file(path / child.name) is not None and not child.name.lower().endswith(".ipynb")
        elif child.is_dir(follow_symlinks=False):
            folders.append(path / child.name)
    if not _holds_module(path / "exercises", modules):
        return False
    # A student may be named "exercises": in a class other children look like submissions, too.
    return not archives and not any(
        _holds_module(folder, modules) or _holds_module(folder / "exercises", modules)
        for folder in folders
        if folder.name != "exercises"
    )


def _look_like_a_class(path: Path, children: Iterable[os.DirEntry[str]], exercises: Sequence[str]) -> bool:
    """Whether so much of a folder looks like submissions that a module in it is a student's who did not pack it."""
    modules = {f"{exercise}.py" for exercise in exercises}
    if not any(_is_plain(path / folder / module) for folder in ("", "exercises") for module in modules):
        return False
    alike = 0
    for child in children:
        if child.is_dir(follow_symlinks=False):
            places = (path / child.name, path / child.name / "exercises")
            alike += child.name != "exercises" and any(_holds_module(place, modules) for place in places)
        elif (one := _file(path / child.name)) is not None:
            alike += one.kind == "archive" or _is_ours(path / child.name, exercises)
    return alike >= _A_CLASS


def _holds_module(folder: Path, modules: Iterable[str]) -> bool:
    return any(_is_plain(folder / module) for module in modules)


def _holds_notebook(folder: Path) -> bool:
    if folder.parent.is_symlink():
        return False
    try:
        # A link is taken for one, to be refused under the student's name; it is not followed.
        return folder.is_symlink() or any(path.suffix.lower() == ".ipynb" for path in folder.iterdir())
    except OSError:
        return False


def _is_of_others(folder: Path, exercises: Sequence[str]) -> bool:
    """Whether a student's folder is nbgrader's, of other assignments: only folders, and nothing of ours in any of them.

    Its own content alone decides: that somebody else's looks like nbgrader's tree must cost nobody a record.
    """
    seen = 0
    waiting = [str(folder)]
    while waiting:
        # Folder by folder: Python 3.11 walks by recursion, and a student may nest folders deeper than that goes.
        place = waiting.pop()
        _, folders, files = next(os.walk(place), (place, [], []))
        folders = [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(files)
        if seen > _MOST_SEEN or (place == str(folder) and any(not name.startswith(".") for name in files)):
            return False
        if any(_is_ours(Path(place, name), exercises) for name in files):
            return False
        waiting += [path for name in folders if not os.path.islink(path := os.path.join(place, name))]  # noqa: PTH114, PTH118
    return seen > 0


def _is_ours(file: Path, exercises: Iterable[str]) -> bool:
    if file.name in {f"{exercise}.py" for exercise in exercises}:
        return True
    if file.suffix.lower() != ".ipynb":
        return False
    try:
        content = read_regular(file, _MOST_READ)
    except OSError:
        return False
    return len(content) > _MOST_READ or any(exercise.encode() in content for exercise in exercises)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _followed(path: Path) -> Path:
    return path.resolve() if path.is_symlink() else path


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _quoted(path: Path) -> str:
    # Whole, unlike a member's name: the operator has to find it.
    return repr(os.fspath(path))
