"""Students' pages in other languages: complete, with the same fields, and what is shipped is what was written."""

import re

import pytest
import wording
from records import check, exercise, record

from grader.feedback.student import student_page
from grader.feedback.translation import language, say, say_count
from grader.observation import Outcome

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
    failed = check("a", Outcome.FAILED, message="No.", hint="50 % of `it`", exhibit=exhibits["planes"])
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
