import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    stages = []
    for _ in range(n):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID")
        stages.append(x)
    return stages


def apply_filter(image, kernel, n):
    image, kernel = np.array(image, np.float32), np.array(kernel, np.float32)
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, [1, *image.shape, 1])
        stages = chain_convolutions(x, tf.constant(kernel[:, :, None, None]), n)
        with tf1.Session() as session:
            stages = session.run(stages, {x: image[None, :, :, None]})
    return [image, *(stage[0, :, :, 0] for stage in stages)]
