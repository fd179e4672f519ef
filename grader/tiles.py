"""Pictures side by side: planes of numbers, bar charts, lists of nodes. Pure data, whatever draws them."""

from collections.abc import Sequence

import msgspec
import numpy as np

from grader import exhibit
from grader.inside import wire
from grader.language import translate as _

CLOSE = 1e-4
"""How near two numbers are that look the same."""
_LARGEST = 48


class Tile(msgspec.Struct, frozen=True):
    """One picture.

    Args:
        caption: a few words, ours.
        pixels: (height, width), each a number from 0 (dark) to 1 (bright); NaN where there is no number to show.
        wrong: the row and column of the first wrong pixel, None if there is none to mark.
        start: the row and column of the first pixel in what a part is drawn of.
    """

    caption: str
    pixels: np.ndarray
    wrong: tuple[int, int] | None = None
    start: tuple[int, int] = (0, 0)


class Bar(msgspec.Struct, frozen=True):
    """One bar: a label, which may be a student's text; its length, from 0 to 1; the number that it shows."""

    label: str
    length: float
    number: str


class Bars(msgspec.Struct, frozen=True):
    """A bar chart."""

    caption: str
    bars: tuple[Bar, ...]


class Listing(msgspec.Struct, frozen=True):
    """Lines of text, each with a sign: "+" too much, "-" missing, "~" changed, "" neither. Names may be a student's."""

    caption: str
    lines: tuple[tuple[str, str], ...]


class Sketch(msgspec.Struct, frozen=True):
    """Pictures that belong side by side, brightness and lengths on one scale where they are compared."""

    title: str
    tiles: tuple[Tile | Bars | Listing, ...]


def plane(values: np.ndarray) -> "np.ndarray | None":
    """Return the one picture (height, width) that stands for an array: of a batch the first image, its first channel.

    Rows of colours (height, width, 3) give their mean; a list of numbers is a row. None if it is empty or no picture.
    """
    held: np.ndarray = np.asarray(values, np.float64)
    if not held.size:
        return None
    if held.ndim == 4:
        held = held[0]
    if held.ndim == 3:
        held = held.mean(axis=2) if held.shape[2] == 3 else held[:, :, 0]
    if held.ndim == 1:
        held = held[np.newaxis]
    return held if held.ndim == 2 else None


def span(arrays: Sequence[object]) -> tuple[float, float]:
    """Return the least and the greatest finite number of some arrays' pictures."""
    planes = [plane(array) for array in arrays if isinstance(array, np.ndarray) and 1 <= array.ndim <= 4]
    numbers = [held[np.isfinite(held)] for held in planes if held is not None]
    numbers = [held for held in numbers if held.size]
    if not numbers:
        return 0.0, 1.0
    return float(min(held.min() for held in numbers)), float(max(held.max() for held in numbers))


def tile_of(caption: str, values: object, scale: tuple[float, float]) -> Tile | None:
    """Return the picture that stands for an array, None if there is none."""
    if not isinstance(values, np.ndarray) or not 1 <= values.ndim <= 4:
        return None
    held = plane(values)
    if held is None:
        return None
    return Tile(f"{caption} {held.shape[0]} x {held.shape[1]}", _shrunk(shades(held, scale)))


def shades(held: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    """Return a plane's numbers from 0 to 1, as they lie between the two ends of a scale."""
    low, high = scale
    with np.errstate(all="ignore"):
        scaled = (held - low) / (high - low) if high > low else np.full(held.shape, 0.5)
    return np.where(np.isfinite(held), np.clip(scaled, 0, 1), np.nan)


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    """Return a picture of at most `_LARGEST` pixels a side: every so many rows and columns of a larger one."""
    step = -(-max(pixels.shape) // _LARGEST)
    return pixels[::step, ::step]


def bars_of(caption: str, value: object, most: int = 8) -> Bars | None:
    """Return the chart of (probability, label) pairs, None if they are none."""
    if not isinstance(value, tuple):
        return None
    return Bars(
        caption,
        tuple(Bar(label, float(np.clip(np.nan_to_num(p), 0, 1)), exhibit.number(p)) for p, label in value[:most]),
    )


def listing_of(caption: str, want: wire.Nodes, got: wire.Nodes | None, most: int = 12) -> Listing:
    """List the nodes of a graph; of two graphs, what is missing, too much or changed in the second one."""
    right = {node.name: node for node in want.nodes}
    theirs = right if got is None else {node.name: node for node in got.nodes}
    missing, extra = _("{node}: missing"), _("{node}: too much")
    lines = [("-", missing.format(node=_node_text(node))) for name, node in right.items() if name not in theirs]
    lines += [("+", extra.format(node=_node_text(node))) for name, node in theirs.items() if name not in right]
    for name, node in theirs.items():
        if name in right and (what := _node_change(node, right[name])):
            lines.append(("~", f"{_node_text(node)}: {what}"))
    if not lines:
        lines = [("", _node_text(node)) for node in want.nodes]
    more = len(lines) - most
    return Listing(caption, (*lines[:most], *([("", _("and {count} more").format(count=more))] if more > 0 else [])))


def _node_text(node: wire.Node) -> str:
    inputs = ", ".join(node.inputs[:4]) + (", ..." if len(node.inputs) > 4 else "")
    text = f"{node.name} = {node.op}({inputs})"
    return _("{node} on {device}").format(node=text, device=node.device) if node.device else text


def _node_change(node: wire.Node, right: wire.Node) -> str:
    if node.op != right.op:
        return _("the operation was {op}").format(op=right.op)
    if node.inputs != right.inputs:
        return _("the inputs were {inputs}").format(inputs=", ".join(right.inputs[:4]))
    if node.device != right.device:
        return _("the device should be {device}").format(device=right.device or _("none"))
    return "" if node.attributes == right.attributes else _("other attributes")
