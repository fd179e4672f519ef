"""Whether a terminal draws pixels: it is asked, in a moment, and what its user types meanwhile is not lost."""

import functools
import os
import re
import select
import struct
import sys
import time
from contextlib import suppress
from typing import Literal, cast

import click
import msgspec
from rich.console import Console

from grader.language import translate as _

VARIABLE = "GRADER_PICTURES"
"""The environment variable that says how to draw, whatever the terminal says of itself."""
_CHOICES = ("blocks", "sixel", "kitty")
_PATIENCE = 1.0
_LONGEST = 4096
_USUAL_CELL = (10, 20)
"""Those of a VT340, which terminals that do not say how large theirs are imitate."""

_ATTRIBUTES = b"\x1b[c"
_NAME = b"\x1b[>q"
_CELL = b"\x1b[16t"
_KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_ATTRIBUTES_SAID = re.compile(rb"\x1b\[\?([\d;]*)c")
_NAME_SAID = re.compile(rb"\x1bP>\|(.*?)\x1b\\", re.DOTALL)
_CELL_SAID = re.compile(rb"\x1b\[6;(\d{1,4});(\d{1,4})t")
_KITTY_SAID = re.compile(rb"\x1b_G(.*?)\x1b\\", re.DOTALL)


class Graphics(msgspec.Struct, frozen=True):
    """How a terminal draws pixels, and the (width, height) of its characters in them."""

    kind: Literal["sixel", "kitty"]
    cell: tuple[int, int]


class _Heard(msgspec.Struct, frozen=True):
    """What a terminal said of itself; no cell where it kept that to itself."""

    kind: Literal["sixel", "kitty"] | None
    cell: tuple[int, int] | None = None


def of(shown: Console) -> Graphics | None:
    """Return how a console's terminal draws pixels; None: it is none, cannot, or was told not to.

    Raises:
        click.UsageError: the environment asks for something that there is not.
    """
    if sys.platform == "win32" or not shown.is_terminal or shown.is_dumb_terminal or shown.no_color:
        return None
    try:
        writing = shown.file.fileno()
    except (OSError, ValueError):
        return None
    if not os.isatty(writing):
        return None
    chosen = os.environ.get(VARIABLE, "")
    if chosen and chosen not in _CHOICES:
        there = _("{variable} is {value}; there are {known}")
        raise click.UsageError(there.format(variable=VARIABLE, value=ascii(chosen), known=", ".join(_CHOICES)))
    if chosen:
        heard = _Heard(cast(Literal["sixel", "kitty"], chosen) if chosen != "blocks" else None)
    else:
        heard = _heard(writing)
    return Graphics(heard.kind, _cell(writing) or heard.cell or _USUAL_CELL) if heard.kind else None


@functools.cache
def _heard(writing: int) -> _Heard:
    """Ask a terminal, once, if an answer can come back and nobody else would read the question."""
    reading = _answers_come_to(writing)
    if reading is None or _passed_on():
        return _Heard(None)
    return _ask(reading, writing)


def _passed_on() -> bool:
    """Tell whether something stands between us and the terminal: tmux and screen draw nothing, logs keep all."""
    kind = os.environ.get("TERM", "")
    return bool({"TMUX", "STY", "CI"} & set(os.environ)) or kind.startswith(("tmux", "screen", "linux", "vt1"))


def _answers_come_to(writing: int) -> int | None:
    """Return where to read what a terminal answers; None where it would go elsewhere, or would stop us."""
    if sys.platform == "win32" or sys.__stdin__ is None:
        return None
    try:
        reading = sys.__stdin__.fileno()
        same = os.isatty(reading) and os.fstat(reading).st_rdev == os.fstat(writing).st_rdev
        # A job in the background would be stopped as soon as it touches the terminal's settings.
        return reading if same and os.tcgetpgrp(reading) == os.getpgrp() else None
    except (OSError, ValueError):
        return None


def _ask(reading: int, writing: int) -> _Heard:
    """Ask, with echo off; what was typed before stays where it is, what came between goes back."""
    import termios

    try:
        before = termios.tcgetattr(reading)
        quiet = [*before[:6], [*before[6]]]
        quiet[3] &= ~(termios.ICANON | termios.ECHO)
        quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
        termios.tcsetattr(reading, termios.TCSANOW, quiet)
    except termios.error:
        return _Heard(None)
    typed = b""
    try:
        # Who types ahead is not read: it could not be told from an answer, and belongs to another program.
        if select.select([reading], [], [], 0)[0]:
            return _Heard(None)
        heard, typed = _conversation(reading, writing)
    except OSError:
        return _Heard(None)
    finally:
        termios.tcsetattr(reading, termios.TCSANOW, before)
        _give_back(reading, typed)
    return heard


def _conversation(reading: int, writing: int) -> tuple[_Heard, bytes]:
    """Ask for what every terminal tells; only of one that may draw, for what others would print.

    Returns:
        What was said, and what was typed meanwhile.
    """
    said, typed = _exchange(reading, writing, _ATTRIBUTES)
    attributes = _ATTRIBUTES_SAID.search(said)
    if attributes is None:
        return _Heard(None), typed
    # The first number is a class of terminals; among the others, 4 is sixel graphics.
    sixel = b"4" in attributes[1].split(b";")[1:]
    names = os.environ.get("TERM", "") + " ".join({"KITTY_WINDOW_ID", "GHOSTTY_RESOURCES_DIR"} & set(os.environ))
    if not sixel and not re.search("kitty|ghostty", names, re.IGNORECASE):
        return _Heard(None), typed
    said, more = _exchange(reading, writing, (b"" if sixel else _KITTY) + _NAME + _CELL + _ATTRIBUTES)
    name, cell, kitty = _NAME_SAID.search(said), _CELL_SAID.search(said), _KITTY_SAID.search(said)
    # A tmux whose user calls it xterm; it says that it draws, whatever it is shown on.
    if name and name[1].lower().startswith((b"tmux", b"screen")):
        return _Heard(None), typed + more
    size = _fit(int(cell[2]), int(cell[1])) if cell else None
    if sixel:
        return _Heard("sixel", size), typed + more
    return _Heard("kitty" if kitty and kitty[1].endswith(b";OK") else None, size), typed + more


def _exchange(reading: int, writing: int, question: bytes) -> tuple[bytes, bytes]:
    """Ask something whose last part every terminal answers, and read until that, not a byte more.

    Returns:
        What came, and what of it was typed.
    """
    os.write(writing, question)
    said = bytearray()
    ends = time.monotonic() + _PATIENCE
    while len(said) < _LONGEST:
        left = ends - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            break
        one = os.read(reading, 1)
        said += one
        if not one or (one == b"c" and _ATTRIBUTES_SAID.search(said)):
            break
    typed = bytes(said)
    for answer in (_ATTRIBUTES_SAID, _NAME_SAID, _CELL_SAID, _KITTY_SAID):
        typed = answer.sub(b"", typed)
    # Half an answer is none of the user's.
    return bytes(said), typed if _ATTRIBUTES_SAID.search(said) else typed.partition(b"\x1b")[0]


def _give_back(reading: int, typed: bytes) -> None:
    """Have keys that were read be read again by whom they are for; systems that forbid it lose them."""
    import fcntl
    import termios

    with suppress(OSError):
        for one in typed:
            fcntl.ioctl(reading, termios.TIOCSTI, bytes([one]))


def _cell(writing: int) -> tuple[int, int] | None:
    """Return the (width, height) of a character as the system knows it, pixels; None if it does not."""
    import fcntl
    import termios

    try:
        rows, columns, width, height = struct.unpack("4H", fcntl.ioctl(writing, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return None
    return _fit(width // columns, height // rows) if rows and columns else None


def _fit(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if 4 <= width <= 100 and 4 <= height <= 200 else None
