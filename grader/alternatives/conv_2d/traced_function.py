"""tf.function inside of a graph, around the arithmetic and around the activation."""
import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    with tf1.variable_scope(name or 'conv2d', reuse=reuse):
        w = tf1.get_variable('W', (k_h, k_w, x.shape[3], n_output_ch), initializer=tf.keras.initializers.GlorotUniform())
        b = tf1.get_variable('b', (n_output_ch,), initializer=tf.keras.initializers.Zeros())

    @tf.function
    def convolve(images):
        return tf.nn.conv2d(images, w, strides=(s_y, s_x), padding=padding)

    @tf.function
    def shift(y, by):
        return y + by

    h = shift(convolve(x), b)
    return (h if activation is None else activation(h)), h, w, b
