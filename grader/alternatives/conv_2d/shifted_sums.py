"""No convolution at all: each number of W meets a shifted, thinned-out copy of the images."""
import tensorflow as tf

tf1 = tf.compat.v1


def _around(size, kernel, stride):
    missing = tf.maximum((-(-size // stride) - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    channels = x.shape[-1]
    with tf1.variable_scope(name or "conv2d", reuse=reuse):
        w = tf1.get_variable("W", [k_h, k_w, channels, n_output_ch], initializer=tf1.glorot_uniform_initializer)
        b = tf1.get_variable("b", [n_output_ch], initializer=tf1.zeros_initializer)
    if padding == "SAME":
        size = tf.shape(x)
        x = tf.pad(x, [(0, 0), _around(size[1], k_h, s_y), _around(size[2], k_w, s_x), (0, 0)])
    rows, columns = tf.shape(x)[1] - k_h + 1, tf.shape(x)[2] - k_w + 1
    h = tf.identity(b)
    for i in range(k_h):
        for j in range(k_w):
            h += tf.tensordot(x[:, i : i + rows : s_y, j : j + columns : s_x, :], w[i, j], 1)
    return [h if activation is None else activation(h), h, w, b]
