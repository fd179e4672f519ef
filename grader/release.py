"""What students get: stubs cut from the solutions, the given helpers, fixtures, a wheel with the visible
checks."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader import material, wheel

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")

# Of fixtures/ students get exactly these; the sample class and the scripts stay with the staff.
FIXTURES = ("images", "models", "manifest.toml", "LICENSES.md")

# Of exercises/, beside the helpers in utils/ and the stubs, which are cut anew.
GIVEN = ("__init__.py", "tutorial.ipynb")

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"

_STUB = 'raise NotImplementedError("your answer goes here")'

_BYTECODE = shutil.ignore_patterns("__pycache__", "*.pyc")

# Shorter lines (`return`, `else:`) stand in any program and tell nothing.
_TELLING = 20


class ReleaseError(Exception):
    """A release that can't be made; the message says what is wrong and what mends it."""


def answers(source: str) -> list[str]:
    """List the regions between the solution markers, without the markers.

    Args:
        source: text of a module under solutions/.

    Raises:
        ReleaseError: no region, a region in a region, or a marker without its partner.
    """
    regions: list[str] = []
    region: list[str] | None = None
    for number, line in enumerate(source.splitlines(), start=1):
        opens, closes = BEGIN in line, END in line
        if opens is not closes and opens is not (region is None):
            marker, partner = (BEGIN, END) if opens else (END, BEGIN)
            raise ReleaseError(
                f"line {number}: '{marker}' without its '{partner}'; markers come in pairs, never nested"
            )
        if opens:
            region = []
        elif closes and region is not None:
            regions.append("\n".join(region))
            region = None
        elif region is not None:
            region.append(line)
    if region is not None:
        raise ReleaseError(f"the last '{BEGIN}' has no '{END}'; put one where the answer ends")
    if not regions:
        raise ReleaseError(f"no answer is marked; put '{BEGIN}' and '{END}' around each")
    return regions


def stub(source: str) -> str:
    """Cut the answers out of a solution, with nbgrader's own ClearSolutions.

    Args:
        source: text of a module under solutions/.

    Returns:
        The same text with a line that raises NotImplementedError in the place of each answer.

    Raises:
        ReleaseError: the markers don't pair, or what is left isn't Python.
    """
    answers(source)
    # nbgrader takes seconds to import, and only a release needs it.
    from nbformat.v4 import new_code_cell, new_notebook
    from nbgrader.preprocessors import ClearSolutions

    about = {"grade_id": "stub", "solution": True, "grade": False, "locked": False, "schema_version": 3}
    cell = new_code_cell(source, metadata={"nbgrader": about})  # type: ignore[no-untyped-call]
    cutter = ClearSolutions(code_stub={"python": _STUB}, begin_solution_delimeter=BEGIN, end_solution_delimeter=END)
    notebook = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    notebook, _ = cutter.preprocess(notebook, {})
    text = str(notebook.cells[0].source)
    try:
        compile(text, "<stub>", "exec")
    except SyntaxError as error:
        raise ReleaseError(
            f"without its answers the module isn't Python ({error}); move the markers to whole statements"
        ) from error
    return text


def write_stubs(dest: Path) -> list[Path]:
    """Write the stub of each solution into a folder.

    Args:
        dest: folder, made if need be; stubs that lie there are replaced.

    Returns:
        The files written.

    Raises:
        ReleaseError: a solution is missing or can't be cut.
    """
    dest.mkdir(parents=True, exist_ok=True)
    written = []
    for exercise in EXERCISES:
        path = dest / f"{exercise}.py"
        path.write_text(stub(_solution(exercise)), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def release(dest: Path, visible_cases: bytes | None = None) -> list[Path]:
    """Write the folder that students get.

    Args:
        dest: where to; a folder that isn't there yet, or an empty one.
        visible_cases: the visible cases, frozen; they go into the wheel as `grader/visible.cases`.

    Returns:
        The files written, sorted.

    Raises:
        ReleaseError: dest isn't empty, the wheel can't be built, or something to be released holds an answer.
            Nothing is left in dest then.
    """
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise ReleaseError(f"{dest} isn't an empty folder; name a new one: grader release {dest}-new")
    existed = dest.exists()
    dest.mkdir(parents=True, exist_ok=True)
    try:
        # Within dest, so that moving into place is a rename.
        with tempfile.TemporaryDirectory(prefix=".release-", dir=dest) as staging:
            stage = Path(staging)
            _write_material(stage)
            built = _build_wheel(stage, visible_cases)
            readme = (Path(__file__).parent / "student_readme.md").read_text(encoding="utf-8")
            (stage / "README.md").write_text(readme.replace("@WHEEL@", built.name), encoding="utf-8", newline="\n")
            refuse_leaks(stage)
            for path in sorted(stage.iterdir()):
                path.rename(dest / path.name)
    except BaseException:
        if not existed:
            shutil.rmtree(dest)
        raise
    return sorted(path for path in dest.rglob("*") if path.is_file())


def refuse_leaks(folder: Path) -> None:
    """Raise if a file, or a file in a wheel or zip archive, holds a line of an answer.

    Blanks don't count, so a line that was indented differently is found too; nor do lines of less than 20
    other characters.

    Raises:
        ReleaseError: a line was found; the message names the file and the solution.
    """
    telling = {
        "".join(line.split()).encode(): exercise
        for exercise in EXERCISES
        for region in answers(_solution(exercise))
        for line in region.splitlines()
    }
    for name, content in _contents(folder):
        text = b"".join(content.split())
        for line, exercise in telling.items():
            if len(line) >= _TELLING and line in text:
                raise ReleaseError(
                    f"{name} holds a line of the answer in solutions/{exercise}.py: {line.decode()}; "
                    "reword it, or leave the file out of the release"
                )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}: {member}", archive.read(member)
        else:
            yield name, path.read_bytes()


def _solution(exercise: str) -> str:
    path = material.solutions() / f"{exercise}.py"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReleaseError(f"{path} is missing; releases are made from a checkout or from the staff's wheel") from None


def _write_material(dest: Path) -> None:
    """Write exercises/ and fixtures/ for students into a folder."""
    shutil.copytree(material.exercises() / "utils", dest / "exercises" / "utils", ignore=_BYTECODE)
    for given in GIVEN:
        shutil.copyfile(material.exercises() / given, dest / "exercises" / given)
    write_stubs(dest / "exercises")
    (dest / "fixtures").mkdir()
    for name in FIXTURES:
        source = material.fixtures() / name
        if source.is_dir():
            shutil.copytree(source, dest / "fixtures" / name, ignore=_BYTECODE)
        elif source.is_file():
            shutil.copyfile(source, dest / "fixtures" / name)
        else:
            raise ReleaseError(f"{source} is missing; write the fixtures again: python fixtures/make_fixtures.py")


def _build_wheel(stage: Path, visible_cases: bytes | None) -> Path:
    try:
        return wheel.build(stage, visible_cases)
    except wheel.WheelError as error:
        raise ReleaseError(str(error)) from error
