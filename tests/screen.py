"""A terminal for tests: answers what it is asked as it was told to, and decodes what was drawn back to pixels."""

import base64
import fcntl
import io
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

CELL = (10, 20)
_PATIENCE = 300
ATTRIBUTES, NAME, SIZE, KITTY = "attributes", "name", "size", "kitty"
SIXEL_TERMINAL = {ATTRIBUTES: b"\x1b[?62;4;22c", NAME: b"\x1bP>|foot(1.17.2)\x1b\\", SIZE: b"\x1b[6;20;10t"}
KITTY_TERMINAL = {ATTRIBUTES: b"\x1b[?62;c", NAME: b"\x1bP>|kitty(0.36.1)\x1b\\", KITTY: b"\x1b_Gi=31;OK\x1b\\"}
QUESTIONS = re.compile(
    rb"(?P<attributes>\x1b\[c)|(?P<name>\x1b\[>q)|(?P<size>\x1b\[16t)|(?P<kitty>\x1b_Gi=31[^\x1b]*a=q[^\x1b]*\x1b\\)"
)
_TOKENS = re.compile(
    rb"\x1bP(?P<sixel>[^\x1b]*)\x1b\\|\x1b_G(?P<kitty>[^\x1b]*)\x1b\\|\x1b\[(?P<numbers>[?>]?[\d;]*)(?P<letter>[A-Za-z])"
    rb"|\x1b(?P<saved>[78])|(?P<moved>[\r\n])|(?P<text>[^\x1b\r\n]+)"
)
_STARTS = "import fcntl, os, sys, termios; fcntl.ioctl({fd}, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


@dataclass
class Drawn:
    """One picture, and the row and column of the character at its upper left corner."""

    row: int
    column: int
    pixels: np.ndarray


@dataclass
class Shown:
    """What a command wrote to a terminal: bytes; lines of text without colours; pictures; and what was asked."""

    raw: bytes
    returncode: int
    asked: list[str]
    settings_kept: bool
    left: bytes = b""
    lines: list[str] = field(default_factory=list)
    pictures: list[Drawn] = field(default_factory=list)


def environment(**changes: str) -> dict[str, str]:
    """Return an environment without what tells of the terminal in which the tests run."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "XDG_STATE_HOME") if name in os.environ}
    colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return {**kept, "LANGUAGE": "en", "LC_ALL": "C.UTF-8", **colours, **changes}


def run(
    command: list[str],
    answers: Mapping[str, bytes] = {},
    cell: tuple[int, int] | None = CELL,
    columns: int = 80,
    typed: bytes = b"",
    stdin: int | None = None,
    **changes: str,
) -> Shown:
    """Run a Python command in a terminal.

    Args:
        answers: what the terminal answers, by what it is asked.
        cell: (width, height) of its characters, pixels; None: the system does not know.
        typed: keys that are typed before the command starts.
        stdin: where the command reads, if not from the terminal.
        changes: of the environment.
    """
    ours, theirs = os.openpty()
    across, down = cell or (0, 0)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 50, columns, columns * across, 50 * down))
    settings = termios.tcgetattr(theirs)
    os.write(ours, typed)
    started = [sys.executable, "-c", _STARTS.format(fd=1), sys.executable, *command]
    process = subprocess.Popen(
        started,
        stdin=theirs if stdin is None else stdin,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment(**changes),
    )
    raw, asked, seen = b"", [], 0
    ends = time.monotonic() + _PATIENCE
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if time.monotonic() > ends:
            process.kill()
        if not select.select([ours], [], [], 0.05)[0]:
            continue
        raw += os.read(ours, 65536)
        for question in QUESTIONS.finditer(raw, seen):
            asked.append(str(question.lastgroup))
            seen = question.end()
            os.write(ours, answers.get(asked[-1], b""))
    kept = termios.tcgetattr(theirs) == settings
    quiet = termios.tcgetattr(theirs)
    quiet[3] &= ~termios.ICANON
    termios.tcsetattr(theirs, termios.TCSANOW, quiet)
    left = os.read(theirs, 4096) if select.select([theirs], [], [], 0)[0] else b""
    os.close(ours)
    os.close(theirs)
    shown = Shown(raw, process.returncode, asked, kept, left)
    _display(shown)
    return shown


def _display(shown: Shown) -> None:
    """Do what was written: text, moves of the cursor, pictures; on a screen that never scrolls."""
    row = column = 0
    saved = (0, 0)
    pieces = b""
    lines: dict[int, dict[int, str]] = {}
    for token in _TOKENS.finditer(QUESTIONS.sub(b"", shown.raw)):
        kind = token.lastgroup
        if kind == "sixel":
            shown.pictures.append(Drawn(row, column, sixels(token["sixel"])))
        elif kind == "kitty":
            keys, _, piece = token["kitty"].partition(b";")
            pieces += piece
            if b"m=0" in keys.split(b","):
                image = Image.open(io.BytesIO(base64.b64decode(pieces))).convert("RGB")
                shown.pictures.append(Drawn(row, column, np.asarray(image)))
                pieces = b""
        elif kind == "saved":
            if token["saved"] == b"7":
                saved = (row, column)
            else:
                row, column = saved
        elif kind == "moved":
            row, column = (row, 0) if token["moved"] == b"\r" else (row + 1, column)
        elif kind == "text":
            for one in token["text"].decode():
                lines.setdefault(row, {})[column] = one
                column += 1
        elif token["letter"] in b"ABCD":
            by = int(token["numbers"] or 1)
            row += {b"A": -by, b"B": by}.get(token["letter"], 0)
            column += {b"C": by, b"D": -by}.get(token["letter"], 0)
    shown.pictures.sort(key=lambda one: (one.row, one.column))
    for number in range(max(lines, default=-1) + 1):
        line = lines.get(number, {})
        shown.lines.append("".join(line.get(place, " ") for place in range(max(line, default=-1) + 1)).rstrip())


def sixels(data: bytes) -> np.ndarray:
    """Decode a picture in sixels: (height, width, 3), 0 to 255, in steps of a hundredth.

    As xterm does: what is drawn on last counts, and who defines a colour has not chosen it.
    """
    header, _, body = data.partition(b"q")
    assert re.fullmatch(rb"[\d;]*", header), header
    size = re.match(rb'"1;1;(\d+);(\d+)', body)
    assert size is not None, "a picture that does not say its size"
    width, height = int(size[1]), int(size[2])
    colours: dict[int, np.ndarray] = {}
    pixels = np.full((height, width, 3), -1.0)
    x = y = 0
    now = np.zeros(3)
    for one in re.finditer(rb"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|(\$)|(-)|(?:!(\d+))?([?-~])", body[size.end() :]):
        number, red, green, blue, back, down, times, bits = one.groups()
        if number:
            if red:
                colours[int(number)] = np.array([int(red), int(green), int(blue)]) * 255 / 100
            else:
                now = colours[int(number)]
        elif back or down:
            x, y = 0, y + (6 if down else 0)
        else:
            for column in range(x, x + int(times or 1)):
                for bit in range(6):
                    if (bits[0] - 63) >> bit & 1:
                        pixels[y + bit, column] = now
            x += int(times or 1)
    assert (pixels >= 0).all(), "a pixel that nothing was drawn on"
    return pixels
