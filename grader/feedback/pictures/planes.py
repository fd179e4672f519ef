"""Images and filters: yours beside the expected one, and where the first wrong number comes from."""

import math

from grader.exhibit import Field, Grid, Planes, Sliding
from grader.feedback.pictures.grids import Cells, cell_size, largest, legend, shown
from grader.feedback.pictures.panel import Panel, Picture

_AXES = {2: ("height", "width"), 4: ("batch", "height", "width", "channels")}


def draw(exhibit: Planes) -> Picture:
    """Return the picture of an array that should be another one."""
    sliding = exhibit.sliding
    source = (sliding.input, sliding.kernel) if sliding else ()
    cell, fits = cell_size([exhibit.got, exhibit.want, exhibit.difference, *source])
    rows = [_compared(exhibit, cell, fits)]
    if sliding:
        rows.append(_source(sliding, cell, fits))
    if exhibit.place is None:
        rows.reverse()
    caption = _of_place(exhibit) if exhibit.place else _of_shape(exhibit)
    return Picture(tuple(row for row in rows if row), tuple(caption))


def _compared(exhibit: Planes, cell: float, fits: bool) -> tuple[Panel, ...]:
    grids = {"Yours": exhibit.got, "Expected": exhibit.want}
    scale = largest([*grids.values(), exhibit.difference])
    named = dict(grids) if exhibit.place else {"Expected": exhibit.want, "Yours": exhibit.got}
    if exhibit.difference:
        named["Difference"] = exhibit.difference
    panels = []
    for name, grid in named.items():
        if grid is None:
            continue
        cells = Cells(grid, cell, _described(name, grid, fits))
        cells.fill(scale, fits, exhibit.wrong if name == "Difference" else ())
        if exhibit.place:
            cells.wrong(exhibit.wrong if name != "Expected" else ())
            cells.outline("mark", *exhibit.place)
        panels.append(Panel(name, cells.svg(), _size(grid)))
    panels.append(Panel("Colours", legend(scale)))
    return tuple(panels)


def _source(sliding: Sliding, cell: float, fits: bool) -> tuple[Panel, ...]:
    """Return the input, with what the filter sees of it or its first steps, and the filter."""
    panels = []
    field = sliding.field or Field(0, 0, sliding.kernel.height, sliding.kernel.width)
    for name, grid in (("Input", sliding.input), ("Filter", sliding.kernel)):
        is_input = name == "Input"
        cells = Cells(grid, cell, _described(name, grid, fits and bool(grid.rows)), field if is_input else None)
        cells.fill(largest([grid]), fits)
        if is_input and sliding.field is None:
            _steps(cells, sliding)
        if is_input:
            cells.outline("field", field.top, field.left, field.height, field.width)
        panels.append(Panel(name, cells.svg(), _size(grid)))
    return tuple(panels)


def _steps(cells: Cells, sliding: Sliding) -> None:
    """Draw where the filter stands next, along the height and along the width."""
    kernel, (s_y, s_x) = sliding.kernel, sliding.strides
    height, width = shown(sliding.input)
    if s_y + kernel.height <= height:
        cells.outline("next", s_y, 0, kernel.height, kernel.width)
    if s_x + kernel.width <= width:
        cells.outline("next", 0, s_x, kernel.height, kernel.width)


def _size(grid: Grid) -> str:
    said = f"{grid.height} × {grid.width}"
    height, width = shown(grid)
    if (height, width) == (grid.height, grid.width):
        return said
    return f"{said}: rows {_span(grid.top, height)}, columns {_span(grid.left, width)}"


def _span(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first} to {first + count - 1}"


def _described(name: str, grid: Grid, with_numbers: bool) -> str:
    said = f"{name}: {grid.height} by {grid.width}"
    return f"{said}. {'; '.join(', '.join(row.split()) for row in grid.rows)}" if with_numbers else f"{said} numbers"


def _of_place(exhibit: Planes) -> list[str]:
    assert exhibit.place
    assert exhibit.want
    assert exhibit.got
    row, column = exhibit.place
    got, want = (grid.rows[row - grid.top].split()[column - grid.left] for grid in (exhibit.got, exhibit.want))
    said = [f"The first wrong number is framed: row {row}, column {column}, expected {want}, got {got}."]
    if len(exhibit.index) == 4 and exhibit.want_shape:
        batch, _, _, channel = exhibit.index
        places = (("image", batch, exhibit.want_shape[0]), ("channel", channel, exhibit.want_shape[3]))
        names = [f"{name} {at}" for name, at, size in places if size != 1]
        said += [f"You see {' and '.join(names)}, where it is."] if names else []
    sliding = exhibit.sliding
    if sliding and sliding.field:
        field = sliding.field
        told = f"rows {_span(field.top, field.height)} and columns {_span(field.left, field.width)}"
        if (field.height, field.width) == (1, 1):
            told = f"row {field.top} and column {field.left}"
        said.append(f"It is computed from {told} of the input, framed there.{_padded(sliding, field)}")
    return said


def _padded(sliding: Sliding, field: Field) -> str:
    outside = min(field.top, field.left) < 0
    outside |= field.top + field.height > sliding.input.height or field.left + field.width > sliding.input.width
    return " What lies outside is padding." if outside else ""


def _of_shape(exhibit: Planes) -> list[str]:
    said = []
    sliding = exhibit.sliding
    want, got = exhibit.want_shape, exhibit.got_shape
    if sliding and exhibit.want:
        s_y, s_x = sliding.strides
        steps = f"it moves by {s_y} along the height and by {s_x} along the width"
        said.append(
            f"The filter is {sliding.kernel.height} × {sliding.kernel.width}; {steps}, with {sliding.padding} padding. "
            f"So there are {exhibit.want.height} × {exhibit.want.width} places for it."
            if sliding.stages == 1
            else f"The filter slides over the input {sliding.stages} times."
        )
        said.append("The first place is framed, and the next ones are dashed.")
    if want is None or got is None:
        return said
    if len(want) != len(got):
        return [*said, f"Expected are {len(want)} axes, {_shape(want)}, but yours are {len(got)}, {_shape(got)}."]
    names = _AXES.get(len(want), tuple(f"axis {at}" for at in range(len(want))))
    for at, name in enumerate(names):
        if want[at] != got[at]:
            hint = _as_if(exhibit, name, got[at])
            said.append(f"Along the {name} {want[at]} {_is(want[at])} expected, and yours {_has(got[at])}{hint}.")
    return said


def _is(count: int | None) -> str:
    return "is" if count == 1 else "are"


def _has(count: int | None) -> str:
    return "is unknown" if count is None else f"has {count}"


def _shape(shape: tuple[int | None, ...]) -> str:
    return str(tuple(shape))


def _as_if(exhibit: Planes, axis: str, got: int | None) -> str:
    """Return which other stride or padding would give that size, if one would."""
    sliding = exhibit.sliding
    if sliding is None or axis not in ("height", "width") or got is None or sliding.stages != 1:
        return ""
    at = ("height", "width").index(axis)
    size = (sliding.input.height, sliding.input.width)[at]
    kernel = (sliding.kernel.height, sliding.kernel.width)[at]
    stride, other = sliding.strides[at], sliding.strides[1 - at]
    padded = {"SAME": math.ceil(size / stride), "VALID": math.ceil((size - kernel + 1) / stride)}
    for padding, given in padded.items():
        if padding != sliding.padding and given == got:
            return f", as with {padding} padding"
    for step in dict.fromkeys((1, other)):
        whole = size if sliding.padding == "SAME" else size - kernel + 1
        if step != stride and math.ceil(whole / step) == got:
            return f", as if the filter moved by {step} there"
    return ""
