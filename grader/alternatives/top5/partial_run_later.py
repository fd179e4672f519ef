"""make_callable keeps what was looked up; the answer is built by insertion."""
import bisect
import functools

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    best = []
    for index, value in enumerate(np.asarray(probabilities, np.float64).ravel()):
        bisect.insort(best, (-value, index))
        del best[max(k, 0):]
    return [(-minus, labels[index]) for minus, index in best]


@functools.lru_cache(maxsize=None)
def _runner(graph, input_name, output_name):
    return tf1.Session(graph=graph).make_callable(output_name, [input_name])


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):

    return top_k(_runner(graph, input_name, output_name)(np.float32(image)[None]), labels, k)
