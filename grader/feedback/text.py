"""Text of unknown origin, made harmless to look at: what cannot be seen, or turns a line around, is written out."""

from markupsafe import Markup, escape

from grader.feedback.translation import say

LONGEST = 4000


def printable(text: str, keep: str = "") -> str:
    """Return text with each character that cannot be seen as its escape: `\\x1b`, `\\u202e`, `\\udc80`.

    Args:
        text: anything, lone surrogates too.
        keep: characters that stay as they are, though they cannot be seen.
    """
    if text.isprintable():
        return text
    return "".join(_character(character, keep) for character in text)


def marked(text: str) -> Markup:
    """Return a message as HTML, its lines kept, escapes set apart from a text that merely looks like one."""
    shown, more = text[:LONGEST], len(text) - LONGEST
    html = escape(shown) if shown.isprintable() else Markup("").join(_marked(character) for character in shown)
    return html + (say(" … and {count} more characters").format(count=more) if more > 0 else "")


def coded(text: str) -> Markup:
    """Return a sentence of ours as HTML, what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return marked(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(marked(part)) if at % 2 else marked(part) for at, part in enumerate(parts))


def _character(character: str, keep: str) -> str:
    return character if character.isprintable() or character in keep else ascii(character)[1:-1]


def _marked(character: str) -> Markup:
    if character.isprintable() or character in "\n\t":
        return escape(character)
    return Markup('<span class="escape">{}</span>').format(ascii(character)[1:-1])


def points(number: float) -> str:
    """Return points as people write them: `82.5`, `100`."""
    return f"{round(number, 2):g}"


def percent(part: float, whole: float) -> int:
    """Return a part in whole percent; 0 of nothing is 0."""
    return round(100 * part / whole) if whole else 0


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 check`, `2 checks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
