"""Students' pages in other languages: complete, with the same fields, and what is shipped is what was written."""

import re

import pytest
import wording
from records import STRIDES, check, exercise, record

from grader.feedback.overview import class_page
from grader.feedback.student import student_page
from grader.feedback.translation import language, say, say_count
from grader.observation import Outcome
from grader.phrase import phrase
from grader.score import HIDDEN

SAID = {one if isinstance(one, str) else one[0] for one in wording.messages()}
FIELD = re.compile(r"\{\w+\}|%\(\w+\)s|--\w+")


@pytest.fixture(params=wording.catalogues(), ids=lambda path: path.parts[-3])
def catalogue(request):
    return request.param


def test_german_is_there():
    assert [path.parts[-3] for path in wording.catalogues()] == ["de"]


def test_all_that_pages_say_is_translated_and_nothing_is_stale(catalogue):
    known = {message.id if isinstance(message.id, str) else message.id[0]: message.string
             for message in wording.read(catalogue) if message.id}  # fmt: skip
    assert set(known) == SAID, "python tests/feedback/wording.py, then translate"
    assert [one for one, string in known.items() if not (all(string) if isinstance(string, tuple) else string)] == []


def test_fields_are_the_same(catalogue):
    for message in wording.read(catalogue):
        if message.id:
            one, said = (held if isinstance(held, str) else held[0] for held in (message.id, message.string))
            assert set(FIELD.findall(one)) == set(FIELD.findall(said)), one


def test_what_is_shipped_is_what_was_written(catalogue):
    assert catalogue.with_suffix(".mo").read_bytes() == wording.compiled(wording.read(catalogue))


def test_a_page_speaks_the_language_of_the_environment(monkeypatch, exhibits):
    said = phrase("{what} should have shape {want}, but it has shape {got}.", what="h", want="<b>", got="(2,)")
    x = phrase("{name} of shape {shape}", name="x", shape="(2,)")
    failed = check(
        "a", Outcome.FAILED, message=str(said), phrase=said, example="f(x) with x of shape (2,)",
        case=phrase("{call} with {inputs}", call="f(x)", inputs=x),
        hint="50 % of `it`", exhibit=exhibits["planes"],
    )  # fmt: skip
    found = record("ada", {"conv_2d": exercise(failed, check("b"))})
    english = student_page(found, {}, {}).decode()
    monkeypatch.setenv("LANGUAGE", "de")
    german = student_page(found, {}, {}).decode()
    assert '<html lang="en">' in english
    assert '<html lang="de">' in german
    assert (language(), say("Yours"), say("never said"), say("")) == ("de", "Deins", "never said", "")
    assert say_count("%(number)s check", "%(number)s checks", 2) == "%(number)s Prüfungen"
    for words in ("Noch nicht", "von 100 Punkten", "Hinweis:", "Erwartet", "Die erste falsche Zahl ist umrandet"):
        assert words in german
        assert words not in english
    assert "50 % of <code>it</code>" in german
    assert "h should have shape &lt;b&gt;, but it has shape (2,)." in english
    assert "h sollte die Form &lt;b&gt; haben, hat aber die Form (2,)." in german
    assert "f(x) with x of shape (2,)" in english
    assert "f(x) mit x der Form (2,)" in german


def test_records_of_old_and_hidden_checks_are_told_too(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    old = check("a", Outcome.FAILED, message="h should have shape (1,), but it has shape (2,).")
    hidden = check("b", Outcome.FAILED, message=HIDDEN[Outcome.FAILED])
    german = student_page(record("ada", {"conv_2d": exercise(old, hidden)}), {}, {}).decode()
    assert old.message in german
    assert "In einem verborgenen Fall tut dein Code das nicht." in german


def test_one_reason_for_all_is_told_in_the_readers_words(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    said = phrase("Importing the module failed: {error}", error="SyntaxError: <b>")
    broken = [check(name, Outcome.RAISED, message=str(said), phrase=said) for name in "ab"]
    german = student_page(record("ada", {"conv_2d": exercise(*broken)}), {}, {}).decode()
    assert "Das Modul liess sich nicht importieren: SyntaxError: &lt;b&gt;" in german


def test_refusals_and_what_is_said_of_files_are_told_in_the_readers_language(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    refused = record("ada", {}, status="refused", notes=("it holds more than 2000 files", "left out: link 'b'"))
    german = student_page(refused, {}, {}).decode()
    assert "Der Grund: es enthält mehr als 2000 Dateien" in " ".join(german.split())
    assert "Link &#39;b&#39;" in german


def test_the_class_page_speaks_the_language_of_the_environment(monkeypatch):
    failed = check("a", Outcome.TIMED_OUT, misconceptions=(STRIDES.id,))
    records = [record(name, {"conv_2d": exercise(failed, check("b"))}, isolation="none") for name in ("ada", "bea")]
    records.append(record("cleo", {}, status="error"))
    english = class_page(records, {STRIDES.id: STRIDES}, {"conv_2d": "A convolutional layer"}).decode()
    monkeypatch.setenv("LANGUAGE", "de")
    german = class_page(records, {STRIDES.id: STRIDES}, {"conv_2d": "A convolutional layer"}).decode()
    assert '<html lang="en">' in english
    assert '<html lang="de">' in german
    for words in (
        "Verteilung der Punkte", "Eine Faltungsschicht", "Trennschärfe", "Zu langsam", "Fehler des Graders",
        "Bei 1 Abgabe hat der Grader versagt", "2 Abgaben ohne Mauern bewertet",
        'data-shown="{found} von {all} gezeigt"',
    ):  # fmt: skip
        assert words in german
        assert words not in english
