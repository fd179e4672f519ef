"""An independent oracle: what a convolution layer computes, in NumPy alone."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def correlate(
    images: npt.ArrayLike, filters: npt.ArrayLike, strides: tuple[int, int] = (1, 1), padding: str = "VALID"
) -> Floats:
    """Return the cross-correlation of images with filters, as TensorFlow's "convolution" is defined.

    Args:
        images: (batch, H, W, C_in).
        filters: (k_h, k_w, C_in, C_out).
        strides: rows, columns.
        padding: "VALID", or "SAME": zeros around, one more below and to the right where their number is odd.

    Returns:
        (batch, rows, columns, C_out), summed in float64.

    Source:
        TensorFlow's documentation of `tf.nn.convolution`, "padding".
    """
    x = np.asarray(images, np.float64)
    w = np.asarray(filters, np.float64)
    if padding == "SAME":
        rows, columns = (_around(x.shape[1 + i], w.shape[i], strides[i]) for i in (0, 1))
        x = np.pad(x, ((0, 0), rows, columns, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], axis=(1, 2))
    summed: Floats = np.einsum("bijchw,hwco->bijo", windows[:, :: strides[0], :: strides[1]], w)
    return summed


def _around(size: int, kernel: int, stride: int) -> tuple[int, int]:
    missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2


def chain(images: npt.ArrayLike, flt: npt.ArrayLike, n: int) -> list[Floats]:
    """Return n convolutions in a row with one filter (k_h, k_w, 1, 1), first stage first."""
    stages: list[Floats] = []
    for _ in range(n):
        stages.append(correlate(stages[-1] if stages else images, flt))
    return stages
