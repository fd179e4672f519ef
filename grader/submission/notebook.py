"""Modules written as code cells of a Jupyter notebook.

Source: nbformat 4 schema; nbgrader's cell metadata (`nbgrader.grade_id`, `locked`, `solution`, `grade`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from grader.submission.magics import without_future, without_magics
from grader.submission.member import shown

_BOM = b"\xef\xbb\xbf"
# A pair of surrogates, or half a pair, which is no character; an even number of backslashes escapes nothing.
_SURROGATES = re.compile(
    rb"(?<!\\)(?:\\\\)*+(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
_QUESTION_MARK = b"\\u003f"
_MODULE_BYTES = 1 << 20
_MOST_CELLS = 100_000
_MOST_SURROGATES = 1_000_000
_MOST_NO_NUMBERS = 1_000_000
_MOST_LINES = 10_000
# As JSON a line end may take a dozen bytes: quotes, a comma, the blanks in front.
_JSON_BYTES = 16
_BLANK_BYTES = 1000


# What stands before the next number that JSON does not have, though Python writes it (or before the end), and that
# number. In texts, of which the last may not end, it is only a word. Nothing is read twice, whatever a student wrote.
_NO_NUMBER = re.compile(
    rb'(?:[^"NI]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|N(?!aN)|I(?!nfinity))*+(?:(NaN|Infinity)|\Z)', re.DOTALL
)


class NotebookError(ValueError):
    """A notebook that cannot be read; its text says why."""


class _Cell(msgspec.Struct, frozen=True, gc=False):
    cell_type: str
    # Read where it is wanted: in a list of millions of short texts, each would take ten times its room.
    source: msgspec.Raw = msgspec.Raw(b'""')
    # Metadata that a tool has bent costs its own cell only, so it is read cell by cell.
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


class _Notebook(msgspec.Struct, frozen=True):
    nbformat: int
    cells: list[_Cell] = []


class _Grading(msgspec.Struct, frozen=True):
    grade_id: str = ""
    cell_type: str = ""
    grade: bool = False
    solution: bool = False
    locked: bool = False


class _Metadata(msgspec.Struct, frozen=True):
    nbgrader: _Grading = _Grading()


class Extracted(msgspec.Struct, frozen=True):
    """What a notebook holds of an assignment.

    Attributes:
        modules: exercise -> source of its module, valid UTF-8, lines ended by `\\n`.
        notes: what was left out and why.
    """

    modules: dict[str, str]
    notes: tuple[str, ...]


def extract(
    content: bytes,
    exercises: Sequence[str],
    imports: str | None = None,
    most: int = _MODULE_BYTES,
    others: Sequence[str] = (),
) -> Extracted:
    """Makes a module of the code cells that bear an exercise's grade id.

    Those are the cells whose id is the exercise's name or begins with it and a hyphen, in the
    order of the notebook; a cell that was copied or split with its id counts again, and a solution
    cell that was turned into text counts as the code that it was, as nbgrader has it. In front stand
    the instructor's imports. Magics, `!` and `?` lines become comments.

    Args:
        content: the notebook's bytes.
        exercises: names of the exercises, such as `conv_2d`.
        imports: the assignment's own text of the locked import cell, which a student's copy cannot
            change; None takes the notebook's locked cells whose id begins with `import`.
        most: the most bytes that the cells of one exercise may hold.
        others: exercises whose modules came otherwise; their cells are passed over without a note.

    Raises:
        NotebookError: it is no notebook of format 4, or a module is too large.
    """
    notebook, notes = _parsed(content)
    cells = [(grading, cell.source) for cell, grading in _graded(notebook)]
    notes += _left_out(cells, (*exercises, *others))
    if imports is None:
        imports = "\n\n".join(_texts("the import cells", [one for about, one in cells if _is_imports(about)], most))
    modules = {}
    for exercise in exercises:
        sources = [source for grading, source in cells if _is_of(exercise, grading.grade_id)]
        mine = _texts(f"the cells of {exercise}", sources, most)
        if not mine:
            continue
        if sum(map(len, mine)) + len(imports) > most:
            raise NotebookError(f"the cells of {exercise} are larger than {most} bytes")
        if sum(text.count("\n") for text in mine) > _MOST_LINES:
            raise NotebookError(f"the cells of {exercise} have more than {_MOST_LINES} lines")
        ids = Counter(grading.grade_id for grading, _ in cells if _is_of(exercise, grading.grade_id))
        notes += [f"taken in their order: {n} cells with the grade id {shown(one)}" for one, n in ids.items() if n > 1]
        kept = [python for text in mine if (python := without_magics(text)) is not None]
        if len(kept) < len(mine):
            notes.append(f"left out: cells of {exercise} that are not Python, but a cell magic's")
        modules[exercise] = _module(exercise, [without_magics(_newlines(imports)) or "", *kept])
    return Extracted(modules, tuple(notes))


def _parsed(content: bytes) -> tuple[_Notebook, list[str]]:
    notes = []
    content = content.removeprefix(_BOM)
    # Before they are made objects of; a cell of nbgrader's says its type twice.
    if content.count(b'"cell_type"') > 2 * _MOST_CELLS:
        raise NotebookError(f"it has more than {_MOST_CELLS} cells")
    if b"\\ud" in content or b"\\uD" in content:
        content, halves = without_halves(content)
        if halves:
            notes.append("left out: halves of surrogate pairs in the notebook, now '?'")
    content = without_no_numbers(content)
    try:
        notebook = msgspec.json.decode(content, type=_Notebook)
    except UnicodeDecodeError:
        raise NotebookError("it is no notebook: its text isn't UTF-8") from None
    except msgspec.ValidationError:
        raise NotebookError("it is JSON, but no notebook of format 4") from None
    except (msgspec.DecodeError, RecursionError):
        raise NotebookError("it is no notebook: its JSON is damaged or cut short") from None
    if notebook.nbformat != 4:
        raise NotebookError(
            f"it is a notebook of format {notebook.nbformat}, not 4; open it in Jupyter and save it again"
        )
    if len(notebook.cells) > _MOST_CELLS:
        raise NotebookError(f"it has more than {_MOST_CELLS} cells")
    return notebook, notes


def without_halves(content: bytes) -> tuple[bytes, bool]:
    """Return JSON with a question mark for each half of a surrogate pair, and whether there was one.

    Raises:
        NotebookError: it has too many surrogates.
    """
    # In place: a hostile notebook has millions of them, each a match that `sub` would keep.
    repaired = bytearray(content)
    halves = False
    for number, match in enumerate(_SURROGATES.finditer(content)):
        if number == _MOST_SURROGATES:
            raise NotebookError(f"it has more than {_MOST_SURROGATES} surrogates")
        if match[1]:
            halves = True
            repaired[match.start(1) : match.end(1)] = _QUESTION_MARK
    return bytes(repaired), halves


def without_no_numbers(content: bytes) -> bytes:
    """Return JSON with a zero for each NaN and Infinity.

    Raises:
        NotebookError: it has too many.
    """
    if b"NaN" not in content and b"Infinity" not in content:
        return content
    repaired = bytearray(content)  # in place, as above
    for number, match in enumerate(_NO_NUMBER.finditer(content)):
        if match[1] is None:
            break
        if number == _MOST_NO_NUMBERS:
            raise NotebookError(f"it has more than {_MOST_NO_NUMBERS} numbers that are none")
        repaired[slice(*match.span(1))] = b"0e" + bytes(len(match[1]) - 2).replace(b"\0", b"0")
    return bytes(repaired)


def _graded(notebook: _Notebook) -> Iterator[tuple[_Cell, _Grading]]:
    for cell in notebook.cells:
        try:
            grading = msgspec.json.decode(cell.metadata, type=_Metadata).nbgrader
        except (ValueError, RecursionError):
            grading = _Grading()
        if cell.cell_type == "code" or (grading.solution and grading.cell_type == "code"):
            yield cell, grading


def _left_out(cells: Sequence[tuple[_Grading, msgspec.Raw]], exercises: Sequence[str]) -> list[str]:
    """Notes on what a student may have meant to be graded: cells without an id, solution cells with another one."""
    notes = []
    if more := sum(not grading.grade_id and not _is_blank(source) for grading, source in cells):
        notes.append(f"left out: {more} code cell{'s' if more > 1 else ''} without a grade id")
    for grading, _ in cells:
        known = any(_is_of(exercise, grading.grade_id) for exercise in exercises)
        if grading.grade_id and grading.solution and not known:
            notes.append(f"left out: solution cell {shown(grading.grade_id)}")
    return notes


def _texts(what: str, sources: Sequence[msgspec.Raw], most: int) -> list[str]:
    if sum(memoryview(source).nbytes for source in sources) > _JSON_BYTES * most:
        raise NotebookError(f"{what} are larger than {most} bytes")
    return list(map(_text, sources))


def _text(source: msgspec.Raw) -> str:
    try:
        lines = msgspec.json.decode(source, type=str | list[str])
    except UnicodeDecodeError:
        raise NotebookError("it is no notebook: its text isn't UTF-8") from None
    except (msgspec.DecodeError, RecursionError):
        raise NotebookError("it is JSON, but no notebook of format 4") from None
    return _newlines(lines if isinstance(lines, str) else "".join(lines))


def _is_blank(source: msgspec.Raw) -> bool:
    if memoryview(source).nbytes > _BLANK_BYTES:
        return False
    try:
        return not _text(source).strip()
    except NotebookError:
        return False


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_of(exercise: str, grade_id: str) -> bool:
    return grade_id == exercise or grade_id.startswith(f"{exercise}-")


def _is_imports(grading: _Grading) -> bool:
    return (
        grading.locked and not grading.solution and not grading.grade and grading.grade_id.lower().startswith("import")
    )


def _module(exercise: str, cells: list[str]) -> str:
    features: list[str] = []
    bodies = []
    for cell in cells:
        body, asked = without_future(cell)
        features += asked
        if body.strip():
            bodies.append(body.strip("\n"))
    # The first line also keeps a coding comment in a cell from being taken for the file's.
    head = f"# coding: utf-8 ({exercise} from the notebook)\n"
    if features:
        head += f"from __future__ import {', '.join(dict.fromkeys(features))}\n"
    return head + "\n\n".join(bodies) + "\n"
