"""What a picture is made of: panels side by side, each a small SVG drawing under its name.

Colours, strokes and type come from the page's style sheet by class, so that light, dark and paper each have their own.
"""

from xml.etree import ElementTree

import msgspec
from markupsafe import Markup

from grader.feedback import text


class Panel(msgspec.Struct, frozen=True):
    """One drawing, as SVG, and its name."""

    name: str
    svg: Markup
    note: str = ""


class Picture(msgspec.Struct, frozen=True):
    """Rows of panels, and what there is to see in them, in sentences."""

    rows: tuple[tuple[Panel, ...], ...]
    caption: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return how many characters of SVG it holds."""
        return sum(len(panel.svg) for row in self.rows for panel in row)


class Drawing:
    """An SVG drawing under way, in pixels."""

    def __init__(self, width: float, height: float, words: str, left: float = 0, top: float = 0) -> None:
        box = " ".join(map(_number, (left, top, width, height)))
        self._root = ElementTree.Element(
            "svg",
            {"class": "drawing", "viewBox": box, "width": _number(width), "height": _number(height), "role": "img",
             "aria-label": text.printable(words), "focusable": "false"},
        )  # fmt: skip

    def rectangle(self, kind: str, x: float, y: float, width: float, height: float, round_by: float = 0) -> None:
        """Draw a rectangle; `kind` is its class."""
        rounded = {"rx": _number(round_by)} if round_by else {}
        self._add("rect", kind, {"x": x, "y": y, "width": width, "height": height}, rounded)

    def path(self, kind: str, steps: str) -> None:
        """Draw a path."""
        self._add("path", kind, {}, {"d": steps})

    def text(self, kind: str, x: float, y: float, said: str, longest: int = 0) -> None:
        """Write a text that anybody may have chosen; of one longer than `longest` (if not 0), the end is shown."""
        shown = text.printable(said)
        if longest and len(shown) > longest:
            shown = "…" + shown[1 - longest :]
        self._add("text", kind, {"x": x, "y": y}, {}).text = shown

    def _add(self, tag: str, kind: str, numbers: dict[str, float], more: dict[str, str]) -> ElementTree.Element:
        attributes = {"class": kind} | {key: _number(value) for key, value in numbers.items()} | more
        return ElementTree.SubElement(self._root, tag, attributes)

    def svg(self) -> Markup:
        """Return the drawing as SVG to stand in HTML; ElementTree escaped what is in it."""
        return Markup(ElementTree.tostring(self._root, encoding="unicode"))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
