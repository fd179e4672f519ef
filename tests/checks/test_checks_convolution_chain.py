"""Each check passes right solutions in any style, fails a wrong one of its own, and says what is the matter."""

from collections.abc import Iterator

import pytest
from examining import Examiner, edited

from grader import catalogue, material
from grader.walls.worker import Worker

EXERCISE = "convolution_chain"
SAMPLES = material.fixtures() / "sample_modules"

STYLES = {
    "one loop": (SAMPLES / EXERCISE / "right.py").read_text(),
    "recursion, TensorFlow 1, depthwise, tuples": (SAMPLES / EXERCISE / "v1_style.py").read_text(),
    "identities, a function, an image that comes back as it is": """
import numpy as np
import tensorflow as tf

@tf.function
def step(y, flt):
    return tf.nn.convolution(tf.pad(y, [[0, 0]] * 4), flt)

def chain_convolutions(x, flt, n=4):
    stages = [tf.identity(x)]
    while len(stages) <= n:
        stages.append(tf.identity(step(stages[-1], flt)))
    return tuple(stages[1:])

def apply_filter(image, kernel, n=4):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.constant(np.float32(image)[None, ..., None])
        stages = session.run(list(chain_convolutions(x, tf.constant(np.float32(kernel)[..., None, None]), n)))
    return (image, *(stage.squeeze(axis=(0, 3)) for stage in stages))
""",
    "sums of shifted images, lambdas": """
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_eager_execution()
window = lambda y, flt: sum(
    flt[i, j] * y[:, i : int(y.shape[1]) - int(flt.shape[0]) + i + 1, j : int(y.shape[2]) - int(flt.shape[1]) + j + 1]
    for i in range(flt.shape[0]) for j in range(flt.shape[1])
)

def chain_convolutions(x, flt, n=4):
    return [x := window(x, flt) for _ in range(n)]

def apply_filter(image, kernel, n=4):
    graph = tf.Graph()
    with graph.as_default():
        x = tf.constant(np.array(image, "f4")[None, :, :, None])
        stages = chain_convolutions(x, tf.constant(np.array(kernel, "f4")[:, :, None, None]), n)
        with tf.Session() as session:
            return [np.array(image, "f4")] + [session.run(stage)[0, ..., 0] for stage in stages]
""",
}

RIGHT = STYLES["one loop"]
LOOP = """    for i in range(n):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID")
        ys.append(x)
"""
OWN = {
    "zero": ([("    ys = []\n", "    if n == 0:\n        return None\n    ys = []\n")], {"zero", "pictures"}),
    "default_n": ([("flt, n=4", "flt, n=3")], {"default_n"}),
    "depends": (
        [(LOOP, LOOP.replace("        x =", "        for y in [x]:\n          for _ in range(i + 1):\n            y =")
          .replace("conv2d(x", "conv2d(y").replace("append(x)", "append(y)"))],
        {"depends"},
    ),
    "batch": ([("    ys = []\n", "    ys, x = [], x[:1]\n")], {"batch", "combined"}),
    "equivariant": (
        [("ys.append(x)", "ys.append(tf.cumsum(x, 1) if 11 < int(x.shape[1]) < 20 else x)")],
        {"equivariant"},
    ),
    "photograph": ([("kernel, n=4", "kernel, n=3")], {"photograph"}),
    "shapes": ([('padding="VALID"', 'padding="VALID" if i else "SAME"')], {"shapes", "combined", "photograph"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def examiner(worker: Worker) -> Iterator[Examiner]:
    return Examiner(worker, EXERCISE)


@pytest.mark.parametrize("style", STYLES)
def test_right_solutions_keep_all_points(examiner: Examiner, style: str) -> None:
    assert examiner.findings(STYLES[style].encode()) == {}


def test_the_solution_keeps_all_points_on_another_seed(worker: Worker) -> None:
    solution = (material.solutions() / f"{EXERCISE}.py").read_bytes()
    assert Examiner(worker, EXERCISE, seed=99).findings(solution) == {}


def test_the_stub_has_no_points(examiner: Examiner) -> None:
    stub = (material.exercises() / f"{EXERCISE}.py").read_bytes()
    assert set(examiner.findings(stub)) == examiner.names()


@pytest.mark.parametrize("body", ["return x", "return None", "return [x] * n", "return []"])
def test_doing_nothing_has_no_points(examiner: Examiner, body: str) -> None:
    nothing = f"def chain_convolutions(x, flt, n=4):\n    {body}\ndef apply_filter(x, flt, n=4):\n    {body}\n"
    assert set(examiner.findings(nothing.encode())) == examiner.names()


@pytest.mark.parametrize("check", OWN)
def test_a_mistake_loses_its_own_check(examiner: Examiner, check: str) -> None:
    changes, lost = OWN[check]
    assert set(examiner.findings(edited(RIGHT, *changes))) == lost


def test_every_check_is_lost_by_some_mistake_that_leaves_most_others(examiner: Examiner) -> None:
    half = len(examiner.names()) / 2
    lists = [known.loses for known in catalogue.load(EXERCISE)] + [
        [f"{EXERCISE}.{n}" for n in lost] for _, lost in OWN.values()
    ]
    assert {name.partition(".")[2] for lost in lists if len(lost) <= half for name in lost} == examiner.names()


def test_a_finding_says_what_was_called_expected_and_got(examiner: Examiner) -> None:
    flipped = edited(RIGHT, ("    ys = []\n", "    ys, flt = [], tf.reverse(flt, [0, 1])\n"))
    assert examiner.findings(flipped)["correlation"] == (
        "An image with a single 1 and the filter [[2, 8], [7, 5]] should leave [[5, 7], [8, 2]] around the 1 (the "
        "filter slides as it is, so the 1 meets its last number first), but it leaves [[2, 8], [7, 5]]."
    )
