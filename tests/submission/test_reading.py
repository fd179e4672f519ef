import gzip
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission import Found, SizeLimits, manifest, read

FILES = {"conv_2d.py": b"x = 1\n", "helper/shapes.py": b"y", "top5.py": b"z"}


def _write(folder: Path, files) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_packaging_makes_no_difference(tmp_path, zip_of, tar_of, read_bytes, read_folder):
    mixed = random.Random(5).sample(sorted(FILES.items()), len(FILES))
    submissions = [
        read_folder(_write(tmp_path / "a", FILES)),
        read_bytes("a.zip", zip_of(*mixed)),
        read_bytes("a.tar", tar_of(*mixed)),
        read_bytes("a.tgz", gzip.compress(tar_of(*FILES.items()))),
        read_bytes("a.zip", zip_of(*((f"a work/{path}", content) for path, content in mixed), ("__MACOSX/x", b"!"))),
    ]
    assert all(submission == submissions[0] for submission in submissions)
    assert submissions[0].files == FILES
    assert submissions[0].modules == {"conv_2d": "conv_2d.py", "top5": "top5.py"}
    assert list(submissions[0].files) == sorted(FILES)


def test_the_whole_folder_of_the_course_is_its_exercises(tmp_path, zip_of, tar_of, read_bytes, read_folder):
    large = b"\0" * (SizeLimits().file_bytes + 1)
    course = {f"exercises/{path}": content for path, content in FILES.items()}
    course |= {"fixtures/models/net.pb": large, "fixtures/images/a.png": large, "exercises-0.1-py3-none-any.whl": large}
    submissions = [
        read_folder(_write(tmp_path / "a", course)),
        read_bytes("a.zip", zip_of(*((f"course/{path}", content) for path, content in course.items()))),
        read_bytes("a.tar", tar_of(*course.items())),
    ]
    assert all(submission == submissions[0] for submission in submissions)
    assert submissions[0].files == {f"exercises/{path}": content for path, content in FILES.items()}
    assert submissions[0].modules["conv_2d"] == "exercises/conv_2d.py"
    assert submissions[0].notes == ("left out: fixtures, wheels (given)",)


@pytest.mark.parametrize(
    "other",
    [
        {"conv_2d.py": b"x = 2\n", "helper/shapes.py": b"y", "top5.py": b"z"},
        {"conv_2d.py": b"x = 1\n", "helper/shape.py": b"y", "top5.py": b"z"},
        {"conv_2d.py": b"x = 1\n", "helper/shapes.py": b"", "top5.py": b"yz"},
        {"conv_2d.py": b"x = 1\n", "helper/shapes.py": b"y"},
    ],
)
def test_the_hash_tells_contents_apart(zip_of, read_bytes, other):
    assert read_bytes("a.zip", zip_of(*FILES.items())).sha256 != read_bytes("a.zip", zip_of(*other.items())).sha256


def test_the_hash_stays_what_it_was(zip_of, read_bytes):
    # Results are looked up by it: a change here makes every stored result run again.
    assert (
        read_bytes("a.zip", zip_of(*FILES.items())).sha256
        == "2d83c2afffa2fd40167b7d9e92f8cf5fb9451616c1a22bbda63816af036d9148"
    )


def test_the_root_wins_over_exercises(zip_of, read_bytes):
    packed = zip_of(("exercises/conv_2d.py", b"1"), ("conv_2d.py", b"2"), ("exercises/top5.py", b"3"))
    submission = read_bytes("a.zip", packed)
    assert submission.modules == {"conv_2d": "conv_2d.py", "top5": "exercises/top5.py"}
    assert set(submission.files) == {"conv_2d.py", "exercises/conv_2d.py", "exercises/top5.py"}


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["a/b/conv_2d.py", "a/b/x"], "a/b/"),
        (["a/exercises/conv_2d.py"], "a/"),
        (["exercises/conv_2d.py", "exercises/sub/top5.py"], ""),
        (["a/conv_2d.py", "b/x"], ""),
        (["a/conv_2d.py", "README"], ""),
        (["a/conv_2d.py", ".DS_Store", "__MACOSX/a/._conv_2d.py", "__pycache__/x.pyc"], "a/"),
        (["exercises/exercises/top5.py"], "exercises/"),
    ],
)
def test_the_one_folder_around_everything_is_looked_into(zip_of, read_bytes, names, root):
    submission = read_bytes("a.zip", zip_of(*((name, b"") for name in names)))
    work = [name for name in names if not name.startswith((".", "__"))]
    assert set(submission.files) == {name.removeprefix(root) for name in work}


BESIDE = ("grader-manifest.json", "timestamp.txt", "submission_secret.txt")


def test_what_submit_and_nbgrader_put_beside_the_folder_is_not_looked_at(zip_of, read_bytes):
    hashes = manifest.make({"hw/conv_2d.py": b"x", "hw/utils/a.py": b""}, "convolutions", "0.1.0")
    inside = [("hw/conv_2d.py", b"x"), ("hw/utils/a.py", b"")]
    submission = read_bytes("a.zip", zip_of(*inside, *zip(BESIDE, (hashes, b"", b""), strict=True)))
    assert submission.modules == {"conv_2d": "conv_2d.py"}
    assert submission.files == {"conv_2d.py": b"x"}
    assert submission.notes == ("left out: utils (given)",)
    changed = read_bytes("a.zip", zip_of(("hw/conv_2d.py", b"y"), inside[1], (BESIDE[0], hashes)))
    assert "manifest: 'hw/conv_2d.py' is not as it was handed in" in changed.notes


def test_the_manifest_in_the_folder_is_believed_if_there_is_none_beside(zip_of, read_bytes):
    hashes = manifest.make({"conv_2d.py": b"x"}, "convolutions", "0.1.0")
    submission = read_bytes("a.zip", zip_of(("hw/conv_2d.py", b"y"), ("hw/grader-manifest.json", hashes)))
    assert submission.notes == ("manifest: 'conv_2d.py' is not as it was handed in",)
    assert set(submission.files) == {"conv_2d.py"}


def test_given_files_are_left_out(zip_of, read_bytes):
    mine = ["conv_2d.py", "exercises/top5.py", "exercises/my_utils.py", "sub/utils.py", "utilsx.py", "utils.txt"]
    given_ones = ["utils.py", "utils/a/b.py", "exercises/utils.py", "exercises/utils/x.py", "utils.cpython-311-x.so"]
    submission = read_bytes("a.zip", zip_of(*((name, b"") for name in [*mine, *given_ones, "exercises/__init__.py"])))
    assert set(submission.files) == set(mine)
    assert submission.notes == ("left out: utils (given)",)


def test_a_submission_without_a_module_says_so(zip_of, read_bytes):
    submission = read_bytes("a.zip", zip_of(("Conv2D.py", b"")))
    assert (submission.modules, submission.refused) == ({}, None)
    assert submission.notes == (
        "none of its files is a module of convolution_chain or conv_2d or subgraph or top5, "
        "at its root or under exercises/",
    )


def test_nothing_at_all_is_refused(tmp_path, zip_of, read_bytes, read_folder):
    (tmp_path / "empty").mkdir()
    for submission in (
        read_folder(tmp_path / "empty"),
        read_bytes("a.zip", zip_of()),
        read_bytes("a.zip", zip_of(("utils/x.py", b""), ("utils/y.py", b""), ("exercises/utils.py", b""))),
    ):
        assert submission.refused == "nothing in it can be graded"
        assert (submission.files, submission.modules) == ({}, {})


def test_a_refusal_keeps_its_notes(zip_of, read_bytes):
    submission = read_bytes("a.zip", zip_of(("../conv_2d.py", b"")))
    assert submission.refused == "nothing in it can be graded"
    assert submission.notes == ("left out: climbing path '../conv_2d.py'",)


def test_a_notebook_is_a_submission(notebook_of, cell, read_bytes):
    packed = notebook_of(cell("conv_2d", "x = 1"), cell("top5-a", "y = 2"))
    submission = read_bytes("ada.ipynb", packed, imports="import math")
    assert submission.modules == {"conv_2d": "conv_2d.py", "top5": "top5.py"}
    assert submission.files["top5.py"] == b"# coding: utf-8 (top5 from the notebook)\nimport math\n\ny = 2\n"
    assert set(submission.files) == {"conv_2d.py", "top5.py"}


@pytest.mark.parametrize(
    ("packed", "refused"),
    [
        (b"{", "it is no notebook: its JSON is damaged or cut short"),
        (
            b'{"nbformat": 4, "cells": []}',
            "no code cell of it has a grade id of convolution_chain or conv_2d or subgraph or top5",
        ),
    ],
)
def test_a_notebook_that_cannot_be_graded_is_refused(read_bytes, packed, refused):
    assert read_bytes("ada.ipynb", packed).refused == refused


def test_a_notebook_over_its_limit_is_refused(notebook_of, cell, read_bytes):
    packed = notebook_of(cell("conv_2d", "x = 1"))
    assert read_bytes("a.ipynb", packed, SizeLimits(notebook_bytes=len(packed))).refused is None
    refused = read_bytes("a.ipynb", packed, SizeLimits(notebook_bytes=len(packed) - 1)).refused
    assert refused == f"its file is larger than {len(packed) - 1} bytes"


def test_notebooks_fill_in_for_modules_that_are_missing(tmp_path, notebook_of, cell, read_folder):
    submission = read_folder(
        _write(
            tmp_path / "student",
            {
                "tutorial/conv_2d.py": b"mine",
                "tutorial/1.ipynb": b"broken",
                "tutorial/2.ipynb": notebook_of(cell("conv_2d", "theirs"), cell("top5", "first")),
                "tutorial/3.ipynb": notebook_of(cell("top5", "second"), cell("subgraph", "third")),
                "tutorial/old/4.ipynb": notebook_of(cell("convolution_chain", "fourth")),
                "tutorial/.ipynb_checkpoints/5.ipynb": notebook_of(cell("convolution_chain", "fifth")),
            },
        )
    )
    assert submission.files["conv_2d.py"] == b"mine"
    assert submission.files["top5.py"].endswith(b"\nfirst\n")
    assert submission.files["subgraph.py"].endswith(b"\nthird\n")
    assert set(submission.files) == {"conv_2d.py", "top5.py", "subgraph.py"}
    assert submission.notes == ("left out: notebook '1.ipynb': it is no notebook: its JSON is damaged or cut short",)


def test_outputs_of_a_notebook_do_not_change_the_hash(notebook_of, cell, read_bytes):
    bare = cell("conv_2d", "x = 1")
    assert (
        read_bytes("a.ipynb", notebook_of(bare)).sha256
        == read_bytes("b.ipynb", notebook_of(bare | {"outputs": [{"text": "ran"}]}, metadata={"kernelspec": {}})).sha256
    )


def test_an_archive_too_large_to_open_is_refused(tmp_path, exercises):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.truncate(SizeLimits().packed_bytes + 1)
    assert read(Found("a", path, "archive"), exercises, SizeLimits()).refused == "its file is larger than 161 MiB"


def test_a_file_that_is_gone_is_refused(tmp_path, exercises):
    refused = read(Found("a", tmp_path / "a.zip", "archive"), exercises, SizeLimits()).refused
    assert refused == "its file cannot be read (No such file or directory)"


def test_the_name_is_held_exactly(tmp_path, exercises):
    name = os.fsdecode(b"a\xff;$(x)")
    _write(tmp_path / name, FILES)
    assert read(Found(name, tmp_path / name, "folder"), exercises, SizeLimits()).name == name


@given(st.sampled_from(["a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.ipynb"]), st.binary(max_size=2000), st.booleans())
def test_any_bytes_give_a_submission(read_bytes, name, content, squeezed):
    submission = read_bytes(name, gzip.compress(content) if squeezed else content)
    assert submission.refused
    assert (submission.files, submission.modules) == ({}, {})
    assert len(submission.sha256) == 64
