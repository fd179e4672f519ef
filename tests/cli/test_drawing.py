"""Pictures in terminals of different kinds: colours, blocks, letters, and never more room than there is."""

import io
import re

import numpy as np
import pytest
from rich.console import Console

from grader.cli import drawing
from grader.exhibit import Grid, Planes
from grader.showcase import sketches
from grader.tiles import Bar, Bars, Listing, Sketch, Tile

SMALL = Tile("yours 2 x 3", np.array([[0, 0.5, 1], [np.nan, 1, 0]]), wrong=(1, 1))
LARGE = Tile("expected 40 x 44", np.linspace(0, 1, 40 * 44).reshape(40, 44), wrong=(39, 43))


def drawn(
    *tiles: Tile | Bars | Listing, colours: str | None = "truecolor", encoding: str = "utf-8", width: int = 80
) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    shown = Console(
        file=file, width=width, force_terminal=colours is not None, color_system=colours, legacy_windows=False
    )
    shown.print(drawing.sketch(shown, Sketch("what", tiles), 2), crop=False)
    file.flush()
    return raw.getvalue().decode(encoding)


def test_small_pictures_are_squares_with_the_first_wrong_one_marked() -> None:
    text = drawn(SMALL)
    assert "48;2;24;24;24m  " in text
    assert "48;2;244;244;244m><" in text
    assert "48;2;200;0;200m  " in text
    assert text.count("\n") == 4


def test_large_pictures_take_two_rows_a_line() -> None:
    text = drawn(LARGE)
    assert text.count("▀") == 20 * 44
    assert text.count("255;60;60m▀") == 1


@pytest.mark.parametrize(("encoding", "letters"), [("utf-8", "·▒█"), ("ascii", ".+@")])
def test_without_colours_density_says_it(encoding: str, letters: str) -> None:
    lines = drawn(SMALL, colours=None, encoding=encoding).splitlines()
    assert lines[2].strip() == "".join(2 * letter for letter in letters)
    assert lines[3].strip().startswith("??><")


@pytest.mark.parametrize("colours", ["truecolor", None])
def test_no_line_is_wider_than_the_terminal(colours: str | None) -> None:
    for width in (40, 80, 200):
        text = drawn(LARGE, LARGE, LARGE, colours=colours, width=width)
        lines = re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()
        assert max(len(line.rstrip()) for line in lines) <= min(width, 100)


def test_names_in_charts_and_lists_cannot_disturb_the_terminal() -> None:
    bars = Bars("yours", (Bar("a\x1b[31m\nb", 0.5, "0.5"), Bar("c", 1.0, "1")))
    listing = Listing("yours", (("+", "n\x1b[2J = Neg(): too much"), ("", "and 3 more")))
    text = drawn(bars, listing, colours=None)
    assert "\x1b" not in text
    assert "0.5 a\\x1b[31m b" in text
    assert "+ n\\x1b[2J = Neg(): too much" in text


def test_the_difference_of_an_exhibit_is_drawn_in_blocks() -> None:
    got, want, apart = (Grid(2, 2, rows) for rows in (("0 1", "2 9"), ("0 1", "2 3"), ("0 0", "0 6")))
    (sketch,) = sketches(Planes("h", (2, 2), (2, 2), got, want, apart, ("..", ".x"), (1, 1), (1, 1), 1))
    captions, _, below = drawn(*sketch.tiles, colours=None).splitlines()[1:]
    assert captions.split() == ["yours", "2", "x", "2", "expected", "2", "x", "2", "difference", "2", "x", "2"]
    assert below.split() == ["░░><", "░░><", "··><"]
    text = drawn(*sketch.tiles)
    assert text.count("><") == 3
    assert text.count("48;2;171;171;171m><") == 1
