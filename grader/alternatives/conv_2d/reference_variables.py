import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()
tf.disable_resource_variables()


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    n_in = int(x.get_shape()[3])
    r = np.sqrt(6. / (k_h * k_w * n_in + k_h * k_w * n_output_ch))
    with tf.variable_scope(name or 'conv2d', reuse=reuse):
        w = tf.get_variable('W', [k_h, k_w, n_in, n_output_ch], tf.float32, tf.random_uniform_initializer(-r, r))
        b = tf.get_variable('b', [n_output_ch], tf.float32, tf.zeros_initializer())
        h = tf.nn.conv2d(x, w, [1, s_y, s_x, 1], padding) + b
        if activation is None:
            op = h
        else:
            op = activation(h)
        return op, h, w, b
