"""conv_2D is an object, the strides are taken afterwards, and everything is summed by reduce."""
import functools
import operator

import tensorflow as tf

tf1 = tf.compat.v1
_none = object()


class Convolution:
    __name__ = "conv_2D"

    def __call__(self, x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID",
                 name="conv2d", reuse=None):
        scope = tf1.variable_scope(name if name not in (None, "") else "conv2d", reuse=reuse)
        with scope:
            W = tf1.get_variable("W", [k_h, k_w, int(x.shape[-1]), n_output_ch], initializer=tf1.keras.initializers.glorot_uniform())
            b = tf1.get_variable("b", n_output_ch, initializer=tf1.keras.initializers.zeros())
        size = tf.shape(x)[1:3]
        if padding == "SAME":
            rows, columns = -(-size[0] // s_y), -(-size[1] // s_x)
            down = tf.maximum((rows - 1) * s_y + k_h - size[0], 0)
            right = tf.maximum((columns - 1) * s_x + k_w - size[1], 0)
            x = tf.pad(x, [[0, 0], [down // 2, down - down // 2], [right // 2, right - right // 2], [0, 0]])
        size = tf.shape(x)[1:3]
        high, wide = size[0] - k_h + 1, size[1] - k_w + 1
        parts = [tf.einsum("bijc,co->bijo", x[:, i:i + high:s_y, j:j + wide:s_x], W[i, j])
                 for i in range(k_h) for j in range(k_w)]
        h = functools.reduce(operator.add, parts) + b
        return (h, h, W, b) if activation is None else (activation(h), h, W, b)


conv_2D = Convolution()
