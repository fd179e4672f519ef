import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    with tf1.variable_scope(name or "conv2d", reuse=reuse):
        c_in = int(x.shape[-1])
        w = tf1.get_variable("W", shape=[k_h, k_w, c_in, n_output_ch], initializer=tf1.glorot_uniform_initializer())
        conv = tf.nn.conv2d(x, w, strides=[1, s_y, s_x, 1], padding=padding)
        b = tf1.Variable(tf.zeros([n_output_ch]), name="b")
        h = tf.nn.bias_add(conv, b)
        op = h if activation is None else activation(h)
    return op, h, w, b
