# loses: weight_start
import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    with tf1.variable_scope(name if name else 'conv2d', reuse=reuse):
        n_input_ch = x.get_shape().as_list()[-1]
        limit = (6 / (k_h * k_w * (1 + n_output_ch))) ** 0.5
        w = tf1.get_variable('W', shape=[k_h, k_w, n_input_ch, n_output_ch],
                             initializer=tf1.random_uniform_initializer(-limit, limit))
        h = tf.nn.conv2d(x, w, strides=[1, s_y, s_x, 1], padding=padding)
        b = tf1.get_variable('b', shape=[n_output_ch], initializer=tf1.zeros_initializer())
        h = tf.nn.bias_add(h, b)
        op = activation(h) if activation is not None else h
        return op, h, w, b
