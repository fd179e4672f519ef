"""What programs name because it cannot cross as data: activations, sentinels, models. Public, and no answer in it."""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from . import wire

tf1 = tf.compat.v1

SHIPPED = "efficientnet_lite0"
"""The model that comes with the course."""


def _marked(h: Any) -> Any:
    return tf.math.subtract(tf.identity(h, name=wire.MARK), 0.25)


NAMED: dict[str, Callable[[], Any]] = {
    "identity": lambda: tf.identity,
    "relu": lambda: tf.nn.relu,
    "tanh": lambda: tf.nn.tanh,
    "lambda": lambda: lambda h: h * 0.5 + 1.0,
    "partial": lambda: functools.partial(tf.nn.leaky_relu, alpha=0.3),
    "marked": lambda: _marked,
    "AUTO_REUSE": lambda: tf1.AUTO_REUSE,
}


def shipped(name: str) -> Any:
    """Return a new GraphDef of the model that ships under `name` (`efficientnet_lite0` or `tiny`)."""
    copy = tf1.GraphDef()
    copy.CopyFrom(parsed(name))
    return copy


@functools.cache
def parsed(name: str) -> Any:
    """Return the GraphDef of a shipped model that this process has: 20 MB that need no copying where none is kept."""
    from exercises.utils import inception

    return inception.get_inception_model(name)[0]
