import tensorflow as tf
from chiaras_shapes import glorot_limit

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID",
            name="conv2d", reuse=None):
    shape = [k_h, k_w, int(x.shape[3]), n_output_ch]
    limit = glorot_limit(shape)
    with tf1.variable_scope(name or "conv2d", reuse=reuse):
        w = tf1.get_variable("W", shape, initializer=tf1.random_uniform_initializer(-limit, limit))
        b = tf1.get_variable("b", [n_output_ch], initializer=tf1.zeros_initializer)
    w, b = tf.identity(w), tf.identity(b)
    h = tf.nn.bias_add(tf.nn.conv2d(x, w, [s_y, s_x], padding), b)
    if activation is None:
        return [h, h, w, b]
    return [activation(h), h, w, b]
