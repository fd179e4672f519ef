import tensorflow.compat.v1 as tf

def _variables(shape):
    limit = (6.0 / (shape[0] * shape[1] * (shape[2] + shape[3]))) ** 0.5
    uniform = lambda shape, dtype=tf.float32, partition_info=None: tf.random.uniform(shape, -limit, limit, dtype)
    b = tf.get_variable("b", shape[-1:], initializer=tf.initializers.zeros())
    return tf.get_variable("W", shape, initializer=uniform), b

def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    activation = (lambda h: h) if activation is None else activation
    with tf.variable_scope(name or "conv2d", reuse=reuse):
        w, b = _variables([k_h, k_w, int(x.shape[-1]), n_output_ch])
    with tf.name_scope("compute"):
        h = tf.nn.bias_add(tf.nn.convolution(x, w, padding, strides=(s_y, s_x)), b)
        return activation(h), h, w, b
