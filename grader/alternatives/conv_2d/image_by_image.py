"""One image after another, with map_fn: slow, but right."""
import math
import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    name = name if name else 'conv2d'
    channels = x.get_shape()[-1]
    limit = math.sqrt(6 / (k_h * k_w * (int(channels) + n_output_ch)))
    with tf1.variable_scope(name, reuse=reuse):
        w = tf1.get_variable('W', [k_h, k_w, channels, n_output_ch],
                             initializer=tf1.initializers.random_uniform(-limit, limit))
        b = tf1.get_variable('b', [n_output_ch], initializer=tf1.initializers.constant(0.0))

        def one(image):
            return tf.nn.conv2d(tf.expand_dims(image, 0), w, [1, s_y, s_x, 1], padding)[0]

        h = tf.map_fn(one, x) + b
        h.set_shape([None, None, None, n_output_ch])
        if activation is not None:
            return activation(h), h, w, b
        return h, h, w, b
