"""A class does the work, the two functions are its bound methods' shadows."""
import numpy as np
import tensorflow as tf


class Chain:
    def __init__(self, flt):
        self.flt = flt
        self.stages = []

    def __call__(self, y):
        self.stages.append(tf.nn.conv2d(input=y, filters=self.flt, strides=[1, 1], padding=[[0, 0]] * 4))
        return self.stages[-1]

    def many(self, x, n):
        for _ in range(n):
            x = self(x)
        return self.stages


def chain_convolutions(x, flt, n=4):
    return Chain(flt).many(x, n)


def apply_filter(image, kernel, n=4):
    def four(a, axes):
        return tf.constant(np.expand_dims(np.array(a, dtype=np.float32), axes))

    with tf.Graph().as_default() as graph:
        stages = chain_convolutions(four(image, (0, 3)), four(kernel, (2, 3)), n=n)
        with tf.compat.v1.Session(graph=graph) as session:
            found = [np.array(image, dtype=np.float64).astype(np.float32)]
            for stage in stages:
                found.append(stage.eval(session=session).reshape([d for d in stage.shape[1:3]]))
    return found
