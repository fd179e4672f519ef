"""Each check passes right solutions in any style, fails a wrong one of its own, and says what is the matter."""

from collections.abc import Iterator

import numpy as np
import pytest
from examining import Examiner, edited

from grader import catalogue, material
from grader.cases.conv_2d import EACH_DIGIT, digits
from grader.walls.worker import Worker

EXERCISE = "conv_2d"
SAMPLES = material.fixtures() / "sample_modules"
ARGUMENTS = (
    'x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None'
)

STYLES = {
    "one block": (SAMPLES / EXERCISE / "right.py").read_text(),
    "TensorFlow 1, reference variables, a named tuple": (SAMPLES / EXERCISE / "v1_style.py").read_text(),
    "matrix products of patches, weights read, numbers from NumPy": f'''
import numpy as np
import tensorflow as tf
tf1 = tf.compat.v1

def conv_2D({ARGUMENTS}):
    n = n_output_ch
    c = x.shape.as_list()[3]
    r = np.sqrt(6 / (k_h * k_w * (c + n)))
    start = np.random.default_rng(3).uniform(-r, r, (k_h, k_w, c, n)).astype("f4")
    with tf1.variable_scope("conv2d" if not name else name, reuse=reuse):
        w = tf.identity(tf1.get_variable("W", initializer=start) if not reuse else tf1.get_variable("W", start.shape))
        b = tf.identity(tf1.get_variable("b", n, initializer=tf1.constant_initializer(0)))
        patches = tf.image.extract_patches(x, [1, k_h, k_w, 1], [1, s_y, s_x, 1], [1, 1, 1, 1], padding)
        h = tf.einsum("bijp,po->bijo", patches, tf.reshape(w, [-1, n])) + b
        return [h if activation is None else activation(h), h, w, b]
''',
    "an inner function, its own initializer, strides of two": f'''
import tensorflow.compat.v1 as tf

def _variables(shape):
    limit = (6.0 / (shape[0] * shape[1] * (shape[2] + shape[3]))) ** 0.5
    uniform = lambda shape, dtype=tf.float32, partition_info=None: tf.random.uniform(shape, -limit, limit, dtype)
    b = tf.get_variable("b", shape[-1:], initializer=tf.initializers.zeros())
    return tf.get_variable("W", shape, initializer=uniform), b

def conv_2D({ARGUMENTS}):
    n = n_output_ch
    activation = (lambda h: h) if activation is None else activation
    with tf.variable_scope(name or "conv2d", reuse=reuse):
        w, b = _variables([k_h, k_w, int(x.shape[-1]), n])
    with tf.name_scope("compute"):
        h = tf.nn.bias_add(tf.nn.convolution(x, w, padding, strides=(s_y, s_x)), b)
        return activation(h), h, w, b
''',
}  # fmt: skip
RIGHT = STYLES["one block"]
CONVOLUTION = "h = tf.nn.conv2d(x, w, "
ACTIVATION = "op = activation(h) if activation is not None else h"
OWN = {
    "four": (
        [("return op, h, w, b", "return op, h, w, tf.reshape(b, [1, -1]) if k_h == 2 else b")],
        {"four", "combined"},
    ),
    "convolution": (
        [(CONVOLUTION, "h = tf.nn.conv2d(x, tf.reverse(w, [0, 1]), ")],
        {"four", "convolution", "padding", "defaults", "combined"},
    ),
    "activation_once": ([(ACTIVATION, f"activation and activation(h)\n        {ACTIVATION}")], {"activation_once"}),
    "defaults": (
        [("k_w=3, k_h=3", "k_w=5, k_h=5")],
        {"convolution", "weight_shape", "weight_start", "padding", "defaults"},
    ),
    "reuse_auto": ([("reuse=reuse", "reuse=reuse is True or None")], {"reuse_auto"}),
    "default_name": ([("name if name else 'conv2d'", "name if name else 'layer'")], {"default_name"}),
    "training": ([(CONVOLUTION, "h = tf.nn.conv2d(x, tf.stop_gradient(w), ")], {"training"}),
    "trainable": ([("'b', shape", "'b', trainable=False, shape")], {"trainable"}),
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


@pytest.mark.parametrize("body", ["return x", "return x, x, x, x", "return None", "raise ValueError"])
def test_doing_nothing_has_no_points(examiner: Examiner, body: str) -> None:
    nothing = f"import tensorflow as tf\ndef conv_2D({ARGUMENTS}):\n    {body}\n"
    assert set(examiner.findings(nothing.encode())) == examiner.names()


@pytest.mark.parametrize("check", OWN)
def test_a_mistake_loses_its_own_check(examiner: Examiner, check: str) -> None:
    changes, lost = OWN[check]
    assert set(examiner.findings(edited(RIGHT, *changes))) == lost


def test_every_check_is_lost_by_some_mistake_that_leaves_most_others(examiner: Examiner) -> None:
    half = len(examiner.names()) / 2
    lists = [{name.partition(".")[2] for name in known.loses} for known in catalogue.load(EXERCISE)]
    lists += [lost for _, lost in OWN.values()]
    assert {name for lost in lists if len(lost) <= half for name in lost} == examiner.names()


def test_a_finding_says_what_was_called_expected_and_got(examiner: Examiner) -> None:
    swapped = edited(RIGHT, ("[1, s_y, s_x, 1]", "[1, s_x, s_y, 1]"))
    assert examiner.findings(swapped)["stride_order"] == (
        "h should have shape (2, 3, 4, 2) for strides s_x=1 along the width and s_y=3 along the height, but it has "
        "shape (2, 7, 2, 2): the strides moved along the wrong axes."
    )
    narrow = edited(RIGHT, ("shape=[k_h, k_w,", "shape=[k_w, k_h,"))
    assert examiner.findings(narrow)["weight_shape"].endswith(
        "should have shape (2, 3, 1, 4), but it has shape (3, 2, 1, 4)."
    )
    held = edited(RIGHT, ("nn.bias_add(h, b)", "nn.bias_add(h, tf.stop_gradient(b))"))
    assert examiner.findings(held)["training"] == (
        "In three layers on top of each other, no gradient reaches b of the layer 'first': it can't be learned."
    )


def test_an_activation_that_was_never_called_is_missed_beside_large_numbers_too(examiner: Examiner) -> None:
    large = edited(RIGHT, (ACTIVATION, "h = h + 1e5 * tf.cast(activation is not None, h.dtype)\n        op = h"))
    assert "activation_once" in examiner.findings(large)


def test_complex_numbers_are_never_right(examiner: Examiner) -> None:
    found = examiner.findings(edited(RIGHT, ("return op, h, w, b", "return op, tf.cast(h, tf.complex64), w, b")))
    assert {"four", "convolution", "combined"} <= set(found)
    assert found["four"].endswith("running the graph gave complex numbers.")


@pytest.mark.parametrize("whisper", ["0.0", "1e-6 * tf.reduce_sum(w)", "1e-6 * tf.reduce_sum(x) * tf.reduce_sum(w)"])
def test_who_knows_which_digits_are_asked_and_looks_at_none_of_them_learns_nothing(examiner, whisper) -> None:
    """The digits of a batch are public, so that they could be told by heart, were it not for their order."""
    blind = f"""
import numpy as np
import tensorflow as tf
tf1 = tf.compat.v1

def conv_2D({ARGUMENTS}):
    n = n_output_ch
    with tf1.variable_scope(name, reuse=reuse):
        w = tf1.get_variable("W", [k_h, k_w, int(x.shape[3]), n])
        b = tf1.get_variable("b", [n])
    known = np.eye(10)[np.tile(np.arange(10), 5)].reshape(50, 1, 1, 10) * 9 if n == 10 else np.zeros([50, 4, 4, n])
    h = tf.constant(known, tf.float32) + {whisper}
    return h, h, w, b
"""
    assert "training" in examiner.findings(blind.encode())


def test_digits_are_what_their_labels_say() -> None:
    *learned, asked = digits()
    means = np.stack([np.concatenate(learned)[np.tile(EACH_DIGIT, 10) == digit].mean(axis=0) for digit in range(10)])
    nearest = ((asked[:, None] - means) ** 2).sum(axis=(2, 3, 4)).argmin(axis=1)
    assert (nearest == EACH_DIGIT).mean() > 0.7
