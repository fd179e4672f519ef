"""The chain against SciPy's correlation."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.signal import correlate2d

from solutions.convolution_chain import apply_filter, chain_convolutions

tf1 = tf.compat.v1

# float32 sums of at most a hundred products of order one, four times in a row.
CLOSE = {"rtol": 1e-4, "atol": 1e-4}


def correlated(image: np.ndarray, kernel: np.ndarray, n: int) -> list[np.ndarray]:
    stages = [image.astype(np.float64)]
    for _ in range(n):
        stages.append(correlate2d(stages[-1], kernel.astype(np.float64), mode="valid"))
    return stages


@pytest.mark.parametrize(
    ("size", "window", "n"),
    [((12, 15), (3, 3), 4), ((12, 15), (2, 4), 3), ((9, 9), (1, 1), 2), ((5, 7), (5, 7), 1), ((4, 3), (2, 2), 0)],
)
def test_apply_filter_is_correlation_again_and_again(size: tuple[int, int], window: tuple[int, int], n: int) -> None:
    random = np.random.default_rng(1)
    image, kernel = random.normal(size=size), random.normal(size=window)
    stages = apply_filter(image, kernel, n)
    assert len(stages) == n + 1
    for stage, expected in zip(stages, correlated(image, kernel, n), strict=True):
        assert stage.dtype == np.float32
        assert stage.shape == expected.shape
        np.testing.assert_allclose(stage, expected, **CLOSE)


def test_the_filter_is_not_flipped() -> None:
    _, shifted = apply_filter([[1, 2, 3]], [[0, 1]], n=1)
    assert shifted.tolist() == [[2.0, 3.0]]


def test_four_stages_unless_asked_otherwise() -> None:
    assert [stage.shape for stage in apply_filter(np.zeros((9, 10)), np.ones((3, 2)))] == [
        (9, 10),
        (7, 9),
        (5, 8),
        (3, 7),
        (1, 6),
    ]


def test_the_example_in_the_docstring() -> None:
    first, second = apply_filter([[1, 2, 3], [4, 5, 6]], [[1, 1]], n=1)
    assert first.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert second.tolist() == [[3.0, 5.0], [9.0, 11.0]]


def test_arguments_are_not_modified_nor_shared() -> None:
    image, kernel = np.ones((4, 4), np.float32), np.ones((2, 2), np.float32)
    stages = apply_filter(image, kernel, 2)
    stages[0][:] = 7
    assert (image == 1).all()
    assert (kernel == 1).all()


def test_apply_filter_leaves_the_default_graph_alone() -> None:
    with tf.Graph().as_default() as graph:
        apply_filter(np.ones((4, 4)), np.ones((2, 2)), 1)
        assert graph.get_operations() == []


def test_each_stage_depends_on_the_one_before_and_on_the_filter() -> None:
    random = np.random.default_rng(2)
    batch, kernel = random.normal(size=(3, 8, 9, 1)), random.normal(size=(2, 3))
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, (None, None, None, 1))
        flt = tf1.placeholder(tf.float32, (2, 3, 1, 1))
        stages = chain_convolutions(x, flt, 3)
        with tf1.Session() as session:
            values = session.run(stages, {x: batch, flt: kernel[:, :, None, None]})
            # In the place of the first stage something else: what follows must follow from it.
            replaced = session.run(stages[1], {stages[0]: batch, flt: kernel[:, :, None, None]})
    for i, image in enumerate(batch):
        expected = correlated(image[:, :, 0], kernel, 3)
        for value, stage in zip(values, expected[1:], strict=True):
            np.testing.assert_allclose(value[i, :, :, 0], stage, **CLOSE)
        np.testing.assert_allclose(replaced[i, :, :, 0], expected[1], **CLOSE)


def test_no_stage_is_an_empty_list() -> None:
    with tf.Graph().as_default():
        x = tf1.placeholder(tf.float32, (1, 5, 5, 1))
        assert chain_convolutions(x, tf.ones((3, 3, 1, 1)), n=0) == []


def test_shapes_of_the_example_in_the_docstring() -> None:
    with tf.Graph().as_default():
        stages = chain_convolutions(tf.zeros((1, 10, 14, 1)), tf.ones((3, 5, 1, 1)), n=3)
        assert [tuple(stage.shape.as_list()) for stage in stages] == [(1, 8, 10, 1), (1, 6, 6, 1), (1, 4, 2, 1)]
