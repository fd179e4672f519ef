"""The chain as a generator; pictures in a named tuple's fields would do too."""
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()


def _stages(x, flt):
    while True:
        x = tf.nn.conv2d(x, filter=flt, strides=(1, 1, 1, 1), padding='VALID', data_format='NHWC')
        yield x


def chain_convolutions(x, flt, n=4):
    return [y for _, y in zip(range(n), _stages(x, flt))]


def apply_filter(image, kernel, n=4):
    image = np.array(image, dtype=np.float32)
    with tf.Graph().as_default() as g, tf.Session(graph=g) as sess:
        x = tf.placeholder(tf.float32, shape=(None, None, None, 1), name='image')
        flt = tf.placeholder(tf.float32, shape=(None, None, 1, 1), name='kernel')
        feeds = {x: image.reshape((1,) + image.shape + (1,)), flt: np.array(kernel, dtype='float32')[:, :, None, None]}
        ys = chain_convolutions(x, flt, n)
        results = sess.run(ys, feed_dict=feeds) if ys else []
    return [image] + [np.squeeze(y, axis=(0, 3)) for y in results]
