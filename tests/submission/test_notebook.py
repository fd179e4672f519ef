import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission import Found, SizeLimits, read
from grader.submission.notebook import NotebookError, extract, without_no_numbers

HEAD = "# coding: utf-8 (conv_2d from the notebook)\n"


def _module(content, imports=""):
    return extract(content, ("conv_2d", "top5"), imports).modules["conv_2d"]


def test_cells_of_a_grade_id_are_joined_in_order(notebook_of, cell):
    content = notebook_of(
        cell("conv_2d-part2", "b = 2"),
        cell("top5", ["c = 3\n", "d = 4"]),
        {"cell_type": "markdown", "metadata": {"nbgrader": {"grade_id": "conv_2d"}}, "source": "text"},
        {"cell_type": "code", "metadata": {}, "source": "e = 5"},
        cell("conv_2d", "a = 1\n"),
        cell("conv_2d_more", "f = 6"),
        cell("conv_2d", "a = 7"),
    )
    assert extract(content, ("conv_2d", "top5", "subgraph"), "").modules == {
        "conv_2d": f"{HEAD}b = 2\n\na = 1\n\na = 7\n",
        "top5": "# coding: utf-8 (top5 from the notebook)\nc = 3\nd = 4\n",
    }


def test_the_instructors_imports_come_first_whatever_the_student_made_of_them(notebook_of, cell):
    locked = {"locked": True, "solution": False}
    content = notebook_of(cell("imports", "import evil", **locked), cell("conv_2d", "x = 1"))
    assert _module(content, "import numpy as np\n") == f"{HEAD}import numpy as np\n\nx = 1\n"
    assert _module(content, None) == f"{HEAD}import evil\n\nx = 1\n"


@pytest.mark.parametrize(
    "flags", [{"locked": False, "solution": False}, {"locked": True}, {"locked": True, "grade": True}]
)
def test_only_a_locked_cell_is_the_instructors(notebook_of, cell, flags):
    content = notebook_of(cell("imports", "import evil", **flags), cell("conv_2d", "x = 1"))
    assert _module(content, None) == f"{HEAD}x = 1\n"


def test_magics_never_run(notebook_of, cell):
    extracted = extract(
        notebook_of(cell("conv_2d", "%matplotlib inline\nx = 1"), cell("conv_2d-b", "%%bash\nrm -rf /")),
        ("conv_2d",),
        "",
    )
    assert extracted.modules == {"conv_2d": f"{HEAD}pass  # not run: %matplotlib inline\nx = 1\n"}
    assert extracted.notes == ("left out: cells of conv_2d that are not Python, but a cell magic's",)


def test_a_module_of_cells_compiles_as_the_cells_did(notebook_of, cell):
    source = _module(
        notebook_of(
            cell("conv_2d", "# -*- coding: latin-1 -*-\r\nfrom __future__ import annotations\r\nname = 'größe'\r\n"),
            cell("conv_2d-b", "from __future__ import annotations\rx = 1"),
            cell(
                "conv_2d-c",
                "    from __future__ import (\n        annotations,\n    ); y = 2\n    if y:\n        z = 3",
            ),
        ),
        "import math",
    )
    scope = {}
    exec(compile(source.encode(), "conv_2d.py", "exec"), scope)
    assert [scope[name] for name in ("name", "x", "y", "z")] == ["größe", 1, 2, 3]
    assert "\r" not in source


def test_half_a_surrogate_pair_becomes_a_question_mark(notebook_of, cell):
    content = notebook_of(cell("conv_2d", "#PLACE")).replace(b"#PLACE", rb"# \ud800 \ud83d\ude00 \udc00 \\ud800")
    extracted = extract(content, ("conv_2d",), "")
    assert extracted.modules["conv_2d"] == HEAD + "# ? \U0001f600 ? \\ud800\n"
    assert extracted.notes == ("left out: halves of surrogate pairs in the notebook, now '?'",)


def test_outputs_and_a_byte_order_mark_do_not_matter(notebook_of, cell):
    noisy = cell("conv_2d", "x = 1") | {"outputs": [{"data": {"image/png": "A" * 100_000}}, 3, None]}
    assert _module(b"\xef\xbb\xbf" + notebook_of(noisy)) == f"{HEAD}x = 1\n"


@pytest.mark.parametrize(
    "metadata", [[], None, {"nbgrader": 3}, {"nbgrader": {"grade_id": 5}}, {"nbgrader": None}, "x"]
)
def test_bent_metadata_costs_its_own_cell(notebook_of, cell, metadata):
    bent = cell("conv_2d", "y = 2") | {"metadata": metadata}
    assert _module(notebook_of(bent, cell("conv_2d", "x = 1"))) == f"{HEAD}x = 1\n"


def test_numbers_that_json_does_not_have_are_no_matter(notebook_of, cell):
    odd = cell("conv_2d", 'x = "a \\" NaN"') | {"outputs": [{"data": [float("nan"), float("-inf"), float("inf")]}]}
    assert _module(notebook_of(odd)) == f'{HEAD}x = "a \\" NaN"\n'


@pytest.mark.parametrize(
    ("content", "repaired"),
    [
        (b"[NaN, -NaN, Infinity, -Infinity]", b"[0e0, -0e0, 0e000000, -0e000000]"),
        (b'["NaN", "\\" NaN", NaN, "\\\\", NaN]', b'["NaN", "\\" NaN", 0e0, "\\\\", 0e0]'),
        (b'NaN, None, Inf, "N" I "I" NaN', b'0e0, None, Inf, "N" I "I" 0e0'),
        (b'[NaN, "NaN \\" NaN', b'[0e0, "NaN \\" NaN'),
        (b'[NaN, "NaN \\', b'[0e0, "NaN \\'),
        (b'[NaN, "' + b'\\"' * 2_000_000, b'[0e0, "' + b'\\"' * 2_000_000),  # hours, if read again from each quote
    ],
)
def test_numbers_that_json_does_not_have_become_zeros_but_not_in_texts(content, repaired):
    assert without_no_numbers(content) == repaired


def test_a_million_of_them_are_too_many():
    with pytest.raises(NotebookError, match="more than 1000000 numbers that are none"):
        without_no_numbers(b"NaN," * 1_000_001)


def test_a_module_of_more_lines_than_anyone_writes_is_refused(notebook_of, cell):
    with pytest.raises(NotebookError, match="more than 10000 lines"):
        _module(notebook_of(cell("conv_2d", "\n" * 10_001)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is no notebook: its JSON is damaged or cut short"),
        (b'{"nbformat": 4, "cells": [', "it is no notebook: its JSON is damaged or cut short"),
        (b'{"nbformat": 4, "x": ' + b"[" * 100_000, "it is no notebook: its JSON is damaged or cut short"),
        (b"[]", "it is JSON, but no notebook of format 4"),
        (b'{"cells": []}', "it is JSON, but no notebook of format 4"),
        (
            b'{"nbformat": 4, "cells": [' + b",".join([b'{"cell_type": ""}'] * 100_001) + b"]}",
            "it has more than 100000 cells",
        ),
        (b'{"nbformat": 4, "cells": [{}]}', "it is JSON, but no notebook of format 4"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "\xff"}]}', "it is no notebook: its text isn't UTF-8"),
        (
            json.dumps({"nbformat": 3, "worksheets": [{"cells": []}]}).encode(),
            "it is a notebook of format 3, not 4; open it in Jupyter and save it again",
        ),
    ],
)
def test_what_is_no_notebook_is_said_plainly(content, reason):
    with pytest.raises(NotebookError) as caught:
        extract(content, ("conv_2d",), "")
    assert str(caught.value) == reason


@pytest.mark.parametrize("most", [10, 9])
def test_the_size_of_a_module_is_limited(notebook_of, cell, most):
    content = notebook_of(cell("conv_2d", "x = 1"), cell("conv_2d", "x = 2"))
    if most == 10:
        assert extract(content, ("conv_2d",), "", most).modules
    else:
        with pytest.raises(NotebookError, match=r"^the cells of conv_2d are larger than 9 bytes$"):
            extract(content, ("conv_2d",), "", most)


def _solution(source, **more):
    about = {"grade_id": "conv_2d", "solution": True, "grade": False, "locked": False, "cell_type": "code"} | more
    return {"cell_type": "code", "metadata": {"nbgrader": about}, "source": source, "outputs": []}


def test_a_cell_that_was_split_or_copied_counts_with_all_its_parts(notebook_of):
    extracted = extract(notebook_of(_solution("a = 1"), _solution("b = 2")), ("conv_2d",), "")
    assert extracted.modules == {"conv_2d": f"{HEAD}a = 1\n\nb = 2\n"}
    assert extracted.notes == ("taken in their order: 2 cells with the grade id 'conv_2d'",)


def test_a_solution_cell_turned_into_text_is_code_still(notebook_of):
    cells = [_solution("a = 1") | {"cell_type": kind} for kind in ("markdown", "raw")]
    assert _module(notebook_of(*cells)) == f"{HEAD}a = 1\n\na = 1\n"


def test_cells_that_a_student_may_have_meant_are_named(notebook_of):
    loose = {"cell_type": "code", "metadata": {}, "source": "def helper(): pass"}
    empty = {"cell_type": "code", "metadata": {}, "source": [" ", "\n"]}
    test = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "check-conv_2d-bias", "grade": True}}}
    renamed = _solution("x = 1", grade_id="conv2d")
    extracted = extract(notebook_of(loose, empty, test, renamed, loose, _solution("x = 2")), ("conv_2d",), "")
    assert extracted.modules == {"conv_2d": f"{HEAD}x = 2\n"}
    assert extracted.notes == ("left out: 2 code cells without a grade id", "left out: solution cell 'conv2d'")


def test_deleted_and_reordered_cells_leave_the_others_as_they_are(notebook_of, cell):
    content = notebook_of(cell("top5", "b = 2"), cell("conv_2d-2", "c = 3"), cell("conv_2d", "a = 1"))
    extracted = extract(content, ("convolution_chain", "conv_2d", "top5"), "")
    assert list(extracted.modules) == ["conv_2d", "top5"]
    assert extracted.modules["conv_2d"] == f"{HEAD}c = 3\n\na = 1\n"


def test_outputs_of_a_hundred_megabytes_are_passed_over(tmp_path, notebook_of):
    noisy = _solution("a = 1") | {"outputs": [{"output_type": "stream", "text": "x" * 100_000_000}]}
    path = tmp_path / "ada.ipynb"
    path.write_bytes(notebook_of(noisy))
    submission = read(Found("ada", path, "notebook"), ("conv_2d",), SizeLimits(), imports="")
    assert submission.refused is None
    assert submission.files == {"conv_2d.py": f"{HEAD}a = 1\n".encode()}


def test_millions_of_texts_in_a_cell_take_no_room(notebook_of):
    crowd = notebook_of({"cell_type": "code", "metadata": {}, "source": ["ab"] * 300_000}, _solution("a = 1"))
    tracemalloc.start()
    assert extract(crowd, ("conv_2d",), "").notes == ("left out: 1 code cell without a grade id",)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * len(crowd)


def test_too_many_texts_in_an_exercises_cells(notebook_of):
    with pytest.raises(NotebookError, match=r"^the cells of conv_2d are larger than 1000 bytes$"):
        extract(notebook_of(_solution([""] * 5000)), ("conv_2d",), "", 1000)
    crowded = _solution([""] * 5000, grade_id="imports", locked=True, solution=False)
    with pytest.raises(NotebookError, match=r"^the import cells are larger than 1000 bytes$"):
        extract(notebook_of(crowded, _solution("a = 1")), ("conv_2d",), None, 1000)


def test_millions_of_cells_are_refused_before_they_are_made():
    crowd = b'{"nbformat": 4, "cells": [' + b",".join([b'{"cell_type":"ab"}'] * 300_000) + b"]}"
    tracemalloc.start()
    with pytest.raises(NotebookError, match=r"^it has more than 100000 cells$"):
        extract(crowd, ("conv_2d",), "")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000


def test_a_cell_may_say_its_type_twice(notebook_of):
    content = notebook_of(*[_solution("")] * 99_999, _solution("a = 1"))
    assert extract(content, ("conv_2d",), "").modules == {"conv_2d": f"{HEAD}a = 1\n"}


@pytest.mark.parametrize("escapes", [rb"\ud800", rb"\ud83d\ude00"])
def test_millions_of_surrogates_are_refused(notebook_of, escapes):
    content = notebook_of(_solution("a = 1  # PLACE"))
    assert extract(content.replace(b"PLACE", escapes * 1000), ("conv_2d",), "").modules
    with pytest.raises(NotebookError, match=r"^it has more than 1000000 surrogates$"):
        extract(content.replace(b"PLACE", escapes * 1_000_001), ("conv_2d",), "")


@pytest.mark.parametrize("source", [5, None, {}, [1]])
def test_a_source_that_is_no_text(notebook_of, source):
    assert extract(notebook_of({"cell_type": "code", "source": source}, _solution("a = 1")), ("conv_2d",), "").modules
    with pytest.raises(NotebookError, match=r"^it is JSON, but no notebook of format 4$"):
        extract(notebook_of(_solution(source)), ("conv_2d",), "")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["nbgrader", "grade_id", "x"]), inner),
    max_leaves=8,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={"cell_type": st.just("code") | _JSON, "metadata": _JSON, "source": _JSON | st.lists(st.text())},
        )
    ),
    st.just(4) | _JSON,
)
def test_any_json_is_read_or_refused(cells, nbformat):
    try:
        extracted = extract(json.dumps({"cells": cells, "nbformat": nbformat}).encode(), ("conv_2d",))
    except NotebookError:
        return
    for source in extracted.modules.values():
        source.encode()
