import os

import pytest

from grader.submission import Found, SizeLimits, read
from grader.submission.likeness import could_be_folder, could_be_notebook, is_of_others


def _filled(folder, *names, text='{"grade_id": "top5"}'):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("names", "could"),
    [
        (["top5.py"], True),
        (["exercises/top5.py", "data/x"], True),
        (["work/top5.py", "work/x"], True),
        (["a/b/exercises/top5.py", ".git/x", "__MACOSX/x", "fixtures/images/x.png"], True),
        (["work/top5.py", "x"], False),
        (["work/Top5.py", "work/exercises/a/top5.py"], False),
        (["top5.md", "figures/top5.png"], False),
        (["../outside/top5.py"], False),
    ],
)
def test_a_folder_looks_like_what_reading_finds_in_it(tmp_path, exercises, names, could):
    folder = _filled(tmp_path / "ada", *names)
    folder.mkdir(exist_ok=True)
    (folder / "empty" / "folder").mkdir(parents=True)
    (folder / "link.py").symlink_to("/etc/passwd")
    assert could_be_folder(folder, exercises) is could
    assert bool(read(Found("ada", folder, "folder"), exercises, SizeLimits()).modules) is could


def test_a_folder_with_a_graded_notebook_looks_like_one(tmp_path, exercises):
    assert could_be_folder(_filled(tmp_path / "a", "work/x.IPYNB"), exercises)
    assert could_be_folder(_filled(tmp_path / "b", "work/exercises/x.ipynb"), exercises)
    assert not could_be_folder(_filled(tmp_path / "c", "notes/x.ipynb", "data/x"), exercises)
    assert not could_be_folder(_filled(tmp_path / "d", "x.ipynb", text='{"source": "top5"}'), exercises)


def test_nothing_is_looked_at_through_a_link(tmp_path, exercises):
    (tmp_path / "link").symlink_to(_filled(tmp_path / "ada", "work/top5.py", "work/x.ipynb"))
    (tmp_path / "bela").mkdir()
    (tmp_path / "bela" / "work").symlink_to(tmp_path / "ada" / "work")
    assert not could_be_folder(tmp_path / "link", exercises)
    assert not could_be_folder(tmp_path / "bela", exercises)


@pytest.mark.parametrize(
    ("text", "could"),
    [
        ('{"grade_id": "top5"}', True),
        ('{"grade_id":\n"top5-2"}', True),
        ('{"grade_id": "top50"}', False),
        ('{"grade_id": "check-top5"}', False),
        ('{"text": "\\"grade_id\\": \\"top5\\""}', False),
    ],
)
def test_a_notebook_is_known_by_its_grade_ids(tmp_path, exercises, text, could):
    assert could_be_notebook(_filled(tmp_path, "x.ipynb", text=text) / "x.ipynb", exercises) is could


def test_a_notebook_too_large_to_look_through_could_be_one(tmp_path, exercises):
    with (tmp_path / "x.ipynb").open("wb") as file:
        file.truncate((128 << 20) + 1)
    assert could_be_notebook(tmp_path / "x.ipynb", exercises)
    os.mkfifo(tmp_path / "pipe.ipynb")
    assert not could_be_notebook(tmp_path / "pipe.ipynb", exercises)


@pytest.mark.parametrize(
    ("names", "others"),
    [
        (["intro/x.ipynb", "intro/timestamp.txt", "more/y.ipynb"], True),
        (["intro/x.ipynb", "hw1/mywork.py"], False),
        (["intro/x.ipynb", "readme.txt"], False),
        (["intro/x.ipynb", "intro/top5.py"], False),
        (["intro/more/x.ipynb"], False),
        ([], False),
    ],
)
def test_a_folder_of_other_assignments_holds_their_notebooks(tmp_path, exercises, names, others):
    folder = _filled(tmp_path / "ada", *names, text="{}")
    folder.mkdir(exist_ok=True)
    assert is_of_others(folder, exercises) is others


def test_a_notebook_that_speaks_of_an_exercise_is_of_ours(tmp_path, exercises):
    assert not is_of_others(_filled(tmp_path / "ada", "intro/x.ipynb", text='{"source": "top5"}'), exercises)


def test_more_than_can_be_read_looks_like_nothing(tmp_path, exercises):
    folder = tmp_path / "ada" / "work"
    folder.mkdir(parents=True)
    for number in range(20_001):
        os.close(os.open(folder / f"{number}.ipynb", os.O_CREAT))
    assert not could_be_folder(folder.parent, exercises)
    assert not is_of_others(folder.parent, exercises)
