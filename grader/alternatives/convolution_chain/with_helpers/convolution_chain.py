import tensorflow as tf
from chiaras_shapes import four_axes, two_axes

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    """A window that slides is a sum of shifted pictures, one for each number of the filter."""
    if n == 0:
        return []
    k_h, k_w = (int(d) for d in flt.shape[:2])
    rows, cols = tf.shape(x)[1] - k_h + 1, tf.shape(x)[2] - k_w + 1
    y = tf.add_n(
        [flt[i, j, 0, 0] * x[:, i : i + rows, j : j + cols, :] for i in range(k_h) for j in range(k_w)]
    )
    return [y, *chain_convolutions(y, flt, n - 1)]


def apply_filter(image, kernel, n=4):
    with tf.Graph().as_default(), tf1.Session() as sess:
        picture = tf.constant(four_axes(image))
        window = tf.constant(four_axes(kernel).transpose(1, 2, 0, 3))
        stages = [picture, *chain_convolutions(picture, window, n)]
        return [two_axes(s) for s in sess.run(stages)]
