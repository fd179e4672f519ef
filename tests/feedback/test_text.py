"""What cannot be seen is written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.feedback.text import LONGEST, count, marked, percent, points, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Jörg Müller", "Jörg Müller"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\udcff", "\\udcff"),
        ("a\nb", "a\\nb"),
        ("a\u200bb", "a\\u200bb"),
        ("", ""),
    ],
)
def test_names_in_one_line(text, shown):
    assert printable(text) == shown


def test_messages_keep_their_lines_and_set_escapes_apart():
    assert marked("<a>\n\x1b") == '&lt;a&gt;\n<span class="escape">\\x1b</span>'
    assert marked("\\x1b") == "\\x1b"


def test_a_message_has_an_end(monkeypatch):
    assert marked("x" * (LONGEST + 5)) == "x" * LONGEST + " … and 5 more characters"
    monkeypatch.setenv("LANGUAGE", "de")
    assert marked("x" * (LONGEST + 5)) == "x" * LONGEST + " … und 5 weitere Zeichen"


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_seen_and_encoded(text):
    assert printable(text).isprintable()
    assert printable(text).encode().decode() == printable(text)
    html = marked(text)
    assert html.encode().decode() == html
    assert html.replace("\n", "").replace("\t", "").isprintable()


def test_numbers_as_people_write_them():
    assert [points(one) for one in (100.0, 82.5, 0.0, 100 / 6)] == ["100", "82.5", "0", "16.67"]
    assert (percent(1, 3), percent(0, 0)) == (33, 0)
    assert (count(1, "check"), count(0, "check")) == ("1 check", "0 checks")
