"""What every job does first, done before the job comes: nothing of a student's, and nothing that a job could notice."""

import contextlib
from typing import Any

import numpy as np
import tensorflow as tf

from . import registry

tf1 = tf.compat.v1


def rehearse() -> None:
    """Trace and run a few operations, and a network that ships, so that TensorFlow has loaded what these take."""
    with contextlib.suppress(Exception):
        _operations()
        _network()


def _operations() -> None:
    """Run what layers are made of, apart from each other: students have this file."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf1.placeholder(tf.float32, (None, 5, 5, 1), name="x")
        with tf1.variable_scope("rehearsal", reuse=tf1.AUTO_REUSE):
            random = tf1.get_variable("random", (2, 2, 1, 1), initializer=tf1.random_uniform_initializer(-1, 1))
        first = tf1.global_variables_initializer()
        apart = [tf.nn.relu(x), x + 1.0, tf.nn.conv2d(x, random, 1, "SAME")]
        graph.as_graph_def().SerializeToString()
    _run(graph, [first, apart], {x: np.ones((1, 5, 5, 1), np.float32)})


def _network() -> None:
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(registry.shipped("efficientnet_lite0"), name="network")
    _run(graph, ["network/output:0"], {"network/input:0": np.zeros((1, 64, 64, 3), np.float32)})


def _run(graph: Any, fetches: list[Any], feeds: dict[Any, Any]) -> None:
    with tf1.Session(graph=graph) as opened:
        for fetch in fetches:
            opened.run(fetch, feeds)
