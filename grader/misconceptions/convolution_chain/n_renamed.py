import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, stages=4):
    found = []
    for _ in range(stages):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID")
        found.append(x)
    return found


def apply_filter(image, kernel, stages=4):
    image, kernel = np.array(image, np.float32), np.array(kernel, np.float32)
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, [1, *image.shape, 1])
        found = chain_convolutions(x, tf.constant(kernel[:, :, None, None]), stages)
        with tf1.Session() as session:
            found = session.run(found, {x: image[None, :, :, None]})
    return [image, *(stage[0, :, :, 0] for stage in found)]
