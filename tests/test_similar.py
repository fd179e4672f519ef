"""Copies are found under other names and layouts; what everybody was given, and the right answer itself, are not."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import material
from grader.release import stub
from grader.similar import pairs

SOLUTION = (material.solutions() / "subgraph.py").read_text()
GIVEN = (SOLUTION, stub(SOLUTION))
ODD = """
def walk(everything, wanted, seen=None):
    seen = {} if seen is None else seen
    for entry in sorted(wanted, key=lambda text: (len(text), text)):
        plain = entry[1:] if entry[:1] == "^" else entry.rsplit(":", 1)[0]
        if plain not in seen:
            seen[plain] = [node for node in everything if node.name == plain][-1]
            walk(everything, list(seen[plain].input)[::-1], seen)
    return {name: seen[name] for name in sorted(seen, reverse=True)}
"""
OTHER = """
def fixpoint(nodes, outputs):
    before, now = set(), set(outputs)
    while before != now:
        before, now = now, now | {i.strip("^").split(":")[0] for n in nodes if n.name in now for i in n.input}
    return now
"""


def found(**modules: str):
    return pairs("subgraph", modules, GIVEN, 0.3, 10)


def renamed(text: str) -> str:
    for old, new in {"everything": "g", "wanted": "todo", "seen": "cache", "plain": "key", "walk": "visit"}.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return text.replace("    ", "  ")


def test_a_copy_is_found_under_other_names_and_layout() -> None:
    (pair,) = found(ada=stub(SOLUTION) + ODD, bela=stub(SOLUTION) + OTHER, carl=stub(SOLUTION) + renamed(ODD))
    assert (pair.first, pair.second) == ("ada", "carl")
    assert min(pair.parts) > 0.45  # the stub around it counts as a module's own text, not as shared
    first, second = ("".join(piece.text for piece in text if piece.shared) for text in pair.texts)
    assert "sorted(wanted" in first
    assert "sorted(todo" in second


def test_who_hands_in_a_copy_six_times_has_not_made_it_common() -> None:
    attempts = {f"eve_{number}": renamed(ODD) for number in range(6)}
    made = pairs("subgraph", {"ada": ODD, **attempts}, GIVEN, 0.3, 10, owner=lambda name: name.partition("_")[0])
    assert {(pair.first, pair.second) for pair in made} == {("ada", name) for name in attempts}


def test_many_attempts_of_one_hide_no_copy() -> None:
    attempts = {f"eve_{n:02}": f"{ODD}\n" + "".join(f"def f{i}(a, b): return a + b * {i}\n" for i in range(40))
                for n in range(46)}  # fmt: skip
    made = pairs("subgraph", {"ada": ODD, **attempts}, GIVEN, 0.3, 50, owner=lambda name: name.partition("_")[0])
    assert len(made) == 46


def test_the_texts_are_whole() -> None:
    (pair,) = found(ada=ODD, carl=renamed(ODD) + OTHER)
    assert ["".join(piece.text for piece in text) for text in pair.texts] == [ODD, renamed(ODD) + OTHER]


def test_stubs_and_solutions_are_nobodys() -> None:
    assert found(ada=stub(SOLUTION), bela=stub(SOLUTION), carl=SOLUTION, dora=SOLUTION) == []


def test_what_a_fifth_of_the_class_wrote_is_nobodys() -> None:
    assert found(**{f"s{number}": ODD for number in range(6)}) == []


def test_attempts_of_one_person_are_no_pair() -> None:
    modules = {"ada@1": ODD, "ada@2": ODD}
    assert pairs("subgraph", modules, GIVEN, 0.3, 10, lambda name: name.partition("@")[0]) == []


@pytest.mark.parametrize("text", ["", "\x00\udcff", "def f(:", "x" * 300_000, "é🐈" * 9, "'''" * 99])
def test_any_text_can_be_compared(text: str) -> None:
    assert found(ada=text, bela=text + ODD) is not None


def test_lines_without_end_are_broken() -> None:
    """The lexer takes the third power of their length: 12 s for this one, hours for one of 200,000 characters."""
    endless = f"{ODD}\nlast = '%{'0' * 10_000}'\n"
    (pair,) = found(ada=endless, bob=endless)
    text = "".join(passage.text for passage in pair.texts[0])
    assert max(map(len, text.splitlines())) <= 500
    assert text.replace("\n", "") == endless.replace("\n", "")


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_blank_lines_without_end_take_no_time(end: str) -> None:
    """The lexer takes the square of their number: minutes for these."""
    blanks = f" {end}" * 60_000
    before = time.process_time()
    (pair,) = found(ada=f"{ODD}{blanks}x", bob=f"{ODD}{blanks}y")
    assert time.process_time() - before < 20
    assert (pair.first, pair.second) == ("ada", "bob")


def test_what_is_too_long_to_be_compared_is_said(tmp_path: Path) -> None:
    for name, text in {"ada": ODD, "bob": "# far and wide\n" * 20_000 + ODD}.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "subgraph.py").write_text(text)
    command = [sys.executable, "-m", "grader", "similar", tmp_path / "class", "--out", tmp_path / "similar.html"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "bob: of subgraph.py, only the first 200000 characters are compared" in said
    assert "ada:" not in said


def test_the_page_escapes_what_students_wrote(tmp_path: Path) -> None:
    for name in ("ada", "<b>carl"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "subgraph.py").write_text(f"# <script>alert(1)</script>\n{ODD}")
    command = [sys.executable, "-m", "grader", "similar", tmp_path / "class", "--out", tmp_path / "similar.html"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "similar.html").read_text()
    assert "<script" not in page
    assert "&lt;b&gt;carl" in page
    assert "<mark>" in page
    assert "no proof" in page
