"""An nbgrader course: the source notebook with solutions and test cells, and a configuration for stock nbgrader."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from grader import checks, material
from grader.assignment import Assignment
from grader.export.cells import cell_id
from grader.release import ReleaseError, answers, release

_INTRODUCTION = """\
# {title}

Write your answers into the cells that raise `NotImplementedError`, one for each exercise. What an exercise needs (your
own helper functions, too) has to stand in its cell, or in a cell that you split off it: cells that you add are yours
to play with, and are not graded. The imports below come first in each exercise.

The cells under an exercise check it. They read this notebook **as it was last saved**, so save it first. They need
the course's wheel: `pip install` the file that you were given. Hidden checks ask the same questions with other numbers;
they run when your work is graded.
"""

_CONFIG = Template('''\
"""nbgrader's configuration for this course, which stays with the staff: students must not see the seed."""

import os

c = get_config()  # noqa: F821

# The seed of the hidden cases, the one that you give to `grader grade --seed`.
os.environ.setdefault("GRADER_SEED", "$seed")

c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("your answer goes here")'}

# The first check of a notebook asks all of them, each within the limits of assignment.toml.
c.Execute.timeout = 900

# A student who deletes a test cell loses no points by it.
c.OverwriteCells.add_missing_cells = True
''')

_README = Template("""\
# An nbgrader course

Stays with the staff: `source/` holds the solutions and nbgrader_config.py the seed of the hidden cases. In this folder:

    nbgrader generate_assignment $assignment      # writes release/, without solutions and hidden checks
    nbgrader validate source/$assignment/$assignment.ipynb

Hand out `release/$assignment/` and the wheel in `students/` (students run `pip install` on it, or your hub has it).
What comes back lies in `submitted/STUDENT/$assignment/`. Then either grade behind walls, which we recommend:

    grader grade submitted/ --out graded/ --seed $seed
    grader export graded/ --to nbgrader --course .

or let nbgrader run everything in one kernel, where a student's code can give itself points:

    nbgrader autograde $assignment

Both fill gradebook.db with the same points; `nbgrader generate_feedback $assignment`, `nbgrader export` and formgrader
go on from there.
""")


def write(dest: Path, assignment: Assignment, seed: int, visible_cases: bytes | None = None) -> list[Path]:
    """Write an nbgrader course.

    Args:
        dest: where to; a folder that isn't there yet, or an empty one.
        seed: of the hidden cases; it goes into nbgrader_config.py.
        visible_cases: frozen, for the students' wheel.

    Returns:
        The files written, sorted.

    Raises:
        ReleaseError: dest isn't empty, or a solution or the wheel cannot be made. Nothing is left in dest then.
    """
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise ReleaseError(f"{dest} isn't an empty folder; name a new one: grader release {dest}-new --nbgrader")
    existed = dest.exists()
    try:
        release(dest / "students", visible_cases)
        source = dest / "source" / assignment.name
        source.mkdir(parents=True)
        notebook = source / f"{assignment.name}.ipynb"
        notebook.write_text(source_notebook(assignment), encoding="utf-8", newline="\n")
        said = {"assignment": assignment.name, "seed": str(seed)}
        (dest / "nbgrader_config.py").write_text(_CONFIG.substitute(said), encoding="utf-8", newline="\n")
        (dest / "README.md").write_text(_README.substitute(said), encoding="utf-8", newline="\n")
    except BaseException:
        for path in dest.iterdir() if dest.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if dest.exists() and not existed:
            dest.rmdir()
        raise
    return sorted(path for path in dest.rglob("*") if path.is_file())


def source_notebook(assignment: Assignment) -> str:
    """Return the notebook that nbgrader makes a release from, as JSON, the same at each call.

    For each exercise it holds one solution cell, whose grade id is the exercise's name, and one test cell a check,
    worth the check's points; a hidden check's call stands between nbgrader's marks of hidden tests.

    Raises:
        ReleaseError: a solution is missing, or its marks are.
    """
    import nbformat

    cells = [
        _markdown("introduction", _INTRODUCTION.format(title=assignment.title)),
        _code("imports", assignment.imports.strip(), locked=True),
    ]
    for name, exercise in assignment.exercises.items():
        cells.append(_markdown(f"about-{name}", f"## {exercise.title}: {exercise.points:g} points"))
        cells.append(_code(name, _solution(name), solution=True))
        cells += _tests(assignment, name)
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": about, "cells": cells}
    return str(nbformat.writes(nbformat.from_dict(whole)))  # type: ignore[no-untyped-call]


def titles(exercise: str) -> dict[str, str]:
    """Return the titles of an exercise's checks by check id."""
    return {
        f"{exercise}.{name}": (judge.__doc__ or name).strip().splitlines()[0].rstrip(".")
        for name, judge in checks.judges(exercise).items()
    }


def _tests(assignment: Assignment, exercise: str) -> Iterator[dict[str, Any]]:
    named = titles(exercise)
    for check_id in (*assignment.check_ids(exercise, True), *assignment.check_ids(exercise, False)):
        rubric = assignment.rubric(check_id)
        call = f'from grader.kernel import check\n\ncheck("{check_id}")'
        about = f"# {named[check_id]}: {rubric.points:g} point{'' if rubric.points == 1 else 's'}"
        if rubric.visible:
            source = f"{about}\n{call}"
        else:
            source = f"{about}, hidden\n### BEGIN HIDDEN TESTS\n{call}\n### END HIDDEN TESTS"
        yield _code(cell_id(check_id), source, locked=True, grade=True, points=rubric.points)


def _solution(exercise: str) -> str:
    path = material.solutions() / f"{exercise}.py"
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReleaseError(f"{path} is missing; releases are made from a checkout or from the staff's wheel") from None
    answers(source)
    return source.rstrip("\n")


def _code(grade_id: str, source: str, **about: Any) -> dict[str, Any]:
    cell = _cell("code", grade_id, source, **about)
    return cell | {"execution_count": None, "outputs": []}


def _markdown(grade_id: str, source: str) -> dict[str, Any]:
    return _cell("markdown", grade_id, source.rstrip("\n"), locked=True)


def _cell(kind: str, grade_id: str, source: str, **about: Any) -> dict[str, Any]:
    grading = {"grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3, "solution": False}
    grading |= {"task": False, "cell_type": kind} | about
    return {"cell_type": kind, "id": grade_id, "metadata": {"nbgrader": grading}, "source": source}
