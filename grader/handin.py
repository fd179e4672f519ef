"""Handing in: whether everything is there, without running any of it; an archive, or a place in an exchange folder."""

import ast
import base64
import datetime
import io
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from grader import __version__
from grader.assignment import Assignment
from grader.language import translate as _
from grader.notes import told
from grader.selfcheck import functions, working_folder
from grader.submission import Found, Submission, SubmissionError, collect, manifest, preview

_EPOCH = (1980, 1, 1, 0, 0, 0)
_TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"


class HandInError(Exception):
    """Nothing can be handed in; the message says what mends it."""


class Part(msgspec.Struct, frozen=True):
    """One exercise of what is handed in.

    Args:
        path: its module among the files, None if there is none.
        missing: what it lacks, a sentence each.
    """

    exercise: str
    path: str | None
    missing: tuple[str, ...]


class HandIn(msgspec.Struct, frozen=True):
    """What is handed in.

    Args:
        files: by path, the manifest among them.
        parts: what is in it of each exercise.
        notes: what was left out and why, and what a grader's record will say of it.
    """

    files: dict[str, bytes]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not any(part.missing for part in self.parts)


def gather(path: Path, assignment: Assignment) -> HandIn:
    """Collect the work at a path and look at what is there; none of it is run.

    Args:
        path: a folder (of a course folder, its `exercises/`) or a notebook.

    Raises:
        HandInError: there is no work, or more than the limits allow.
    """
    exercises = list(assignment.exercises)
    path = working_folder(path, exercises)
    if path.is_file() and path.suffix != ".ipynb":
        packed = _("{path} is packed already: hand it in as it is, or name the folder: grader submit --path DIR")
        raise HandInError(packed.format(path=path))
    found = Found(path.stem, path.resolve(), "folder" if path.is_dir() else "notebook")
    try:
        collected = collect(found, exercises, assignment.sizes)
    except SubmissionError as error:
        raise HandInError(told(str(error))) from error
    made = manifest.make(collected.files, assignment.name, __version__)
    files = {**collected.files, manifest.NAME: made}
    work = preview(found, files, exercises, assignment.sizes, assignment.imports)
    if collected.files and work.refused is not None:
        raise HandInError(told(f"{found.path}: {work.refused}"))
    if not work.modules:
        names = ", ".join(f"{name}.py" for name in exercises)
        none = _("{path} holds none of {files}; name the folder that does: grader submit --path DIR")
        raise HandInError(none.format(path=path, files=names))
    notes = tuple(sorted({*collected.notes, *work.notes}))
    return HandIn(files, tuple(_part(work, name) for name in exercises), notes)


def _part(work: Submission, exercise: str) -> Part:
    path = work.modules.get(exercise)
    if path is None:
        return Part(exercise, None, (_("{file} is not there").format(file=f"{exercise}.py"),))
    try:
        tree = ast.parse(work.files[path])
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        said = _("it is not Python in line {line}").format(line=line) if line else _("it is not Python")
        return Part(exercise, path, (said,))
    missing = []
    for function in functions(exercise):
        if not _bound(tree, function):
            missing.append(_("the function {name} is not there").format(name=function))
        elif _is_stub(tree, function):
            missing.append(_("the function {name} is not written yet").format(name=function))
    return Part(exercise, path, tuple(missing))


def _bound(tree: ast.Module, name: str) -> bool:
    """Tell whether a module may have something of this name: defined, assigned or imported anywhere in it."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found):
                names = {found}
            case ast.Name(id=found, ctx=ast.Store()):
                names = {found}
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names = {alias.asname or alias.name for alias in aliases}
            case _:
                continue
        if names & {name, "*"}:
            return True
    return False


def _is_stub(tree: ast.Module, name: str) -> bool:
    """Tell whether the last definition of a function only raises NotImplementedError."""
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not defined:
        return False
    body = [
        node for node in defined[-1].body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return not body or (len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplemented" in ast.dump(body[0]))


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of some files, the same for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def write(path: Path, files: Mapping[str, bytes]) -> None:
    """Write the archive, so that nobody ever sees half of it.

    Raises:
        HandInError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(pack(files))
        partial.replace(path)
    except OSError as error:
        failed = _("{path} cannot be written: {reason}; name another: --out FILE.zip")
        raise HandInError(failed.format(path=path, reason=error.strerror)) from error


def hand_over(files: Mapping[str, bytes], exchange: Path, course: str | None, assignment: str, student: str) -> Path:
    """Put files into an nbgrader exchange folder, where `nbgrader collect` finds them.

    Args:
        exchange: the exchange folder, or one course's folder in it.
        course: the course's name, None if there is only one.
        assignment: the assignment's name in nbgrader.
        student: the student's id in nbgrader.

    Returns:
        The folder that was made.

    Raises:
        HandInError: there is no such place, or it cannot be written.

    Source: nbgrader 0.9, nbgrader/exchange/default/submit.py.
    """
    if not student or not student.isprintable() or student.startswith(".") or set(student) & set("*+/\\"):
        nobody = _(
            "{name} cannot be a student's id (printable, no *, + or slash, no dot in front): "
            "say who you are with --student ID"
        )
        raise HandInError(nobody.format(name=repr(student)))
    inbound = _course(exchange, course) / "inbound"
    timestamp = datetime.datetime.now(datetime.UTC).strftime(_TIMESTAMP)
    chance = base64.urlsafe_b64encode(os.urandom(9)).decode()
    folder = inbound / f"{student}+{assignment}+{timestamp}+{chance}"
    # `nbgrader collect` passes over hidden names, so half of a submission is never collected.
    partial = folder.with_name(f".{folder.name}")
    try:
        partial.mkdir()
        added = {"timestamp.txt": timestamp.encode(), "submission_secret.txt": os.urandom(64).hex().encode()}
        for name, data in {**files, **added}.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o644)
        for made in {path.parent for path in partial.rglob("*")} - {partial}:
            made.chmod(0o755)
        # The instructor deletes it later, whoever owns it; others cannot guess its name.
        partial.chmod(0o777)
        partial.rename(folder)
    except OSError as error:
        failed = _("{path} cannot be written: {reason}; ask whoever runs the course")
        raise HandInError(failed.format(path=inbound, reason=error.strerror)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _course(exchange: Path, course: str | None) -> Path:
    if course is None and (exchange / "inbound").is_dir():
        return exchange
    try:
        courses = sorted(path.parent.name for path in exchange.glob("*/inbound"))
    except OSError:
        courses = []
    if course is None and len(courses) == 1:
        return exchange / courses[0]
    if course in courses:
        return exchange / str(course)
    if not courses:
        empty = _("{path} holds no course with a folder `inbound`: ask whoever runs the course for the exchange folder")
        raise HandInError(empty.format(path=exchange))
    which = _("{path}: say which course with --course NAME; there are {known}")
    raise HandInError(which.format(path=exchange, known=", ".join(courses)))


def names(parts: Sequence[Part]) -> str:
    """Return the exercises that lack something, as a list in a sentence."""
    return ", ".join(part.exercise for part in parts if part.missing)
