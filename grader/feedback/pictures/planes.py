"""Images and filters: yours beside the expected one, and where the first wrong number comes from."""

import math

from grader.exhibit import Field, Grid, Planes, Sliding
from grader.feedback.pictures.grids import Cells, cell_size, largest, legend, shown
from grader.feedback.pictures.panel import Panel, Picture
from grader.feedback.translation import say

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
        panels.append(Panel(say(name), cells.svg(), _size(grid)))
    panels.append(Panel(say("Colours"), legend(scale)))
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
        panels.append(Panel(say(name), cells.svg(), _size(grid)))
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
    rows, columns = _span(grid.top, height), _span(grid.left, width)
    return f"{said}: " + say("rows {rows}, columns {columns}").format(rows=rows, columns=columns)


def _span(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first}–{first + count - 1}"


def _described(name: str, grid: Grid, with_numbers: bool) -> str:
    sizes = {"name": say(name), "height": grid.height, "width": grid.width}
    if not with_numbers:
        return say("{name}: {height} by {width} numbers").format(**sizes)
    rows = "; ".join(", ".join(row.split()) for row in grid.rows)
    return say("{name}: {height} by {width}. {rows}").format(**sizes, rows=rows)


def _of_place(exhibit: Planes) -> list[str]:
    assert exhibit.place
    assert exhibit.want
    assert exhibit.got
    row, column = exhibit.place
    got, want = (grid.rows[row - grid.top].split()[column - grid.left] for grid in (exhibit.got, exhibit.want))
    said = [
        say("The first wrong number is framed: row {row}, column {column}, expected {want}, got {got}.").format(
            row=row, column=column, want=want, got=got
        )
    ]
    if len(exhibit.index) == 4 and exhibit.want_shape:
        batch, _, _, channel = exhibit.index
        if exhibit.want_shape[0] != 1 or exhibit.want_shape[3] != 1:
            said.append(say("It is in image {batch}, channel {channel}.").format(batch=batch, channel=channel))
    sliding = exhibit.sliding
    if sliding and sliding.field:
        field = sliding.field
        rows, columns = _span(field.top, field.height), _span(field.left, field.width)
        told = say("It is computed from what is framed in the input: rows {rows}, columns {columns}.")
        said.append(told.format(rows=rows, columns=columns))
        said += _of_channel(sliding)
        if _padded(sliding, field):
            said.append(say("What lies outside is padding."))
    return said


def _of_channel(sliding: Sliding) -> list[str]:
    """Return which of its channels is drawn of the input, if it has several."""
    if sliding.channels == 1:
        return []
    which = say("Of the input's {count} channels, number {channel} is drawn, counted from 0.")
    return [which.format(count=sliding.channels, channel=sliding.channel)]


def _padded(sliding: Sliding, field: Field) -> bool:
    below, behind = field.top + field.height, field.left + field.width
    return min(field.top, field.left) < 0 or below > sliding.input.height or behind > sliding.input.width


def _of_shape(exhibit: Planes) -> list[str]:
    said = []
    sliding = exhibit.sliding
    want, got = exhibit.want_shape, exhibit.got_shape
    if sliding and exhibit.want:
        said += _of_steps(sliding, exhibit.want)
    if want is None or got is None:
        return said
    if len(want) != len(got):
        axes = say("Expected are {wanted} axes, {want}, but yours are {found}, {got}.")
        return [*said, axes.format(wanted=len(want), want=want, found=len(got), got=got)]
    names = _AXES.get(len(want), tuple(say("axis {number}").format(number=at) for at in range(len(want))))
    for at, name in enumerate(names):
        if want[at] != got[at]:
            along = say("Along the {axis}, {want} expected, {got} in yours{hint}.")
            hint = _as_if(exhibit, name, got[at])
            said.append(along.format(axis=say(name), want=want[at], got=got[at], hint=hint and f", {hint}"))
    return said


def _of_steps(sliding: Sliding, want: Grid) -> list[str]:
    if sliding.stages != 1:
        return [
            say("The filter slides over the input {stages} times.").format(stages=sliding.stages),
            *_of_channel(sliding),
        ]
    steps = say(
        "The filter is {k_h} × {k_w}; it moves by {s_y} along the height and by {s_x} along the width, with {padding} "
        "padding. So there are {rows} × {columns} places for it."
    )
    kernel, (s_y, s_x) = sliding.kernel, sliding.strides
    told = steps.format(
        k_h=kernel.height, k_w=kernel.width, s_y=s_y, s_x=s_x, padding=sliding.padding, rows=want.height,
        columns=want.width,
    )  # fmt: skip
    return [told, say("The first place is framed, and the next ones are dashed."), *_of_channel(sliding)]


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
            return say("as with {padding} padding").format(padding=padding)
    for step in dict.fromkeys((1, other)):
        whole = size if sliding.padding == "SAME" else size - kernel + 1
        if step != stride and math.ceil(whole / step) == got:
            return say("as if the filter moved by {step} there").format(step=step)
    return ""
