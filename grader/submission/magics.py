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
_GAP = r"(?:[ \t\f]|\\\n)"
# Possessive throughout, since a student may have written anything there.
_FUTURE = re.compile(
    rf"from{_GAP}++__future__{_GAP}++import"
    rf"(?:{_GAP}*+\(((?:[\w\s,\\]|#[^\n]*+)*+)\){_GAP}*+|{_GAP}++(\w(?:[\w,]|{_GAP})*+))(?:;{_GAP}*+|(?:#.*)?\Z)"
)
_NO_NAME = re.compile(r"#[^\n]*|\\\n")
_PROMPT = re.compile(r"\n*(?=>>>|In \[\d*\]:)")
_CODE = re.compile(r"^([ \t]*)[^ \t\n#]", re.MULTILINE)
_LEXEME = re.compile(r"\\.|\\$|'''|\"\"\"|['\"#()\[\]{}]")


def without_magics(cell: str) -> str | None:
    """A code cell's Python, its magics, shell and help lines turned into comments.

    `%time f()` becomes `pass  # not run: %time f()` and `files = !ls` becomes `files = None  # …`,
    with indentation and number of lines kept, and only where a statement begins: a `%` that goes on
    an expression or stands in a string stays. A cell that is indented throughout is taken back to the left, and one
    that was pasted with its prompts (`>>> `, `In [1]: `) loses them.

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
    cell = _unprompted(_dedented(cell))
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
    for statement in _statements(source):
        end = 0
        while match := _FUTURE.match(statement, end):
            names = _NO_NAME.sub(" ", match[1] or match[2] or "").split(",")
            features += [" ".join(name.split()) for name in names if name.strip()]
            end = match.end()
        rest = statement[end:]
        if not end:
            lines.append(statement)
        elif rest:
            lines += [*map(_at_the_top, statement[:end].split("\n")[:-1]), rest]
        else:
            lines += map(_at_the_top, statement.split("\n"))
    return "\n".join(lines), tuple(features)


def _at_the_top(line: str) -> str:
    return f"# at the top: {line}"


def _dedented(cell: str) -> str:
    """A cell without the indentation of its first line of code, which no line of a module may have."""
    code = _CODE.search(cell)
    if not code or not code[1]:
        return cell
    return "\n".join(line.removeprefix(code[1]) for line in cell.split("\n"))


def _unprompted(cell: str) -> str:
    """A cell without prompts, if it begins with one, as no Python does."""
    match = _PROMPT.match(cell)
    if not match:
        return cell
    # Half a second, which few notebooks cost.
    from IPython.core.inputtransformer2 import classic_prompt, ipython_prompt

    lines = [f"{line}\n" for line in cell[match.end() :].split("\n")]
    return match[0] + "".join(ipython_prompt(classic_prompt(lines))).removesuffix("\n")


def _statements(source: str) -> Iterator[str]:
    lines: list[str] = []
    for begins, line in _logical(source):
        if begins and lines:
            yield "\n".join(lines)
            lines = []
        lines.append(line)
    yield "\n".join(lines)


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
