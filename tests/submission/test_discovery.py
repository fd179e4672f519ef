import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission import Found, SizeLimits, SubmissionError, find, read


@pytest.fixture
def school(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def _student(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    (folder / name / "conv_2d.py").write_text("")
    return folder / name


def test_every_kind_of_child_is_found_sorted_by_name(school, exercises):
    _student(school, "ida")
    for name in ("b.zip", "c.tar", "D.Tar.GZ", "e.tgz", "f.ipynb", "a.b.ZIP", ".hidden.zip", ".git", "list.csv"):
        (school / name).touch()
    found, ignored = find([school], exercises)
    assert found == [
        Found("D", school / "D.Tar.GZ", "archive"),
        Found("a.b", school / "a.b.ZIP", "archive"),
        Found("b", school / "b.zip", "archive"),
        Found("c", school / "c.tar", "archive"),
        Found("e", school / "e.tgz", "archive"),
        Found("f", school / "f.ipynb", "notebook"),
        Found("ida", school / "ida", "folder"),
    ]
    assert ignored == [f"ignored: '{school}/list.csv' is no folder, archive or notebook"]


def test_a_folder_keeps_what_looks_like_an_ending(school, exercises):
    _student(school, "ada.zip")
    (school / "ada.zip.zip").touch()
    assert {each.name: each.path.name for each in find([school], exercises)[0]} == {
        "ada.zip": "ada.zip",
        "ada.zip.zip": "ada.zip.zip",
    }


def test_two_of_one_name_are_told_apart_by_their_endings(school, exercises):
    _student(school, "ada")
    for name in ("ada.zip", "bob.zip", "bob.ipynb", "bob.zip.tar", "eve.zip"):
        (school / name).touch()
    found, notes = find([school], exercises)
    assert {each.name: each.path.name for each in found} == {
        "ada": "ada", "ada.zip": "ada.zip", "bob.zip": "bob.zip", "bob.ipynb": "bob.ipynb",
        "bob.zip.tar": "bob.zip.tar", "eve": "eve.zip",
    }  # fmt: skip
    assert f"'{school}/ada.zip' is graded as 'ada.zip': another one is 'ada'" in notes
    assert len(notes) == 4


def test_two_of_one_name_in_two_folders_are_both_named_with_what_mends_it(school, exercises):
    (school / "a").mkdir()
    _student(school / "a", "ada")
    (school / "b").mkdir()
    (school / "b" / "ada.zip").touch()
    with pytest.raises(SubmissionError) as caught:
        find([school / "a", school / "b"], exercises)
    assert str(caught.value) == (
        f"two submissions are named 'ada': '{school}/a/ada' and '{school}/b/ada.zip'; "
        "rename or remove one of them and run the command again"
    )


def test_names_that_differ_only_in_case_are_two(school, exercises):
    (school / "Ada.zip").touch()
    (school / "ada.tar").touch()
    assert [each.name for each in find([school], exercises)[0]] == ["Ada", "ada"]


@pytest.mark.parametrize("inside", ["conv_2d.py", "exercises/top5.py"])
def test_a_folder_with_a_module_is_one_submission(tmp_path, exercises, inside):
    path = tmp_path / "ada" / inside
    path.parent.mkdir(parents=True)
    path.touch()
    (tmp_path / "ada" / "data").mkdir()
    assert find([tmp_path / "ada"], exercises) == ([Found("ada", tmp_path / "ada", "folder")], [])


def test_a_student_named_exercises_does_not_hide_the_class(school, exercises):
    _student(school, "exercises")
    _student(school, "ada")
    assert [each.name for each in find([school], exercises)[0]] == ["ada", "exercises"]


def test_a_module_that_nobody_packed_does_not_hide_the_class(tmp_path, exercises):
    for name, text in {
        "bela/conv_2d.py": "",
        "carl.ipynb": '{"grade_id": "conv_2d"}',
        "dora.zip": "",
        "conv_2d.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found, ignored = find([tmp_path], exercises)
    assert [one.name for one in found] == ["bela", "carl", "dora"]
    assert ignored == [f"ignored: {str(tmp_path / 'conv_2d.py')!r} is no folder, archive or notebook"]


KEPT = (
    "data/x.csv",
    "notes/top5.md",
    "figures/a/b.png",
    ".git/config",
    "__pycache__/top5.pyc",
    "plan.ipynb",
    "src/a.py",
)


@pytest.mark.parametrize("place", ["", "exercises/"])
def test_what_a_student_keeps_beside_the_work_makes_no_class(tmp_path, exercises, place):
    _written(tmp_path / "ada", f"{place}conv_2d.py", f"{place}helper/shapes.py", *KEPT)
    (tmp_path / "ada" / "plan.ipynb").write_text('{"source": "conv_2d", "text": "\\"grade_id\\": \\"top5\\""}')
    found, ignored = find([tmp_path / "ada"], exercises, "convolutions")
    assert (found, ignored) == ([Found("ada", tmp_path / "ada", "folder")], [])


def _written(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"grade_id": "conv_2d"}')


@pytest.mark.parametrize(
    "other",
    [
        "bela/done/exercises/top5.py",
        "bela/done/mine.ipynb",
        "bela/exercises/mine.ipynb",
        "bela/a/b/c/top5.py",
        "bela/convolutions/mine.ipynb",
        "bela.ipynb",
        "bela.tar.gz",
    ],
)
def test_a_student_named_exercises_does_not_swallow_a_neighbour(school, exercises, other):
    _written(school, "exercises/conv_2d.py", other, "bela/intro/x.csv" if "convolutions" in other else "list.csv")
    found, _ = find([school], exercises, "convolutions")
    assert [each.name for each in found] == ["bela", "exercises"]


@pytest.mark.parametrize("other", ["bela/done/top5.py", "bela.ipynb", "bela.zip"])
def test_a_folder_that_is_one_submission_or_a_class_is_neither(school, exercises, other):
    name = other.partition("/")[0]
    _written(school, "top5.py", other, "data/x.csv")
    with pytest.raises(SubmissionError) as caught:
        find([school], exercises)
    assert str(caught.value) == (
        f"'{school}' can be read as one submission, because top5.py lies in it, and as a class, because '{name}' "
        f"could be submissions of their own: if it is one submission, move '{name}' out of it; if it is a class, "
        "move top5.py into a folder that is named after its student; then run the command again"
    )


def test_a_link_named_exercises_makes_no_submission_of_a_class(school, exercises):
    (_student(school.parent, "elsewhere") / "top5.py").touch()
    (school / "exercises").symlink_to(school.parent / "elsewhere")
    (school / "bela").mkdir()
    assert [each.name for each in find([school], exercises)[0]] == ["bela", "exercises"]


def test_one_archive_or_notebook_is_one_submission(school, exercises):
    (school / "a.zip").touch()
    (school / "b.ipynb").touch()
    found, _ = find([school / "b.ipynb", school / "a.zip"], exercises)
    assert [(each.name, each.kind) for each in found] == [("a", "archive"), ("b", "notebook")]


def test_the_same_path_twice_is_one(school, exercises):
    _student(school, "ada")
    assert len(find([school, school / "ada"], exercises)[0]) == 1


def test_a_link_that_the_operator_gives_is_followed(school, exercises):
    _student(school, "ada")
    (school.parent / "me").symlink_to(school / "ada")
    assert find([school.parent / "me"], exercises)[0] == [Found("me", school / "ada", "folder")]


def test_links_and_pipes_in_a_class_never_block_nor_vanish(school, exercises):
    _student(school, "ada")
    os.mkfifo(school / "pipe")
    os.mkfifo(school / "eve.zip")
    (school / "link").symlink_to("/usr")
    (school / "loop").symlink_to("loop")
    (school / "mallory.zip").symlink_to("/nowhere")
    found, ignored = find([school], exercises)
    assert [each.name for each in found] == ["ada", "eve", "link", "mallory"]
    assert [line.split("'")[1] for line in ignored] == [f"{school}/loop", f"{school}/pipe"]


@pytest.mark.parametrize("name", ["missing", "a\0b"])
def test_a_path_that_is_not_there(tmp_path, exercises, name):
    with pytest.raises(SubmissionError, match=r"^no submission at .*; give the path of a folder, archive or notebook$"):
        find([tmp_path / name], exercises)


def test_a_file_that_is_no_submission(tmp_path, exercises):
    (tmp_path / "conv_2d.py").touch()
    with pytest.raises(SubmissionError, match=r"neither a folder nor .*; give a folder or a file that ends in \.tar"):
        find([tmp_path / "conv_2d.py"], exercises)


def test_a_class_without_anybody(school, exercises):
    with pytest.raises(SubmissionError, match=r"^no submission in .*; put a folder or a file"):
        find([school], exercises)


_NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"/" not in name and b"\0" not in name and not name.startswith(b".")
)


@given(names=st.sets(_NAMES, min_size=1, max_size=5))
def test_any_name_is_held_exactly(tmp_path_factory, exercises, names):
    school = tmp_path_factory.mktemp("names")
    for name in names:
        os.mkdir(os.path.join(os.fsencode(school), name))  # noqa: PTH102, PTH118
    found, ignored = find([school], exercises)
    assert [os.fsencode(each.name) for each in found] == sorted(names)
    assert ignored == []


def test_nbgraders_tree_is_known_by_the_assignments_folder(tmp_path, exercises):
    tmp_path = tmp_path / "submitted"
    for student, assignment in (("ada", "convolutions"), ("ada", "intro"), ("bela", "convolutions"), ("carl", "intro")):
        folder = tmp_path / student / assignment
        folder.mkdir(parents=True)
        (folder / "notebook.ipynb").write_text("{}")
    (tmp_path / "dora").mkdir()
    (tmp_path / "dora" / "conv_2d.py").write_text("")
    found, ignored = find([tmp_path], exercises, "convolutions")
    assert [(one.name, one.path.relative_to(tmp_path).as_posix()) for one in found] == [
        ("ada", "ada/convolutions"),
        ("bela", "bela/convolutions"),
        ("dora", "dora"),
    ]
    assert ignored == [f"ignored: {str(tmp_path / 'carl')!r} holds nothing for convolutions"]


def test_a_folder_like_nbgraders_costs_nobody_else_a_record(tmp_path, exercises):
    others = {
        "bela/things/conv_2d.py": "",
        "carl/homework.ipynb": "{}",
        "dora/things/mine.ipynb": '{"grade_id": "conv_2d"}',
        "eric/things/mine.ipynb": '{"grade_id": "intro"}',
        "fred/hw1/mywork.py": "",
    }
    for name, text in others.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "dave").mkdir()
    before = find([tmp_path], exercises, "convolutions")
    (tmp_path / "zoe" / "convolutions").mkdir(parents=True)
    (tmp_path / "zoe" / "convolutions" / "notebook.ipynb").write_text("{}")
    found, ignored = find([tmp_path], exercises, "convolutions")
    assert (found[:-1], ignored) == before
    assert [one.name for one in found] == ["bela", "carl", "dave", "dora", "eric", "fred", "zoe"]


def test_in_nbgraders_tree_only_other_assignments_notebooks_are_ignored(tmp_path, exercises):
    school = tmp_path / "submitted"
    _written(school, "ada/convolutions/x.ipynb", "bela/hw1/mywork.py", "carl/intro/x.ipynb", "dave/intro/more/x.ipynb")
    for name in ("carl/intro/x.ipynb", "dave/intro/more/x.ipynb"):
        (school / name).write_text("{}")
    found, ignored = find([school], exercises, "convolutions")
    assert [each.name for each in found] == ["ada", "bela", "dave"]
    assert ignored == [f"ignored: '{school}/carl' holds nothing for convolutions"]


def test_a_link_to_somebody_elses_notebook_is_not_followed(tmp_path, exercises):
    theirs = tmp_path / "ada" / "convolutions"
    theirs.mkdir(parents=True)
    (theirs / "notebook.ipynb").write_text("{}")
    (tmp_path / "bela").mkdir()
    (tmp_path / "bela" / "convolutions").symlink_to(theirs)
    found, ignored = find([tmp_path], exercises, "convolutions")
    assert [one.name for one in found] == ["ada", "bela"]
    assert ignored == []
    assert read(found[1], exercises, SizeLimits()).refused == "it is a link"


def test_folders_in_folders_without_end_cost_nobody_a_record(tmp_path, exercises, dig):
    (tmp_path / "ada" / "convolutions").mkdir(parents=True)
    (tmp_path / "ada" / "convolutions" / "notebook.ipynb").write_text("{}")
    os.close(dig(tmp_path / "eve"))
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "top5.py").touch()
    found, _ = find([tmp_path], exercises, "convolutions")
    assert [one.name for one in found] == ["ada", "eve", "exercises"]
