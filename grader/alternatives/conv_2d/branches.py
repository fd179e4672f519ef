"""The activation behind a branch that the graph takes: `tf.switch_case`, in a layer of any padding."""

import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(
    x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None
):
    with tf1.variable_scope(name or "conv2d", reuse=reuse):
        shape = [k_h, k_w, int(x.shape[-1]), n_output_ch]
        w = tf1.get_variable("W", shape, initializer=tf1.glorot_uniform_initializer())
        b = tf1.get_variable("b", [n_output_ch], initializer=tf1.zeros_initializer())
        summed = tf.nn.conv2d(x, w, [1, s_y, s_x, 1], padding) + b
        h = tf.switch_case(tf.constant(1), [lambda: tf.zeros_like(summed), lambda: tf.identity(summed)])
        h.set_shape(summed.shape)
    return (h if activation is None else activation(h)), h, w, b
