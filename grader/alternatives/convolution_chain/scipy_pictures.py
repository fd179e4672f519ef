"""The chain by functools.reduce; the pictures with SciPy, which needs no graph at all."""
from functools import reduce

import numpy as np
import tensorflow as tf
from scipy.signal import correlate2d

chain_convolutions = lambda x, flt, n=4: reduce(
    lambda ys, _: ys + [tf.nn.conv2d((ys or [x])[-1], flt, 1, 'VALID')], range(n), [])


def apply_filter(image, kernel, n=4):
    image, kernel = np.array(image, 'f'), np.array(kernel, 'f')
    return reduce(lambda ps, _: ps + [correlate2d(ps[-1], kernel, mode='valid').astype('f')], range(n), [image])
