"""Specimens are found, and each says what its exercise's checks must make of it."""

from pathlib import Path

import pytest

from grader import assignment, specimens

EXERCISES = tuple(assignment.load().exercises)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_ten_right_solutions_in_other_styles_and_all_say_what_they_lose(exercise: str) -> None:
    found = specimens.load(exercise)
    assert [one.kind for one in found[:2]] == ["solution", "stub"]
    assert sum(one.kind == "alternative" for one in found) >= 10
    assert all(one.loses == frozenset() for one in found if one.kind in ("solution", "alternative"))
    assert all(one.loses for one in found if one.kind in ("misconception", "slip"))
    assert len({str(one) for one in found}) == len(found)
    assert all(f"{exercise}.py" in one.files for one in found)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_two_specimens_are_the_same_module(exercise: str) -> None:
    modules = [one.files[f"{exercise}.py"].partition(b"\n")[2] for one in specimens.load(exercise)]
    assert len(set(modules)) == len(modules)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_one_of_them_comes_as_windows_writes_it(exercise: str) -> None:
    (module,) = [one.files[f"{exercise}.py"] for one in specimens.load(exercise) if one.name == "as_on_windows"]
    assert module.startswith(b"\xef\xbb\xbf")
    assert b"\r\n\t" in module
    assert b"\n" not in module.replace(b"\r\n", b"")


def test_a_folder_is_a_module_with_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "top5" / "split").mkdir(parents=True)
    for name in ("top5.py", "sorting.py"):
        (tmp_path / "top5" / "split" / name).write_text("")
    (one,) = [one for one in specimens.load("top5", alternatives=tmp_path) if one.kind == "alternative"]
    assert (one.name, set(one.files)) == ("split", {"top5.py", "sorting.py"})


def test_a_folder_without_the_module_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "top5" / "split").mkdir(parents=True)
    with pytest.raises(specimens.SpecimenError, match=r"split holds no top5\.py: put the module there"):
        specimens.load("top5", alternatives=tmp_path)


def test_a_slip_that_does_not_say_what_it_loses_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "top5").mkdir()
    (tmp_path / "top5" / "reversed.py").write_text("import numpy\n")
    with pytest.raises(specimens.SpecimenError, match=r"let its first line be `# loses: check, check`"):
        specimens.load("top5", slips=tmp_path)


def test_a_slip_loses_the_checks_of_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "top5").mkdir()
    (tmp_path / "top5" / "reversed.py").write_text("# loses: order, ties\n")
    (one,) = [one for one in specimens.load("top5", slips=tmp_path) if one.kind == "slip"]
    assert one.loses == {"top5.order", "top5.ties"}
    assert str(one) == "slip top5/reversed"
