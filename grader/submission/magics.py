"""Notebook syntax that is not Python, made harmless line by line.

Source: IPython 8, `IPython.core.inputtransformer2`: cell magics, `%`, `!`, `?`, and assignments of them.
"""

import re
from collections.abc import Iterator

# Cell magics whose body is the student's own Python, run once or more.
_TRANSPARENT = frozenset(("time", "timeit", "capture", "prun", "exercise"))
_CELL_MAGIC = re.compile(r"%%(\w*)")
_ESCAPED = re.compile(r"([ \t\f]*)[%!?]")
_HELP = re.compile(r"([ \t\f]*)[%\w.*]+\?{1,2}[ \t]*")
_ASSIGNED = re.compile(r"([\w \t\f.,:*\[\]]+=)[ \t]*([!%].*)")
_FUTURE = re.compile(r"from[ \t]+__future__[ \t]+import[ \t]+(\w[\w ,\t]*)(#.*)?")
_LEXEME = re.compile(r"\\.|\\$|'''|\"\"\"|['\"#()\[\]{}]")


def without_magics(cell: str) -> str | None:
    """A code cell's Python, its magics, shell and help lines turned into comments.

    `%time f()` becomes `pass  # not run: %time f()` and `files = !ls` becomes `files = None  # …`,
    with indentation and number of lines kept, and only where a statement begins: a `%` that goes on
    an expression or stands in a string stays.

    Args:
        cell: source, lines ended by `\\n`.

    Returns:
        Python, or None when a cell magic such as `%%bash` gives the whole cell to something else.
    """
    # Jupyter looks for the cell magic below empty lines, too.
    if magic := _CELL_MAGIC.match(cell.lstrip()):
        if magic[1] not in _TRANSPARENT:
            return None
        start = len(cell) - len(cell.lstrip())
        cell = f"{cell[:start]}# not run: {cell[start:]}"
    lines: list[str] = []
    going_on = False
    for begins, line in _logical(cell):
        if going_on:
            lines.append(f"# not run: {line}")
        elif not begins:
            lines.append(line)
        else:
            lines.append(_harmless(line))
        going_on = (going_on or lines[-1] != line) and line.endswith("\\")
    return "\n".join(lines)


def without_future(source: str) -> tuple[str, tuple[str, ...]]:
    """Python with its `from __future__` statements taken out, and the features that they asked for.

    A module allows them at its beginning only, a notebook at the beginning of each cell.

    Args:
        source: Python without magics.
    """
    features: list[str] = []
    lines: list[str] = []
    for begins, line in _logical(source):
        match = _FUTURE.fullmatch(line) if begins else None
        if match:
            features += [name.strip() for name in match[1].split(",") if name.strip()]
        lines.append(f"# at the top: {line}" if match else line)
    return "\n".join(lines), tuple(features)


def _harmless(line: str) -> str:
    if match := _ESCAPED.match(line) or _HELP.fullmatch(line):
        return f"{match[1]}pass  # not run: {line[len(match[1]) :]}"
    if match := _ASSIGNED.fullmatch(line):
        return f"{match[1]} None  # not run: {match[2]}"
    return line


def _logical(source: str) -> Iterator[tuple[bool, str]]:
    """Each line, and whether a statement begins with it."""
    quote, depth, joined = "", 0, False
    skipping = False
    for line in source.split("\n"):
        begins = not (quote or depth or joined or skipping)
        yield begins, line
        # What is made harmless is no Python, so its quotes and brackets open nothing.
        if skipping or (begins and _harmless(line) != line):
            skipping = line.endswith("\\")
            continue
        quote, depth, joined = _after(line, quote, depth)


def _after(line: str, quote: str, depth: int) -> tuple[str, int, bool]:
    """The open string, the open brackets and whether a backslash joins the next line, after `line`."""
    at, joined = 0, False
    while match := _LEXEME.search(line, at):
        lexeme, at = match[0], match.end()
        joined = lexeme == "\\"
        if quote:
            if lexeme.startswith(quote):
                at = match.start() + len(quote)
                quote = ""
        elif lexeme == "#":
            return "", depth, False
        elif lexeme[0] in "'\"":
            quote = lexeme
        elif lexeme in "([{":
            depth += 1
        elif lexeme in ")]}":
            depth = max(0, depth - 1)
    # An ordinary string that isn't closed is a mistake that ends with its line.
    return (quote if len(quote) == 3 or joined else ""), depth, joined
