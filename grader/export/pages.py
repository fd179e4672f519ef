"""The notebooks that formgrader and `nbgrader generate_feedback` show: what was submitted, with our findings in it."""

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.submission.folder import read_regular
from grader.submission.intake import in_words
from grader.submission.notebook import without_halves, without_no_numbers

_LARGEST = 128 << 20
# Without outputs. nbformat and nbgrader look at each cell and each word of its metadata, again and again.
_LARGEST_TEXT = 2 << 20
_MOST_CELLS = 5000
_TIMESTAMP = "timestamp.txt"
# Behind the time may stand a zone, which would be looked for as a file, wherever its name leads.
_MOMENT = re.compile(r"[\w:.+-]+( [\w:.+-]+)?( [\w+-]+(/[\w+-]+)*)?")


class PageError(Exception):
    """A submitted notebook cannot be shown; its scores are written all the same."""


def timestamp(submitted: Path) -> datetime | None:
    """Return when a submission was handed in, as nbgrader wrote it down beside it; None if it didn't."""
    from nbgrader.utils import parse_utc

    if _is_linked(submitted):
        return None
    try:
        text = read_regular(submitted / _TIMESTAMP, 200).decode().strip()
        if not _MOMENT.fullmatch(text):
            return None
        moment: datetime = parse_utc(text)
    # Who handed in may have written anything there.
    except Exception:
        return None
    return moment


def write(
    submitted: Path, to: Path, resources: Mapping[str, str], outputs: Mapping[str, Sequence[str]], config: Any
) -> bool:
    """Write a student's notebook as `nbgrader autograde` would, our findings standing where its outputs would.

    Args:
        submitted: the student's folder of the assignment.
        to: the folder below `autograded/`, made if need be.
        resources: student, assignment, notebook and db_url, as nbgrader's preprocessors want them.
        outputs: lines for the test cells that show any, by grade id.
        config: the course's configuration.

    Returns:
        Whether there is such a notebook.

    Raises:
        PageError: there is one, and it cannot be shown.
    """
    import nbformat
    from nbgrader import preprocessors

    name = f"{resources['notebook']}.ipynb"
    source = submitted / name
    if _is_linked(submitted) or not source.is_file() or source.is_symlink():
        return False
    asked = {"nbgrader": dict(resources)}
    try:
        content = read_regular(source, _LARGEST)
        notebook = nbformat.reads(_without_outputs(content), as_version=4)  # type: ignore[no-untyped-call]
        notebook, asked = preprocessors.ClearOutput(config=config).preprocess(notebook, asked)
        notebook, asked = preprocessors.DeduplicateIds(config=config).preprocess(notebook, asked)
        for cell in notebook.cells:
            # What DeduplicateIds leaves of a copy's metadata is more than the next two can read.
            if not cell.metadata.get("nbgrader", True):
                del cell.metadata["nbgrader"]
        overwrite = preprocessors.OverwriteCells(config=config, add_missing_cells=True)
        for step in (preprocessors.OverwriteKernelspec(config=config), overwrite):
            notebook, asked = step.preprocess(notebook, asked)
        # Test cells that a student deleted come back as plain dictionaries, without the id that a cell must have.
        notebook = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            if notebook.nbformat_minor >= 5 and "id" not in cell:
                cell["id"] = cell.metadata.nbgrader["grade_id"][:64]
            _fill(cell, outputs)
        preprocessors.CheckCellMetadata(config=config).preprocess(notebook, asked)
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        data = text.encode("utf-8", "replace")
    except PageError:
        raise
    # Whatever a student's file makes nbgrader raise must cost that student's page only.
    except Exception as error:
        raise PageError(f"formgrader cannot show its notebook ({type(error).__name__})") from error
    to.mkdir(parents=True, exist_ok=True)
    page = to / name
    page.unlink(missing_ok=True)
    page.write_bytes(data)
    if (submitted / _TIMESTAMP).is_file() and not (submitted / _TIMESTAMP).is_symlink():
        (to / _TIMESTAMP).unlink(missing_ok=True)
        shutil.copyfile(submitted / _TIMESTAMP, to / _TIMESTAMP)
    return True


class _Cell(msgspec.Struct, gc=False):
    """What of a cell is shown; what it gave is never read."""

    cell_type: str
    source: msgspec.Raw
    metadata: msgspec.Raw = msgspec.Raw(b"{}")
    id: str | msgspec.UnsetType = msgspec.UNSET
    execution_count: int | msgspec.UnsetType | None = msgspec.UNSET


class _Code(_Cell, gc=False):
    outputs: tuple[()] = ()


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    nbformat: int
    nbformat_minor: int
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


def _without_outputs(content: bytes) -> str:
    """Return a notebook's JSON without what its cells gave.

    Raises:
        PageError: much is left of it even so.
        MsgspecError, UnicodeDecodeError: it is no such JSON.
    """
    too_many = PageError(f"formgrader cannot show its notebook: it has more than {_MOST_CELLS} cells")
    if content.count(b'"cell_type"') > 2 * _MOST_CELLS:  # a cell of nbgrader's says its type twice
        raise too_many
    content, _ = without_halves(content.removeprefix(b"\xef\xbb\xbf"))
    notebook = msgspec.json.decode(without_no_numbers(content), type=_Notebook)
    if len(notebook.cells) > _MOST_CELLS:
        raise too_many
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            notebook.cells[number] = _Code(*(getattr(cell, name) for name in _Cell.__struct_fields__))
    left = msgspec.json.encode(notebook)
    if len(left) > _LARGEST_TEXT:
        raise PageError(f"formgrader cannot show its notebook: it has more than {in_words(_LARGEST_TEXT)} of text")
    return left.decode()


def _is_linked(submitted: Path) -> bool:
    """Tell whether a student's folder is a link: what it leads to may be somebody else's."""
    return submitted.is_symlink() or submitted.parent.is_symlink()


def penalize(resources: Mapping[str, str], config: Any) -> None:
    """Have nbgrader's late-submission plugin set a student's penalty, as `nbgrader autograde` does."""
    from nbformat.v4 import new_notebook
    from nbgrader.preprocessors import AssignLatePenalties

    nothing = new_notebook()  # type: ignore[no-untyped-call]
    AssignLatePenalties(config=config).preprocess(nothing, {"nbgrader": dict(resources)})


def _fill(cell: Any, outputs: Mapping[str, Sequence[str]]) -> None:
    about = cell.metadata.get("nbgrader", {})
    lines = outputs.get(about.get("grade_id", ""))
    if cell.cell_type == "code" and about.get("grade") and lines:
        error = {"output_type": "error", "ename": "NotPassed", "evalue": lines[0], "traceback": list(lines)}
        cell.outputs = [type(cell)(error)]
