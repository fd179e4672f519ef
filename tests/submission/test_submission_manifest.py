"""What was handed in is told from what came: said in notes, never in points."""

import json
from pathlib import Path

import pytest

from grader.submission import manifest

FILES = {"conv_2d.py": b"a = 1\n", "sub/helper.py": b"", "work.ipynb": b"{}"}


def test_the_same_files_differ_in_nothing() -> None:
    made = manifest.make(FILES, "convolutions", "0.1.0")
    assert made == manifest.make(dict(reversed(FILES.items())), "convolutions", "0.1.0")
    assert manifest.differences(made, {**FILES, "timestamp.txt": b"now"}) == []


def test_each_difference_is_said() -> None:
    made = manifest.make(FILES, "convolutions", "0.1.0")
    came = {"conv_2d.py": b"a = 2\n", "work.ipynb": b"{}", "extra.py": b""}
    assert manifest.differences(made, came) == [
        "manifest: 'conv_2d.py' is not as it was handed in",
        "manifest: 'sub/helper.py' was handed in, but is not here",
        "manifest: 'extra.py' was not handed in with the rest",
    ]


@pytest.mark.parametrize("data", [b"", b"[1]", b"\xff", b"[" * 100_000, b'{"files": {"a": 1}}'])
def test_a_manifest_that_is_none_is_said(data: bytes) -> None:
    assert manifest.differences(data, FILES) == ["manifest: grader-manifest.json cannot be read"]


def test_names_in_it_are_text() -> None:
    data = json.dumps({"assignment": "", "grader": "", "files": {"\x1b[31m\n<b>": "0"}}).encode()
    assert manifest.differences(data, {}) == ["manifest: '\\x1b[31m\\n<b>' was handed in, but is not here"]


def test_it_reaches_the_notes_and_not_the_code(read_folder, tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "conv_2d.py").write_bytes(b"a = 1\n")
    plain = read_folder(folder)
    (folder / manifest.NAME).write_bytes(manifest.make({"conv_2d.py": b"a = 2\n"}, "convolutions", "0.1.0"))
    found = read_folder(folder)
    assert found.notes == ("manifest: 'conv_2d.py' is not as it was handed in",)
    assert found.files == {"conv_2d.py": b"a = 1\n"}
    assert found.sha256 == plain.sha256
