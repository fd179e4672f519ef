"""What the keys of frozen cases and results cover: every module that a grade passes through is in them."""

import subprocess
import sys

import pytest

from grader import freeze

ELSEWHERE = {
    "grader/assignment.py",  # its content is in the keys: which checks, limits, seed
    "grader/material.py",  # where files lie; their contents are in the keys
    "grader/record.py",  # written after the look-up
    "grader/schedule.py",  # when it is due, which is asked after grading
    "grader/score.py",  # worked out after the look-up
}
FOLDERS = ("grader/cases/", "grader/checks/", "grader/inside/", "grader/walls/", "grader/submission/")
"""Hashed folder by folder; of `submission` it is what comes out of it, the files, that is in a result's key."""

LOADED = """
import sys
import grader.grading
from grader.checks import judges
from pathlib import Path
judges("{exercise}")
root = Path(grader.grading.__file__).resolve().parents[1]
for name, module in sorted(sys.modules.items()):
    if name.partition(".")[0] == "grader" and not module.__file__.endswith("__init__.py"):
        print(Path(module.__file__).resolve().relative_to(root).as_posix())
"""


@pytest.mark.parametrize("exercise", ["convolution_chain", "conv_2d", "subgraph", "top5"])
def test_keys_cover_every_module_that_a_grade_passes_through(exercise: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(exercise=exercise)], capture_output=True, text=True, check=True
    )
    asking = {path for path in done.stdout.split() if path.startswith("grader/cases/")}
    assert asking
    assert all(path.startswith(f"grader/cases/{exercise}") for path in asking)  # as the key has them
    loaded = {path for path in done.stdout.split() if not path.startswith(FOLDERS)}
    assert loaded - ELSEWHERE <= {f"grader/{name}" for name in freeze.JUDGING}


@pytest.mark.parametrize("name", freeze.JUDGING)
def test_every_module_in_a_key_exists(name: str) -> None:
    assert (freeze._OURS / name).is_file()


def test_each_exercise_has_a_key_of_its_own() -> None:
    assert freeze.sources("top5", freeze.ASKING) != freeze.sources("subgraph", freeze.ASKING)
    assert freeze.sources("top5", freeze.ASKING) != freeze.sources("top5", freeze.JUDGING)
