"""Comparisons: how far numbers may lie apart."""

import tracemalloc

import numpy as np
import pytest

from grader.check import Finding
from grader.compare import EXACT, FLOAT32, numbers_in, same_array

CANCELLING = np.array([[20_000.0, 0.0], [-3.0, 5_000.0]])


def test_what_is_left_of_large_sums_may_be_off_by_what_these_are_off_by() -> None:
    same_array((CANCELLING + 0.03).astype(np.float32), CANCELLING, "y", FLOAT32)
    with pytest.raises(Finding, match="differs in 1 of 4 numbers: expected 0 at"):
        same_array(CANCELLING + np.array([[0, 0.05], [0, 0]]), CANCELLING, "y", FLOAT32)


def test_small_numbers_beside_no_large_ones_have_to_be_right() -> None:
    small = np.array([0.0, 1.0, 2.0])
    same_array(small + 1e-4, small, "y", FLOAT32)
    with pytest.raises(Finding, match="differs in 1 of 3"):
        same_array(small + np.array([2e-4, 0, 0]), small, "y", FLOAT32)


@pytest.mark.parametrize("number", [np.inf, np.nan])
def test_a_number_that_is_none_opens_no_door_to_the_others(number: float) -> None:
    with pytest.raises(Finding, match="differs in 2 of 3"):
        same_array(np.array([0.5, 1.0, number]), np.array([0.0, 1.0, number]), "y", FLOAT32)


@pytest.mark.parametrize("want", [np.zeros((0, 3)), np.zeros(()), np.array([True, False])])
def test_arrays_of_no_numbers_or_one_or_of_truths_are_compared(want: np.ndarray) -> None:
    same_array(want.copy(), want, "y", FLOAT32)
    same_array(want.copy(), want, "y", EXACT)


def test_lists_of_arrays_are_not_blown_up_to_the_largest_type_among_them() -> None:
    bomb = [*(np.zeros(200_000, bool) for _ in range(36)), np.zeros(200_000, np.clongdouble)]
    tracemalloc.start()
    try:
        with pytest.raises(Finding, match="y should be an array, but it is a list or tuple of 37"):
            same_array(bomb, np.zeros(3), "y", EXACT)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000
    rows = numbers_in([np.zeros(300), [1] * 300])
    assert rows is not None
    assert rows.shape == (2, 300)
