"""Pictures of single pixels, for terminals that draw them: sharp, in the greys of the blocks."""

import base64
import io
import re
from collections.abc import Sequence

import numpy as np
from PIL import Image
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import ControlType, Segment

from grader.cli.graphics import Graphics
from grader.tiles import Bars, Listing, Tile

_ROWS = 10
_LARGEST = 3
"""How many rows of text one number's square may be high."""
_NONE, _MARK = 1, 2
"""Places in the palette below the darkest grey: no number, and the frame of the first wrong one."""
_CHUNK = 4096
_DEFINED = re.compile(r"#(\d+);2;\d+;\d+;\d+")
# What rich does with a control segment of this kind is to pass it on.
_CONTROL = [(ControlType.CURSOR_FORWARD, 0)]


class Picture:
    """A tile as pixels, in the room of some characters; something to be printed by rich."""

    def __init__(self, tile: Tile, scale: int, able: Graphics) -> None:
        self._image = enlarged(tile, scale)
        self._able = able
        width, height = self._image.size
        self._columns, self._rows = -(-width // able.cell[0]), -(-height // able.cell[1])

    def __rich_measure__(self, _console: Console, _options: ConsoleOptions) -> Measurement:
        return Measurement(self._columns, self._columns)

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> RenderResult:
        # Room first, so that the screen has scrolled when the picture comes; then up into it, and back. The empty
        # line below is for terminals that go on to the next one after a picture.
        for _row in range(self._rows):
            yield Segment(" " * self._columns + "\n")
        yield Segment(" " * self._columns)
        drawn = _sixel(self._image) if self._able.kind == "sixel" else _kitty(self._image)
        yield Segment(f"\x1b7\x1b[{self._rows}A\x1b[{self._columns}D{drawn}\x1b8", control=_CONTROL)


def scale(tiles: Sequence[Tile | Bars | Listing], room: int, able: Graphics) -> int:
    """Return how many pixels wide a number's square can be, in all tiles the same, if each has `room` columns of text.

    0 where there are more numbers than pixels.
    """
    across, down = able.cell
    shapes = [tile.pixels.shape for tile in tiles if isinstance(tile, Tile)]
    fits: list[int] = [min(room * across // width, _ROWS * down // height) for height, width in shapes]
    return min([*fits, _LARGEST * down])


def enlarged(tile: Tile, scale: int) -> Image.Image:
    """Return a tile with each number a square of `scale` pixels, the first wrong one framed in red."""
    none = np.isnan(tile.pixels)
    levels = np.where(none, _NONE, np.rint(24 + 220 * np.nan_to_num(tile.pixels))).astype(np.uint8)
    drawn = levels.repeat(scale, axis=0).repeat(scale, axis=1)
    if tile.wrong is not None:
        top, left = tile.wrong[0] * scale, tile.wrong[1] * scale
        framed = drawn[top : top + scale, left : left + scale]
        thick = max(1, scale // 8)
        inside = framed[thick:-thick, thick:-thick].copy()
        framed[:] = _MARK
        framed[thick : thick + len(inside), thick : thick + inside.shape[1]] = inside
    image = Image.fromarray(drawn).convert("P")
    greys: list[Sequence[int]] = [(level, level, level) for level in range(256)]
    greys[_NONE], greys[_MARK] = (200, 0, 200), (255, 60, 60)
    image.putpalette([part for colour in greys for part in colour])
    return image


def _sixel(image: Image.Image) -> str:
    # Not from textual_image.renderable: that package asks the terminal on import, and takes keys for answers.
    from textual_image._sixel import image_to_sixels

    # It takes a colour that is defined for chosen, as many terminals do; for xterm it is not.
    return _DEFINED.sub(r"\g<0>#\1", image_to_sixels(image))


def _kitty(image: Image.Image) -> str:
    """Return an image as kitty takes it: PNG, in pieces, to be drawn at the cursor without moving that or answering."""
    file = io.BytesIO()
    image.save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    pieces = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    told = ["a=T,f=100,C=1,q=2,m=1", *["q=2,m=1"] * (len(pieces) - 1)]
    told[-1] = told[-1].removesuffix("1") + "0"
    return "".join(f"\x1b_G{keys};{piece}\x1b\\" for keys, piece in zip(told, pieces, strict=True))
