"""A three-dimensional convolution over one slice, the image carried along as depth."""
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    volume = tf.expand_dims(x, 1)
    stages = []
    with tf1.variable_scope("chain", reuse=tf1.AUTO_REUSE):
        for number in range(1, n + 1):
            with tf1.name_scope(f"stage{number}"):
                volume = tf.nn.conv3d(volume, tf.expand_dims(flt, 0), strides=[1, 1, 1, 1, 1], padding="VALID")
                stages.append(tf.squeeze(volume, axis=[1]))
    return stages


def apply_filter(image, kernel, n=4):
    with tf.Graph().as_default():
        x = tf.reshape(tf.convert_to_tensor(np.array(image, np.float32)), [1, *np.shape(image), 1])
        flt = tf.reshape(tf.convert_to_tensor(np.array(kernel, np.float32)), [*np.shape(kernel), 1, 1])
        stages = chain_convolutions(x, flt, n)
        with tf1.Session() as session:
            pictures = [session.run(tf.squeeze(stage, [0, 3])) for stage in [x, *stages]]
    return pictures
