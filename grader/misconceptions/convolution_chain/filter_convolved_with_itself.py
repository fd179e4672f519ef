import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    height, width = flt.shape[0], flt.shape[1]
    turned = tf.reverse(flt, [0, 1])
    stages, power = [], flt
    for number in range(n):
        if number:
            image = tf.transpose(power, [2, 0, 1, 3])
            image = tf.pad(image, [[0, 0], [height - 1, height - 1], [width - 1, width - 1], [0, 0]])
            power = tf.transpose(tf.nn.conv2d(image, turned, strides=1, padding="VALID"), [1, 2, 0, 3])
        stages.append(tf.nn.conv2d(x, power, strides=1, padding="VALID"))
    return stages


def apply_filter(image, kernel, n=4):
    image = np.array(image, np.float32)
    kernel = np.array(kernel, np.float32)
    with tf.Graph().as_default(), tf1.Session() as session:
        x = tf.constant(image[np.newaxis, :, :, np.newaxis])
        flt = tf.constant(kernel[:, :, np.newaxis, np.newaxis])
        stages = session.run(chain_convolutions(x, flt, n))
    return [image] + [stage[0, :, :, 0] for stage in stages]
