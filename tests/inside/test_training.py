"""Training in an evaluator: what a student's code built learns, with variables and loops of every kind."""

import numpy as np
import pytest

from grader.inside import wire
from grader.observation import Observed

IMAGES = np.random.default_rng(3).normal(size=(2, 6, 3, 3, 1)).astype(np.float32)
LABELS = (IMAGES.mean(axis=(2, 3, 4)) > 0).astype(np.int32)
X, LOGITS, FIRST, SECOND = (wire.Result(0, (item,)) for item in range(4))

MODULE = """
import tensorflow as tf
tf1 = tf.compat.v1
{before}
def attack():
    x = tf1.placeholder(tf.float32, [None, 3, 3, 1])
    first = tf1.get_variable("first", [3, 3, 1, 2], initializer=tf1.zeros_initializer())
    second = tf1.get_variable("second", [2], initializer=tf1.zeros_initializer())
    convolve = lambda x, w: tf.nn.conv2d(x, w, 1, "VALID")
    return x, {logits}, first, second
"""


def train(submit, logits, before="", variables=(FIRST, SECOND), steps=60):
    training = wire.Training(
        X, wire.array(IMAGES), wire.array(LABELS), LOGITS, tuple(variables), length=0.1, steps=steps,
        order=wire.array(np.arange(len(IMAGES[0]))),
    )  # fmt: skip
    run = wire.Run((LOGITS,), ((X, wire.array(IMAGES[0])),), training=training)
    seen = submit(MODULE.format(logits=logits, before=before), in_graph=True, runs=(run,)).observations[0]
    assert isinstance(seen, Observed), seen
    return seen.runs[0]


RIGHT = "convolve(x, first) + second"


@pytest.mark.parametrize(
    ("logits", "before"),
    [
        (RIGHT, ""),
        (RIGHT, "tf1.disable_resource_variables()"),
        (RIGHT, "tf1.disable_v2_behavior()"),
        ("tf.function(lambda x: convolve(x, first))(x) + second", ""),
        ("tf.map_fn(lambda one: convolve(one[None], first)[0], x) + second", ""),
        ("tf.gather(tf.identity(convolve(x, first)), [0, 1], axis=3) + second", ""),
        ("tf.pad(convolve(x, first) + second, [[0, 0], [1, 1], [1, 1], [0, 0]])", ""),
    ],
)
def test_what_can_learn_learns(submit, logits, before):
    ran = train(submit, logits, before)
    assert isinstance(ran, wire.Ran), ran
    assert ran.steps == 60
    assert all(one is not None and one > 0.01 for one in ran.gradients)
    found = wire.numpy(ran.values[0])
    middle = found[:, found.shape[1] // 2, found.shape[2] // 2]
    np.testing.assert_array_equal(middle.argmax(axis=-1), LABELS[0])


@pytest.mark.parametrize(
    ("logits", "gradients"),
    [
        ("convolve(x, tf.stop_gradient(first)) + second", (False, True)),
        ("convolve(x, first) + tf.stop_gradient(second)", (True, False)),
        ("convolve(x, first)", (True, None)),
        ("tf.stop_gradient(convolve(x, first)) + second", (False, True)),
        ("tf.cast(tf.cast(convolve(x, first), tf.int32), tf.float32)", (False, None)),
    ],
)
def test_what_no_gradient_reaches_is_told_from_what_plays_no_part(submit, logits, gradients):
    ran = train(submit, logits)
    assert isinstance(ran, wire.Ran), ran
    assert tuple(one if one is None else one > 0 for one in ran.gradients) == gradients


@pytest.mark.parametrize(
    ("used", "gradient"),
    [
        ("first", 1.0),
        ("tf.function(lambda w: 2.0 * w)(first)", 1.0),
        ("tf.stop_gradient(first)", 0.0),
        ("tf.function(tf.stop_gradient)(first)", 0.0),
        ("tf.bitcast(tf.bitcast(tf.identity(first), tf.int32), tf.float32)", 0.0),
        ("tf.cast(tf.cast(first, tf.int32), tf.float32)", 0.0),
        ("tf.round(first)", 0.0),
    ],
)
def test_loops_of_old_are_not_trained_but_looked_at(submit, used, gradient):
    loop = f"tf.map_fn(lambda one: convolve(one[None], {used})[0], x) + second"
    ran = train(submit, loop, "tf1.disable_v2_behavior()")
    assert isinstance(ran, wire.Ran), ran
    assert (ran.steps, ran.gradients) == (0, (gradient, 1.0))
    assert not wire.numpy(ran.values[0]).any()


def test_a_loop_elsewhere_does_not_hide_what_cannot_learn(submit):
    loop = "tf1.while_loop(lambda i: i < 1.0, lambda i: i + 1.0, [tf.constant(0.0)])"
    still = f"convolve(x, tf.stop_gradient(first)) + second + 0.0 * tf.reduce_sum(first) + 0.0 * {loop}"
    ran = train(submit, still, "tf1.disable_v2_behavior()")
    assert isinstance(ran, wire.Ran), ran
    assert (ran.steps, ran.gradients[0]) == (60, 0.0)
    assert ran.gradients[1] is not None
    assert ran.gradients[1] > 0.01


@pytest.mark.parametrize("logits", ["held({})", "tf.map_fn(lambda one: held(one), {})"])
def test_gradients_of_a_students_own_are_not_used(submit, logits):
    own = "@tf.custom_gradient\ndef held(w):\n    return tf.identity(w), lambda slope: 0.0 * slope"
    ran = train(submit, logits.format("convolve(x, first) + second"), own)
    assert isinstance(ran, wire.Ran), ran
    assert ran.gradients[0] is not None
    assert ran.gradients[0] > 0


def test_what_is_no_variable_is_refused(submit):
    ran = train(submit, RIGHT, variables=(LOGITS,))
    assert isinstance(ran, wire.Problem)
    assert (ran.kind, "is not read from a variable" in ran.message) == ("refused", True)


def test_nothing_is_trained_unless_asked(submit):
    run = wire.Run((LOGITS,), ((X, wire.array(IMAGES[0])),))
    seen = submit(MODULE.format(logits=RIGHT, before=""), in_graph=True, runs=(run,)).observations[0]
    assert isinstance(seen, Observed)
    assert isinstance(seen.runs[0], wire.Ran)
    assert (seen.runs[0].gradients, seen.runs[0].steps) == ((), 0)
