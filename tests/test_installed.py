"""The package as staff and students have it: built, installed elsewhere, and used without the repository."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from grader import material

CLASS = material.fixtures() / "sample_class"


def run(folder: Path, *command: object, code: int = 0) -> str:
    """Run a command where nothing of the repository is, and return what it printed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=inherited, capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def install(wheel: Path, folder: Path) -> Path:
    """Install a wheel into an environment of its own, and return its `grader`.

    What the wheel needs, TensorFlow above all, comes from our environment, but not our package: a line of a .pth file
    adds a folder without reading the .pth files in it.
    """
    venv.create(folder, with_pip=False)
    # First the wheel: pip would take our own installation for one to replace.
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", folder / "bin" / "python"]
    run(folder, *pip, "install", "--no-deps", "--no-index", wheel)
    (site,) = folder.glob("lib/python3*/site-packages")
    (site / "others.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    where = run(folder, folder / "bin" / "python", "-c", "import grader; print(grader.__file__)")
    assert Path(where.strip()) == site / "grader" / "__init__.py"
    return folder / "bin" / "grader"


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the staff's `grader`, from a wheel that was built from the source distribution."""
    folder = tmp_path_factory.mktemp("staff")
    build = [sys.executable, "-m", "hatchling", "build", "-d", folder, "-t"]
    run(material.exercises().parent, *build, "sdist")
    (source,) = folder.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(folder / "source", filter="data")
    (unpacked,) = (folder / "source").iterdir()
    run(unpacked, *build, "wheel")
    (wheel,) = folder.glob("*.whl")
    shutil.rmtree(folder / "source")
    return install(wheel, folder / "environment")


def test_the_staff_grade_a_class_and_write_its_feedback(staff: Path, tmp_path: Path) -> None:
    for name in ("ada", "bela"):
        shutil.copytree(CLASS / name, tmp_path / "class" / name)
    run(tmp_path, staff, "grade", "class", "--out", "graded")
    run(tmp_path, staff, "feedback", "graded")
    pages = [path.name.split("-")[0] for path in (tmp_path / "graded" / "feedback").glob("*-*.html")]
    assert sorted(pages) == ["ada", "bela"]
    assert run(tmp_path, staff, "history", "ada", "--store", "graded").split()[-2:] == ["graded", "100"]


def test_students_check_their_work_with_what_is_released(staff: Path, tmp_path: Path) -> None:
    run(tmp_path, staff, "release", "students")
    (wheel,) = (tmp_path / "students").glob("*.whl")
    student = install(wheel, tmp_path / "environment")
    home = tmp_path / "students"
    run(home, student, "check", "top5", code=1)
    shutil.copyfile(material.solutions() / "top5.py", home / "exercises" / "top5.py")
    told = json.loads(run(home, student, "check", "top5", "--json"))
    assert {check["outcome"] for check in told["top5"]["checks"]} == {"PASSED"}
