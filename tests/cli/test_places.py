"""Where results go: two runs to one URL, and what the second must not do."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import places
from grader.cli.feedback import command
from grader.pipeline import OutputBusy
from grader.record import Record
from grader.store import Store

RECORD = Record(
    submission="ada", sha256="0" * 64, assignment="a", grader="0", cases="c", isolation="walls", device="cpu",
    score=1.0, points=2.0, status="graded",
)  # fmt: skip


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a folder, with local copies kept in a folder of the test."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    return f"file://{tmp_path}/there"


def test_a_second_run_is_refused_and_touches_nothing(url: str, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with places.results(url) as (folder, _), Store.in_folder(folder) as store:
        store.keep(RECORD, {}, {})
        with pytest.raises(OutputBusy, match=f"is writing to {url}: wait for it"), places.results(url):
            pass
        assert not there.exists()
        assert (folder / ".ahead").exists()
        store.keep(RECORD, {}, {}, 1.0)
    assert [path.name for path in there.iterdir()] == ["store.sqlite"]


def test_pages_of_a_folder_that_is_being_graded_wait(url: str) -> None:
    with places.results(url):
        done = CliRunner().invoke(command, [url])
    assert done.exit_code == 2
    assert "another `grader grade` is writing" in done.stderr


def test_pages_of_nothing_make_nothing(url: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [url])
    assert (done.exit_code, "holds no records" in done.stderr) == (2, True)
    assert not (tmp_path / "there").exists()
