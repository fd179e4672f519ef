import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    xavier = tf1.variance_scaling_initializer(scale=1.0, mode='fan_avg', distribution='uniform')
    *_, n_input_ch = x.shape
    with tf1.variable_scope(name or 'conv2d', reuse=reuse):
        b = tf1.get_variable('b', initializer=tf.zeros([n_output_ch]))
        w = tf1.get_variable('W', [k_h, k_w, n_input_ch, n_output_ch], initializer=xavier)
        h = tf.add(b, tf.nn.conv2d(input=x, filters=w, strides=(s_y, s_x), padding=padding))
        op = h
        if activation:
            op = activation(h)
    return op, h, w, b
