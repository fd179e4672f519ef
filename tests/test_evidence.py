"""What a picture is drawn from: the right plane and window, the right part of the input, and never too much of it."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

from grader import exhibit
from grader.cases.conv_2d import Layer, ask_bias, ask_layer
from grader.cases.convolution_chain import Apply, Chain, ask_apply, ask_chain
from grader.cases.subgraph import Cut, ask_cut
from grader.convolving import chain, correlate
from grader.evidence import RIGHT, Numbers, asked, exhibit_of
from grader.exhibit import Field, Planes
from grader.inside import wire
from grader.observation import NoModule, Observed

NOTHING = wire.Program("", ())


def planes(got: np.ndarray, want: np.ndarray, program: wire.Program = NOTHING) -> Planes | None:
    """Return the exhibit of two arrays."""
    close = np.isclose(got, want) if got.shape == want.shape else None
    made = exhibit_of(Numbers("h", got, want, close), program)
    assert made is None or isinstance(made, Planes)
    return made


def test_the_plane_is_that_of_the_first_wrong_number() -> None:
    want = np.arange(48, dtype=np.float32).reshape(2, 3, 4, 2)
    got = want.copy()
    got[1, 2, 0, 1] = -5.5
    made = planes(got, want)
    assert made is not None
    assert (made.index, made.place, made.count) == ((1, 2, 0, 1), (2, 0), 1)
    assert made.want is not None
    assert made.want.rows == ("25 27 29 31", "33 35 37 39", "41 43 45 47")
    assert made.got is not None
    assert made.got.rows[2] == "-5.5 43 45 47"
    assert made.wrong == ("....", "....", "x...")
    assert made.difference is not None
    assert made.difference.rows[2] == "-46.5 0 0 0"


def test_last_bits_make_no_difference() -> None:
    want = np.array([[0.1, 0.2], [0.3, 0.4]])
    got = want + np.array([[1e-9, 0], [0, 1]])
    made = planes(got, want)
    assert made is not None
    assert made.difference is not None
    assert made.difference.rows == ("0 0", "0 1")


def test_a_list_of_numbers_is_one_row() -> None:
    made = planes(np.ones(3), np.zeros(3), ask_bias(Layer(outputs=3, weights="initial")))
    assert made is not None
    assert made.place == (0, 0)
    assert made.want is not None
    assert made.want.rows == ("0 0 0",)
    assert made.sliding is None


def test_a_large_plane_is_cut_around_the_first_wrong_number() -> None:
    want = np.zeros((300, 200))
    got = want.copy()
    got[150, 199] = 1
    made = planes(got, want)
    assert made is not None
    assert made.got is not None
    assert (made.got.height, made.got.width, made.got.top, made.got.left) == (300, 200, 130, 152)
    assert made.got.rows[20].split()[-1] == "1"
    assert len(made.got.rows) == len(made.wrong) == exhibit.ROWS


@pytest.mark.parametrize(
    ("layer", "index", "field"),
    [
        (Layer(5, 6, k_h=2, k_w=3), (0, 3, 1, 0), Field(3, 1, 2, 3)),
        (Layer(7, 8, s_y=3, s_x=2), (0, 2, 3, 1), Field(6, 6, 1, 1)),
        (Layer(5, 5, k_h=3, k_w=3, padding="SAME"), (0, 0, 4, 0), Field(-1, 3, 3, 3)),
        (Layer(4, 4, k_h=2, k_w=2, padding="SAME", positional=True), (0, 3, 3, 0), Field(3, 3, 2, 2)),
    ],
)
def test_the_field_is_what_the_convolution_reads(layer: Layer, index: tuple[int, ...], field: Field) -> None:
    images = layer.images()[:1]
    want = correlate(images, layer.filters(), (layer.s_y, layer.s_x), layer.padding)
    got = want.copy()
    got[index] += 1
    made = planes(got, want, ask_layer(layer))
    assert made is not None
    assert made.sliding is not None
    assert made.sliding.field == field
    # Nothing outside the field has a part in that number, and everything inside has.
    for row, column in np.ndindex(images.shape[1:3]):
        other = images.copy()
        other[0, row, column, :] += 1000
        moved = correlate(other, layer.filters(), (layer.s_y, layer.s_x), layer.padding)[index] != want[index]
        inside = 0 <= row - field.top < field.height and 0 <= column - field.left < field.width
        assert moved == inside


def test_the_field_of_a_later_stage_is_wider() -> None:
    case = Chain(9, 10, ((1, 2), (3, 4), (5, 6)), 3, None)
    want = chain(case.images(), case.flt(), 3)[2]
    made = planes(2 * want, want, ask_chain(case))
    assert made is not None
    assert made.sliding is not None
    assert (made.sliding.stages, made.sliding.field) == (3, Field(0, 0, 7, 4))


def test_of_an_input_the_channel_of_the_first_wrong_number_is_drawn() -> None:
    layer = Layer(4, 4, channels=3, outputs=2)
    want = correlate(layer.images(), layer.filters())
    got = want.copy()
    got[0, 1, 1, 1] += 1
    made = planes(got, want, ask_layer(layer))
    assert made is not None
    assert made.sliding is not None
    assert (made.sliding.channel, made.sliding.channels) == (1, 3)
    shown = np.array([row.split() for row in made.sliding.input.rows], float)
    np.testing.assert_allclose(shown, layer.images()[0, :, :, 1], rtol=1e-3)
    kernel = np.array([row.split() for row in made.sliding.kernel.rows], float)
    np.testing.assert_allclose(kernel, layer.filters()[:, :, 1, 1], rtol=1e-3)


def test_pictures_of_apply_filter_come_from_its_arguments() -> None:
    case = Apply(4, 5, ((1, 2), (3, 4)), dtype="list")
    made = planes(np.zeros((3, 4)), np.ones((3, 4)), ask_apply(case))
    assert made is not None
    assert made.sliding is not None
    assert made.sliding.kernel.rows == ("1 2", "3 4")
    assert (made.sliding.input.height, made.sliding.input.width) == (4, 5)


def test_other_shapes_have_planes_and_no_place() -> None:
    layer = Layer(7, 4, s_y=3)
    want = correlate(layer.images(), layer.filters(), (3, 1), "VALID")
    made = planes(layer.images(), want, ask_layer(layer))
    assert made is not None
    assert (made.place, made.got_shape, made.want_shape) == (None, (2, 7, 4, 1), (2, 3, 4, 2))
    assert made.sliding is not None
    assert (made.sliding.strides, made.sliding.field) == ((3, 1), None)


@pytest.mark.parametrize("shape", [(), (2, 2, 2, 2, 2)])
def test_what_has_no_plane_has_no_exhibit(shape: tuple[int, ...]) -> None:
    assert planes(np.zeros(shape), np.ones(shape)) is None
    assert planes(np.zeros((2, 2)), np.ones(shape)) is None


def test_complex_numbers_have_none() -> None:
    assert planes(np.full((2, 2), 1j), np.ones((2, 2))) is None


def test_where_nothing_came_the_question_is_shown() -> None:
    layer = Layer(7, 4, s_y=3)
    want = correlate(layer.images(), layer.filters(), (3, 1), "VALID")
    observed = Observed((), (wire.Ran((wire.array(want), wire.array(want))),))
    made = asked(ask_layer(layer), observed)
    assert made is not None
    assert (made.what, made.got, made.got_shape) == (RIGHT, None, None)
    assert made.want is not None
    assert (made.want.height, made.want.width) == (3, 4)
    assert asked(ask_layer(Layer()), observed) is None
    assert asked(ask_layer(layer), NoModule()) is None
    assert asked(ask_cut(Cut(("input", "output input"))), observed) is None


@given(
    st.data(),
    arrays(scalar_dtypes(), array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5)).filter(
        lambda array: array.dtype.kind in "biufc"
    ),
)
def test_whatever_comes_is_bounded_and_can_be_kept(data: st.DataObject, got: np.ndarray) -> None:
    same = data.draw(st.booleans())
    want = np.zeros(got.shape if same else (3, 4), np.float32)
    close = np.zeros(got.shape, bool) if same else None
    made = exhibit_of(Numbers("h", got, want, close), ask_layer(Layer(k_h=1, k_w=1)))
    if made is not None:
        assert msgspec.convert(msgspec.to_builtins(made), Planes) == made
        assert len(msgspec.json.encode(made)) < 4000


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (-0.0, "0"), (1234567.0, "1.235e+06"), (0.123456, "0.1235"),
                                              (float("nan"), "nan"), (float("-inf"), "-inf")])  # fmt: skip
def test_numbers_have_four_digits(value: float, shown: str) -> None:
    assert exhibit.number(value) == shown
