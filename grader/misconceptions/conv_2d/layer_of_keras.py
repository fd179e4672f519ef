import tensorflow as tf


def conv_2D(
    x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None
):
    layer = tf.keras.layers.Conv2D(n_output_ch, (k_h, k_w), (s_y, s_x), padding.lower(), name=name or "conv2d")
    h = layer(x)
    op = h if activation is None else activation(h)
    w, b = layer.weights
    return op, h, w, b
