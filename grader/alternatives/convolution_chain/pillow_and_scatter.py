"""Pictures as Pillow's images and memory views, which np.asarray takes; stages put together by scattering."""

import numpy as np
import tensorflow as tf
from PIL import Image

tf1 = tf.compat.v1


def _correlate(x, flt):
    k_h, k_w = flt.shape[:2]
    height, width = x.shape[1] - k_h + 1, x.shape[2] - k_w + 1
    moved = [x[:, i : i + height, j : j + width] * flt[i, j, 0, 0] for i in range(k_h) for j in range(k_w)]
    total = tf.zeros_like(moved[0])[None]
    for one in moved:
        total = tf.tensor_scatter_nd_add(total, [[0]], one[None])
    return total[0]


def chain_convolutions(x, flt, n=4):
    stages = []
    while len(stages) < n:
        stages.append(_correlate(stages[-1] if stages else x, flt))
    return stages


def apply_filter(image, kernel, n=4):
    image, kernel = np.array(image, np.float32), np.array(kernel, np.float32)
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, (1, *image.shape, 1))
        stages = chain_convolutions(x, tf.constant(kernel[:, :, None, None]), n)
        with tf1.Session() as session:
            found = session.run(stages, {x: image[None, ..., None]})
    return [memoryview(image), *(Image.fromarray(one[0, ..., 0]) for one in found)]
