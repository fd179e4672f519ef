"""The NumPy oracle against SciPy, and against sums done by hand."""

import numpy as np
import pytest
from scipy import signal

from grader.convolving import chain, correlate

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize(("k_h", "k_w"), [(1, 1), (2, 3), (4, 1), (5, 7)])
def test_a_convolution_is_the_sum_of_scipys_correlations(k_h: int, k_w: int) -> None:
    images, filters = RANDOM.normal(size=(2, 5, 7, 3)), RANDOM.normal(size=(k_h, k_w, 3, 2))
    got = correlate(images, filters)
    assert got.shape == (2, 6 - k_h, 8 - k_w, 2)
    for image in range(2):
        for out in range(2):
            want = sum(signal.correlate2d(images[image, ..., c], filters[..., c, out], "valid") for c in range(3))
            np.testing.assert_allclose(got[image, ..., out], want, atol=1e-12)


def test_strides_are_rows_then_columns() -> None:
    image = np.arange(35.0).reshape(1, 5, 7, 1)
    got = correlate(image, np.ones((1, 1, 1, 1)), (2, 3))
    assert got[0, :, :, 0].tolist() == [[0, 3, 6], [14, 17, 20], [28, 31, 34]]


def test_same_pads_more_below_and_to_the_right() -> None:
    got = correlate(np.ones((1, 2, 3, 1)), np.ones((2, 2, 1, 1)), padding="SAME")
    assert got[0, :, :, 0].tolist() == [[4, 4, 2], [2, 2, 1]]


def test_a_chain_shrinks_at_each_stage() -> None:
    assert [stage.shape for stage in chain(np.ones((1, 10, 14, 1)), np.ones((3, 5, 1, 1)), 3)] == [
        (1, 8, 10, 1), (1, 6, 6, 1), (1, 4, 2, 1),
    ]  # fmt: skip
