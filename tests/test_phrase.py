"""Sentences that are English for a record and in the reader's language for the reader."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from grader import check
from grader.inside import wire
from grader.phrase import Phrase, joined, phrase, spoken
from grader.speech import value_text

PACKAGE = Path(check.__file__).parent
SPEAKING = [
    *(
        PACKAGE / f"{name}.py"
        for name in ("check", "compare", "compare_graphs", "compare_loaded", "compare_pairs", "death", "speech")
    ),
    *sorted((PACKAGE / "checks").rglob("*.py")),
]
"""Where findings are put in words."""
COMPARED = {"not made"}
"""What is held against its like, and read by nobody."""
NOT_FOR_STUDENTS = {"AssertionError", "ValueError", "Tolerance"}
SHAPE = "{what} should have shape {want}, but it has shape {got}."


def test_english_is_what_a_record_keeps() -> None:
    said = phrase(SHAPE, what=phrase("The first stage"), want=(1, 2), got=(2, 1))
    assert str(said) == "The first stage should have shape (1, 2), but it has shape (2, 1)."
    assert spoken("as it is") == "as it is"


def test_a_reader_of_german_reads_german_all_the_way_down(monkeypatch: pytest.MonkeyPatch) -> None:
    said = phrase(SHAPE, what=phrase("The first stage"), want=(1, 2), got=(2, 1))
    monkeypatch.setenv("LANGUAGE", "de")
    assert spoken(said) == "Die erste Stufe sollte die Form (1, 2) haben, hat aber die Form (2, 1)."
    assert str(said).startswith("The first stage")
    assert spoken(Phrase("Nobody translated this.")) == "Nobody translated this."


def test_what_a_student_chose_is_never_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    said = phrase("{call} raised {error}", call="f()", error="{call} {0.__class__} %s The first stage")
    assert str(said) == "f() raised {call} {0.__class__} %s The first stage"
    monkeypatch.setenv("LANGUAGE", "de")
    assert spoken(said).endswith(": {call} {0.__class__} %s The first stage")


def test_parts_are_joined_in_the_language_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    assert joined(["a", "b"]) == "a, b"
    assert str(joined([], phrase(" and "))) == ""
    both = joined(["image", "kernel"], phrase(" and "))
    assert str(both) == "image and kernel"
    monkeypatch.setenv("LANGUAGE", "de")
    assert spoken(both) == "image und kernel"
    assert spoken(joined(["a", phrase("no device")])) == "a, kein Gerät"


def test_a_phrase_comes_back_from_a_record_as_it_was() -> None:
    said = phrase(SHAPE, what=phrase("The first stage"), want="?", got=1)
    assert msgspec.json.decode(msgspec.json.encode(said), type=Phrase) == said
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(said), type=Phrase) == said


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_sentence_of_a_check_can_be_translated(path: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    assert [text for function in functions for one in function.body for text in unsaid(one)] == []


def unsaid(node: ast.AST) -> Iterator[str]:
    """Yield each text with words for people that is not in a call of `phrase`, or in one that no student reads."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in NOT_FOR_STUDENTS:
            return
        case ast.Call(func=ast.Name(id="phrase")):
            assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
            yield from (text for value in node.keywords for text in unsaid(value))
        case ast.Constant(value=str() as text) if (
            " " in text and text not in COMPARED and re.search(r"[^\W\d_]{2}", text)
        ):
            yield text
        case _:
            yield from (text for child in ast.iter_child_nodes(node) for text in unsaid(child))


def test_a_phrase_comes_back_from_the_store_in_the_same_order() -> None:
    said = phrase("{want} and {got}", want="1", got=phrase("{z}{a}", z="z", a="a"))
    assert msgspec.json.encode(wire.decode(wire.encode(said), Phrase)) == msgspec.json.encode(said)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.float32([[1.5, 1], [-2, 1 / 3]]), "[[1.5, 1.0], [-2.0, 0.333333]]"),
        (np.float64([1e-7, 1e20, np.nan, -np.inf]), "[1e-07, 1e+20, nan, -inf]"),
        (np.float32(0.25), "0.25"),
        (np.array([True, False]), "[True, False]"),
        (np.arange(16) * 1_000_000, f"[{', '.join(str(n * 1_000_000) for n in range(16))}]"),
        (np.zeros(17), "<array of shape (17,)>"),
    ],
)
def test_small_arrays_are_written_as_python_writes_lists(array: np.ndarray, text: str) -> None:
    assert str(value_text(wire.array(np.asarray(array)))) == text
