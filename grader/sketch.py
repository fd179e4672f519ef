"""Small pictures of what a check saw: what went in, what should have come out, what came. Pure arrays, no terminal."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from grader.check import Trial
from grader.diagnose import same_value
from grader.inside import wire
from grader.language import translate as _
from grader.observation import Observed

_MOST = 2
_LARGEST = 48
_CLOSE = 1e-4
_LAYER = ("op", "h", "W", "b")


class Tile(msgspec.Struct, frozen=True):
    """One picture.

    Args:
        caption: a few words, ours.
        pixels: (height, width), each a number from 0 (dark) to 1 (bright); NaN where there is no number to show.
        wrong: the row and column of the first wrong pixel, None if there is none to mark.
    """

    caption: str
    pixels: np.ndarray
    wrong: tuple[int, int] | None = None


class Bar(msgspec.Struct, frozen=True):
    """One bar: a label, which may be a student's text, and how long it is, from 0 to 1."""

    label: str
    length: float


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


def mistakes(trial: Trial) -> list[Sketch]:
    """Return pictures of what a trial got beside what it should have: the first results that differ.

    Nothing is pictured of what died, raised, or gave something that no picture can be made of.
    """
    found: list[Sketch] = []
    for title, given, want, got in _results(trial):
        sketch = _compared(title, given, want, got) if got is not None and not _same(got, want) else None
        if sketch is not None and not any(_alike(sketch, other) for other in found):
            found.append(sketch)
        if len(found) == _MOST:
            break
    return found


def _alike(one: Sketch, other: Sketch) -> bool:
    """Tell whether two sketches show the same pictures: op and h do, where the activation changes nothing."""
    pixels = [[tile.pixels.tobytes() for tile in sketch.tiles if isinstance(tile, Tile)] for sketch in (one, other)]
    return bool(pixels[0]) and pixels[0] == pixels[1]


def expected(trial: Trial) -> list[Sketch]:
    """Return pictures of what goes into a trial and of what a right solution makes of it."""
    found: list[Sketch] = []
    for title, given, want, _got in _results(trial):
        tiles = _input(given)
        shown: Tile | Bars | Listing | None = _tile(_("expected"), want, _range([want]))
        if isinstance(want, wire.Nodes):
            shown = _nodes(_("expected"), want, None)
        elif _pairs(want):
            shown = _bars(_("expected"), want)
        sketch = Sketch(title, (*tiles, shown)) if shown is not None else None
        if sketch is not None and not any(_alike(sketch, other) for other in found):
            found.append(sketch)
    return found


def _results(trial: Trial) -> Iterator[tuple[str, "np.ndarray | None", object, object]]:
    """Yield each result that may be pictured: a title, what went in, what is right, what came (None: nothing)."""
    want, got = trial.want.observation, trial.got.observation
    if not isinstance(want, Observed):
        return
    seen = got if isinstance(got, Observed) else None
    for number, run in enumerate(want.runs):
        if not isinstance(run, wire.Ran) or number >= len(trial.program.runs):
            continue
        asked = trial.program.runs[number]
        given = _array(asked.feeds[0][1]) if asked.feeds else None
        theirs = seen.runs[number] if seen is not None and number < len(seen.runs) else None
        values = theirs.values if isinstance(theirs, wire.Ran) else ()
        for place, right in enumerate(run.values):
            came = _array(values[place]) if place < len(values) else None
            yield _fetch_title(trial.program, asked, place), given, _array(right), came
    for number, outcome in enumerate(want.calls):
        if isinstance(outcome, wire.Returned):
            call = trial.program.calls[number]
            theirs_said = seen.calls[number] if seen is not None and number < len(seen.calls) else None
            value = theirs_said.value if isinstance(theirs_said, wire.Returned) else None
            given = _array(call.args[0]) if call.args else None
            yield from _returned(call.function, given, outcome.value, value)


def _returned(
    function: str, given: "np.ndarray | None", want: wire.Value, got: wire.Value
) -> Iterator[tuple[str, "np.ndarray | None", object, object]]:
    pairs = _read_pairs(want)
    if pairs:
        yield _("{function}: class by class").format(function=function), None, pairs, _read_pairs(got)
    elif isinstance(want, wire.Items):
        theirs = got.items if isinstance(got, wire.Items) else ()
        for place, item in enumerate(want.items):
            if isinstance(item, wire.Array):
                yield _item_title(function, place), given, _array(item), _array(theirs[place : place + 1])
    elif isinstance(want, wire.Nodes):
        yield (
            _("{function}: the graph").format(function=function),
            None,
            want,
            got if isinstance(got, wire.Nodes) else None,
        )
    elif isinstance(want, wire.Array):
        yield function, given, _array(want), _array(got)


def _fetch_title(program: wire.Program, run: wire.Run, place: int) -> str:
    fetch = run.fetches[place]
    if not isinstance(fetch, wire.Result):
        return str(fetch.name if isinstance(fetch, wire.Input) else fetch)
    title = _item_title(program.calls[fetch.call].function, fetch.path[0] if fetch.path else None)
    if len(program.calls) == 1:
        return title
    return _("{item}, call {number}").format(item=title, number=fetch.call + 1)


def _item_title(function: str, item: int | None) -> str:
    """Return what an item of a result is called in the exercises' own words."""
    if item is None:
        return function
    if function == "conv_2D" and 0 <= item < len(_LAYER):
        return f"{function}: {_LAYER[item]}"
    if function == "chain_convolutions":
        return _("{function}: stage {number}").format(function=function, number=item + 1)
    return _("{function}: item {number}").format(function=function, number=item)


def _array(value: object) -> "np.ndarray | None":
    """Return the numbers of a value (or of the only one of a sequence), None if it holds none that can be read."""
    if isinstance(value, tuple):
        value = value[0] if value else None
    try:
        held = np.asarray(wire.from_wire(value)) if isinstance(value, wire.Array | wire.Items) else None
    except (wire.WireError, ValueError):
        return None
    return held if held is not None and held.dtype.kind in "biuf" else None


def _same(got: object, want: object) -> bool:
    if isinstance(got, np.ndarray) and isinstance(want, np.ndarray):
        return got.shape == want.shape and bool(np.allclose(got, want, rtol=_CLOSE, atol=_CLOSE, equal_nan=True))
    return same_value(got, want)


def _compared(title: str, given: "np.ndarray | None", want: object, got: object) -> Sketch | None:
    if _pairs(want):
        right, theirs = _bars(_("expected"), want), _bars(_("yours"), got)
        return Sketch(title, (right, theirs)) if right is not None and theirs is not None else None
    if isinstance(want, wire.Nodes) and isinstance(got, wire.Nodes):
        difference = _nodes(_("yours, beside what is expected"), want, got)
        return Sketch(title, (difference,)) if any(sign for sign, _ in difference.lines) else None
    span = _range([want, got])
    right_tile, their_tile = _tile(_("expected"), want, span), _tile(_("yours"), got, span, against=want)
    if right_tile is None or their_tile is None:
        return None
    return Sketch(title, (*_input(given), right_tile, their_tile))


def _input(given: "np.ndarray | None") -> tuple[Tile, ...]:
    tile = _tile(_("input"), given, _range([given]))
    return (tile,) if tile is not None else ()


def plane(values: np.ndarray) -> "np.ndarray | None":
    """Return the one picture (height, width) that stands for an array: of a batch the first image, its first channel.

    Rows of colours (height, width, 3) give their mean; a list of numbers is a row. None if it is empty or no picture.
    """
    held: np.ndarray = np.asarray(values, np.float64)
    if held.ndim == 4:
        held = held[0] if held.shape[0] else held[:, :, :, 0]
    if held.ndim == 3:
        held = held.mean(axis=2) if held.shape[2] == 3 else held[:, :, 0] if held.shape[2] else held.sum(axis=2)
    if held.ndim == 1:
        held = held[np.newaxis]
    return held if held.ndim == 2 and held.size else None


def _range(arrays: Sequence[object]) -> tuple[float, float]:
    """Return the least and the greatest finite number of some arrays' pictures."""
    planes = [plane(array) for array in arrays if isinstance(array, np.ndarray) and 1 <= array.ndim <= 4]
    numbers = [held[np.isfinite(held)] for held in planes if held is not None]
    numbers = [held for held in numbers if held.size]
    if not numbers:
        return 0.0, 1.0
    return float(min(held.min() for held in numbers)), float(max(held.max() for held in numbers))


def _tile(caption: str, values: object, span: tuple[float, float], against: object = None) -> Tile | None:
    if not isinstance(values, np.ndarray) or not 1 <= values.ndim <= 4:
        return None
    held = plane(values)
    if held is None:
        return None
    wrong = None
    if isinstance(against, np.ndarray) and 1 <= against.ndim <= 4:
        right = plane(against)
        if right is not None and right.shape == held.shape:
            places = np.argwhere(~np.isclose(held, right, rtol=_CLOSE, atol=_CLOSE, equal_nan=True))
            wrong = (int(places[0][0]), int(places[0][1])) if len(places) else None
    low, high = span
    with np.errstate(all="ignore"):
        scaled = (held - low) / (high - low) if high > low else np.full(held.shape, 0.5)
    scaled = np.where(np.isfinite(held), np.clip(scaled, 0, 1), np.nan)
    small, step = _shrunk(scaled)
    at = (wrong[0] // step[0], wrong[1] // step[1]) if wrong else None
    return Tile(f"{caption} {held.shape[0]} x {held.shape[1]}", small, at)


def _shrunk(pixels: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Return a picture of at most `_LARGEST` pixels a side: every so many rows and columns of a larger one."""
    step = -(-max(pixels.shape) // _LARGEST)
    return pixels[::step, ::step], (step, step)


def _nodes(caption: str, want: wire.Nodes, got: wire.Nodes | None, most: int = 12) -> Listing:
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
    return f"{node.name} = {node.op}({inputs})" + (f" on {node.device}" if node.device else "")


def _node_change(node: wire.Node, right: wire.Node) -> str:
    if node.op != right.op:
        return _("the operation was {op}").format(op=right.op)
    if node.inputs != right.inputs:
        return _("the inputs were {inputs}").format(inputs=", ".join(right.inputs[:4]))
    if node.device != right.device:
        return _("the device should be {device}").format(device=right.device or _("none"))
    return "" if node.attributes == right.attributes else _("other attributes")


def _read_pairs(value: wire.Value) -> tuple[tuple[float, str], ...]:
    """Return (probability, label) pairs if that is what a value holds, () if it is not."""
    if not isinstance(value, wire.Items) or not value.items:
        return ()
    pairs = []
    for item in value.items:
        match item:
            case wire.Items(items=(float() | int() as probability, str() as label)):
                pairs.append((float(probability), label))
            case wire.Items(items=(wire.Array(shape=()) as probability, str() as label)):
                number = _array(probability)
                pairs.append((float("nan") if number is None else float(number), label))
            case _:
                return ()
    return tuple(pairs)


def _pairs(value: object) -> bool:
    return isinstance(value, tuple) and bool(value)


def _bars(caption: str, value: object, most: int = 8) -> Bars | None:
    if not isinstance(value, tuple):
        return None
    return Bars(caption, tuple(Bar(label, float(np.clip(np.nan_to_num(p), 0, 1))) for p, label in value[:most]))
