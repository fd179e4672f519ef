import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    out = []
    for i in range(n):
        x = tf.nn.conv2d(x, flt, strides=[1, 1, 1, 1], padding="VALID")
        out += [x]
    return out


def apply_filter(image, kernel, n=4):
    image = np.array(image, dtype=np.float32)
    kernel = np.array(kernel, dtype=np.float32)
    h, w = image.shape
    k_w, k_h = kernel.shape
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, shape=(1, h, w, 1))
        flt = tf1.placeholder(tf.float32, shape=(k_h, k_w, 1, 1))
        chain = chain_convolutions(x, flt, n)
        feed = {x: np.reshape(image, (1, h, w, 1)), flt: np.reshape(kernel, (k_h, k_w, 1, 1))}
        with tf1.Session() as sess:
            arrays = sess.run(chain, feed_dict=feed)
    return [image] + [arr[0, :, :, 0] for arr in arrays]
