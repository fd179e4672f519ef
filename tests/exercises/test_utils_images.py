"""images: photographs, and the tutorial's preparation of Chelsea."""

import numpy as np
import pytest

from exercises.utils import images


def test_chelsea_is_chelsea() -> None:
    chelsea = images.load()

    assert chelsea.shape == (300, 451, 3)
    assert chelsea.dtype == np.uint8
    np.testing.assert_array_equal(images.load("chelsea.png"), chelsea)


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "astronaut", "motorcycle_left", "rocket.jpg"])
def test_each_photograph_has_three_channels(name: str) -> None:
    photograph = images.load(name)

    assert photograph.shape[2:] == (3,)
    assert photograph.std() > 20


def test_unknown_photograph_names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'dog' .* astronaut, chelsea, coffee, motorcycle_left, rocket$"):
        images.load("dog")


def test_normalized_grey_is_the_tutorials() -> None:
    chelsea = images.load()
    before = chelsea.copy()
    expected = chelsea.mean(axis=2)[44:300, 100:356]
    expected = (expected - expected.mean()) / expected.std()

    grey = images.normalized_grey(chelsea)

    assert grey.dtype == np.float32
    assert grey.shape == (256, 256)
    # float32 holds about 7 digits of values up to 3; the arithmetic before is float64.
    np.testing.assert_allclose(grey, expected, atol=1e-6)
    assert abs(grey.mean(dtype=np.float64)) < 1e-6
    assert abs(grey.std(dtype=np.float64) - 1) < 1e-6
    np.testing.assert_array_equal(chelsea, before)


@pytest.mark.parametrize(
    ("height", "width", "shape"), [(40, 130, (40, 30)), (300, 80, (256, 80)), (300, 101, (256, 1)), (7, 9, (7, 9))]
)
def test_small_images_give_what_they_have(height: int, width: int, shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)

    assert images.normalized_grey(image).shape == shape


def test_rows_are_the_bottom_ones() -> None:
    image = np.zeros((10, 200, 3))
    image[-1] = 1

    grey = images.normalized_grey(image, size=2)

    np.testing.assert_array_equal(grey, [[-1, -1], [1, 1]])


def test_transparency_is_no_colour() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 4), dtype=np.uint8)

    np.testing.assert_array_equal(images.normalized_grey(image), images.normalized_grey(image[:, :, :3]))


def test_grey_image_is_taken_as_it_is() -> None:
    image = np.random.default_rng(0).random((20, 20))

    np.testing.assert_allclose(images.normalized_grey(image), (image - image.mean()) / image.std(), atol=1e-6)


@pytest.mark.parametrize("level", [0, 7, 0.1, 255])
def test_one_colour_gives_zeros(level: float) -> None:
    np.testing.assert_array_equal(images.normalized_grey(np.full((30, 30, 3), level)), np.zeros((30, 30)))


@pytest.mark.parametrize("image", [np.zeros(3), np.zeros((0, 3, 3)), np.zeros((1, 2, 3, 4))])
def test_what_is_no_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="image has shape"):
        images.normalized_grey(image)


def test_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="size is 0; expected at least 1"):
        images.normalized_grey(np.zeros((9, 9)), size=0)
