import numpy as np
import tensorflow as tf


def chain_convolutions(x, flt, n=4):
    stages = []
    for _ in range(n):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID")
        stages.append(x)
    return stages


def apply_filter(image, kernel, n=4):
    image, kernel = np.array(image, np.float32), np.array(kernel, np.float32)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [1, *image.shape, 1])
        stages = chain_convolutions(x, tf.constant(kernel[:, :, None, None]), n)
        with tf.Session() as session:
            stages = session.run(stages, {x: image[None, :, :, None]})
    return [image, *(stage[0, :, :, 0] for stage in stages)]
