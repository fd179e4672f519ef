"""Exercise 1: one small filter, applied again and again.

A convolution slides a small window of numbers, the *filter*, over an image. At each place it multiplies what
lies under the window with the filter, number by number, and adds the products up; that sum is one pixel of
the result. Feed the result to the same filter once more and each pixel sees a wider piece of the original
image: that is what a chain of convolutional layers does, and what you build here.

TensorFlow's "convolution" doesn't flip the filter as the one in a signal processing book does. It is what
those books call a cross-correlation: filter[0, 0] meets the pixel at the top left of the window.

Axes: an image travels through TensorFlow as (batch, height, width, channels), in short NHWC; a filter as
(height, width, channels in, channels out).
"""

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x: tf.Tensor, flt: tf.Tensor, n: int = 4) -> list[tf.Tensor]:
    """Build n convolutions in a row with one and the same filter, in the current graph.

    The first takes `x`, the second takes the result of the first, and so on. Stride 1 along every axis and no
    padding ("VALID"): the window never leaves the image, so each stage is k_h - 1 rows lower and k_w - 1
    columns narrower than the one before.

    Args:
        x: the images, shape (batch, H, W, 1), float32.
        flt: the filter, shape (k_h, k_w, 1, 1), float32.
        n: how many stages; 0 is allowed.

    Returns:
        A list of n tensors, first stage first; for n = 0 the empty list. `x` itself isn't in it.

    Example:
        With x of shape (1, 10, 14, 1) and flt of shape (3, 5, 1, 1), three stages have the shapes
        (1, 8, 10, 1), (1, 6, 6, 1) and (1, 4, 2, 1).
    """
    ### BEGIN SOLUTION
    stages: list[tf.Tensor] = []
    for _ in range(n):
        previous = stages[-1] if stages else x
        stages.append(tf.nn.conv2d(previous, flt, strides=[1, 1, 1, 1], padding="VALID"))
    return stages
    ### END SOLUTION


def apply_filter(image: np.ndarray, kernel: np.ndarray, n: int = 4) -> list[np.ndarray]:
    """Run the chain on one grey image and return every stage as a picture.

    Build a graph of its own for this, with `chain_convolutions` in it, and run it in a session: a call leaves
    nothing behind in anyone else's graph. TensorFlow wants four axes where a picture has two, on the way in
    and on the way out.

    Args:
        image: shape (H, W); an array of any number type, or a list of rows. It isn't modified.
        kernel: shape (k_h, k_w); likewise.
        n: how many stages.

    Returns:
        A list of n + 1 arrays, float32, two axes each: the image itself first, then the stages in order.

    Example:
        The filter below adds each pixel to its right neighbour:

        >>> first, second = apply_filter([[1, 2, 3], [4, 5, 6]], [[1, 1]], n=1)
        >>> second.tolist()
        [[3.0, 5.0], [9.0, 11.0]]
    """
    ### BEGIN SOLUTION
    picture = np.array(image, dtype=np.float32)
    window = np.array(kernel, dtype=np.float32)
    with tf.Graph().as_default():
        stages = chain_convolutions(
            tf.constant(picture[np.newaxis, :, :, np.newaxis]),
            tf.constant(window[:, :, np.newaxis, np.newaxis]),
            n,
        )
        with tf1.Session() as chain_session:
            pictures = chain_session.run(stages)
    return [picture, *(stage[0, :, :, 0] for stage in pictures)]
    ### END SOLUTION
