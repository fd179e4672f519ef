"""Records that were written and are read again, or can't be."""

import json
from pathlib import Path

import pytest
from records import record

from grader.record import RecordError, file_name, read_all, to_json


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a record beside another one in an output folder."""
    (tmp_path / "records").mkdir()
    for name in ("ada", "bela"):
        (tmp_path / "records" / file_name(name)).write_bytes(to_json(record(name, {})))
    return tmp_path / "records" / file_name("bela")


def test_records_are_sorted_by_submission(path: Path) -> None:
    assert [one.submission for one in read_all(path.parents[1])] == ["ada", "bela"]


@pytest.mark.parametrize("data", [b"", b'{"submission": "a"', b'{"submission": 1}', b"[]", b"\xff\xfe"])
def test_one_that_is_none_is_named_with_what_mends_it(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(RecordError) as told:
        read_all(path.parents[1])
    assert str(told.value).startswith(f"{path} is no record: ")
    assert str(told.value).endswith("; delete it and grade its submission again")


def test_one_of_a_later_grader_is_named(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"schema": 99}))
    with pytest.raises(RecordError, match=r"bela.*\.json: the record has schema 99; .* update it"):
        read_all(path.parents[1])


def test_one_that_cannot_be_opened_is_named(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")
    with pytest.raises(
        RecordError, match=r"bela.*\.json cannot be read: No such file or directory; see that you may read it"
    ):
        read_all(path.parents[1])
