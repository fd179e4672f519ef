import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.member import UnsafeNameError, is_given, is_litter, safe_path, shown


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("conv_2d.py", "conv_2d.py"),
        ("./conv_2d.py", "conv_2d.py"),
        ("a//b/./c", "a/b/c"),
        ("folder/", "folder"),
        ("größe é.py", "größe é.py"),
        ("...", "..."),
        ("a..b", "a..b"),
        ("./", ""),
        ("it's; $(rm -rf) <b>", "it's; $(rm -rf) <b>"),
    ],
)
def test_ordinary_names_become_paths(name, path):
    assert safe_path(name) == path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "absolute path"),
        ("//x", "absolute path"),
        ("\\\\host\\share", "absolute path"),
        ("C:/x", "absolute path"),
        ("c:x", "absolute path"),
        ("../x", "climbing path"),
        ("a/../../x", "climbing path"),
        ("a/..", "climbing path"),
        ("..\\x", "climbing path"),
        ("a\\b", "backslash in the name of"),
        ("a\0b", "control character in the name of"),
        ("a\nb", "control character in the name of"),
        ("a\x1b[2Jb", "control character in the name of"),
        ("a\udcffb", "name that isn't UTF-8:"),
        ("x" * 256, "name too long:"),
        ("é" * 128, "name too long:"),
        ("ab/" * 400, "name too long:"),
    ],
)
def test_dangerous_names_are_refused_with_the_reason(name, reason):
    with pytest.raises(UnsafeNameError) as caught:
        safe_path(name)
    assert str(caught.value) == reason


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_no_name_becomes_a_path_that_leaves_its_folder(name):
    try:
        path = safe_path(name)
    except UnsafeNameError:
        return
    path.encode()
    assert not path.startswith("/")
    assert path == "" or all(part not in ("", ".", "..") for part in path.split("/"))


@pytest.mark.parametrize(
    "path", [".git/config", "a/.DS_Store", "__MACOSX/a", "a/__pycache__/b", "x.pyc", ".ipynb_checkpoints/n.ipynb"]
)
def test_litter_is_known(path):
    assert is_litter(path)


@pytest.mark.parametrize("path", ["conv_2d.py", "a/b.c", "MACOSX/a", "pyc"])
def test_work_is_no_litter(path):
    assert not is_litter(path)


@pytest.mark.parametrize(
    "path",
    [
        "fixtures/models/tiny.pb",
        "course/fixtures/images",
        "a/b/fixtures/images/chelsea.png",
        "exercises-0.1.whl",
        "c/x.whl",
    ],
)
def test_what_was_handed_out_is_given(path):
    assert is_given(path)


@pytest.mark.parametrize(
    "path", ["fixtures/mine.py", "fixtures", "fixtures/images.py", "myfixtures/images/a", "whl", "x.whl/a"]
)
def test_work_is_not_given(path):
    assert not is_given(path)


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_shown_names_are_printable_and_short(name):
    text = shown(name)
    text.encode()
    assert text.isprintable()
    assert len(text) <= 10 * 121 + 2
