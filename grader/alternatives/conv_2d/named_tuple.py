from collections import namedtuple

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

Layer = namedtuple("Layer", "op h w b")


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID",
            name="conv2d", reuse=None):
    act = activation or (lambda t: t)
    with tf.variable_scope(name or "conv2d", reuse=reuse):
        w = tf.get_variable("W", (k_h, k_w, x.shape[-1], n_output_ch), initializer=tf.keras.initializers.glorot_uniform())
        b = tf.get_variable("b", (n_output_ch,), initializer=tf.constant_initializer(0.0))
        h = tf.nn.convolution(x, w, padding, strides=[s_y, s_x]) + b
    return Layer(act(h), h, w, b)
