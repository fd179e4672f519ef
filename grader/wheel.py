"""The students' wheel: the part of this package that checks, shows and submits; nothing in it holds an
answer."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from string import Template

from grader import __version__

# Paths of the package that stay with the staff: they hold answers, or students have no use for them.
# A trailing slash names a folder.
STAFF_ONLY = (
    "alternatives/",
    "misconceptions/",
    "slips/",
    "feedback/",
    "export/",
    "final.py",
    "kit.py",
    "kits/",
    "material_data/",
    "migrations/",
    "mirror.py",
    "visible.cases",
    "changes.py",
    "cluster/",
    "cli/diff.py",
    "cli/export.py",
    "cli/feedback.py",
    "cli/final.py",
    "cli/grade.py",
    "cli/grading.py",
    "cli/history.py",
    "cli/places.py",
    "cli/processes.py",
    "cli/release.py",
    "cli/similar.py",
    "cli/replay.py",
    "cli/validate.py",
    "contract.py",
    "course.py",
    "oracle.py",
    "pipeline.py",
    "plugin.py",
    "release.py",
    "roster.py",
    "replay.py",
    "schema.py",
    "similar.py",
    "specimens.py",
    "store.py",
    "student_readme.md",
    "summary.py",
    "validate.py",
    "wheel.py",
)

# What the students' part of the package imports. A test holds it to the repository's pyproject.toml.
DEPENDENCIES = (
    "click>=8.1",
    "hypothesis>=6.100",
    "ipython>=7.34",
    "matplotlib>=3.8",
    "msgspec>=0.19",
    "numpy>=1.26",
    "pillow>=10",
    "platformdirs>=4",
    "protobuf>=4.25",
    "pytest>=8.4",
    "rich>=13",
    "scipy>=1.11",
    "tensorflow>=2.16.2,<2.22",
    "textual-image>=0.12,<0.13",
    "watchfiles>=1",
)

_BYTECODE = shutil.ignore_patterns("__pycache__", "*.pyc")

# The first moment that a zip archive can hold: the same sources give the same wheel.
_EPOCH = "315532800"

_PYPROJECT = Template("""\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "convolution-exercises"
version = "$version"
description = "Check your answers to the convolution exercises"
readme = "README.md"
requires-python = ">=3.11,<3.14"
dependencies = [$dependencies]

[project.scripts]
grader = "grader.cli:main"

[tool.hatch.build]
ignore-vcs = true

[tool.hatch.build.targets.wheel]
packages = ["grader"]
""")


class WheelError(Exception):
    """The students' wheel can't be built; the message says what mends it."""


def pyproject() -> str:
    """Compose the wheel's pyproject.toml."""
    dependencies = ", ".join(f'"{requirement}"' for requirement in DEPENDENCIES)
    return _PYPROJECT.substitute(version=__version__, dependencies=dependencies)


def build(stage: Path, visible_cases: bytes | None) -> Path:
    """Build the students' wheel.

    Args:
        stage: the folder of the release, which holds exercises/ and fixtures/ already; the wheel goes beside
            them.
        visible_cases: what goes into it as `grader/visible.cases`.

    Returns:
        The wheel's path.

    Raises:
        WheelError: hatchling isn't there, or failed.
    """
    with tempfile.TemporaryDirectory(prefix="students-wheel-") as folder:
        project = Path(folder)
        package = project / "grader"
        shutil.copytree(Path(__file__).parent, package, ignore=_BYTECODE)
        for name in STAFF_ONLY:
            if name.endswith("/"):
                shutil.rmtree(package / name, ignore_errors=True)
            else:
                (package / name).unlink(missing_ok=True)
        for name in ("exercises", "fixtures"):
            shutil.copytree(stage / name, package / "material_data" / name)
        if visible_cases is not None:
            (package / "visible.cases").write_bytes(visible_cases)
        (project / "pyproject.toml").write_text(pyproject(), encoding="utf-8")
        (project / "README.md").write_text("Check your answers: `grader check`.\n", encoding="utf-8")
        built = _hatchling(project, stage)
    return _only(stage, built, "students'")


def build_staff(root: Path, dest: Path) -> Path:
    """Build the staff's wheel, which holds everything, from a checkout.

    Raises:
        WheelError: hatchling isn't there, or failed.
    """
    return _only(dest, _hatchling(root, dest), "staff's")


def _hatchling(project: Path, dest: Path) -> "subprocess.CompletedProcess[str]":
    # A process of its own, because a build backend works in the current folder.
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dest.resolve())],
        cwd=project,
        env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH},
        capture_output=True,
        text=True,
        check=False,
    )


def _only(folder: Path, built: "subprocess.CompletedProcess[str]", whose: str) -> Path:
    wheels = list(folder.glob("*.whl"))
    if built.returncode or len(wheels) != 1:
        raise WheelError(
            f"the {whose} wheel couldn't be built; is hatchling there? python -m pip install hatchling\n"
            f"{built.stdout}{built.stderr}".rstrip()
        )
    return wheels[0]
