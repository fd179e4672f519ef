import tensorflow as tf


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding='VALID', name='conv2d', reuse=None):
    name = 'conv2d' if name in (None, '') else name
    get = tf.compat.v1.get_variable
    with tf.compat.v1.variable_scope(name, reuse=reuse) as scope:
        w = get(name='W', shape=(k_h, k_w, x.shape.as_list()[-1], n_output_ch), dtype=tf.float32,
                initializer=tf.keras.initializers.GlorotUniform(seed=7), trainable=True)
        b = get(name='b', shape=(n_output_ch,), dtype=tf.float32, initializer=tf.zeros_initializer())
    conv = tf.raw_ops.Conv2D(input=x, filter=w, strides=[1, s_y, s_x, 1], padding=padding)
    h = tf.raw_ops.BiasAdd(value=conv, bias=b)
    op = tf.identity(h, name='op') if activation is None else activation(h)
    return (op, h, w, b)
