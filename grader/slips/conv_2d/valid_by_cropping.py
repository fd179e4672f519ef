# loses: combined
import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    with tf1.variable_scope(name if name else 'conv2d', reuse=reuse):
        n_input_ch = x.get_shape().as_list()[-1]
        w = tf1.get_variable('W', shape=[k_h, k_w, n_input_ch, n_output_ch],
                             initializer=tf1.glorot_uniform_initializer())
        h = tf.nn.conv2d(x, w, strides=[1, s_y, s_x, 1], padding='SAME')
        if padding == 'VALID' and k_h > 1:
            before, after = (k_h - 1) // 2, k_h // 2
            h = h[:, before:-after, before:-after]
        b = tf1.get_variable('b', shape=[n_output_ch], initializer=tf1.zeros_initializer())
        h = tf.nn.bias_add(h, b)
        op = activation(h) if activation is not None else h
        return op, h, w, b
