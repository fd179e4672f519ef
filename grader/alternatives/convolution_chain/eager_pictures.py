"""apply_filter runs eagerly where TensorFlow 2 is on; the chain does not mind."""
import functools

import numpy as np
import tensorflow as tf


def chain_convolutions(x, flt, n=4):
    def more(stages, _):
        last = stages[-1] if stages else x
        return [*stages, tf.nn.conv2d(last, flt, 1, "VALID")]

    return functools.reduce(more, range(n), [])


def apply_filter(image, kernel, n=4):
    with tf.init_scope():
        x = tf.cast(image, tf.float32)[None, :, :, None]
        flt = tf.cast(kernel, tf.float32)[:, :, None, None]
        return [t[0, :, :, 0].numpy() for t in (x, *chain_convolutions(x, flt, n))]
