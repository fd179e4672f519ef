"""Planes of numbers as coloured cells, to one scale of size and colour."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from markupsafe import Markup

from grader import exhibit
from grader.exhibit import Field, Grid
from grader.feedback.pictures.panel import Drawing
from grader.feedback.translation import say

STEPS = 8
"""Colours on either side of 0; `v0` is the lowest, `v8` is 0, `v16` the highest, `vx` no number."""
_WIDEST = 330
_SMALLEST, _LARGEST = 5, 44
_LINES_FROM = 12
_TYPE = 7.2
"""Width of a digit, in pixels."""
_FRAME = 4
_LEGEND = 119


def numbers(grid: Grid) -> list[list[float]]:
    """Return a grid's numbers."""
    return [[float(one) for one in row.split()] for row in grid.rows]


def largest(grids: Iterable[Grid | None]) -> float:
    """Return the largest finite number of some grids, its sign left out; 1 if there is none but 0."""
    sizes = (abs(one) for grid in grids if grid for row in numbers(grid) for one in row)
    return max((one for one in sizes if math.isfinite(one)), default=0) or 1.0


def shown(grid: Grid) -> tuple[int, int]:
    """Return height and width of what is drawn of a grid, in cells."""
    if grid.rows:
        return len(grid.rows), len(grid.rows[0].split())
    return min(grid.height, 40), min(grid.width, 48)


def cell_size(grids: Iterable[Grid | None]) -> tuple[float, bool]:
    """Return the size of a cell that suits all of some grids, in pixels, and whether numbers fit in."""
    held = [grid for grid in grids if grid]
    widest = max(shown(grid)[1] for grid in held)
    longest = max((len(one) for grid in held for row in grid.rows for one in row.split()), default=0)
    needed = max(26, _TYPE * longest + 10)
    if needed * widest <= _WIDEST and needed <= 2 * _LARGEST:
        return needed, True
    return min(20, max(_SMALLEST, _WIDEST // widest)), False


class Cells:
    """A grid being drawn: cells first, then what is marked on them."""

    def __init__(self, grid: Grid, cell: float, words: str, field: Field | None = None) -> None:
        self._grid, self._cell = grid, cell
        self._rows, self._columns = shown(grid)
        beyond = _beyond(grid, (self._rows, self._columns), field)
        above, before, below, behind = (min(one, 4) * cell + _FRAME for one in beyond)
        self.drawing = Drawing(
            self._columns * cell + before + behind, self._rows * cell + above + below, words, -before, -above
        )

    def fill(self, scale: float, with_numbers: bool, blank: Sequence[str] = ()) -> None:
        """Colour the cells and write their numbers, but of `blank` rows only those marked `x`."""
        cell = self._cell
        if not self._grid.rows:
            self.drawing.path("v8", _box(0, 0, self._columns * cell, self._rows * cell))
        tokens = [row.split() for row in self._grid.rows]
        painted: dict[str, list[str]] = {}
        for y, row in enumerate(tokens):
            for level, run in groupby(enumerate(row), key=lambda one: _level(one[1], scale)):
                places = [x for x, _ in run]
                painted.setdefault(level, []).append(_box(places[0] * cell, y * cell, len(places) * cell, cell))
        for level, boxes in sorted(painted.items()):
            self.drawing.path(level, "".join(boxes))
        if cell >= _LINES_FROM:
            self.drawing.path("lines", _lines(self._columns, self._rows, cell))
        if with_numbers:
            for y, row in enumerate(tokens):
                for x, token in enumerate(row):
                    if not blank or blank[y][x] == "x":
                        kind = "cell dark" if _strong(token, scale) else "cell"
                        self.drawing.text(kind, (x + 0.5) * cell, (y + 0.5) * cell + 4.5, _written(token))

    def outline(self, kind: str, top: int, left: int, height: int = 1, width: int = 1) -> None:
        """Draw a frame around some cells; rows and columns are of the whole plane."""
        x, y = (left - self._grid.left) * self._cell, (top - self._grid.top) * self._cell
        self.drawing.rectangle(kind, x, y, width * self._cell, height * self._cell)

    def wrong(self, rows: Sequence[str]) -> None:
        """Frame each cell that is marked `x`, where there is room for it."""
        if self._cell < _LINES_FROM:
            return
        inner = self._cell - 5
        boxes = [
            _box(x * self._cell + 2.5, y * self._cell + 2.5, inner, inner)
            for y, row in enumerate(rows)
            for x, mark in enumerate(row)
            if mark == "x"
        ]
        if boxes:
            self.drawing.path("off", "".join(boxes))

    def svg(self) -> Markup:
        """Return the drawing."""
        return self.drawing.svg()


def legend(scale: float) -> Markup:
    """Return the scale of colours, from the lowest number over 0 to the highest."""
    ends = [_written(exhibit.number(end)) for end in (-scale, 0, scale)]
    told = say("Colours from {low}, blue, over 0, pale, to {high}, brown").format(low=ends[0], high=ends[2])
    drawing = Drawing(_LEGEND + 40, 34, told, -20)
    step = _LEGEND / (2 * STEPS + 1)
    for level in range(2 * STEPS + 1):
        drawing.path(f"v{level}", _box(level * step, 0, step, 14))
    for end, x in zip(ends, (0, _LEGEND / 2, _LEGEND), strict=True):
        drawing.text("end", x, 29, end)
    return drawing.svg()


def _beyond(grid: Grid, size: tuple[int, int], field: Field | None) -> tuple[int, int, int, int]:
    """Return by how many cells a field reaches over the grid: above, before, below, behind."""
    if field is None:
        return 0, 0, 0, 0
    top, left = field.top - grid.top, field.left - grid.left
    return (
        max(0, -top), max(0, -left), max(0, top + field.height - size[0]), max(0, left + field.width - size[1]),
    )  # fmt: skip


def _level(token: str, scale: float) -> str:
    value = float(token)
    if not math.isfinite(value):
        return "vx"
    step = math.ceil(STEPS * min(abs(value) / scale, 1) - 1e-9)
    return f"v{STEPS + (step if value > 0 else -step)}"


def _strong(token: str, scale: float) -> bool:
    value = float(token)
    return math.isfinite(value) and abs(value) / scale > 0.625


def _written(token: str) -> str:
    return token.replace("-", "−")


def _box(x: float, y: float, width: float, height: float) -> str:
    x, y, width, height = (round(one, 1) for one in (x, y, width, height))
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


def _lines(columns: int, rows: int, cell: float) -> str:
    across = "".join(f"M0 {round(y * cell, 1):g}h{round(columns * cell, 1):g}" for y in range(rows + 1))
    return across + "".join(f"M{round(x * cell, 1):g} 0v{round(rows * cell, 1):g}" for x in range(columns + 1))
