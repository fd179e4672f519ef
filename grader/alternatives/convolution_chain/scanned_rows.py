"""Every stage as a sum over rows of one-dimensional convolutions; eager in apply_filter."""
import numpy as np
import tensorflow as tf


def _rows(y, flt):
    k_h = int(flt.shape[0])
    total = 0
    for i in range(k_h):
        piece = y[:, i:tf.shape(y)[1] - k_h + 1 + i]
        total += tf.nn.convolution(piece, flt[i:i + 1], padding='VALID')
    return total


def chain_convolutions(x, flt, n=4, stages=None):
    stages = [] if stages is None else stages
    if len(stages) < n:
        stages.append(_rows(stages[-1] if stages else x, flt))
        chain_convolutions(x, flt, n, stages)
    return stages


def apply_filter(image, kernel, n=4):
    x = tf.convert_to_tensor(np.array(image, dtype='float32'))[None, :, :, None]
    flt = tf.reshape(tf.convert_to_tensor(np.array(kernel, dtype='float32')), np.shape(kernel) + (1, 1))
    return [np.array(y)[0, :, :, 0] for y in [x] + chain_convolutions(x, flt, n)]
