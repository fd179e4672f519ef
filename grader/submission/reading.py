"""One submission read into plain bytes: unpacked, laid out, its modules found, its content hashed."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from grader.submission import manifest
from grader.submission.discovery import Found, SubmissionError
from grader.submission.folder import NotRegularError, read_regular, take_folder
from grader.submission.intake import Intake, RefusedError, SizeLimits, in_words
from grader.submission.layout import is_at_hand, module, root
from grader.submission.member import shown
from grader.submission.notebook import NotebookError, extract
from grader.submission.tarred import take_tar
from grader.submission.zipped import take_zip

_GIVEN = re.compile(r"(exercises/)?utils(/.*|\.(py|pyi|so|pyd|[\w.-]+\.so))")
# What `grader submit` and nbgrader put beside the work: the work may lie in one folder all the same.
_BESIDE = frozenset((manifest.NAME, "timestamp.txt", "submission_secret.txt"))
_ARCHIVES = (".zip", ".tar", ".tgz", ".gz")


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What a student handed in, as bytes.

    Attributes:
        name: the submission's name, exact, with surrogate escapes.
        sha256: hex digest of `files` and `modules` (of the reason, when refused), whatever they were
            packed in and when.
        files: relative POSIX path -> content; all that the student's code may see.
        modules: exercise -> path in `files`.
        notes: what was left out and why, sorted.
        refused: why nothing could be taken; then `files` and `modules` are empty.
    """

    name: str
    sha256: str
    files: dict[str, bytes]
    modules: dict[str, str]
    notes: tuple[str, ...] = ()
    refused: str | None = None


class Collected(msgspec.Struct, frozen=True):
    """What there is to hand in.

    Attributes:
        files: path -> content, laid out as they will be read.
        notes: what was left out and why, sorted.
    """

    files: dict[str, bytes]
    notes: tuple[str, ...]


def read(found: Found, exercises: Sequence[str], limits: SizeLimits, imports: str | None = None) -> Submission:
    """Reads one submission; whatever its bytes are, the result is a Submission.

    Args:
        found: as `find` gives it.
        exercises: names of the exercises, such as `conv_2d`.
        limits: the most that it may hold.
        imports: the assignment's own text of a notebook's locked import cell; None takes the
            notebook's copy of it.
    """
    return _read(found, partial(_take, found), exercises, limits, imports)


def preview(
    found: Found, files: Mapping[str, bytes], exercises: Sequence[str], limits: SizeLimits, imports: str | None = None
) -> Submission:
    """Reads files as `read` will read the archive of them.

    Args:
        found: where they were collected.
        files: path -> content.
        exercises, limits, imports: as for `read`.
    """

    def take(intake: Intake) -> None:
        for path, content in files.items():
            intake.keep(path, content)

    return _read(found, take, exercises, limits, imports)


def _read(
    found: Found, take: Callable[[Intake], None], exercises: Sequence[str], limits: SizeLimits, imports: str | None
) -> Submission:
    intake = Intake(limits)
    try:
        take(intake)
        files, modules = _laid_out(found, intake, exercises, imports)
    except RefusedError as refusal:
        reason = str(refusal)
        return Submission(
            name=found.name,
            sha256=_digest({}, {"refused": reason}),
            files={},
            modules={},
            notes=intake.notes(),
            refused=reason,
        )
    return Submission(
        name=found.name, sha256=_digest(files, modules), files=files, modules=modules, notes=intake.notes()
    )


def collect(found: Found, exercises: Sequence[str], limits: SizeLimits) -> Collected:
    """Collects a folder's files or a notebook, without litter, archives and the given helpers.

    The folder around everything is taken off. A notebook goes by a name of ours, since its own may be
    one that `read` leaves out.

    Args:
        found: the folder or the notebook.
        exercises: names of the exercises, such as `conv_2d`.
        limits: the most that they may hold.

    Raises:
        SubmissionError: a limit is passed, or nothing can be read.
    """
    intake = Intake(limits)
    try:
        _take(found, intake)
    except RefusedError as refusal:
        raise SubmissionError(f"{found.path}: {refusal}") from None
    kept = {**intake.files, **intake.notebooks}
    for path in [path for path in kept if path.lower().endswith(_ARCHIVES)]:
        intake.note(f"left out: archive {shown(path)}")
        del kept[path]
    top = root(kept.keys() - _BESIDE, exercises)
    files = {path[len(top) :]: kept[path] for path in sorted(kept) if path.startswith(top)}
    dropped = {*_BESIDE, "exercises/__init__.py", "__init__.py"}
    files = {path: data for path, data in files.items() if path not in dropped and not _GIVEN.fullmatch(path)}
    return Collected(files, intake.notes())


def _take(found: Found, intake: Intake) -> None:
    if found.kind == "folder":
        take_folder(found.path, intake)
        return
    most = intake.limits.packed_bytes if found.kind == "archive" else intake.limits.notebook_bytes
    try:
        packed = read_regular(found.path, most)
    except NotRegularError:
        raise RefusedError("it is a link, a pipe or a device, not a file") from None
    except OSError as error:
        raise RefusedError(f"its file cannot be read ({error.strerror})") from None
    if len(packed) > most:
        raise RefusedError(f"its file is larger than {in_words(most)}")
    ending = found.path.name.lower()
    if found.kind == "notebook":
        intake.notebooks["notebook.ipynb"] = packed
    elif ending.endswith(".zip"):
        take_zip(packed, intake)
    else:
        take_tar(packed, intake, gzipped=not ending.endswith(".tar"))


def _laid_out(
    found: Found, intake: Intake, exercises: Sequence[str], imports: str | None
) -> tuple[dict[str, bytes], dict[str, str]]:
    came = {**intake.files, **intake.notebooks}
    top = root(came.keys() - _BESIDE, exercises)
    files = {path[len(top) :]: content for path, content in intake.files.items() if path.startswith(top)}
    stated = files.pop(manifest.NAME, None)
    given = [path for path in files if _GIVEN.fullmatch(path)]
    if given:
        intake.note("left out: utils (given)")
    for path in (*given, "exercises/__init__.py"):
        files.pop(path, None)
    missing = [exercise for exercise in exercises if module(exercise, files) is None]
    notebooks = {path[len(top) :]: content for path, content in intake.notebooks.items()}
    named = {**files, **notebooks}
    if top and manifest.NAME in intake.files:
        stated, named = intake.files[manifest.NAME], came
    if stated is not None:
        for difference in manifest.differences(stated, named):
            intake.note(difference)
    files |= _from_notebooks(found, notebooks, exercises, missing, intake, imports)
    for path in _shadowed(files):
        intake.note(f"left out: what lies below a file: {shown(path)}")
        del files[path]
    modules = {exercise: place for exercise in exercises if (place := module(exercise, files))}
    if found.kind == "notebook" and not modules:
        raise RefusedError(f"no code cell of it has a grade id of {_either(exercises)}")
    if not files:
        raise RefusedError("nothing in it can be graded")
    if not modules:
        intake.note(f"none of its files is a module of {_either(exercises)}, at its root or under exercises/")
    return dict(sorted(files.items())), modules


def _from_notebooks(
    found: Found,
    notebooks: dict[str, bytes],
    exercises: Sequence[str],
    missing: Sequence[str],
    intake: Intake,
    imports: str | None,
) -> dict[str, bytes]:
    """Modules for the exercises that have no `.py`, each from the first notebook that has its cells."""
    made: dict[str, bytes] = {}
    for path in sorted(notebooks, key=lambda path: (path.count("/"), path)):
        wanted = [exercise for exercise in missing if f"{exercise}.py" not in made]
        if not wanted or not is_at_hand(path):
            continue
        try:
            extracted = extract(notebooks[path], wanted, imports, others=exercises)
        except NotebookError as error:
            if found.kind == "notebook":
                raise RefusedError(str(error)) from None
            intake.note(f"left out: notebook {shown(path)}: {error}")
            continue
        for note in extracted.notes:
            intake.note(note)
        made |= {f"{exercise}.py": source.encode() for exercise, source in extracted.modules.items()}
    return made


def _shadowed(files: dict[str, bytes]) -> list[str]:
    return [path for path in files if any(path[: slash.start()] in files for slash in re.finditer("/", path))]


def _either(exercises: Sequence[str]) -> str:
    return " or ".join(exercises)


def _digest(files: dict[str, bytes], modules: dict[str, str]) -> str:
    digest = hashlib.sha256()
    entries = [(b"file:" + path.encode(), content) for path, content in files.items()]
    entries += [(b"module:" + exercise.encode(), path.encode()) for exercise, path in modules.items()]
    for key, content in sorted(entries):
        # Lengths in front: where one ends and the next begins can't be argued about.
        for part in (key, content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
