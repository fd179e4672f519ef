import os
import socket

import pytest

from grader.submission import Found, SizeLimits, read
from grader.submission.folder import NotRegularError, read_regular


@pytest.fixture
def ada(tmp_path):
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "conv_2d.py").write_bytes(b"x = 1\r\n")
    return folder


def test_files_come_as_they_are(ada, read_folder):
    (ada / "helper").mkdir()
    (ada / "helper" / "__init__.py").write_bytes(b"\xff\x00")
    (ada / "empty").mkdir()
    submission = read_folder(ada)
    assert submission.files == {"conv_2d.py": b"x = 1\r\n", "helper/__init__.py": b"\xff\x00"}
    assert submission.modules == {"conv_2d": "conv_2d.py"}
    assert (submission.notes, submission.refused) == ((), None)


def test_links_pipes_and_sockets_are_left_out_without_blocking(ada, read_folder, monkeypatch):
    (ada / "top5.py").symlink_to("/etc/passwd")
    (ada / "away").symlink_to("/etc")
    os.mkfifo(ada / "subgraph.py")
    monkeypatch.chdir(ada)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("sock")
    submission = read_folder(ada)
    assert list(submission.files) == ["conv_2d.py"]
    assert submission.notes == (
        "left out: link 'away'",
        "left out: link 'top5.py'",
        "left out: pipe 'subgraph.py'",
        "left out: socket 'sock'",
    )


@pytest.mark.parametrize(
    ("name", "note"),
    [
        (b"a\\b", "left out: backslash in the name of 'a\\\\b'"),
        (b"a\nb", "left out: control character in the name of 'a\\nb'"),
        (b"a\xff", "left out: name that isn't UTF-8: 'a\\udcff'"),
        (b"C:x", "left out: absolute path 'C:x'"),
    ],
)
def test_names_that_are_no_paths_are_left_out(ada, read_folder, name, note):
    with open(os.path.join(os.fsencode(ada), name), "wb"):  # noqa: PTH118, PTH123
        pass
    submission = read_folder(ada)
    assert (list(submission.files), submission.notes) == (["conv_2d.py"], (note,))


def test_litter_is_not_even_walked(ada, read_folder):
    (ada / ".git").mkdir()
    for number in range(20):
        (ada / ".git" / str(number)).touch()
    assert list(read_folder(ada, SizeLimits(members=2)).files) == ["conv_2d.py"]


def test_a_deep_folder_ends_with_a_note(ada, read_folder):
    deep = ada
    for _ in range(80):
        deep = deep / "d"
        deep.mkdir()
    (deep / "x.py").touch()
    submission = read_folder(ada)
    assert (list(submission.files), submission.notes) == (["conv_2d.py"], ("left out: folders deeper than 64",))


def test_a_file_of_a_terabyte_is_refused_at_once(ada, read_folder):
    with (ada / "data.bin").open("wb") as file:
        file.truncate(1 << 40)
    assert read_folder(ada).refused == "'data.bin' is larger than 8 MiB"


@pytest.mark.parametrize(("spare", "refused"), [(0, None), (-1, "more than 6 bytes come out of it")])
def test_the_limit_is_exact(ada, read_folder, spare, refused):
    assert read_folder(ada, SizeLimits(bytes=7 + spare)).refused == refused


def test_a_crowded_folder_is_refused(ada, read_folder):
    for number in range(5):
        (ada / str(number)).touch()
    assert read_folder(ada, SizeLimits(members=5)).refused == "it holds more than 5 members"


def test_a_folder_that_is_a_link_or_gone_is_refused(ada, read_folder, tmp_path):
    (tmp_path / "eve").symlink_to(ada)
    assert read_folder(tmp_path / "eve").refused == "it is a link"
    assert read_folder(tmp_path / "gone").refused == "its folder cannot be read (No such file or directory)"


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_an_archive_that_is_no_file_is_refused(tmp_path, exercises, kind):
    path = tmp_path / "eve.zip"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    refused = read(Found("eve", path, "archive"), exercises, SizeLimits()).refused
    assert refused == "it is a link, a pipe or a device, not a file"


def test_read_regular_gives_one_byte_more_than_asked_to_tell(ada):
    assert read_regular(ada / "conv_2d.py", 7) == b"x = 1\r\n"
    assert read_regular(ada / "conv_2d.py", 3) == b"x = "
    with pytest.raises(NotRegularError):
        read_regular(ada, 3)
