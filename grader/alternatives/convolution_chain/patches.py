"""Windows cut out and multiplied: a convolution is a matrix product of patches."""
import numpy as np
import tensorflow as tf


def _slide(y, flt):
    k_h, k_w = flt.shape[0], flt.shape[1]
    patches = tf.image.extract_patches(y, sizes=[1, k_h, k_w, 1], strides=[1] * 4, rates=[1] * 4, padding="VALID")
    return tf.tensordot(patches, tf.reshape(flt, [-1, 1]), axes=1)


def chain_convolutions(x, flt, n=4):
    out = []
    y = x
    for _ in range(n):
        y = _slide(y, flt)
        out += [y]
    return out


def apply_filter(image, kernel, n=4):
    image, kernel = np.asarray(image, dtype=np.float32), np.asarray(kernel, dtype=np.float32)
    g = tf.Graph()
    with g.as_default():
        ys = chain_convolutions(tf.constant(image[None, :, :, None]), tf.constant(kernel[:, :, None, None]), n)
    session = tf.compat.v1.Session(graph=g)
    try:
        return [image.copy()] + [session.run(y)[0][..., 0] for y in ys]
    finally:
        session.close()
