"""A stage as a product of spectra: correlating is multiplying with the filter's complex conjugate, and where the filter
would leave the image, which goes round in circles then, is cut off."""
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def _correlated(y, flt):
    k_h, k_w = int(flt.shape[0]), int(flt.shape[1])
    rows, columns = int(y.shape[1]), int(y.shape[2])
    image = tf.signal.rfft2d(y[..., 0])
    window = tf.signal.rfft2d(flt[:, :, 0, 0], fft_length=[rows, columns])
    around = tf.signal.irfft2d(image * tf.math.conj(window), fft_length=[rows, columns])
    kept = around[:, : rows - k_h + 1, : columns - k_w + 1, tf.newaxis]
    return tf.ensure_shape(kept, [y.shape[0], rows - k_h + 1, columns - k_w + 1, 1])


def chain_convolutions(x, flt, n=4):
    stages = []
    while len(stages) < n:
        stages.append(_correlated(stages[-1] if stages else x, flt))
    return stages


def apply_filter(image, kernel, n=4):
    image, kernel = np.array(image, np.float32), np.array(kernel, np.float32)
    with tf.Graph().as_default(), tf1.Session() as session:
        x, flt = tf.constant(image[None, :, :, None]), tf.constant(kernel[:, :, None, None])
        stages = session.run(chain_convolutions(x, flt, n))
    return [image, *(stage[0, :, :, 0] for stage in stages)]
