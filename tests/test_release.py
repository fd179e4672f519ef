"""A release holds stubs, given helpers and fixtures, and no answer."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader import material
from grader.release import EXERCISES, ReleaseError, answers, refuse_leaks, release, stub, write_stubs

SOLUTION = """\
def half(x):
    '''Halve it.'''
    ### BEGIN SOLUTION
    half_of_the_number = x / 2
    return half_of_the_number
    ### END SOLUTION
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dest = tmp_path_factory.mktemp("release") / "students"
    files = release(dest, visible_cases=b"frozen")
    assert files == sorted(path for path in dest.rglob("*") if path.is_file())
    return dest


def solution(exercise: str) -> str:
    return (material.solutions() / f"{exercise}.py").read_text("utf-8")


def test_a_stub_keeps_what_is_around_the_answer() -> None:
    text = stub(SOLUTION)
    assert text.startswith("def half(x):\n    '''Halve it.'''\n    raise NotImplementedError(")
    assert "half_of_the_number" not in text
    assert "SOLUTION" not in text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n", "no answer is marked"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n", "line 2: '### BEGIN SOLUTION' without"),
        ("### END SOLUTION\n", "line 1: '### END SOLUTION' without"),
        ("### BEGIN SOLUTION\nx = 1\n", "has no '### END SOLUTION'"),
        ("if x:\n### BEGIN SOLUTION\n    y = 1\n### END SOLUTION\n", "isn't Python"),
    ],
)
def test_bad_markers_are_refused(source: str, message: str) -> None:
    with pytest.raises(ReleaseError, match=message):
        stub(source)


def test_answers_are_what_stands_between_the_markers() -> None:
    assert answers(SOLUTION) == ["    half_of_the_number = x / 2\n    return half_of_the_number"]


def test_the_committed_stubs_are_those_of_the_solutions(tmp_path: Path) -> None:
    for path in write_stubs(tmp_path):
        committed = material.exercises() / path.name
        assert committed.read_bytes() == path.read_bytes(), f"exercises/{path.name} is stale; write it: make exercises"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_answer_of_a_stub_is_missing(exercise: str) -> None:
    text = (material.exercises() / f"{exercise}.py").read_text("utf-8")
    assert text.count("raise NotImplementedError(") == len(answers(solution(exercise)))
    assert "SOLUTION" not in text
    for region in answers(solution(exercise)):
        for line in region.splitlines():
            assert len(line.strip()) < 20 or line.strip() not in text


def test_stubs_import_and_raise() -> None:
    program = """
import inspect
import importlib

for exercise in ("convolution_chain", "conv_2d", "subgraph", "top5"):
    module = importlib.import_module(f"exercises.{exercise}")
    functions = [f for _, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
    for function in functions:
        needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
        try:
            function(*[None] * len(needed))
        except NotImplementedError:
            print(function.__name__)
"""
    root = material.exercises().parent
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [
        "apply_filter",
        "chain_convolutions",
        "conv_2D",
        "extract_main_graph",
        "load_into_graph",
        "place_on_device",
        "classify",
        "top_k",
    ]


def test_a_release_holds_what_students_need(released: Path) -> None:
    names = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert {f"exercises/{exercise}.py" for exercise in EXERCISES} <= names
    assert {"README.md", "exercises/utils/inception.py", "fixtures/images/chelsea.png"} <= names
    assert {"fixtures/manifest.toml", "fixtures/models/efficientnet_lite0.pb"} <= names
    assert not [name for name in names if "sample" in name or "make_fixtures" in name or "solution" in name]
    assert not [name for name in names if "__pycache__" in name or Path(name).name.startswith(".")]


def test_the_readme_names_the_wheel(released: Path) -> None:
    (wheel,) = released.glob("*.whl")
    assert f"pip install {wheel.name}" in (released / "README.md").read_text("utf-8")


def test_the_wheel_holds_no_answer_and_nothing_of_the_staff(released: Path) -> None:
    (path,) = released.glob("*.whl")
    lines = {
        line.strip() for exercise in EXERCISES for region in answers(solution(exercise)) for line in region.split("\n")
    }
    telling = [line.encode() for line in lines if len(line) >= 20]
    assert telling
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        for name in names:
            content = wheel.read(name)
            assert not [line for line in telling if line in content], name
        assert wheel.read("grader/visible.cases") == b"frozen"
    inside = [name for name in names if name.startswith("grader/")]
    assert "grader/material_data/exercises/conv_2d.py" in inside
    assert "grader/material_data/fixtures/images/chelsea.png" in inside
    for word in ("misconceptions", "solutions", "sample_class", "feedback", "hidden", "release.py", "store.py"):
        assert not [name for name in inside if word in name], word


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ReleaseError, match=r"isn't an empty folder; name a new one: grader release .+-new"):
        release(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_leak_is_found_however_it_is_indented_or_packed(tmp_path: Path) -> None:
    line = max((line for region in answers(solution("conv_2d")) for line in region.split("\n")), key=len).strip()
    refuse_leaks(tmp_path)
    (tmp_path / "notes.md").write_text("  " + line.replace(" ", "  "))
    with pytest.raises(ReleaseError, match=r"notes\.md holds a line of the answer in solutions/conv_2d\.py"):
        refuse_leaks(tmp_path)
    (tmp_path / "notes.md").unlink()
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as archive:
        archive.writestr("grader/left.py", line)
    with pytest.raises(ReleaseError, match=r"some\.whl: grader/left\.py holds"):
        refuse_leaks(tmp_path)


def test_nothing_is_left_where_a_release_fails(tmp_path: Path) -> None:
    leak = answers(solution("top5"))[0].encode()
    with pytest.raises(ReleaseError, match=r"visible\.cases holds a line of the answer"):
        release(tmp_path / "new", visible_cases=leak)
    assert not (tmp_path / "new").exists()
