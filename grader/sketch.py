"""Small pictures of what a check saw: what went in, what should have come out, what came. Pure arrays, no terminal."""

from collections.abc import Iterator, Sequence

import numpy as np

from grader.check import Trial
from grader.compare import numbers_in
from grader.diagnose import same_value
from grader.evidence import Numbers, exhibit_of
from grader.inside import wire
from grader.language import translate as _
from grader.observation import Observed
from grader.score import Judgement
from grader.showcase import sketches
from grader.speech import example_text
from grader.tiles import CLOSE, Bars, Listing, Sketch, Tile, bars_of, listing_of, span, tile_of

_LAYER = ("op", "h", "W", "b")


def failure(judgement: Judgement, trials: Sequence[Trial]) -> list[Sketch]:
    """Return pictures of what a judgement speaks of: its exhibit; without one, its trial, if something can be seen."""
    if judgement.exhibit is not None and (shown := sketches(judgement.exhibit)):
        return shown
    spoken_of = (one for one in trials if judgement.example and str(example_text(one.program)) == judgement.example)
    return next(filter(None, map(mistakes, spoken_of)), [])


def mistakes(trial: Trial) -> list[Sketch]:
    """Return pictures of what a trial got beside what it should have: the first result that differs.

    Nothing is pictured of what died, raised, or gave something that no picture can be made of.
    """
    for title, _given, want, got in _results(trial):
        found = _compared(title, want, got, trial.program) if got is not None and not _same(got, want) else []
        if found:
            return found
    return []


def _alike(one: Sketch, other: Sketch) -> bool:
    """Tell whether two sketches show the same pictures: op and h do, where the activation changes nothing."""
    pixels = [[tile.pixels.tobytes() for tile in sketch.tiles if isinstance(tile, Tile)] for sketch in (one, other)]
    return bool(pixels[0]) and pixels[0] == pixels[1]


def expected(trial: Trial) -> list[Sketch]:
    """Return pictures of what goes into a trial and of what a right solution makes of it."""
    found: list[Sketch] = []
    for title, given, want, _got in _results(trial):
        tiles = _input(given)
        shown: Tile | Bars | Listing | None = tile_of(_("expected"), want, span([want]))
        if isinstance(want, wire.Nodes):
            shown = listing_of(_("expected"), want, None)
        elif _pairs(want):
            shown = bars_of(_("expected"), want)
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
            image = call.given(0, "image")
            given = None if image is None else _array(image)
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
        held = numbers_in(wire.from_wire(value)) if isinstance(value, wire.Array | wire.Items) else None
    except wire.WireError:
        return None
    return held if held is not None and held.dtype.kind in "biuf" else None


def _same(got: object, want: object) -> bool:
    if isinstance(got, np.ndarray) and isinstance(want, np.ndarray):
        return got.shape == want.shape and bool(np.allclose(got, want, rtol=CLOSE, atol=CLOSE, equal_nan=True))
    return same_value(got, want)


def _compared(title: str, want: object, got: object, program: wire.Program) -> list[Sketch]:
    if _pairs(want):
        theirs, right = bars_of(_("yours"), got), bars_of(_("expected"), want)
        return [Sketch(title, (theirs, right))] if right is not None and theirs is not None else []
    if isinstance(want, wire.Nodes) and isinstance(got, wire.Nodes):
        difference = listing_of(_("yours, beside what is expected"), want, got)
        return [Sketch(title, (difference,))] if any(sign for sign, _ in difference.lines) else []
    if not isinstance(want, np.ndarray) or not isinstance(got, np.ndarray):
        return []
    close = None
    if got.shape == want.shape:
        close = np.isclose(got, want, rtol=CLOSE, atol=CLOSE, equal_nan=True)
    made = exhibit_of(Numbers(title, got, want, close), program)
    return sketches(made, title) if made is not None else []


def _input(given: "np.ndarray | None") -> tuple[Tile, ...]:
    tile = tile_of(_("input"), given, span([given]))
    return (tile,) if tile is not None else ()


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
