import numpy as np
import tensorflow as tf
tf1 = tf.compat.v1

def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    c = x.shape.as_list()[3]
    r = np.sqrt(6 / (k_h * k_w * (c + n_output_ch)))
    start = np.random.default_rng(3).uniform(-r, r, (k_h, k_w, c, n_output_ch)).astype("f4")
    with tf1.variable_scope("conv2d" if not name else name, reuse=reuse):
        w = tf.identity(tf1.get_variable("W", initializer=start) if not reuse else tf1.get_variable("W", start.shape))
        b = tf.identity(tf1.get_variable("b", n_output_ch, initializer=tf1.constant_initializer(0)))
        patches = tf.image.extract_patches(x, [1, k_h, k_w, 1], [1, s_y, s_x, 1], [1, 1, 1, 1], padding)
        h = tf.einsum("bijp,po->bijo", patches, tf.reshape(w, [-1, n_output_ch])) + b
        return [h if activation is None else activation(h), h, w, b]
