"""Checks inside a notebook: in Jupyter, VS Code and Colab.

from grader.notebook import check
check("conv_2d")            # what this notebook defines; else the files in this folder

%%exercise conv_2d          # as the first line of a cell: runs the cell and checks what it defines
"""

import ast
import atexit
import functools
import html
import io
import json
import linecache
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from grader import hints, panels, telling
from grader.cli import report
from grader.freeze import FreezeError
from grader.judge import JudgeError
from grader.language import translate as _
from grader.notes import told
from grader.selfcheck import Checked, SelfCheck, functions, own_work
from grader.submission import Submission, SubmissionError
from grader.submission.notebook import NotebookError, extract
from grader.walls.worker import WorkerDied

_WIDTH = 100
_PLAIN: dict[str, Any] = {"color_system": None, "force_terminal": False, "force_jupyter": False}
_cells: dict[str, list[tuple[frozenset[str], str]]] = {}
"""By exercise, the cells that `%%exercise` has run: the names that each defines, and its source."""


class Result:
    """What a check shows: rich where a notebook can, text elsewhere."""

    def __init__(self, desk: SelfCheck, checked: list[Checked], source: str) -> None:
        self._desk = desk
        self.checked = checked
        self.source = source

    @property
    def passed(self) -> bool:
        """Tell whether all visible points were earned."""
        return all(one.passed for one in self.checked)

    def __repr__(self) -> str:
        text = io.StringIO()
        shown = Console(file=text, width=_WIDTH, markup=False, highlight=False, emoji=False, **_PLAIN)
        shown.print(_("Checked: {source}").format(source=self.source))
        for one in self.checked:
            report.show(shown, one)
        report.total(shown, self._desk.assignment, self.checked)
        return text.getvalue().strip()

    def _repr_html_(self) -> str:
        total = report.summed(self._desk.assignment, self.checked)
        source = html.escape(_("Checked: {source}").format(source=self.source))
        parts = [f'<p class="hint">{source}</p>', *map(_section, self.checked)]
        stuck = html.escape(report.stuck(self.checked))
        return panels.fragment([*parts, f"<p><b>{total}</b></p>", f'<p class="hint">{stuck}</p>' if stuck else ""])


class Problem:
    """Why nothing was checked, in a sentence."""

    passed = False

    def __init__(self, message: str) -> None:
        self.message = message

    def __repr__(self) -> str:
        return _("Nothing was checked: {reason}").format(reason=self.message)


def check(*exercises: str, path: "str | Path | None" = None) -> "Result | Problem":
    """Check exercises on their visible cases; all of them, if none is named.

    Args:
        exercises: names such as `"conv_2d"`.
        path: a folder, archive or notebook with your work. Without it, what this notebook defines is checked, and for
            an exercise of which it defines nothing, the files in the current folder.

    Returns:
        Something that a notebook shows; `passed` tells whether all visible points were earned.
    """
    desk = _desk()
    known = list(desk.assignment.exercises)
    unknown = [name for name in exercises if name not in known]
    if unknown:
        there = _("there is no exercise {name}; there are {known}")
        return Problem(there.format(name=repr(unknown[0]), known=", ".join(known)))
    asked = list(dict.fromkeys(exercises)) or known
    try:
        work, source = _work(desk, asked, None if path is None else Path(path))
        checked = list(desk.check(work, asked))
    except (SubmissionError, FreezeError, NotebookError) as error:
        return Problem(told(str(error)))
    except (WorkerDied, JudgeError) as error:
        return Problem(_("the check itself failed, not your work: {error}").format(error=error))
    hints.remember_results({one.exercise: one.record for one in checked})
    return Result(desk, checked, source)


@functools.cache
def _desk() -> SelfCheck:
    """Return this kernel's desk, whose TensorFlow is imported once, in a process of its own."""
    desk = SelfCheck()
    atexit.register(desk.close)
    return desk


def _work(desk: SelfCheck, asked: list[str], path: Path | None) -> tuple[Submission, str]:
    """Return what is to be checked, and in words where it is from."""
    if path is not None:
        return own_work(path, desk.assignment), str(path)
    modules = {name: source for name in asked if (source := _defined(name)) is not None}
    if not modules:
        return own_work(Path(), desk.assignment), _("the files in {folder}").format(folder=f"{Path.cwd().name}/")
    files = {f"{name}.py": _module(name, source, desk.assignment.imports) for name, source in modules.items()}
    found = Submission(name="notebook", sha256="", files=files, modules={name: f"{name}.py" for name in modules})
    return found, _("the cells of this notebook that define {exercises}").format(exercises=", ".join(modules))


def _module(exercise: str, cells: list[str], imports: str) -> bytes:
    """Return the module that grading would make of cells."""
    graded = {"nbgrader": {"grade_id": exercise, "solution": True}}
    made = [{"cell_type": "code", "source": source, "metadata": graded} for source in cells]
    notebook = json.dumps({"nbformat": 4, "cells": made}).encode()
    return extract(notebook, [exercise], imports).modules[exercise].encode()


def _defined(exercise: str) -> list[str] | None:
    """Return the cells that define an exercise's functions: those of `%%exercise`, else those that were run."""
    if exercise in _cells:
        return [source for _, source in _cells[exercise]]
    shell = _shell()
    names: Mapping[str, Any] = shell.user_ns if shell is not None else {}
    sources: list[str] = []
    for function in functions(exercise):
        code = getattr(names.get(function), "__code__", None)
        if code is None or getattr(names[function], "__module__", None) != "__main__":
            continue
        source = "".join(linecache.getlines(code.co_filename))
        if source and source not in sources:
            sources.append(_without_checks(source))
    return sources or None


def _without_checks(source: str) -> str:
    """Return a cell without its own calls of `check`, which would check the check."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return source
    lines = source.splitlines()
    for node in body:
        ours = isinstance(node, ast.ImportFrom) and node.module == "grader.notebook"
        called = not isinstance(node, ast.FunctionDef | ast.ClassDef) and any(
            isinstance(part, ast.Name) and part.id == "check" for part in ast.walk(node)
        )
        if ours or called:
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            lines[first:last] = ["pass"] * (last - first)
    return "\n".join(lines)


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()


def exercise(line: str, cell: str) -> "Result | Problem | None":
    """Run a cell and check the functions of an exercise that it defines: `%%exercise conv_2d`.

    Cells that define other functions of the same exercise are remembered, and checked with it.
    """
    name = line.strip()
    desk = _desk()
    if name not in desk.assignment.exercises:
        known = ", ".join(desk.assignment.exercises)
        which = _("say which exercise the cell is of: %%exercise NAME, where NAME is one of {known}")
        return Problem(which.format(known=known))
    if not _shell().run_cell(cell).success:
        return None
    defined = _names(cell)
    others = [(names, source) for names, source in _cells.get(name, []) if not names & defined]
    _cells[name] = [*others, (defined, cell)]
    return check(name)


def _names(cell: str) -> frozenset[str]:
    """Return the names of the functions and classes that a cell defines."""
    shell = _shell()
    try:
        body = ast.parse(shell.transform_cell(cell)).body
    except SyntaxError:
        return frozenset()
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef))


def load_ipython_extension(shell: Any) -> None:
    """Add the cell magic `%%exercise`; importing this module does it, and so does `%load_ext grader.notebook`."""
    shell.register_magic_function(exercise, "cell", "exercise")


def _section(checked: Checked) -> str:
    record = checked.record
    explained: set[str] = set()
    items = [panels.check(one, checked.sketches.get(one.id, ()), explained) for one in record.checks]
    once = panels.lines(telling.common(checked.exercise, record))
    said = panels.printed(_("what your code printed:"), report.printed(checked)) if checked.printed.strip() else ""
    return f"<h3>{html.escape(report.heading(checked))}</h3>{once or f'<ul>{chr(10).join(items)}</ul>'}{said}"


if "IPython" in sys.modules and (_running := _shell()) is not None:
    load_ipython_extension(_running)
