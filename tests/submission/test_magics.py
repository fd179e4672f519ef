import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.magics import without_future, without_magics


@pytest.mark.parametrize(
    ("line", "harmless"),
    [
        ("%matplotlib inline", "pass  # not run: %matplotlib inline"),
        ("    !rm -rf /", "    pass  # not run: !rm -rf /"),
        ("!!ls", "pass  # not run: !!ls"),
        ("?np.mean", "pass  # not run: ?np.mean"),
        ("np.mean?", "pass  # not run: np.mean?"),
        ("np.mean??  ", "pass  # not run: np.mean??  "),
        ("files = !ls", "files = None  # not run: !ls"),
        ("  a, b = %magic x", "  a, b = None  # not run: %magic x"),
        ("x[0]=!ls", "x[0]= None  # not run: !ls"),
    ],
)
def test_notebook_lines_become_python(line, harmless):
    assert without_magics(f"if 1:\n{line}" if line[0] == " " else line).removeprefix("if 1:\n") == harmless
    compile(harmless if line[0] != " " else f"if 1:\n{harmless}", "cell", "exec")


@pytest.mark.parametrize(
    "cell",
    [
        "x = 7 % 3",
        "x %= 3",
        "ok = a != b",
        "x = (7\n% 3)",
        "x = 7 \\\n% 3",
        'text = """\n%matplotlib\n!ls\nwhat?\n"""',
        "text = '''\n\"\"\"\n!ls\n'''",
        "text = 'a\\\n!b'",
        "text = r'\\'\nx = [\n% y]",
        "s = '(' # (\nx = {\n  'a': 1\n}",
        "# really?",
        "print('why?')",
        "x = 'a''b'\ny = ''",
        "f(a='!x', b='%y')",
        "if a == b: pass",
        "    # why\nif a:\n    b",
        "\n\n",
    ],
)
def test_python_stays_as_it_is(cell):
    assert without_magics(cell) == cell


def test_quotes_and_brackets_of_a_magic_open_nothing():
    assert without_magics("!echo it's (\n!ls\nx = 1") == ("pass  # not run: !echo it's (\npass  # not run: !ls\nx = 1")


def test_a_magic_goes_on_behind_a_backslash():
    assert without_magics("!ls \\\n  -l \\\n  /\nx = 1") == (
        "pass  # not run: !ls \\\n# not run:   -l \\\n# not run:   /\nx = 1"
    )


def test_an_unclosed_string_ends_with_its_line():
    assert without_magics("x = 'oops\n!ls") == "x = 'oops\npass  # not run: !ls"


@pytest.mark.parametrize("magic", ["time", "timeit -n 3", "capture out", "prun"])
def test_the_body_of_a_timing_magic_is_kept(magic):
    assert without_magics(f"\n%%{magic}\nx = 1\n!ls") == f"\n# not run: %%{magic}\nx = 1\npass  # not run: !ls"


@pytest.mark.parametrize("magic", ["bash", "writefile conv_2d.py", "", "html", "timer"])
def test_any_other_cell_magic_takes_its_cell_away(magic):
    assert without_magics(f"%%{magic}\nimport os") is None


def test_a_cell_magic_further_down_is_only_a_line():
    assert without_magics("x = 1\n%%bash") == "x = 1\npass  # not run: %%bash"


def test_future_statements_are_taken_out():
    source = '"""doc\nfrom __future__ import division\n"""\nfrom __future__ import annotations, division # why\nx = 1'
    body, features = without_future(source)
    assert features == ("annotations", "division")
    assert body.count("\n") == source.count("\n")
    assert body.splitlines()[3].startswith("# at the top:")
    assert body.splitlines()[1] == "from __future__ import division"


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("    def f():\n        return 1\n", "def f():\n    return 1\n"),
        ("\n  \n  x = 1\n\n  !ls\n y = 2", "\n\nx = 1\n\npass  # not run: !ls\n y = 2"),
        ("\t# why\n\tx = 1", "# why\nx = 1"),
        ("%%time\n    x = 1\n    y = 2", "# not run: %%time\nx = 1\ny = 2"),
        ("  %%time\n  x = 1", "# not run: %%time\nx = 1"),
        ("x = 1\n  y = 2", "x = 1\n  y = 2"),
    ],
)
def test_a_cell_that_is_indented_throughout_is_taken_back(cell, python):
    assert without_magics(cell) == python


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        (">>> def f():\n...     return 1\n>>> x = f()", "def f():\n    return 1\nx = f()"),
        ("\n>>> x = ...\n>>> !ls", "\nx = ...\npass  # not run: !ls"),
        ("In [1]: x = [\n   ...:     1]\nIn [2]: y = 2", "x = [\n    1]\ny = 2"),
        ("  >>> x = 1\u2028\n  >>> y = 2", "x = 1\u2028\ny = 2"),
    ],
)
def test_a_cell_that_was_pasted_with_its_prompts_loses_them(cell, python):
    assert without_magics(cell) == python


@pytest.mark.parametrize(
    "cell", ['def f():\n    """Add.\n\n    >>> f()\n    1\n    """', 'x = """\n>>> f()\n"""', "...\nx = 1"]
)
def test_a_doctest_is_no_prompt(cell):
    assert without_magics(cell) == cell


@pytest.mark.parametrize(
    ("source", "body", "features"),
    [
        (
            "from __future__ import (annotations)\nx = 1",
            "# at the top: from __future__ import (annotations)\nx = 1",
            ("annotations",),
        ),
        (
            "from __future__ import (  # (why\n    annotations,  # )\n\n    division as d,\n)\nx = 1",
            "# at the top: from __future__ import (  # (why\n# at the top:     annotations,  # )\n# at the top: \n"
            "# at the top:     division as d,\n# at the top: )\nx = 1",
            ("annotations", "division as d"),
        ),
        (
            "from __future__ import annotations, \\\n  division",
            "# at the top: from __future__ import annotations, \\\n# at the top:   division",
            ("annotations", "division"),
        ),
        ("from __future__ import annotations; x = 1", "x = 1", ("annotations",)),
        ("from __future__ import annotations;", "# at the top: from __future__ import annotations;", ("annotations",)),
        (
            "from __future__ import (division\n); from __future__ import annotations; x = [\n1]",
            "# at the top: from __future__ import (division\nx = [\n1]",
            ("division", "annotations"),
        ),
        ("from __future__ import (annotations", "from __future__ import (annotations", ()),
        ("if a:\n    from __future__ import b", "if a:\n    from __future__ import b", ()),
        ("from __future__ import *", "from __future__ import *", ()),
    ],
)
def test_future_statements_of_any_form(source, body, features):
    assert without_future(source) == (body, features)


def test_a_future_statement_that_never_ends_takes_no_time():
    source = "from __future__ import (" + "#a\\" * 20_000
    assert without_future(source) == (source, ())
    many = "from __future__ import a;" * 2000
    assert without_future(many)[1] == ("a",) * 2000


_FRAGMENTS = st.lists(
    st.sampled_from(
        ["!ls", "%x", "?", "'", '"', "'''", '"""', "(", ")", "\\", "#", "\n", "\n", " ", "a", "=", "%%", "b?"]
    )
).map("".join)


@given(_FRAGMENTS)
def test_no_line_is_lost_and_twice_is_once(cell):
    once = without_magics(cell)
    if once is not None:
        assert once.count("\n") == cell.count("\n")
        assert without_magics(once) == once


@given(_FRAGMENTS)
def test_what_python_understands_is_never_changed(cell):
    try:
        compile(cell, "cell", "exec")
    except (SyntaxError, ValueError):
        return
    assert without_magics(cell) == cell


def test_the_cell_magic_of_our_own_check_is_only_a_comment():
    assert without_magics("%%exercise conv_2d\nx = 1") == "# not run: %%exercise conv_2d\nx = 1"
