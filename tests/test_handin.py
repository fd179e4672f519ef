"""Handing in: what is missing is said, the archive is read as the folder is, nbgrader itself collects it."""

import errno
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from grader import assignment, handin, material
from grader.submission import Found, Submission, manifest, read

CLASS = material.fixtures() / "sample_class"
ASSIGNED = assignment.load()


def gathered(path: Path) -> handin.HandIn:
    return handin.gather(path, ASSIGNED)


def test_whole_work_lacks_nothing_and_comes_back_the_same(tmp_path: Path) -> None:
    work = gathered(CLASS / "chiara")
    assert work.complete
    assert {"chiaras_shapes.py", "helpers/chiaras_walk.py"} <= set(work.files)
    handin.write(tmp_path / "chiara.zip", work.files)
    names = list(ASSIGNED.exercises)
    folder, archive = (
        read(Found("chiara", path, kind), names, ASSIGNED.sizes)
        for path, kind in ((CLASS / "chiara", "folder"), (tmp_path / "chiara.zip", "archive"))
    )
    assert archive.sha256 == folder.sha256
    assert archive.notes == ()


def test_the_same_work_gives_the_same_archive() -> None:
    assert handin.pack(gathered(CLASS / "ada").files) == handin.pack(gathered(CLASS / "ada").files)


def test_the_stubs_are_not_written_yet() -> None:
    missing = {part.exercise: part.missing for part in gathered(material.exercises()).parts}
    assert missing["top5"] == (
        "the function top_k is not written yet",
        "the function classify is not written yet",
    )
    assert all(missing.values())


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("def conv_2D(x):\n    return x\n", ()),
        ("from mine import conv_2D\n", ()),
        ("from mine import *\n", ()),
        ("if True:\n    conv_2D = lambda x: x\n", ()),
        ("class conv_2D:\n    pass\n", ()),
        ("def conv_2d(x):\n    return x\n", ("the function conv_2D is not there",)),
        ("def conv_2D(x):\n    'doc'\n    raise NotImplementedError\n", ("the function conv_2D is not written yet",)),
        ("def conv_2D(x):\n    ...\n", ("the function conv_2D is not written yet",)),
        ("def conv_2D(x:\n", ("it is not Python in line 1",)),
        ("\0", ("it is not Python",)),
        ("(" * 5000, None),
    ],
)
def test_what_a_module_lacks_is_said_without_running_it(
    source: str, missing: tuple[str, ...] | None, tmp_path: Path
) -> None:
    (tmp_path / "conv_2d.py").write_text(source)
    parts = {part.exercise: part for part in gathered(tmp_path).parts}
    assert parts["conv_2d"].missing == missing or (missing is None and parts["conv_2d"].missing)
    assert parts["top5"].missing == ("top5.py is not there",)


def test_of_a_course_folder_the_exercises_are_packed_and_nothing_else(tmp_path: Path) -> None:
    inner = tmp_path / "exercises"
    (inner / "utils").mkdir(parents=True)
    for name in ("conv_2d.py", "__init__.py", "utils/images.py", "earlier.zip"):
        (inner / name).write_text("")
    (tmp_path / "notes.txt").write_text("mine")
    assert set(gathered(tmp_path).files) == {"conv_2d.py", manifest.NAME}


@pytest.mark.parametrize("name", ["dmitri.ipynb", "a\tb.ipynb", ".hidden.ipynb", "a\\b.ipynb", "\udc80.ipynb"])
def test_a_notebook_is_packed_as_it_is_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes((CLASS / "dmitri.ipynb").read_bytes())
    work = gathered(tmp_path / name)
    assert work.complete
    assert work.files["notebook.ipynb"] == (CLASS / "dmitri.ipynb").read_bytes()
    with zipfile.ZipFile(io.BytesIO(handin.pack(work.files))) as archive:
        assert archive.namelist() == [manifest.NAME, "notebook.ipynb"]
    assert set(graded(work.files, tmp_path).modules) == set(ASSIGNED.exercises)


def test_a_notebook_without_work_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text('{"nbformat": 4, "cells": []}')
    with pytest.raises(handin.HandInError, match=r"a\.ipynb: no code cell of it has a grade id of convolution_chain"):
        gathered(tmp_path / "a.ipynb")


@pytest.mark.parametrize(
    "laid",
    ["", "hw1/", "homework/hw1/", "exercises/", "hw1/exercises/", "notebook:", "notebook:hw1/", "notebook:exercises/"],
)
@pytest.mark.parametrize("beside", [(), ("convolutions-ada.zip", "timestamp.txt", manifest.NAME)])
def test_what_submit_sees_is_what_is_graded(laid: str, beside: tuple[str, ...], tmp_path: Path) -> None:
    notebook, _, inside = laid.rpartition(":")
    folder = tmp_path / "homework of ada"
    (folder / inside).mkdir(parents=True)
    sources = [CLASS / "dmitri.ipynb"] if notebook else sorted((CLASS / "ada").glob("*.py"))
    for source in sources:
        (folder / inside / source.name).write_bytes(source.read_bytes())
    for name in beside:
        (folder / name).write_text("old")
    work = gathered(folder)
    assert work.complete
    submission = graded(work.files, tmp_path)
    assert submission.modules == {part.exercise: part.path for part in work.parts}
    assert not [note for note in submission.notes if note not in work.notes or note.startswith("manifest")]


def graded(files: dict[str, bytes], place: Path) -> Submission:
    """Read what was packed as `grader grade` does."""
    handin.write(place / "packed.zip", files)
    return read(Found("ada", place / "packed.zip", "archive"), list(ASSIGNED.exercises), ASSIGNED.sizes)


def test_what_is_not_packed_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "conv_2d.py").write_text("import helper\n")
    (tmp_path / "helper.py").write_text("")
    (folder / "helper.py").symlink_to(tmp_path / "helper.py")
    for name in ("table.gz", "a\udc80.py"):
        (folder / name).write_text("")
    work = gathered(folder)
    assert set(work.files) == {"conv_2d.py", manifest.NAME}
    assert work.notes == (
        "left out: archive 'table.gz'",
        "left out: link 'helper.py'",
        "left out: name that isn't UTF-8: 'a\\udc80.py'",
    )
    assert gathered(CLASS / "ada").notes == ()


def test_what_nbgrader_left_in_the_work_is_not_handed_in_again(tmp_path: Path) -> None:
    for name in ("conv_2d.py", "timestamp.txt", "submission_secret.txt"):
        (tmp_path / name).write_text("")
    work = gathered(tmp_path)
    assert set(work.files) == {"conv_2d.py", manifest.NAME}
    assert work.notes == ()


def test_no_work_and_packed_work_are_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "thesis.py").write_text("")
    with pytest.raises(handin.HandInError, match=r"holds none of convolution_chain\.py.*grader submit --path DIR"):
        gathered(tmp_path)
    with pytest.raises(handin.HandInError, match="hand it in as it is"):
        gathered(CLASS / "kofi.zip")


def test_an_archive_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(handin.HandInError, match=r"cannot be written: .*--out FILE\.zip"):
        handin.write(tmp_path / "missing" / "ada.zip", {})


def test_nbgrader_collects_what_was_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # nbgrader sets its database up with the command `alembic`, which lies beside this interpreter.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    exchange, course = tmp_path / "exchange", tmp_path / "course"
    (exchange / "c101" / "inbound").mkdir(parents=True)
    course.mkdir()
    work = gathered(CLASS / "chiara")
    handin.hand_over(work.files, exchange, None, "convolutions", "ada")

    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "c101"
    config.Exchange.root = str(exchange)
    config.ExchangeCollect.check_owner = False
    said = NbGraderAPI(config=config).collect("convolutions")

    assert said["success"], said
    collected = course / "submitted" / "ada" / "convolutions"
    assert (collected / "helpers" / "chiaras_walk.py").read_bytes() == work.files["helpers/chiaras_walk.py"]
    found = read(Found("ada", collected, "folder"), list(ASSIGNED.exercises), ASSIGNED.sizes)
    assert set(found.modules) == set(ASSIGNED.exercises)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("course", "student", "words"),
    [
        (None, "ada", "say which course with --course NAME; there are a, b"),
        ("c", "ada", "there are a, b"),
        ("a", "ada+b", "cannot be a student's id"),
        ("a", "", "cannot be a student's id"),
        ("a", "ada\nbob", "cannot be a student's id"),
        ("a", "\x1b[31m", "cannot be a student's id"),
        ("a", ".ada", "cannot be a student's id"),
    ],
)
def test_a_place_that_there_is_not_is_said(course: str | None, student: str, words: str, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name / "inbound").mkdir(parents=True)
    with pytest.raises(handin.HandInError, match=words.replace("+", r"\+")):
        handin.hand_over({}, tmp_path, course, "convolutions", student)


def test_of_an_exchange_that_is_full_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbound = tmp_path / "inbound"
    inbound.mkdir()
    seen = []

    def write(path: Path, data: bytes) -> int:
        seen.append([one.name for one in inbound.glob("*+*")])
        if path.name == "top5.py":
            raise OSError(errno.ENOSPC, "No space left on device")
        with path.open("wb") as file:
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(handin.HandInError, match="No space left on device; ask whoever runs the course"):
        handin.hand_over({"conv_2d.py": b"", "top5.py": b""}, tmp_path, None, "convolutions", "ada")
    assert list(inbound.iterdir()) == []
    folder = handin.hand_over({"conv_2d.py": b""}, tmp_path, None, "convolutions", "ada")
    assert list(inbound.iterdir()) == [folder]
    # Until it is whole, it has no name that `nbgrader collect` looks for.
    assert not any(name for names in seen for name in names if not name.startswith("."))
