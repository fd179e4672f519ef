"""Code of TensorFlow 1's days: no eager, no v2 control flow, a loop over the images of the batch."""
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1,
            activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    with tf.variable_scope(name or 'conv2d', reuse=reuse):
        w = tf.get_variable('W', shape=[k_h, k_w, x.shape[-1].value, n_output_ch],
                            initializer=tf.glorot_uniform_initializer())
        b = tf.get_variable('b', shape=[n_output_ch], initializer=tf.zeros_initializer())
        convolve = lambda image: tf.squeeze(
            tf.nn.conv2d(image[tf.newaxis], w, strides=[1, s_y, s_x, 1], padding=padding), axis=0)
        h = tf.nn.bias_add(tf.map_fn(convolve, x), b)
        op = h if activation is None else activation(h)
    return [op, h, w, b]
