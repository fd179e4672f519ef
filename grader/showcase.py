"""The pictures of an exhibit, for terminals and notebooks: what a student's page shows of it, in the same order."""

import math
from collections.abc import Sequence

import numpy as np

from grader.evidence import RIGHT
from grader.exhibit import Exhibit, Field, Graphs, Grid, Node, Planes, Ranking, Sliding, number
from grader.language import translate as _
from grader.tiles import Bar, Bars, Listing, Sketch, Tile, shades

_MOST_LINES = 12


def sketches(exhibit: Exhibit, title: str = "") -> list[Sketch]:
    """Return the pictures of an exhibit, in rows; none where there is nothing to be seen.

    Args:
        title: of numbers, where no sentence above says in the reader's language what they are.
    """
    match exhibit:
        case Planes():
            rows = [row for row in (_compared(exhibit, title), *_source(exhibit.sliding)) if row.tiles]
            return rows if exhibit.place else rows[::-1]
        case Graphs():
            found = _graphs(exhibit)
            return [found] if found.tiles else []
        case Ranking():
            return [_ranking(exhibit)]


def _numbers(grid: Grid) -> np.ndarray:
    return np.array([[float(one) for one in row.split()] for row in grid.rows], np.float64)


def _ends(planes: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the least and the greatest finite number of some planes."""
    finite = [float(one) for plane in planes for one in plane[np.isfinite(plane)]]
    return min(finite, default=0.0), max(finite, default=1.0)


def _compared(exhibit: Planes, title: str) -> Sketch:
    """Return yours, expected and their difference on one scale, the first wrong number marked in each."""
    named = [(_("yours"), exhibit.got), (_("expected"), exhibit.want), (_("difference"), exhibit.difference)]
    if exhibit.place is None:
        named[:2] = named[1::-1]
    shown = [(caption, grid, _numbers(grid)) for caption, grid in named if grid is not None and grid.rows]
    ends = _ends([plane for _caption, _grid, plane in shown])
    tiles = tuple(_tile(caption, grid, plane, ends, exhibit.place) for caption, grid, plane in shown)
    said = [title] if title else []
    if exhibit.what == RIGHT:
        said.append(_("A right answer"))
    if len(exhibit.index) == 4 and exhibit.want_shape and (exhibit.want_shape[0], exhibit.want_shape[3]) != (1, 1):
        where = _("image {batch}, channel {channel}")
        said.append(where.format(batch=exhibit.index[0], channel=exhibit.index[3]))
    said += [part for _caption, grid, plane in shown[:1] if (part := _part(grid, plane))]
    scale = _("dark is {low}, bright is {high}").format(low=number(ends[0]), high=number(ends[1]))
    return Sketch("; ".join([*([", ".join(said)] if said else []), scale]), tiles)


def _tile(
    caption: str, grid: Grid, plane: np.ndarray, ends: tuple[float, float], place: tuple[int, int] | None = None
) -> Tile:
    mark = (place[0] - grid.top, place[1] - grid.left) if place else None
    return Tile(f"{caption} {grid.height} x {grid.width}", shades(plane, ends), mark, (grid.top, grid.left))


def _part(grid: Grid, plane: np.ndarray) -> str:
    """Return which rows and columns of a grid are drawn, "" if all of them are."""
    height, width = plane.shape
    return "" if (height, width) == (grid.height, grid.width) else _place(Field(grid.top, grid.left, height, width))


def _place(field: Field) -> str:
    rows, columns = _span(field.top, field.height), _span(field.left, field.width)
    return _("rows {rows}, columns {columns}").format(rows=rows, columns=columns)


def _span(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first}–{first + count - 1}"


def _source(sliding: Sliding | None) -> list[Sketch]:
    """Return the input and the filter, and in words what of the one the other sees, or how it moves."""
    if sliding is None:
        return []
    named = [(_("input"), sliding.input), (_("filter"), sliding.kernel)]
    shown = [(caption, grid, _numbers(grid)) for caption, grid in named if grid.rows]
    tiles = tuple(_tile(caption, grid, plane, _ends([plane])) for caption, grid, plane in shown)
    if sliding.field:
        seen = _place(sliding.field)
        said = [_("the marked number is computed from the input's {place}").format(place=seen)]
    elif sliding.stages != 1:
        said = [_("the filter slides over the input {stages} times").format(stages=sliding.stages)]
    else:
        moves = _("the filter moves by {s_y} along the height and by {s_x} along the width, with {padding} padding")
        s_y, s_x = sliding.strides
        said = [moves.format(s_y=s_y, s_x=s_x, padding=sliding.padding)]
    if sliding.channels > 1:
        which = _("drawn is channel {channel} of the input's {count}")
        said.append(which.format(channel=sliding.channel, count=sliding.channels))
    said += [_("drawn are {place}").format(place=part) for _c, grid, plane in shown[:1] if (part := _part(grid, plane))]
    return [Sketch("; ".join(said), tiles)]


def _ranking(exhibit: Ranking) -> Sketch:
    """Return two bar charts to one scale."""
    values = [abs(float(value)) for value, _label in (*exhibit.got, *exhibit.want)]
    scale = max(filter(math.isfinite, values), default=0.0) or 1.0
    charts = [
        Bars(caption, tuple(Bar(label, _length(value, scale), value) for value, label in pairs))
        for caption, pairs in ((_("yours"), exhibit.got), (_("expected"), exhibit.want))
    ]
    return Sketch(_("class by class"), tuple(charts))


def _length(value: str, scale: float) -> float:
    share = float(value) / scale
    return min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0


def _graphs(exhibit: Graphs) -> Sketch:
    """Return what is missing, too much or changed in a graph."""
    lines = [line for node in exhibit.nodes if (line := _line(node, exhibit))]
    if len(lines) > _MOST_LINES:
        more = _("and {count} more").format(count=len(lines) - _MOST_LINES)
        # Of an exhibit that left nodes out, nobody knows how many of these are wrong.
        lines[_MOST_LINES:] = [("", _("and more") if exhibit.left_out else more)]
    listed = (Listing(_("yours, beside what is expected"), tuple(lines)),) if lines else ()
    return Sketch(_("the graph"), listed)


def _line(node: Node, exhibit: Graphs) -> tuple[str, str] | None:
    text = f"{node.name} = {node.op}({', '.join(node.inputs)})"
    match node.state:
        case "missing":
            return "-", _("{node}: missing").format(node=text)
        case "extra" if exhibit.exactly:
            return "+", _("{node}: too much").format(node=text)
        case "changed" if exhibit.devices:
            on = _("{node} on {device}").format(node=text, device=node.got) if node.got else text
            should = _("the device should be {device}").format(device=node.want or _("none"))
            return "~", f"{on}: {should}"
        case "changed":
            return "~", f"{text}: {_('the inputs were {inputs}').format(inputs=', '.join(node.wanted or ()))}"
    return None
