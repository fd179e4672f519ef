"""A class with the arguments in a dictionary, as code written for many kinds of layers is."""
import tensorflow as tf

tf1 = tf.compat.v1


class Layer:
    def __init__(self, name, reuse, activation):
        self.name, self.reuse = name if name else "conv2d", reuse
        self.activation = activation

    def variables(self, shape):
        with tf1.variable_scope(self.name, reuse=self.reuse):
            limit = tf.sqrt(6.0 / float(shape[0] * shape[1] * (shape[2] + shape[3])))
            first = lambda shape, dtype=None, partition_info=None: (tf.random.uniform(shape, dtype=tf.float32) * 2 - 1) * limit
            self.w = tf1.get_variable("W", shape, initializer=first)
            self.b = tf1.get_variable("b", shape[3:], initializer=tf1.initializers.zeros())

    def __call__(self, x, **how):
        self.h = tf.nn.bias_add(tf.nn.conv2d(x, self.w, **how), self.b)
        self.op = self.h if self.activation is None else self.activation(self.h)
        return self


def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    layer = Layer(name, reuse, activation)
    layer.variables([k_h, k_w, int(x.shape[-1]), n_output_ch])
    layer(x, strides=[1, s_y, s_x, 1], padding=padding)
    return layer.op, layer.h, layer.w, layer.b
