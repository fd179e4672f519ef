import pytest

from grader.submission.intake import Intake, RefusedError, SizeLimits, in_words


def test_exactly_the_limit_is_kept_and_one_byte_more_is_not():
    intake = Intake(SizeLimits(bytes=10, file_bytes=6))
    intake.keep("a", b"x" * 6)
    intake.keep("b", b"x" * 4)
    assert intake.room("c") == 0
    intake.keep("empty", b"")
    with pytest.raises(RefusedError, match=r"^more than 10 bytes come out of it$"):
        intake.keep("c", b"x")


def test_a_single_file_over_its_limit_is_named():
    intake = Intake(SizeLimits(bytes=10, file_bytes=6))
    with pytest.raises(RefusedError, match=r"^'a' is larger than 6 bytes$"):
        intake.keep("a", b"x" * 7)


def test_files_are_counted_and_copies_too():
    intake = Intake(SizeLimits(files=2))
    intake.keep("a", b"1")
    intake.keep("a", b"2")
    assert intake.files == {"a": b"2"}
    assert intake.notes() == ("left out: earlier copy of 'a'",)
    with pytest.raises(RefusedError, match=r"^it holds more than 2 files$"):
        intake.keep("b", b"")


def test_folders_are_counted_once_each():
    intake = Intake(SizeLimits(folders=3))
    intake.keep("a/b/one", b"")
    intake.keep("a/b/two", b"")
    intake.keep("a/c/three", b"")
    with pytest.raises(RefusedError, match=r"^its files lie in more than 3 folders$"):
        intake.keep("d/four", b"")


def test_members_are_counted_whatever_becomes_of_them():
    intake = Intake(SizeLimits(members=2))
    assert intake.meet(".git/a") is None
    assert intake.meet("../a") is None
    with pytest.raises(RefusedError, match=r"^it holds more than 2 members$"):
        intake.meet("b")


def test_notebooks_have_a_room_of_their_own():
    intake = Intake(SizeLimits(bytes=4, file_bytes=4, notebook_bytes=8))
    intake.keep("n.IPYNB", b"x" * 8)
    intake.keep("a", b"x" * 4)
    assert (list(intake.files), list(intake.notebooks)) == (["a"], ["n.IPYNB"])
    with pytest.raises(RefusedError, match=r"^its notebooks are larger than 8 bytes$"):
        intake.keep("m.ipynb", b"x")


def test_notes_are_sorted_and_a_flood_is_counted():
    intake = Intake(SizeLimits())
    for number in reversed(range(60)):
        intake.note(f"{number:02}")
    assert intake.notes() == (*(f"{number:02}" for number in range(50)), "and 10 more")


def test_litter_leaves_no_note():
    intake = Intake(SizeLimits())
    assert intake.meet(".git/link", left_out="link") is None
    assert intake.notes() == ()


@pytest.mark.parametrize(("size", "words"), [(8 << 20, "8 MiB"), (1500, "1500 bytes"), (0, "0 bytes")])
def test_sizes_in_words(size, words):
    assert in_words(size) == words
