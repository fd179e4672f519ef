"""Exercise 2: a convolutional layer, with everything that belongs to one.

A layer holds the numbers that a network learns: a filter bank W and a bias b, one number for each output
channel. What it computes from a batch of images x is

    h  = convolution of x with W, plus b
    op = activation(h)

In graph mode these numbers live in *variables*, which have names, and names live in *variable scopes*. A
scope makes two layers of the same kind keep their weights apart, or share them if you say so.

Axes: images are (batch, height, width, channels), in short NHWC; W is (height, width, channels in, channels
out).
"""

from collections.abc import Callable

import tensorflow as tf

tf1 = tf.compat.v1


def conv_2D(
    x: tf.Tensor,
    n_output_ch: int,
    k_w: int = 3,
    k_h: int = 3,
    s_x: int = 1,
    s_y: int = 1,
    activation: Callable[[tf.Tensor], tf.Tensor] | None = tf.nn.relu,
    padding: str = "VALID",
    name: str | None = "conv2d",
    reuse: object = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Add one convolutional layer to the current graph.

    Mind the order of the axes. x stands for *along the width* and y for *along the height*, whereas
    TensorFlow names height before width, in the shape of W as well as in the strides, which are a list of
    four: batch, height, width, channels. Images and channels are never skipped.

    Args:
        x: the images, shape (batch, H, W, C_in), float32. C_in is known; batch, H and W may be None.
        n_output_ch: number of output channels.
        k_w: width of the filters, in pixels.
        k_h: height of the filters, in pixels.
        s_x: stride along the width, in pixels.
        s_y: stride along the height, in pixels.
        activation: any callable that takes a tensor and gives one, such as tf.nn.relu, a lambda or a
            functools.partial; called once, with h. None means no activation: then op is h.
        padding: 'VALID' or 'SAME', as tf.nn.conv2d understands it.
        name: the variable scope; None or '' mean 'conv2d'.
        reuse: handed to the variable scope. None: make new variables, or ValueError where the scope has them
            already. True: take the ones that are there. tf1.AUTO_REUSE: take them or make them.

    Returns:
        Four things, in this order:

        - op, the layer's output: activation(h);
        - h, the output before the activation: convolution plus bias;
        - w, the variable 'W' in the scope, trainable, shape [k_h, k_w, C_in, n_output_ch]; initial values
          drawn from the Glorot (also called Xavier) uniform distribution;
        - b, the variable 'b' in the scope, trainable, shape [n_output_ch]; initial values zero.

    Example:
        With x of shape (8, 20, 30, 3), a call conv_2D(x, 16, k_w=5, k_h=3, s_x=2, name='first') makes the
        variables 'first/W' of shape (3, 5, 3, 16) and 'first/b' of shape (16,); op and h have the shape (8,
        18, 13, 16).

    Source:
        X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
        AISTATS 2010: uniform between -r and r, where r = sqrt(6 / (fan_in + fan_out)).
    """
    raise NotImplementedError("your answer goes here")
