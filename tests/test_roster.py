"""Who is in a course, and what is wrong with a file that should say so."""

from datetime import datetime
from pathlib import Path

import pytest

from grader.roster import Person, RosterError, load, owners


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
        ("id,name,canvas_id\n1,A,7\n2,B,7\n", "line 3, column 3: canvas_id '7' stands in line 2 already"),
        ("id,name,login\n1,A,x\n2,B,x\n", "line 3, column 3: login 'x' stands in line 2 already"),
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


def test_a_submission_is_its_owners_by_id_or_address() -> None:
    owner_of = owners([Person(id="al1", name="Ada", email="ada@x.org"), Person(id="M\u00fcller", name="B")])
    assert [owner_of(name) for name in ("AL1", "Ada@X.org", "stranger", "")] == ["al1", "al1", None, None]
    assert owner_of("Mu\u0308ller") == "M\u00fcller"  # composed and decomposed letters are the same


def test_a_submission_is_named_as_learning_platforms_name_their_downloads() -> None:
    people = [
        Person(id="1", name="Ada Lovelace", canvas_id="901"),
        Person(id="2", name="J\u00f6rg M\u00fcller", canvas_id="902"),
        Person(id="3", name="Jo Day"),
        Person(id="4", name="Jo Day"),
    ]
    whose = {
        "lovelaceada_901_55512_work-1": "1", "muellerjoerg_LATE_902_55513_my_work": "2", "x_903_1_work": None,
        "Ada Lovelace_1815_assignsubmission_file_": "1", "J\u00f6rg M\u00fcller_7_assignsubmission_file": "2",
        "Jo Day_8_assignsubmission_file_": None, "901": None, "Ada Lovelace": None,
    }  # fmt: skip
    owner_of = owners(people)
    assert {name: owner_of(name) for name in whose} == whose


def test_more_time_for_one_person(tmp_path: Path) -> None:
    path = roster(tmp_path, "id,name,extension,grace_days\n1,Ada,2026-03-03T12:00,2\n2,Bela,,\n")
    assert [(one.extension, one.grace_days) for one in load(path)] == [(datetime(2026, 3, 3, 12), 2), (None, None)]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("1,Ada,tomorrow,", "line 2, column 3: extension: 'tomorrow' is no time; write it as 2026-03-01T23:59"),
        ("1,Ada,,two", "line 2, column 4: grace_days: 'two' is no number of days"),
        ("1,Ada,,-1", "column 4"),
    ],
)
def test_times_and_days_that_cannot_be_read(tmp_path: Path, cells: str, message: str) -> None:
    with pytest.raises(RosterError) as caught:
        load(roster(tmp_path, f"id,name,extension,grace_days\n{cells}\n"))
    assert message in str(caught.value)
