"""How a run of `grader grade` ends, without grading anything."""

from pathlib import Path

import click
import pytest

from grader.cli import grading
from grader.record import file_name


def test_an_older_record_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "grade", lambda *_: iter(()))
    monkeypatch.setattr(grading.processes, "end_processes", lambda: None)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "top5.py").touch()
    (tmp_path / "out" / "records").mkdir(parents=True)
    path = tmp_path / "out" / "records" / file_name("bela")
    path.touch()
    with pytest.raises(click.ClickException) as told:
        grading.run([str(tmp_path / "ada")], str(tmp_path / "out"), object(), 1, None, 1, False, None, None, "walls")  # type: ignore[arg-type]
    assert told.value.exit_code == 2
    assert f"{path} is no record" in told.value.message
