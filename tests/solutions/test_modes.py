"""The solutions hold where TensorFlow 2 behaviour was switched off, as code of the course's years does."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()

PROGRAM = f"""
import sys
import tensorflow as tf
import pytest

tf.compat.v1.disable_v2_behavior()
here = {str(HERE.parent)!r}
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", here, "--ignore", {str(HERE)!r}]))
"""


def test_the_same_tests_without_tensorflow_2_behaviour() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=HERE.parents[2], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout
