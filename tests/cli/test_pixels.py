"""Pictures as pixels: on terminals that say that they draw them, right to the pixel; blocks on all others."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import screen
from screen import ATTRIBUTES, CELL, KITTY, KITTY_TERMINAL, NAME, SIXEL_TERMINAL, Shown, environment, run

from grader import material

WRONG = Path(material.__file__).parent / "misconceptions"
GIVEN, WANT = np.arange(12).reshape(3, 4) / 11, np.array([[0, 0.5, 1], [1, 0.25, 0]])
GOT = np.array([[0, 0.5, 1], [1, 1, np.nan]])
APART = np.abs(GOT - WANT)
SCRIPT = f"""
import sys
from numpy import array, nan
from grader.cli import drawing, terminal
from grader.tiles import Sketch, Tile
given, want, got = array({GIVEN.tolist()}), array({WANT.tolist()}), array({GOT.tolist()})
apart = array({APART.tolist()})
tiles = Tile("input", given), Tile("expected", want), Tile("yours", got, (1, 1)), Tile("difference", apart, (1, 1)),
shown = terminal.console()
shown.print("before")
shown.print(drawing.sketch(shown, Sketch("what", tiles), 6), soft_wrap=False, crop=False)
shown.print("after", *sorted(set(sys.modules) & {{"PIL", "textual_image", "textual_image.renderable"}}))
"""
TERMINALS = {
    "sixel": (SIXEL_TERMINAL, "xterm-256color"),
    "kitty": (KITTY_TERMINAL, "xterm-kitty"),
}


def draw(answers: dict[str, bytes] | None = None, script: str = SCRIPT, **settings: object) -> Shown:
    return run(["-c", script], answers or {}, **settings)  # type: ignore[arg-type]


def blocks(**settings: object) -> bytes:
    """Return what a terminal gets that is not to be asked."""
    return draw(GRADER_PICTURES="blocks", **settings).raw


def greys(values: np.ndarray, scale: int) -> np.ndarray:
    """Return what numbers look like, each a square of one colour."""
    grey = (24 + 220 * np.nan_to_num(values))[..., np.newaxis]
    return np.where(np.isnan(values)[..., np.newaxis], [200.0, 0, 200], grey).repeat(scale, 0).repeat(scale, 1)


@pytest.mark.parametrize("kind", TERMINALS)
def test_what_is_drawn_is_what_was_compared_the_first_wrong_number_in_a_red_frame(kind: str) -> None:
    answers, name = TERMINALS[kind]
    shown = draw(answers, TERM=name)
    given, want, got, apart = shown.pictures
    for drawn, values in ((given, GIVEN), (want, WANT), (got, GOT), (apart, APART)):
        scale = drawn.pixels.shape[0] // len(values)
        right = greys(values, scale)
        if drawn is got or drawn is apart:
            frame, inner = np.full((scale, scale, 3), [255.0, 60, 60]), scale // 8
            frame[inner:-inner, inner:-inner] = right[
                scale + inner : 2 * scale - inner, scale + inner : 2 * scale - inner
            ]
            right[scale : 2 * scale, scale : 2 * scale] = frame
        np.testing.assert_allclose(drawn.pixels, right, atol=2)
    assert shown.settings_kept
    assert shown.left == b""


@pytest.mark.parametrize("kind", TERMINALS)
def test_a_picture_of_many_numbers_arrives_whole(kind: str) -> None:
    answers, name = TERMINALS[kind]
    many = np.random.default_rng(0).random((48, 48)).round(3)
    shown = draw(answers, SCRIPT.replace(str(GIVEN.tolist()), str(many.tolist())), TERM=name)
    (drawn, *_) = shown.pictures
    np.testing.assert_allclose(drawn.pixels, greys(many, drawn.pixels.shape[0] // 48), atol=2)
    # A terminal takes no more of kitty's at once.
    pieces = [len(piece) for piece in re.findall(rb"\x1b_G[^;]*m=[01];([^\x1b]*)", shown.raw)]
    assert kind == "sixel" or (len(pieces) > 4 and max(pieces) == 4096)


@pytest.mark.parametrize("kind", TERMINALS)
def test_pictures_stand_under_their_captions_and_over_no_text(kind: str) -> None:
    answers, name = TERMINALS[kind]
    shown = draw(answers, TERM=name)
    above = next(number for number, line in enumerate(shown.lines) if "expected" in line)
    assert [one.row for one in shown.pictures] == 4 * [above + 1]
    captions = ("input", "expected", "yours", "difference")
    assert [one.column for one in shown.pictures] == [shown.lines[above].index(caption) for caption in captions]
    below = next(number for number, line in enumerate(shown.lines) if line.startswith("after"))
    lowest = max(one.row + -(-one.pixels.shape[0] // CELL[1]) for one in shown.pictures)
    assert below == lowest + 1
    assert set(shown.lines[above + 1 : below]) == {""}
    assert max(one.column + -(-one.pixels.shape[1] // CELL[0]) for one in shown.pictures) < 80
    assert shown.lines[below] == ("after PIL textual_image" if kind == "sixel" else "after PIL")


@pytest.mark.parametrize(("cell", "answers"), [((12, 30), SIXEL_TERMINAL), (None, SIXEL_TERMINAL)])
def test_pictures_are_as_large_as_their_terminals_characters_ask(
    cell: tuple[int, int] | None, answers: dict[str, bytes]
) -> None:
    down = (cell or CELL)[1]
    large = SCRIPT.replace('got, (1, 1)), Tile("difference", apart, (1, 1)),', "got.repeat(10, 0).repeat(6, 1)),")
    shown = draw(answers, large, cell=cell)
    assert len(shown.pictures) == 3
    assert 8 * down <= max(one.pixels.shape[0] for one in shown.pictures) <= 12 * down


def test_what_the_system_does_not_know_of_its_characters_the_terminal_says() -> None:
    small, large = (
        max(one.pixels.shape[1] for one in draw(SIXEL_TERMINAL | {screen.SIZE: said}, cell=None).pictures)
        for said in (b"\x1b[6;12;6t", b"\x1b[6;40;20t")
    )
    assert small < large / 2
    mad = draw(SIXEL_TERMINAL | {screen.SIZE: b"\x1b[6;9999;9999t"}, cell=None)
    assert max(one.pixels.shape[1] for one in mad.pictures) < 300


def test_where_there_are_more_numbers_than_pixels_blocks_leave_some_out() -> None:
    large = SCRIPT.replace('"input", given', '"input", given.repeat(12, 1)')
    shown = draw(SIXEL_TERMINAL, large, columns=24)
    assert shown.pictures == []
    drawn, before = screen.QUESTIONS.sub(b"", shown.raw), blocks(script=large, columns=24)
    assert drawn.partition(b"after")[0] == before.partition(b"after")[0]


def test_a_terminal_that_answers_nothing_gets_blocks() -> None:
    shown = draw()
    assert shown.asked == [ATTRIBUTES]
    assert shown.raw.replace(b"\x1b[c", b"") == blocks()
    assert shown.settings_kept


@pytest.mark.parametrize(
    ("answers", "name", "asked"),
    [
        # The first number is a class of terminals: a VT132 draws nothing.
        ({ATTRIBUTES: b"\x1b[?4;6c"}, "xterm-256color", [ATTRIBUTES]),
        # Others would print the question of kitty's.
        ({ATTRIBUTES: b"\x1b[?1;2c", KITTY: KITTY_TERMINAL[KITTY]}, "xterm-256color", [ATTRIBUTES]),
        # tmux under a false name says that it draws, and does not.
        (SIXEL_TERMINAL | {NAME: b"\x1bP>|tmux 3.5a\x1b\\"}, "xterm-256color", None),
        (KITTY_TERMINAL | {KITTY: b"\x1b_Gi=31;ENOTSUP:no\x1b\\"}, "xterm-kitty", None),
        (KITTY_TERMINAL | {KITTY: b""}, "xterm-ghostty", None),
        # Half an answer, and never the rest.
        ({ATTRIBUTES: b"\x1b[?62;4"}, "xterm-256color", [ATTRIBUTES]),
    ],
)
def test_a_terminal_that_cannot_gets_blocks(answers: dict[str, bytes], name: str, asked: list[str] | None) -> None:
    shown = draw(answers, TERM=name)
    assert shown.pictures == []
    assert screen.QUESTIONS.sub(b"", shown.raw) == blocks(TERM=name)
    assert asked is None or shown.asked == asked
    assert shown.left == b""


@pytest.mark.parametrize(
    "changes",
    [
        {"TERM": "dumb"}, {"TERM": "screen-256color"}, {"TERM": "tmux-256color"}, {"TERM": "linux"}, {"NO_COLOR": "1"},
        {"TMUX": "/tmp/tmux-0/default,1,0"}, {"STY": "1.pts-0"}, {"CI": "true"},
    ],
)  # fmt: skip
def test_where_a_question_would_be_garbage_none_is_asked(changes: dict[str, str]) -> None:
    shown = draw(SIXEL_TERMINAL, **changes)
    assert shown.asked == []
    assert shown.raw == blocks(**changes)


def test_who_reads_from_elsewhere_is_not_asked() -> None:
    with Path(os.devnull).open() as nothing:
        shown = draw(SIXEL_TERMINAL, stdin=nothing.fileno())
    assert shown.asked == []
    assert shown.raw == blocks()


def test_a_job_in_the_background_is_not_stopped() -> None:
    inner = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {SCRIPT!r}], process_group=0))"
    shown = draw(SIXEL_TERMINAL, inner)
    assert (shown.returncode, shown.asked) == (0, [])
    assert shown.raw == blocks()


def test_keys_are_not_lost() -> None:
    reads = "\nimport sys; print('read', repr(sys.stdin.readline()))"
    ahead = draw(SIXEL_TERMINAL, SCRIPT + reads, typed=b"typed ahead\n")
    assert ahead.asked == []
    assert "read 'typed ahead\\n'" in ahead.lines[-1]

    answer = SIXEL_TERMINAL[ATTRIBUTES]
    after = draw({ATTRIBUTES: answer + b"later\n"}, SCRIPT + reads)
    assert "read 'later\\n'" in after.lines[-1]

    # What comes in the middle of an answer can go back only where the system has a call for that.
    allowed = Path("/proc/sys/dev/tty/legacy_tiocsti")
    possible = not allowed.exists() or allowed.read_text().strip() == "1"
    between = draw(SIXEL_TERMINAL | {NAME: b"a" + SIXEL_TERMINAL[NAME] + b"\x1b[A"}, SCRIPT, typed=b"")
    assert len(between.pictures) == 4
    assert between.left == (b"a\x1b[A" if possible else b"")


@pytest.mark.parametrize("chosen", ["sixel", "kitty"])
def test_the_environment_decides_without_a_question(chosen: str) -> None:
    shown = draw(GRADER_PICTURES=chosen, TMUX="x")
    assert shown.asked == []
    assert len(shown.pictures) == 4
    assert (b"\x1b_G" in shown.raw) == (chosen == "kitty")


def test_the_environment_can_only_ask_for_what_there_is() -> None:
    shown = draw(script=SCRIPT.replace("import sys\n", "import sys, click\n"), GRADER_PICTURES="oils\x1b[2J")
    assert "GRADER_PICTURES is 'oils\\x1b[2J'; there are blocks, sixel, kitty" in "".join(shown.lines)


@pytest.mark.parametrize("chosen", ["", "sixel"])
@pytest.mark.parametrize("forced", ["", "1"])
def test_a_pipe_gets_what_it_always_got(chosen: str, forced: str) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, check=True, env=environment(FORCE_COLOR=forced, **more)
        ).stdout
        for more in ({"GRADER_PICTURES": "blocks"}, {"GRADER_PICTURES": chosen})
    ]
    assert said[0] == said[1]
    assert said[1].endswith(b"after\n")
    assert (b"48;2;24;24;24m" in said[1]) == bool(forced)


def test_check_draws_what_it_found(tmp_path: Path) -> None:
    (tmp_path / "conv_2d.py").write_bytes((WRONG / "conv_2d" / "strides_on_wrong_axes.py").read_bytes())
    command = ["-m", "grader", "check", "conv_2d", "--path", str(tmp_path)]
    shown = run(command, SIXEL_TERMINAL, XDG_STATE_HOME=str(tmp_path / "state"))
    assert shown.returncode == 1, shown.lines
    assert shown.asked == [ATTRIBUTES, NAME, screen.SIZE, ATTRIBUTES]
    captions = next(line for line in shown.lines if "expected 3 x 4" in line)
    row = shown.lines.index(captions)
    columns = [captions.index(caption) for caption in ("expected 3 x 4", "yours 7 x 2")]
    drawn = [one for one in shown.pictures if one.row == row + 1]
    assert [one.column for one in drawn] == columns
    scale = drawn[0].pixels.shape[0] // 3
    for one, (height, width) in zip(drawn, ((3, 4), (7, 2)), strict=True):
        assert one.pixels.shape[:2] == (scale * height, scale * width)
        assert np.unique(one.pixels).size > 3
    above = next(number for number, line in enumerate(shown.lines[:row]) if "input 7 x 4" in line)
    assert "filter 1 x 1" in shown.lines[above]
    assert len([one for one in shown.pictures if one.row == above + 1]) == 2
