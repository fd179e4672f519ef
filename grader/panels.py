"""Sketches and results as HTML that stands alone: no script, no style from elsewhere, nothing loaded."""

import base64
import html
import io
from collections.abc import Iterable, Sequence

import numpy as np

from grader.language import spoken_language
from grader.language import translate as _
from grader.observation import Outcome
from grader.record import CheckRecord, earned, sentence
from grader.telling import Kind, Line, happened, helps
from grader.tiles import Bars, Listing, Sketch, Tile

_SIDE = 144
_LARGEST = 36
"""How many pixels wide one number's square may be."""
_KINDS = {"-": "no", "+": "other", "~": "other"}
_DARK = "{0} .ok {{ color: #81c784; }} {0} .no {{ color: #ef9a9a; }} {0} .other {{ color: #ffd54f; }}"
# A notebook has a theme of its own, whatever the system's: in JupyterLab, VS Code and Colab this says that it is dark.
_THEMES = ('body[data-jp-theme-light="false"]', "body.vscode-dark", "html[theme=dark]",
           "body.vscode-high-contrast:not(.vscode-high-contrast-light)")  # fmt: skip
STYLE = """
.grader { font: 14px/1.45 system-ui, sans-serif; max-width: 60em; color: inherit; }
.grader h3 { margin: .8em 0 .3em; font-size: 1.1em; } .grader ul { list-style: none; padding: 0; margin: 0; }
.grader li { margin: .25em 0; padding-left: 1.5em; text-indent: -1.5em; } .grader li > * { text-indent: 0; }
.grader .ok { color: #2e7d32; } .grader .no { color: #c62828; } .grader .other { color: #9a6700; }
.grader p { margin: .2em 0; white-space: pre-wrap; overflow-wrap: anywhere; } .grader .why { font-style: italic; }
.grader .hint { opacity: .8; } .grader .tiles { display: flex; flex-wrap: wrap; gap: 1em; margin: .4em 0; }
.grader .headline { font-weight: bold; }
.grader figure { margin: 0; } .grader figcaption { font-size: .85em; opacity: .8; }
.grader pre { margin: 0; font-size: .85em; white-space: pre-wrap; overflow-wrap: anywhere; background: none;
  color: inherit; }
.grader svg { display: block; }
"""
PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }} body {{ margin: 1em auto; padding: 0 1em; max-width: 60em; }}
{style}
</style>
</head>
<body class="grader">
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole page."""
    return PAGE.format(
        language=spoken_language(),
        title=html.escape(title),
        style=f"{STYLE}@media (prefers-color-scheme: dark) {{ {_DARK.format('.grader')} }}",
        body="\n".join(parts),
    )


def fragment(parts: Iterable[str]) -> str:
    """Return a piece of HTML for a notebook, with its style."""
    dark = "\n".join(_DARK.format(f"{theme} .grader") for theme in _THEMES)
    return f'<div class="grader"><style>{STYLE}{dark}</style>{"".join(parts)}</div>'


def example(title: str, call: str, sketches: Sequence[Sketch]) -> str:
    """Return one visible case with what is expected of it."""
    drawn = "".join(map(sketch, sketches))
    return f"<section><h3>{html.escape(title)}</h3><pre>{html.escape(call)}</pre>{drawn}</section>"


def lines(told: Iterable[Line]) -> str:
    """Return what is told of an exercise or a check, a paragraph a line."""
    return "".join(
        f"<pre>{html.escape(text)}</pre>" if kind is Kind.CASE else f'<p class="{kind.value}">{html.escape(text)}</p>'
        for kind, text in told
    )


def printed(said: str, text: Sequence[str]) -> str:
    """Return what a student's code printed, folded."""
    return f"<details><summary>{html.escape(said)}</summary><pre>{html.escape(chr(10).join(text))}</pre></details>"


def check(record: CheckRecord, sketches: Sequence[Sketch], explained: set[str]) -> str:
    """Return one check's result as a list item.

    Args:
        explained: which explanations were given before: once for several checks is enough; kept up to date.
    """
    outcome = Outcome.PASSED if earned(record) else record.outcome
    kind, sign = {Outcome.PASSED: ("ok", "✓"), Outcome.SKIPPED: ("other", "–")}.get(outcome, ("no", "✗"))
    said = f'<span class="{kind}">{sign}</span> {html.escape(_(record.title))} [{record.score:g}/{record.points:g}]'
    if earned(record):
        return f"<li>{said}{lines([(Kind.HINT, sentence(record))] if record.message else [])}</li>"
    return f"<li>{said}{lines(happened(record))}{''.join(map(sketch, sketches))}{lines(helps(record, explained))}</li>"


def sketch(one: Sketch) -> str:
    """Return a sketch's pictures side by side, each with its caption."""
    figures = "".join(
        f"<figure>{_drawn(tile)}<figcaption>{html.escape(tile.caption)}</figcaption></figure>" for tile in one.tiles
    )
    return f'<p class="hint">{html.escape(one.title)}</p><div class="tiles">{figures}</div>'


def _drawn(tile: Tile | Bars | Listing) -> str:
    match tile:
        case Tile():
            return _pixels(tile)
        case Bars():
            return _bars(tile)
    lines = (
        f'<span class="{_KINDS[sign]}">{sign} {html.escape(line)}</span>' if sign else f"  {html.escape(line)}"
        for sign, line in tile.lines
    )
    return f"<pre>{chr(10).join(lines)}</pre>"


def _pixels(tile: Tile) -> str:
    """Return a picture as an SVG: an image of one pixel a number, a red frame around the first wrong one."""
    height, width = tile.pixels.shape
    scale = min(_SIDE / max(height, width), _LARGEST)
    size = f'width="{width * scale:.0f}" height="{height * scale:.0f}" viewBox="0 0 {width} {height}"'
    mark, told = "", tile.caption
    if tile.wrong is not None:
        y, x = tile.wrong
        first = _(", first difference in row {row}, column {column}")
        told += first.format(row=y + tile.start[0], column=x + tile.start[1])
        mark = f'<rect x="{x}" y="{y}" width="1" height="1" fill="none" stroke="#e53935" stroke-width="0.2"/>'
    return (
        f'<svg {size} role="img" aria-label="{html.escape(told)}"><image width="{width}" height="{height}" '
        f'style="image-rendering: pixelated" href="data:image/png;base64,{_png(tile.pixels)}"/>{mark}</svg>'
    )


def _png(pixels: np.ndarray) -> str:
    from PIL import Image

    grey = (24 + 220 * np.nan_to_num(pixels)).astype(np.uint8)
    colours = np.where(np.isnan(pixels)[:, :, np.newaxis], np.array([200, 0, 200], np.uint8), grey[:, :, np.newaxis])
    file = io.BytesIO()
    Image.fromarray(colours.astype(np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _bars(chart: Bars) -> str:
    rows = [
        f'<text x="0" y="{20 * row + 14}" fill="currentColor">{html.escape(bar.label[:24])}</text>'
        f'<rect x="150" y="{20 * row + 3}" width="{100 * bar.length:.1f}" height="14" fill="#4a79ad"/>'
        f'<text x="{155 + 100 * bar.length:.1f}" y="{20 * row + 14}" fill="currentColor">'
        f"{html.escape(bar.number)}</text>"
        for row, bar in enumerate(chart.bars)
    ]
    told = html.escape("; ".join(f"{bar.label[:24]} {bar.number}" for bar in chart.bars))
    size = f'width="300" height="{20 * len(rows)}" font-size="12"'
    return f'<svg {size} role="img" aria-label="{told}">{"".join(rows)}</svg>'
