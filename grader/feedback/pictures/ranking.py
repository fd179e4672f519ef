"""Top five: two bar charts side by side, to one scale."""

import math

from grader.exhibit import Ranking
from grader.feedback.pictures.panel import Drawing, Panel, Picture
from grader.feedback.translation import say

_ROW = 40
_WIDTH = 300
_BAR = 210
_LONGEST = 40


def draw(exhibit: Ranking) -> Picture:
    """Return the picture of two lists of pairs."""
    values = [abs(float(value)) for value, _ in (*exhibit.got, *exhibit.want)]
    scale = max(filter(math.isfinite, values), default=0) or 1.0
    wrong = {"Yours": _wrong(exhibit.got, exhibit), "Expected": _wrong(exhibit.want, exhibit)}
    panels = []
    rows = max(len(exhibit.got), len(exhibit.want), 1)
    for name, pairs, count in (
        ("Yours", exhibit.got, exhibit.got_count), ("Expected", exhibit.want, exhibit.want_count),
    ):  # fmt: skip
        told = "; ".join(f"{label} {value}" for value, label in pairs) or say("nothing")
        drawing = Drawing(_WIDTH, rows * _ROW + 4, f"{say(name)}: {told}")
        for at, (value, label) in enumerate(pairs):
            _bar(drawing, at, value, label, scale, at in wrong[name])
        for at in range(len(pairs), rows):
            drawing.rectangle("absent", 1, at * _ROW + 20, _BAR, 14)
            drawing.text("label quiet", 1, at * _ROW + 14, say("nothing here"))
        panels.append(Panel(say(name), drawing.svg(), _more(count, len(pairs))))
    return Picture((tuple(panels),), tuple(_caption(exhibit, scale)))


def _more(count: int, shown: int) -> str:
    return say("{shown} of {count}").format(shown=shown, count=count) if count > shown else ""


def _wrong(pairs: tuple[tuple[str, str], ...], exhibit: Ranking) -> set[int]:
    """Return which pairs of a list have no match in the other one: at the same place, or anywhere."""
    other = exhibit.want if pairs is exhibit.got else exhibit.got
    if exhibit.in_order:
        return {at for at, pair in enumerate(pairs) if at >= len(other) or other[at][1] != pair[1]}
    return {at for at, pair in enumerate(pairs) if pair not in other}


def _bar(drawing: Drawing, at: int, value: str, label: str, scale: float, wrong: bool) -> None:
    number = float(value)
    share = min(abs(number) / scale, 1) if math.isfinite(number) else 0
    top = at * _ROW
    drawing.text("label wrong" if wrong else "label", 1, top + 14, f"≠ {label}" if wrong else label, _LONGEST)
    drawing.rectangle("chart-all", 1, top + 20, _BAR, 14)
    drawing.rectangle("chart wrong" if wrong else "chart", 1, top + 20, max(share * _BAR, 1), 14)
    drawing.text("label", _BAR + 8, top + 31.5, value.replace("-", "−"))


def _caption(exhibit: Ranking, scale: float) -> list[str]:
    said = [say("Both charts have one scale.")]
    if _wrong(exhibit.got, exhibit) or _wrong(exhibit.want, exhibit):
        same_place = say("What is marked ≠ has no equal in the same place of the other list.")
        said.insert(0, same_place if exhibit.in_order else say("What is marked ≠ has no equal in the other list."))
    if scale > 1.001:
        said.append(say("A probability is at most 1."))
    return said
