"""Photographs to convolve, and the preparation that the tutorial gives Chelsea, the cat."""

from __future__ import annotations

import numpy as np
from PIL import Image

from . import fixtures_folder


def load(name: str = "chelsea") -> np.ndarray:
    """Read one of the course's photographs.

    Args:
        name: `'chelsea'`, `'coffee'`, `'rocket'`, `'astronaut'` or `'motorcycle_left'`, with or without its ending.

    Returns:
        (height, width, 3) uint8, channels in the order red, green, blue. Chelsea is (300, 451, 3).

    Raises:
        ValueError: there is no such photograph; the message lists those there are.
    """
    files = {path.stem: path for path in sorted((fixtures_folder() / "images").glob("*.*"))}
    files |= {path.name: path for path in files.values()}
    if name not in files:
        known = ", ".join(name for name in files if "." not in name)
        raise ValueError(f"there is no photograph {name!r} in {fixtures_folder() / 'images'}; there are: {known or 'none'}")
    with Image.open(files[name]) as image:
        return np.array(image.convert("RGB"))


def normalized_grey(image: np.ndarray, size: int = 256) -> np.ndarray:
    """Make a colour photograph a small grey image of mean 0 and standard deviation 1.

    Three steps: average over the channels; keep the bottom `size` rows and, from column 100 on, `size` columns;
    subtract the mean and divide by the standard deviation. Where an image has fewer rows or columns than that, you get
    those it has (and an image no wider than 100 columns is cut from its left edge).

    Args:
        image: (height, width, 3) any number type. Grey (height, width) works too, and the fourth channel of an image
            with transparency is left out of the mean. It is not modified.
        size: rows and columns to keep.

    Returns:
        (size, size) float32, less where the image is smaller. An image of one colour has no deviation to divide by
        and gives zeros.

    Raises:
        ValueError: `image` isn't an image, or `size` isn't positive.

    Example:
        >>> grey = normalized_grey(load('chelsea'))
        >>> grey.shape, grey.dtype
        ((256, 256), dtype('float32'))
    """
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or pixels.size == 0:
        raise ValueError(f"image has shape {pixels.shape}; expected (height, width, channels) or (height, width)")
    if size < 1:
        raise ValueError(f"size is {size}; expected at least 1")
    grey = pixels.astype(np.float64)
    if grey.ndim == 3:
        grey = grey[:, :, :3].mean(axis=2)
    left = 100 if grey.shape[1] > 100 else 0
    grey = grey[-size:, left : left + size]
    grey = grey - grey.mean()
    deviation = grey.std()
    # Rounding leaves a deviation of about 1e-16 times the level in an image of one colour; dividing by it gives noise.
    flat = deviation <= 1e-9 * max(1.0, float(np.abs(pixels).max()))
    return np.zeros(grey.shape, np.float32) if flat else (grey / deviation).astype(np.float32)
