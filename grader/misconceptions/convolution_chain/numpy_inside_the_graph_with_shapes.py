import numpy as np
import tensorflow as tf
from scipy.signal import correlate2d

tf1 = tf.compat.v1


def correlated(images, flt):
    return np.stack([correlate2d(image[:, :, 0], flt[:, :, 0, 0], "valid")[:, :, None] for image in images])


def chain_convolutions(x, flt, n=4):
    stages = []
    for _ in range(n):
        batch, height, width, _ = x.shape
        x = tf.numpy_function(correlated, [x, flt], tf.float32)
        x.set_shape([batch, height - flt.shape[0] + 1, width - flt.shape[1] + 1, 1])
        stages.append(x)
    return stages


def apply_filter(image, kernel, n=4):
    image, kernel = np.array(image, np.float32), np.array(kernel, np.float32)
    with tf.Graph().as_default():
        stages = chain_convolutions(tf.constant(image[None, :, :, None]), tf.constant(kernel[:, :, None, None]), n)
        with tf1.Session() as session:
            stages = session.run(stages)
    return [image, *(stage[0, :, :, 0] for stage in stages)]
