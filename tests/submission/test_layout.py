import pytest

from grader.submission.layout import is_at_hand, module, root


@pytest.mark.parametrize(
    ("paths", "top"),
    [
        ({"a/b/top5.py", "a/b/x"}, "a/b/"),
        ({"a/exercises/top5.py"}, "a/"),
        ({"exercises/top5.py", "exercises/x"}, ""),
        ({"a/x", "b/top5.py"}, ""),
        ({"a/x"}, "a/"),
        ({"x"}, ""),
        (set(), ""),
    ],
)
def test_the_folder_around_everything(exercises, paths, top):
    assert root(paths, exercises) == top


def test_the_module_at_the_root_wins():
    assert module("top5", {"exercises/top5.py", "top5.py"}) == "top5.py"
    assert module("top5", {"exercises/top5.py", "a/top5.py"}) == "exercises/top5.py"
    assert module("top5", {"a/top5.py"}) is None


def test_notebooks_are_looked_into_where_modules_may_lie():
    assert [is_at_hand(path) for path in ("x.ipynb", "exercises/x.ipynb", "a/x.ipynb")] == [True, True, False]
