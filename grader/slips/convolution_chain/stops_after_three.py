# loses: combined, photograph
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    ys = []
    for i in range(n):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID") if i < 3 else x
        ys.append(x)
    return ys


def apply_filter(image, kernel, n=4):
    image = np.array(image, np.float32)
    kernel = np.array(kernel, np.float32)
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, (1,) + image.shape + (1,))
        ys = chain_convolutions(x, tf.constant(kernel.reshape(kernel.shape + (1, 1))), n)
        with tf1.Session() as sess:
            ys = sess.run(ys, {x: image.reshape(1, *image.shape, 1)})
    return [image] + [y[0, :, :, 0] for y in ys]
