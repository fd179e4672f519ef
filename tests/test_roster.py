"""Who is in a course, and what is wrong with a file that should say so."""

from pathlib import Path

import pytest

from grader.roster import Matched, Person, RosterError, load, match


def roster(folder: Path, text: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_columns_come_in_any_order_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    path = roster(tmp_path, '\ufeffName,ID,email\r\n"Müller, Jörg",jm1, j@x.org \r\n\r\nAda,al2,\r\n')
    assert load(path) == [Person(id="jm1", name="Müller, Jörg", email="j@x.org"), Person(id="al2", name="Ada")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: there is no column 'id'"),
        ("id,name,mail\n", "line 1, column 3: unknown column 'mail'; known: id, name, email"),
        ("id,name,id\n", "line 1, column 3: 'id' comes twice"),
        ("id,name\n1,\n", "line 2, column 2: 'name' is empty"),
        ("id,name\n1,Ada\n1,Bela\n", "line 3, column 1: id '1' stands in line 2 already"),
        ("id,name,email\n1,A,x@y\n2,B,X@Y\n", "line 3, column 3: email 'X@Y' stands in line 2 already"),
        ("id,name\n1,Ada,3\n", "line 2: it has 3 cells, the header 2"),
        ('id,name\n1,"Ada\n', "line 2: unexpected end of data"),
        (b"id,name\n1,\xff\n", "it is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(RosterError) as caught:
        load(roster(tmp_path, text))
    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="No such file"):
        load(tmp_path / "none.csv")


def test_submissions_are_matched_by_id_or_address_and_conflicts_are_named() -> None:
    people = [
        Person(id="al1", name="Ada", email="ada@x.org"),
        Person(id="bb2", name="Bela"),
        Person(id="cc3", name="Carl", email="carl@x.org"),
        Person(id="dd4", name="Dora"),
    ]
    assert match(people, ["AL1", "carl@x.org", "cc3", "stranger", "bb2"]) == Matched(
        {"al1": "AL1", "bb2": "bb2"},
        ("dd4",),
        ("'stranger' is nobody's in the roster", "'carl@x.org' and 'cc3' are both cc3's"),
    )


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert match([Person(id="mu\u0308ller", name="M")], ["m\u00fcller"]).people == {"mu\u0308ller": "m\u00fcller"}
