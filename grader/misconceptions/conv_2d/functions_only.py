import inspect

import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(
    x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None
):
    n_input_ch = int(x.shape[-1])
    with tf1.variable_scope(name or "conv2d", reuse=reuse):
        w = tf1.get_variable("W", [k_h, k_w, n_input_ch, n_output_ch], initializer=tf1.glorot_uniform_initializer())
        b = tf1.get_variable("b", [n_output_ch], initializer=tf1.zeros_initializer())
        h = tf.nn.conv2d(x, w, strides=[1, s_y, s_x, 1], padding=padding) + b
        op = activation(h) if inspect.isfunction(activation) else h
    return op, h, w, b
