"""Break the checks in every small way that this file knows, and see that `grader validate` would notice.

    PYTHONPATH=tests python -m mutants [EXERCISE ...] [--match TEXT]

A mutant is one change to one function of a check's module: a statement left out, a condition that never holds, an
operand dropped, a tolerance of ten, of a loop only the first turn. Specimens are observed once and judged by each
mutant. What survives is printed: either the change makes no difference (say why to yourself), or a wrong solution that
only this part of a check notices is missing from `grader/slips/`. Exit code 1: something survived.
"""

import argparse
import ast
import copy
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from test_validate import Examiner

from grader import assignment, specimens
from grader.contract import contract
from grader.judge import CHECKS, Bench
from grader.validate import validate
from grader.walls.worker import Worker
from grader.workbench import cache_folder

RUBRIC = assignment.load()
_TOLERANCES = ("FLOAT32", "EXACT", "PROBABILITY")


@dataclass(frozen=True)
class Mutant:
    """A module's source with one change."""

    module: str
    place: str
    change: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}.{self.place}: {self.change}"


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield the mutants of a module of checks."""
    tree = ast.parse(path.read_text("utf-8"))
    for number, function in enumerate(tree.body):
        if not isinstance(function, ast.FunctionDef):
            continue
        for index, node in enumerate(ast.walk(function)):
            for change, kind in changes(node):
                mutated = copy.deepcopy(tree)
                other = mutated.body[number]
                apply(kind, list(ast.walk(other))[index], other)
                ast.fix_missing_locations(mutated)
                yield Mutant(path.stem, f"{function.name}:{node.lineno}", change, ast.unparse(mutated))  # type: ignore[attr-defined]


def changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what can be changed in a node: what is said of it, and what `apply` is told."""
    text = ast.unparse(node)[:90].splitlines()[0] if isinstance(node, ast.expr | ast.stmt) else ""
    match node:
        case ast.Expr(value=ast.Call()):
            yield f"without `{text}`", "leave out"
        case ast.Raise():
            yield f"without `{text}`", "leave out"
        case ast.If() | ast.IfExp():
            yield f"never: `{ast.unparse(node.test)[:90]}`", "never"
        case ast.BoolOp():
            for number, value in enumerate(node.values):
                yield f"without `{ast.unparse(value)[:60]}` in `{text}`", f"operand {number}"
        case ast.For() if ast.unparse(node.iter) != "trials":
            yield f"only the first: `{text}`", "first"
        case ast.Name(id=name, ctx=ast.Load()) if name in _TOLERANCES:
            yield f"a tolerance of ten for {name}", "loose"


def apply(kind: str, node: ast.AST, function: ast.stmt) -> None:
    """Make a change, in place."""
    match node:
        case ast.Expr() | ast.Raise():
            _put(function, node, ast.Pass())
        case ast.If() | ast.IfExp():
            node.test = ast.Constant(False)
        case ast.BoolOp():
            del node.values[int(kind.split()[1])]
            if len(node.values) == 1:
                _put(function, node, node.values[0])
        case ast.For():
            node.iter = ast.parse(f"list({ast.unparse(node.iter)})[:1]", mode="eval").body
        case ast.Name():
            _put(function, node, ast.parse(f"type({node.id})(10, 10, 'none')", mode="eval").body)


def _put(function: ast.stmt, old: ast.AST, new: ast.AST) -> None:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    Replace().visit(function)


def forget(exercise: str) -> None:
    """Have Python forget an exercise's checks, which pytest would otherwise take from its memory."""
    for known in [name for name in sys.modules if name == exercise or name.startswith(f"{exercise}.")]:
        del sys.modules[known]


def noticed(examiner: Examiner, exercise: str, folder: Path) -> list[str]:
    """Return what `validate` says of an exercise by the checks in a folder, on one seed."""
    forget(exercise)
    with Bench(folder) as examiner.bench:
        examiner.exercise = exercise
        known = {exercise: specimens.load(exercise)}
        found = validate(RUBRIC, known, {exercise: contract(exercise)}, [1], examiner, examiner.parts)
    return [f"{one.subject}: {one.message}" for one in found.faults]


def survivors(examiner: Examiner, exercise: str, match: str, console: Console) -> list[Mutant]:
    """Return the mutants of an exercise's checks that nothing notices."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(CHECKS / exercise, folder / exercise, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(CHECKS / "pytest.ini", folder)
        for path in (folder / exercise).glob("*.py"):  # import one another here, not those of the package
            path.write_text(path.read_text("utf-8").replace(f"grader.checks.{exercise}", exercise), "utf-8")
        if before := noticed(examiner, exercise, folder):
            raise SystemExit(f"{exercise} does not hold as it is: {before[0]}")
        found = [one for path in sorted((folder / exercise).glob("*.py")) for one in mutants(path) if match in str(one)]
        alive = []
        for mutant in track(found, f"{exercise}: {len(found)} mutants", console=console):
            path = folder / exercise / f"{mutant.module}.py"
            whole = path.read_text("utf-8")
            path.write_text(mutant.source, "utf-8")
            if not noticed(examiner, exercise, folder):
                alive.append(mutant)
                console.print(f"survives: {exercise}.{mutant}", markup=False, soft_wrap=True)
            path.write_text(whole, "utf-8")
    console.print(f"{exercise}: {len(found) - len(alive)} of {len(found)} mutants noticed")
    return alive


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all mutants of the exercises that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercises", nargs="*", default=list(RUBRIC.exercises), metavar="EXERCISE")
    parser.add_argument("--match", default="", help="only mutants whose description holds this")
    options = parser.parse_args(arguments)
    console = Console()
    sys.dont_write_bytecode = True  # of two mutants in one second, Python would take the former one's again
    with Worker("walls") as worker:
        examiner = Examiner(worker, cache_folder())
        examiner.bench.close()
        alive = [one for name in options.exercises for one in survivors(examiner, name, options.match, console)]
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
