import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def chain_convolutions(x, flt, n=4):
    # there is one channel, so a depthwise convolution is a convolution
    if n == 0:
        return ()
    y = tf.nn.depthwise_conv2d_native(x, flt, [1, 1, 1, 1], "VALID", name="stage")
    return (y,) + chain_convolutions(y, flt, n - 1)


def apply_filter(image, kernel, n=4):
    image = np.asarray(image)
    g = tf.Graph()
    with g.as_default():
        x = tf.placeholder(tf.float32, [None, None, None, 1])
        flt = tf.expand_dims(tf.expand_dims(tf.constant(np.asarray(kernel), tf.float32), -1), -1)
        stages = chain_convolutions(x, flt, n)
    sess = tf.Session(graph=g)
    pictures = [sess.run(s, {x: image[None, :, :, None]}) for s in stages]
    sess.close()
    return tuple([image.astype(np.float32)] + [np.squeeze(p, (0, 3)) for p in pictures])
