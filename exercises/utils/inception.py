"""A trained network to take apart, and the way its images have to be prepared.

    graph_def, labels = get_inception_model()              # the model that comes with the course
    graph_def, labels = get_inception_model('inception5h') # the tutorial's own, once it has been downloaded

Both have the same entrances and exits: `input:0` takes a batch of images as `prepare_training_img` makes them, (batch,
height, width, 3) float32; `output:0` gives a probability for each class, (batch, classes) float32. Both were trained
with two auxiliary heads, `output1` and `output2`, which nobody needs any more, and every node asks for `/cpu:0`.
"""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from . import fixtures_folder

SHIPPED = {  # name: graph and labels in fixtures/models
    "efficientnet_lite0": ("efficientnet_lite0.pb", "imagenet_labels.txt"),
    "tiny": ("tiny.pb", "tiny_labels.txt"),
}
DEFAULT = "efficientnet_lite0"
INCEPTION5H = ("tensorflow_inception_graph.pb", "imagenet_comp_graph_label_strings.txt")
INCEPTION5H_CLASSES = 1008  # the network has a few more outputs than its file of labels has lines

MEAN = 117.0  # what is subtracted from each pixel: about the mean of ImageNet's


def get_inception_model(name: str | None = None) -> tuple[tf.compat.v1.GraphDef, list[str]]:
    """Return a trained network and the names of its classes.

    Args:
        name: None for the model that comes with the course (EfficientNet-Lite0, 1000 classes of ImageNet);
            `'inception5h'` for the one of the original tutorial, which has to be downloaded once; `'tiny'` for a toy of
            12 classes with the same node names, which is quick and knows nothing.

    Returns:
        `(graph_def, labels)`: the graph's description, a copy of your own that you may change, and one label for each
        class: the probability `output:0[0, i]` belongs to `labels[i]`.

    Raises:
        ValueError: there is no model of that name.
        FileNotFoundError: it isn't there yet; the message has the command that fetches it.
        grader.models.ModelError: it couldn't be downloaded; the message says why and what to do.
    """
    name = DEFAULT if name is None else name
    if name == "inception5h":
        folder = _inception5h_folder()
        graph_file, labels_file = (folder / file for file in INCEPTION5H)
    elif name in SHIPPED:
        graph_file, labels_file = (fixtures_folder() / "models" / file for file in SHIPPED[name])
    else:
        raise ValueError(f"there is no model {name!r}; there are: {', '.join([*SHIPPED, 'inception5h'])}")
    for file in (graph_file, labels_file):
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing; get the course's release again, with its folder fixtures/")
    mine = tf.compat.v1.GraphDef()
    mine.CopyFrom(_parsed(graph_file))
    labels = list(_lines(labels_file))
    if name == "inception5h":
        labels += [f"(no class {number})" for number in range(len(labels), INCEPTION5H_CLASSES)]
    return mine, labels


def prepare_training_img(
    img: np.ndarray, crop: bool = True, resize: bool = True, img_size: tuple[int, int] = (256, 256)
) -> np.ndarray:
    """Turn a photograph into what the network was trained on.

    In this order: cut the middle square out of it, resize that, convert to RGB float32, subtract 117 from every value.
    Resizing is Pillow's bilinear one, on 8-bit pixels, so before the subtraction all values are whole numbers; a float
    image is rounded to 8 bits first.

    Args:
        img: (height, width, 3) uint8, red, green, blue. Also taken: (height, width) or (height, width, 1) grey, repeated
            for the three channels; (height, width, 4), whose transparency is dropped; other integers from 0 to 255;
            floats from 0 to 1, which become 0 to 255. It is not modified.
        crop: whether to cut the middle square out.
        resize: whether to resize.
        img_size: (height, width) to resize to.

    Returns:
        (height, width, 3) float32, from -117 to 138. For a network, which takes batches, add an axis: `result[None]`.

    Raises:
        ValueError: `img` isn't an image, or its values are out of range.
    """
    pixels = _as_rgb_bytes(np.asarray(img))
    if crop:
        height, width = pixels.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        pixels = pixels[top : top + side, left : left + side]
    if resize:
        rows, columns = img_size
        pixels = np.asarray(Image.fromarray(pixels).resize((columns, rows), Image.Resampling.BILINEAR))
    return pixels.astype(np.float32) - np.float32(MEAN)


def training_img_to_display(img: np.ndarray) -> np.ndarray:
    """Undo `prepare_training_img`'s subtraction, so that the image can be shown.

    Args:
        img: any shape, as `prepare_training_img` made it. It is not modified.

    Returns:
        the same shape, uint8: 117 added, rounded to the nearest whole number (halves to the even one), values below 0
        and above 255 clipped.
    """
    return np.clip(np.rint(np.asarray(img, np.float32) + np.float32(MEAN)), 0, 255).astype(np.uint8)


def _as_rgb_bytes(img: np.ndarray) -> np.ndarray:
    """Return (height, width, 3) uint8 from any of the images that `prepare_training_img` takes."""
    if img.ndim == 2:
        img = img[:, :, None]
    if img.ndim != 3 or img.shape[2] not in (1, 3, 4) or img.size == 0:
        raise ValueError(f"img has shape {img.shape}; expected (height, width, 3), (height, width, 4) or (height, width)")
    img = np.repeat(img, 3, axis=2) if img.shape[2] == 1 else img[:, :, :3]
    if img.dtype == np.uint8:
        return np.ascontiguousarray(img)
    if img.dtype.kind not in "buif":
        raise ValueError(f"img has dtype {img.dtype}; expected uint8 (0 to 255) or float (0 to 1)")
    highest = 255 if img.dtype.kind in "ui" else 1
    if not (img.min() >= 0 and img.max() <= highest):
        raise ValueError(f"img has values from {img.min()} to {img.max()}; {img.dtype} images go from 0 to {highest}")
    return np.ascontiguousarray(np.rint(img * (255.0 / highest)).astype(np.uint8))


def _inception5h_folder() -> Path:
    """Return where the download lies, downloading it now if `grader` is installed."""
    if importlib.util.find_spec("grader") is not None and importlib.util.find_spec("grader.models") is not None:
        from rich.progress import Progress

        from grader import models

        with Progress(transient=True) as bar:
            task = bar.add_task("inception5h", total=None)
            return models.fetch(
                "inception5h", progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    folder = _cache_folder()
    if folder is None or not all((folder / "inception5h" / file).is_file() for file in INCEPTION5H):
        where = f", in {folder}" if folder else ""
        raise FileNotFoundError(
            f"the model inception5h is not here yet{where}; where the course's grader is installed, run: "
            "grader models fetch inception5h"
        )
    return folder / "inception5h"


def _cache_folder() -> Path | None:
    """Return the folder that `grader models fetch` fills, by the same rule as grader.models.cache_folder."""
    if chosen := os.environ.get("GRADER_MODELS"):
        return Path(chosen)
    if importlib.util.find_spec("platformdirs") is None:
        return None
    import platformdirs

    return Path(platformdirs.user_cache_dir("convolution-grader", appauthor=False)) / "models"


@cache
def _parsed(path: Path) -> tf.compat.v1.GraphDef:
    graph_def = tf.compat.v1.GraphDef()
    graph_def.ParseFromString(path.read_bytes())
    return graph_def


@cache
def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines())
