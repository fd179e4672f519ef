"""Pictures of what went wrong: the right ones, on one scale, bounded, whatever a student's code gave back."""

import msgspec
import numpy as np
import pytest

from grader.check import Seen, Trial
from grader.exhibit import Grid, Planes
from grader.inside import wire
from grader.observation import Died, Observed, Outcome
from grader.score import Judgement
from grader.sketch import expected, failure, mistakes
from grader.speech import example_text
from grader.tiles import Bars, Listing, Tile, plane

RAMP = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)


def trial(want: wire.Value, got: wire.Value, function: str = "apply_filter", *args: wire.Value) -> Trial:
    program = wire.Program("p", (wire.Call(function, args),))
    seen = [Seen(program, Observed((wire.Returned(value),))) for value in (got, want)]
    return Trial(program, *seen)


def ran(want: np.ndarray, got: np.ndarray) -> Trial:
    program = wire.Program(
        "p",
        (wire.Call("conv_2D"),),
        in_graph=True,
        runs=(wire.Run((wire.Result(0, (1,)),), ((wire.Input("x"), wire.array(RAMP)),)),),
    )
    returned = wire.Returned(wire.Items(()))
    seen = [Seen(program, Observed((returned,), (wire.Ran((wire.array(value),)),))) for value in (got, want)]
    return Trial(program, *seen)


def test_input_expected_and_yours_stand_side_by_side_on_one_scale() -> None:
    got = RAMP.copy()
    got[0, 1, 2, 0] = 22
    compared, source = mistakes(ran(RAMP, got))
    yours, want, difference = compared.tiles
    assert compared.title == "conv_2D: h; dark is 0, bright is 22"
    assert [tile.caption for tile in compared.tiles] == ["yours 3 x 4", "expected 3 x 4", "difference 3 x 4"]
    assert [tile.caption for tile in source.tiles] == ["input 3 x 4"]
    assert want.pixels.max() == 0.5
    assert yours.pixels.max() == 1
    assert difference.pixels.max() == 16 / 22
    assert [tile.wrong for tile in compared.tiles] == 3 * [(1, 2)]


def test_the_image_and_channel_of_the_first_wrong_number_are_pictured() -> None:
    want = np.zeros((2, 3, 4, 2), np.float32)
    got = want.copy()
    got[1, 2, 3, 1] = 5
    compared = mistakes(ran(want, got))[0]
    yours, right, _ = compared.tiles
    assert compared.title == "conv_2D: h, image 1, channel 1; dark is 0, bright is 5"
    assert yours.wrong == (2, 3)
    assert yours.pixels[2, 3] != right.pixels[2, 3]


def test_a_judgements_exhibit_is_pictured_and_not_what_else_differs() -> None:
    judged = ran(RAMP, RAMP + 1)
    want, got, apart = (Grid(1, 2, (row,)) for row in ("1 2", "1 5", "0 3"))
    shown = Planes("h without the bias", (1, 2), (1, 2), got, want, apart, (".x",), (0, 1), (0, 1), 1)
    found = Judgement("a", "A", Outcome.FAILED, "No.", str(example_text(judged.program)), exhibit=shown)
    (sketch,) = failure(found, [judged])
    assert sketch.title == "dark is 0, bright is 5"
    assert [tile.pixels.shape for tile in sketch.tiles] == 3 * [(1, 2)]
    without = msgspec.structs.replace(found, exhibit=None)
    assert failure(without, [judged])[0].title.startswith("conv_2D: h; ")
    assert failure(msgspec.structs.replace(without, example="another"), [judged]) == []


def test_what_is_right_is_not_pictured_as_wrong() -> None:
    assert mistakes(ran(RAMP, RAMP + 1e-6)) == []
    assert [tile.caption for tile in expected(ran(RAMP, RAMP))[0].tiles] == ["input 3 x 4", "expected 3 x 4"]


def test_numbers_that_are_none_are_holes_and_of_large_pictures_a_part_is_drawn() -> None:
    got = np.full((1, 200, 100, 1), np.nan, np.float32)
    sketch = mistakes(ran(RAMP, got))[-1]
    yours = sketch.tiles[-1]
    assert yours.caption == "yours 200 x 100"
    assert yours.pixels.shape == (40, 48)
    assert np.isnan(yours.pixels).all()


def test_pairs_are_bars() -> None:
    def pairs(*found: tuple[float, str]) -> wire.Value:
        return wire.to_wire([list(one) for one in found])

    (sketch,) = mistakes(trial(pairs((0.5, "dog"), (0.25, "cat")), pairs((0.25, "cat"), (float("nan"), "dog"))))
    yours, want = sketch.tiles
    assert isinstance(want, Bars)
    assert [(bar.label, bar.length) for bar in want.bars] == [("dog", 0.5), ("cat", 0.25)]
    assert isinstance(yours, Bars)
    assert [(bar.label, bar.length) for bar in yours.bars] == [("cat", 0.25), ("dog", 0.0)]


def test_graphs_are_listed_with_what_is_missing_too_much_and_changed() -> None:
    a, b, c = wire.Node("a", "Const"), wire.Node("b", "Neg", ("a",)), wire.Node("c", "Neg", ("a",))
    moved = wire.Node("b", "Neg", ("a",), device="/gpu:0")
    (sketch,) = mistakes(trial(wire.Nodes((a, b)), wire.Nodes((moved, c)), "extract_main_graph"))
    (listing,) = sketch.tiles
    assert isinstance(listing, Listing)
    assert listing.lines == (
        ("-", "a = Const(): missing"),
        ("+", "c = Neg(a): too much"),
        ("~", "b = Neg(a) on /gpu:0: the device should be none"),
    )


@pytest.mark.parametrize(
    "got",
    [
        None, "text", wire.Items(()), wire.Items((wire.Items(()),)), wire.array(np.zeros((0, 3))), wire.Other("thing"),
        wire.array(np.zeros((0, 2, 2, 0))), wire.Items(("x" * 1_000_000, *[""] * 100_000)),
        wire.array(np.zeros((2,) * 7)), wire.Array("<f4", (3, 3), b"short"), wire.array(np.array([[1j]])),
    ],
)  # fmt: skip
def test_whatever_comes_back_nothing_breaks(got: wire.Value) -> None:
    image = wire.array(RAMP[0, :, :, 0])
    for want in (wire.Items((image, image)), image, wire.to_wire([[0.5, "dog"]]), wire.Nodes((wire.Node("a", "b"),))):
        for value in (got, wire.Items((got, got))):
            assert len(mistakes(trial(want, value))) <= 2


def test_nothing_is_pictured_of_what_died() -> None:
    judged = ran(RAMP, RAMP)
    died = Seen(judged.program, Died(Outcome.CRASHED, "it crashed"))
    assert mistakes(Trial(judged.program, died, judged.want)) == []


@pytest.mark.parametrize(
    ("shape", "seen"),
    [((3, 4), (3, 4)), ((2, 3, 4, 5), (3, 4)), ((3, 4, 3), (3, 4)), ((3, 4, 2), (3, 4)), ((7,), (1, 7))],
)
def test_one_picture_stands_for_an_array(shape: tuple[int, ...], seen: tuple[int, int]) -> None:
    found = plane(np.ones(shape))
    assert found is not None
    assert found.shape == seen


def test_tiles_say_their_real_size() -> None:
    tile = expected(trial(wire.array(np.ones((300, 400))), None))[0].tiles[0]
    assert isinstance(tile, Tile)
    assert tile.caption == "expected 300 x 400"
    assert max(tile.pixels.shape) <= 48
