"""Weights of the grader's choosing reach whatever reads a variable, however a student's code made and reads it."""

import numpy as np
import pytest

from grader.inside import wire
from grader.observation import Observed

VALUE = np.array([3, 5], np.float32)
FIRST = ((wire.Result(0, (0,)), wire.array(VALUE)),)

READERS = {
    "a resource variable": "w = tf1.get_variable('w', [2])\nreturn w, w * 2",
    "a reference variable": "w = tf1.get_variable('w', [2], use_resource=False)\nreturn w, w * 2",
    "read twice": "w = tf1.get_variable('w', [2])\nreturn w, w + tf.identity(w)",
    "the tensor that was read": "w = tf1.get_variable('w', [2])\nread = tf.identity(w)\nreturn read, read * 2",
    "in a function": "w = tf1.get_variable('w', [2])\nreturn w, tf.function(lambda: w * 2)()",
    "in a loop": "w = tf1.get_variable('w', [2])\n"
    "return w, tf.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s + w), [0, tf.zeros(2)])[1]",
    "in a branch": "w = tf1.get_variable('w', [2])\n"
    "return w, tf.cond(tf1.placeholder_with_default(True, []), lambda: w * 2, lambda: w)",
    "gathered from": "w = tf1.get_variable('w', [2])\nreturn w, tf.gather(w, [0, 1]) * 2",
    "beside one that keeps its own": "w = tf1.get_variable('w', [2])\n"
    "v = tf1.get_variable('v', initializer=[2.0, 2.0])\nreturn w, w * v",
    "beside one that begins with it": "w = tf1.get_variable('w', [2])\n"
    "v = tf1.get_variable('v', initializer=tf.fill(tf.shape(w), 2.0))\nreturn w, w * v",
    "beside one with a random beginning": "w = tf1.get_variable('w', [2])\n"
    "v = tf1.get_variable('v', [2], initializer=tf1.random_uniform_initializer(2.0, 2.0 + 1e-9))\nreturn w, w * v",
    "beside one that counts": "w = tf1.get_variable('w', [2])\nn = tf1.get_variable('n', initializer=1.0)\n"
    "with tf.control_dependencies([n.assign_add(1.0)]): return w, w * n.read_value()",
}


@pytest.mark.parametrize("body", READERS.values(), ids=list(READERS))
def test_the_value_is_seen_where_the_variable_is_read(submit, body):
    assert run(submit, body).values == (wire.array(VALUE), wire.array(VALUE * 2))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("v = tf1.get_variable('v', initializer=[7.0, 8.0])\nreturn v, v + 1", [[7, 8], [8, 9]]),
        ("v = tf1.get_variable('v', initializer=[7.0, 8.0], use_resource=False)\nreturn v, v + 1", [[7, 8], [8, 9]]),
        ("v = tf1.get_variable('v', initializer=[7.0, 8.0])\n"
         "return v, tf1.get_variable('u', initializer=v.initial_value * 2)", [[7, 8], [14, 16]]),
    ],
    ids=["resource", "reference", "from another"],
)  # fmt: skip
def test_a_variable_begins_as_built(submit, body, expected):
    found = run(submit, body, assign=())
    assert [wire.numpy(value).tolist() for value in found.values] == expected


def test_one_beginning_is_read_the_same_everywhere(submit):
    body = "v = tf1.get_variable('v', [9], initializer=tf1.random_normal_initializer())\nreturn v, tf.identity(v) - v"
    drawn, difference = map(wire.numpy, run(submit, body, assign=()).values)
    assert np.unique(drawn).size == 9
    assert not difference.any()


def test_a_value_of_another_shape_is_a_failure_not_a_broadcast(submit):
    found = run(submit, "w = tf1.get_variable('w', [2, 2])\nreturn w, w * 2")
    assert isinstance(found, wire.Problem)
    assert found.kind == "failed"


def test_what_is_no_variable_takes_no_value(submit):
    found = run(submit, "return tf.constant([1.0, 2.0]), tf.constant(1.0)")
    assert isinstance(found, wire.Problem)
    assert "is not read from a variable" in found.message


def test_a_beginning_is_refused_like_the_rest_of_a_graph(submit):
    body = (
        "v = tf1.get_variable('v', initializer=tf.strings.to_number(tf.io.read_file('/fixtures/manifest.toml')))\n"
        "return v, v + 1"
    )
    found = run(submit, body, assign=())
    assert isinstance(found, wire.Problem)
    assert "'ReadFile'" in found.message


def run(submit, body, assign=FIRST):
    """Return what one run of the two results of `body` gave."""
    source = "import tensorflow as tf\ntf1 = tf.compat.v1\ndef attack():\n"
    source += "".join(f"    {line}\n" for line in body.splitlines())
    runs = (wire.Run((wire.Result(0, (0,)), wire.Result(0, (1,))), assign=tuple(assign)),)
    seen = submit(source, in_graph=True, runs=runs).observations[0]
    assert isinstance(seen, Observed), seen
    return seen.runs[0]
