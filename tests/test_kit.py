"""What Gradescope and GitHub run, run: in a folder that looks as theirs do."""

import base64
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import platformdirs
import pytest

from grader import kit, material
from grader.release import ReleaseError

GRADESCOPE = Path(__file__).parent / "export" / "schemas" / "gradescope.json"
CLASS = material.fixtures() / "sample_class"


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the zip as Gradescope does, with the staff's wheel unpacked for an installation."""
    folder = tmp_path_factory.mktemp("gradescope")
    folder.chmod(0o755)
    path = kit.gradescope(folder, 1)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "source")
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    (wheel,) = (folder / "source").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    # The checkout isn't on its path: what the wheel lacks is missing here, too.
    command = folder / "grader"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={folder / "installed"} exec {sys.executable} -P -m grader "$@"\n')
    command.chmod(0o755)
    return folder


def hold(path: Path, *schema: str) -> None:
    """Hold a file to a schema."""
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"AUTOGRADER": str(folder), "GRADER": str(folder / "grader"), "ISOLATION": "none"}
    # Frozen cases are those of this machine, as setup.sh leaves some in the image.
    environment["XDG_CACHE_HOME"] = str(platformdirs.user_cache_path())
    return subprocess.run(
        ["bash", str(folder / "source" / "run_autograder")],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip


def test_a_submission_gets_a_result_and_a_fault_of_ours_none(autograder: Path) -> None:
    shutil.copytree(CLASS / "goran", autograder / "submission")
    done = run(autograder)
    assert done.returncode == 0, done.stderr
    result = json.loads((autograder / "results" / "results.json").read_text())
    assert sum(test["score"] for test in result["tests"]) == 65
    assert sum(test["max_score"] for test in result["tests"]) == 100
    hold(autograder / "results" / "results.json", "--schemafile", str(GRADESCOPE))
    shutil.rmtree(autograder / "submission")
    (autograder / "submission").mkdir()
    (autograder / "source" / "seed").write_text("none\n")
    done = run(autograder)
    assert done.returncode != 0
    assert not (autograder / "results" / "results.json").exists()


def test_the_scripts_are_bash(autograder: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(autograder / "source" / name)], check=True)


def test_a_zip_that_is_there_is_left_alone(autograder: Path) -> None:
    with pytest.raises(ReleaseError, match="is there already"):
        kit.gradescope(autograder, 1)


def test_github_gets_a_workflow_and_no_answers(tmp_path: Path) -> None:
    files = kit.github(tmp_path / "template")
    names = [path.relative_to(tmp_path / "template").as_posix() for path in files]
    # SchemaStore's schema of workflows, which the package brings along.
    workflow = tmp_path / "template" / ".github" / "workflows" / "classroom.yml"
    hold(workflow, "--builtin-schema", "vendor.github-workflows")
    assert ".github/workflows/classroom.yml" in names
    told = {
        "conv_2d": {
            "score": 4.0,
            "points": 6.0,
            "checks": [
                {"id": "conv_2d.a", "title": "A", "outcome": "PASSED", "score": 4.0},
                {"id": "conv_2d.b", "title": "B", "outcome": "FAILED", "score": 0.0, "message": "no\n::error::"},
                {"id": "conv_2d.c", "title": "C", "outcome": "FAILED", "score": 1.0, "message": "dropped"},
            ],
        }
    }
    (tmp_path / "checks.json").write_text(json.dumps(told))
    script = tmp_path / "template" / ".github" / "classroom_result.py"
    said = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "checks.json")], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("result=")
    assert said.count("\n") == 1
    result = json.loads(base64.b64decode(said.removeprefix("result=")))
    assert (result["status"], result["max_score"], [test["score"] for test in result["tests"]]) == (
        "fail",
        6,
        [4, 0, 1],
    )
    assert [test["status"] for test in result["tests"]] == ["pass", "fail", "pass"]
