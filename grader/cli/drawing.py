"""Sketches in the terminal: pixels where it draws them, squares of grey where it has colours, else densities."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.cli import graphics, terminal
from grader.tiles import Bars, Listing, Sketch, Tile

_GAP = 3
_WIDEST = 96
_TALLEST = 24
_SQUARES = 12
_BAR = 16
_SIGNS = {"-": "red", "+": "yellow", "~": "yellow"}
_DENSITIES = "·░▒▓█"
_LETTERS = ".:-=+*#%@"


def sketch(shown: Console, one: Sketch, indent: int = 0) -> RenderableType:
    """Return a sketch as the console can show it: its pictures side by side, captions above."""
    width = min(shown.width, _WIDEST) - indent
    tiles, scale = one.tiles, 0
    able = graphics.of(shown) if any(isinstance(tile, Tile) for tile in tiles) else None
    if able is not None:
        from grader.cli import pixels

        scale = pixels.scale(tiles, _room(width, tiles), able)
    columns = Table.grid(padding=(0, _GAP, 0, 0))
    for _ in tiles:
        columns.add_column(no_wrap=True)
    columns.add_row(*(Text(terminal.plain(tile.caption), style="dim") for tile in tiles))
    columns.add_row(
        *(
            pixels.Picture(tile, scale, able)
            if able is not None and scale and isinstance(tile, Tile)
            else _drawn(shown, tile, _room(width, tiles))
            for tile in tiles
        )
    )
    return Padding(Group(Text(terminal.plain(one.title), style="dim italic"), columns), (0, 0, 0, indent))


def _room(width: int, tiles: Sequence[Tile | Bars | Listing]) -> int:
    """Return how many columns of text each of some tiles may take."""
    return max(4, (width - _GAP * len(tiles)) // len(tiles))


def _drawn(shown: Console, tile: Tile | Bars | Listing, room: int) -> Text:
    if isinstance(tile, Listing):
        return Text("\n").join(
            Text(f"{sign:1} {terminal.plain(line)}"[:_WIDEST], style=_SIGNS.get(sign, "")) for sign, line in tile.lines
        )
    if isinstance(tile, Bars):
        return _bars(shown, tile, room)
    pixels, wrong = _shrunk(tile, room)
    coloured = shown.color_system not in (None, "standard") and not shown.no_color
    if max(pixels.shape) <= _SQUARES and 2 * pixels.shape[1] <= room:
        return _squares(pixels, wrong, shown, coloured)
    return _half_blocks(pixels, wrong) if coloured and _unicode(shown) else _letters(pixels, wrong, shown, 1, 2)


def _shrunk(tile: Tile, room: int) -> tuple[np.ndarray, tuple[int, int] | None]:
    """Return a tile's pixels as they fit: every so many rows and columns of them, and where the mark goes."""
    step = max(1, -(-tile.pixels.shape[1] // room), -(-tile.pixels.shape[0] // (2 * _TALLEST)))
    wrong = (tile.wrong[0] // step, tile.wrong[1] // step) if tile.wrong else None
    return tile.pixels[::step, ::step], wrong


def _grey(value: float) -> str:
    if np.isnan(value):
        return "rgb(200,0,200)"
    level = round(24 + 220 * float(value))
    return f"rgb({level},{level},{level})"


def _squares(pixels: np.ndarray, wrong: tuple[int, int] | None, shown: Console, coloured: bool) -> Text:
    """Draw each pixel two columns wide, which is about square."""
    if not coloured:
        return _letters(pixels, wrong, shown, 2, 1)
    text = Text()
    for y, row in enumerate(pixels):
        text.append("\n" if y else "")
        for x, value in enumerate(row):
            marked = (y, x) == wrong
            text.append("><" if marked else "  ", style=f"{'bold red' if marked else 'default'} on {_grey(value)}")
    return text


def _half_blocks(pixels: np.ndarray, wrong: tuple[int, int] | None) -> Text:
    """Draw two rows of pixels in one line of text: the upper one in the foreground, the lower one behind it."""
    text = Text()
    for y in range(0, len(pixels), 2):
        text.append("\n" if y else "")
        below = pixels[y + 1] if y + 1 < len(pixels) else None
        for x, value in enumerate(pixels[y]):
            upper = "rgb(255,60,60)" if (y, x) == wrong else _grey(value)
            if below is None:
                text.append("▀", style=upper)
            else:
                lower = "rgb(255,60,60)" if (y + 1, x) == wrong else _grey(below[x])
                text.append("▀", style=f"{upper} on {lower}")
    return text


def _letters(pixels: np.ndarray, wrong: tuple[int, int] | None, shown: Console, wide: int, every: int) -> Text:
    """Draw pixels as characters of different density; `every` leaves rows out, because letters are tall."""
    ramp = _DENSITIES if _unicode(shown) else _LETTERS
    lines = []
    for y in range(0, len(pixels), every):
        line = ""
        for x, value in enumerate(pixels[y]):
            here = wrong is not None and y // every == wrong[0] // every and x == wrong[1]
            line += "><"[:wide] if here else _letter(ramp, value) * wide
        lines.append(line)
    return Text("\n".join(lines))


def _letter(ramp: Sequence[str], value: float) -> str:
    return "?" if np.isnan(value) else ramp[min(int(value * len(ramp)), len(ramp) - 1)]


def _bars(shown: Console, chart: Bars, room: int) -> Text:
    label = max(4, min(room - _BAR - 6, 24))
    full = "█" if _unicode(shown) else "#"
    lines = []
    longest = max((len(bar.number) for bar in chart.bars), default=0)
    for bar in chart.bars:
        name = terminal.plain(bar.label).replace("\n", " ")[:label]
        lines.append(f"{bar.number:>{longest}} {name:{label}} {full * round(bar.length * _BAR)}")
    return Text("\n".join(lines))


def _unicode(shown: Console) -> bool:
    return shown.encoding.lower().startswith("utf")
