import numpy as np
import tensorflow as tf
from scipy.signal import convolve2d


def chain_convolutions(x, flt, n=4):
    stages = []
    for _ in range(n):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID")
        stages.append(x)
    return stages


def apply_filter(image, kernel, n=4):
    pictures = [np.array(image, np.float32)]
    kernel = np.array(kernel, np.float32)
    for _ in range(n):
        pictures.append(convolve2d(pictures[-1], kernel, mode="valid"))
    return [picture.astype(np.float32) for picture in pictures]
