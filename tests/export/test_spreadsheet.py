"""Scores as spreadsheets read them."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import check, exercise, record

from grader.export.lms import canvas, moodle
from grader.export.spreadsheet import cell, scores_csv
from grader.export.table import table_csv
from grader.final import final_csv, finals
from grader.roster import Person

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")
HEADER = "submission,total,convolution_chain,conv_2d,subgraph,top5,status\n"


def graded(name, *scores):
    """Return a graded record with these scores."""
    found = (exercise(check("a", points=score)) for score in scores)
    return record(name, dict(zip(EXERCISES, found, strict=True)))


def parsed(text):
    """Return the rows of CSV, as a program reads them."""
    return list(csv.reader(io.StringIO(text, newline="")))


def test_one_row_a_submission_sorted_by_name():
    records = [graded("bela", 20.0, 17.5, 20.0, 25.0), graded("ada", 20.0, 35.0, 20.0, 25.0)]
    assert scores_csv(records, EXERCISES) == HEADER + "ada,100,20,35,20,25,graded\nbela,82.5,20,17.5,20,25,graded\n"


def test_refused_is_nothing_and_an_error_is_unknown():
    records = [
        record("ada", {}, status="refused", notes=("too large",)),
        record("bela", {"conv_2d": exercise(check("a"))}, status="error"),
    ]
    assert scores_csv(records, EXERCISES) == HEADER + "ada,0,0,0,0,0,refused\nbela,,,,,,error\n"


def test_an_exercise_that_was_not_graded_is_blank():
    row = parsed(scores_csv([record("ada", {"conv_2d": exercise(check("a"))})], EXERCISES))[1]
    assert row == ["ada", "4", "", "4", "", "", "graded"]


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tada", "  =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "＝1",
     "＋1", "－1", "＠x", "﹢1", "\u2212" + "1"],
)  # fmt: skip
def test_formulas_get_an_apostrophe(name):
    assert cell(name) == "'" + name


@pytest.mark.parametrize("name", ["ada", "a=1", "1-2", "Jörg Müller", "'quoted'", "", " ada", '"x"', "<b>"])
def test_other_names_stay_as_they_are(name):
    assert cell(name) == name


def test_surrogates_are_escapes():
    assert cell("a\udcff=") == "a\\udcff="
    assert cell("=\udc80") == "'=\\udc80"


def test_what_a_terminal_obeys_is_escaped():
    assert cell("a\x1b[2Jb\x9b\x00") == "a\\x1b[2Jb\\x9b\\x00"


def test_a_semicolon_does_not_begin_a_cell():
    assert scores_csv([graded("a;=1", 1.0, 2.0, 3.0, 4.0)], EXERCISES).endswith(
        '"a;=1","10","1","2","3","4","graded"\n'
    )


@given(names=st.lists(st.text(st.characters(codec=None)), unique=True, max_size=4))
def test_any_name_comes_back(names):
    text = scores_csv([graded(name, 1.0, 2.0, 3.0, 4.0) for name in names], EXERCISES)
    rows = parsed(text.encode().decode())
    assert [row[0] for row in rows[1:]] == [cell(name) for name in sorted(names)]
    assert all(row[1:] == ["10", "1", "2", "3", "4", "graded"] for row in rows[1:])
    for name, row in zip(sorted(names), rows[1:], strict=True):
        obeyed = r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
        escaped = re.sub(obeyed, lambda one: one[0].encode("unicode_escape").decode(), name)
        assert row[0] in (escaped, "'" + escaped)


@pytest.mark.parametrize("name", ["a;=1+1", "a\r=1+1", "a|=1", "a\t=1"])
def test_no_tables_cell_is_cut_where_others_separate(name):
    """A spreadsheet with another separator would read a formula behind it."""
    people = [Person(id=name, name="Ada")]
    one = graded(name, 20.0, 35.0, 20.0, 25.0)
    tables = [
        scores_csv([one], EXERCISES),
        table_csv([one]),
        final_csv(finals(people, [one], None, {}).people),
        canvas("Title", 100.0, people, {name: one}),
        moodle("Title", people, {name: one}),
    ]
    for text in tables:
        assert "=1" in text
        whole = {line for line in re.split("\r?\n", text) if set(line) & set(";|\t\r")}
        assert all(line.startswith('"') and line.endswith('"') for line in whole), text
