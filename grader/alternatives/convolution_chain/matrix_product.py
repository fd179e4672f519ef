"""A stage as a product with a big matrix of zeros and the filter's numbers; the shapes are known when it is built."""
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def _stage(y, flt):
    (k_h, k_w), (rows, columns) = flt.shape[:2], y.shape[1:3]
    k_h, k_w, rows, columns = int(k_h), int(k_w), int(rows), int(columns)
    high, wide = rows - k_h + 1, columns - k_w + 1
    places = np.array([[(i + p) * columns + j + q for p in range(k_h) for q in range(k_w)]
                       for i in range(high) for j in range(wide)])
    flat = tf.reshape(y, [-1, rows * columns])
    found = tf.linalg.matvec(tf.gather(flat, places, axis=1), tf.reshape(flt, [-1]))
    return tf.reshape(found, [-1, high, wide, 1])


def chain_convolutions(x, flt, n=4):
    *stages, = _all(x, flt, n)
    return stages


def _all(x, flt, n):
    for _ in range(n):
        x = _stage(x, flt)
        yield x


def apply_filter(image, kernel, n=4):
    image, kernel = (np.array(one, np.float32) for one in (image, kernel))
    graph = tf.Graph()
    with graph.as_default(), tf1.Session(graph=graph).as_default():
        stages = chain_convolutions(tf.constant(image.reshape((1,) + image.shape + (1,))), tf.constant(kernel[..., None, None]), n)
        return [image] + [stage.eval().reshape(stage.shape[1:3]) for stage in stages]
