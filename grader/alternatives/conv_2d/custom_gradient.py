"""A convolution with its gradient written down, as a course on back-propagation asks for; weights read by identity."""
import functools
import tensorflow as tf

tf1 = tf.compat.v1


def convolve(x, w, strides, padding):
    @tf.custom_gradient
    def forward(x, w):
        y = tf.nn.conv2d(x, w, strides=strides, padding=padding)

        def backward(dy):
            dx = tf1.nn.conv2d_backprop_input(tf.shape(x), w, dy, strides=strides, padding=padding)
            dw = tf1.nn.conv2d_backprop_filter(x, tf.shape(w), dy, strides=strides, padding=padding)
            return dx, dw

        return y, backward

    return forward(x, w)


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    make = functools.partial(tf1.get_variable, dtype=tf.float32)
    with tf1.variable_scope('conv2d' if not name else name, reuse=reuse):
        w = tf.identity(make('W', shape=[k_h, k_w, int(x.shape[-1]), n_output_ch], initializer=tf1.glorot_uniform_initializer()))
        b = tf.identity(make('b', shape=[n_output_ch], initializer=tf1.zeros_initializer()))
    h = tf.add(convolve(x, w, [1, s_y, s_x, 1], padding), b)
    op = (activation or (lambda h: h))(h)
    return op, h, w, b
