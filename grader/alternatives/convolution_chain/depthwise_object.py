"""A depthwise convolution (there is one channel), in objects with __call__."""
import numpy as np
import tensorflow.compat.v1 as tf


class Stage:
    def __init__(self, flt):
        self.flt = flt

    def __call__(self, y):
        return tf.nn.depthwise_conv2d(y, self.flt, strides=[1, 1, 1, 1], padding='VALID')


class Chain:
    def __call__(self, x, flt, n=4):
        stage, stages = Stage(flt), {0: x}
        for i in range(1, n + 1):
            stages[i] = stage(stages[i - 1])
        stages.pop(0)
        return list(stages.values())


chain_convolutions = Chain()


def apply_filter(image, kernel, n=4):
    image = np.asarray(image, dtype=np.float32)
    kernel = np.asarray(kernel, dtype=np.float32)
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, None, None, 1])
        flt = tf.placeholder(tf.float32, [kernel.shape[0], kernel.shape[1], 1, 1])
        stages = [x, *chain_convolutions(x, flt, n)]
    with tf.Session(graph=graph) as session:
        fed = {x: image[np.newaxis, :, :, np.newaxis], flt: kernel[:, :, np.newaxis, np.newaxis]}
        return [np.reshape(stage, stage.shape[1:3]) for stage in session.run(stages, fed)]
