"""Saves are seen as editors make them, and only what they touch is checked again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import watch
from grader.submission import Submission

EXERCISES = ["conv_2d", "top5"]


def work(**files: str) -> Submission:
    named = {f"{name}.py": source.encode() for name, source in files.items()}
    modules = {name: f"{name}.py" for name in EXERCISES if f"{name}.py" in named}
    return Submission(name="ada", sha256="", files=named, modules=modules)


@pytest.mark.parametrize(
    ("after", "touched"),
    [
        (work(conv_2d="a", top5="b"), []),
        (work(conv_2d="c", top5="b"), ["conv_2d"]),
        (work(conv_2d="a"), ["top5"]),
        (work(conv_2d="a", top5="b", mine="d"), ["conv_2d", "top5"]),
        (work(conv_2d="c", top5="d"), ["conv_2d", "top5"]),
    ],
)
def test_what_changed_is_checked_again(after: Submission, touched: list[str]) -> None:
    before = work(conv_2d="a", top5="b")
    assert watch.touched(before, after, EXERCISES) == touched
    assert watch.touched(before, after, ["top5"]) == [name for name in touched if name == "top5"]


def seen(changes: Iterator[set[Path]], act: threading.Thread, stop: threading.Event) -> set[str]:
    act.start()
    timer = threading.Timer(30, stop.set)
    timer.start()
    try:
        next(changes)  # saves are seen from now on
        return {path.name for path in next(changes, set())}
    finally:
        timer.cancel()
        stop.set()
        act.join()


@pytest.mark.parametrize("only", [False, True])
def test_a_file_that_an_editor_replaces_is_seen(only: bool, tmp_path: Path) -> None:
    (tmp_path / "conv_2d.py").write_text("a")
    stop = threading.Event()

    def save() -> None:
        count = 0
        while not stop.wait(0.2):
            count += 1
            (tmp_path / "notes.txt").write_text("b")
            (tmp_path / ".conv_2d.py.swp").write_text("b")
            (tmp_path / "new").write_text(f"b{count}")
            (tmp_path / "new").replace(tmp_path / "conv_2d.py")

    changes = watch.saves(tmp_path / "conv_2d.py" if only else tmp_path, stop)
    assert seen(changes, threading.Thread(target=save), stop) == {"conv_2d.py"}
