"""The scope is entered once for the variables and once more for the operations."""
from contextlib import contextmanager

import tensorflow as tf

tf1 = tf.compat.v1


@contextmanager
def layer_scope(name, reuse):
    with tf1.variable_scope(name or "conv2d", reuse=reuse, initializer=tf1.glorot_uniform_initializer()) as scope:
        yield scope


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    with layer_scope(name, reuse) as scope:
        w = tf1.get_variable("W", [k_h, k_w, x.shape[-1], n_output_ch])
        b = tf1.get_variable("b", [n_output_ch], initializer=tf1.constant_initializer(0))
    with tf1.variable_scope(scope, auxiliary_name_scope=False), tf1.name_scope(scope.original_name_scope):
        h = tf.add(tf.nn.conv2d(x, w, strides=[s_y, s_x], padding=padding.upper()), b, name="h")
        op = {True: lambda: h, False: lambda: activation(h)}[activation is None]()
    return tuple([op, h, w, b])
