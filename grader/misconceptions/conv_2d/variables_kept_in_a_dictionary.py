import tensorflow as tf

tf1 = tf.compat.v1

made = {}


def conv_2D(
    x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None
):
    name = name or "conv2d"
    n_input_ch = int(x.shape[-1])
    if reuse is None and name in made:
        raise ValueError(f"there is a layer {name} already")
    if name not in made:
        with tf1.variable_scope(name):
            made[name] = (
                tf1.get_variable("W", [k_h, k_w, n_input_ch, n_output_ch], initializer=tf1.glorot_uniform_initializer()),
                tf1.get_variable("b", [n_output_ch], initializer=tf1.zeros_initializer()),
            )
    w, b = made[name]
    h = tf.nn.conv2d(x, w, strides=[1, s_y, s_x, 1], padding=padding) + b
    op = h if activation is None else activation(h)
    return op, h, w, b
