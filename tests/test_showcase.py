"""Pictures of exhibits for terminals and notebooks: the page's order, one scale, and what the page says in words."""

import msgspec

from grader.exhibit import Field, Graphs, Grid, Node, Planes, Ranking, Sliding
from grader.showcase import sketches
from grader.tiles import Bars, Listing

GOT, WANT, APART = (Grid(9, 9, rows, 3, 4) for rows in (("1 -4", "nan 4"), ("1 2", "3 4"), ("0 -6", "nan 0")))
SLIDING = Sliding(
    Grid(3, 3, ("0 1 2",) * 3), Grid(2, 2, ("1 1", "1 5")), field=Field(-1, 1, 2, 1), channel=1, channels=2
)
PLANES = Planes("h", (2, 9, 9, 1), (2, 9, 9, 1), GOT, WANT, APART, (".x", "x."), (3, 5), (1, 3, 5, 0), 2, SLIDING)


def test_the_difference_keeps_its_sign_on_the_one_scale() -> None:
    compared, _ = sketches(PLANES, "h")
    yours, want, apart = compared.tiles
    assert [tile.caption.split()[0] for tile in compared.tiles] == ["yours", "expected", "difference"]
    assert yours.pixels[0].round(1).tolist() == [0.7, 0.2]
    assert want.pixels[1].round(1).tolist() == [0.9, 1.0]
    assert apart.pixels[0].round(1).tolist() == [0.6, 0.0]
    assert [tile.wrong for tile in compared.tiles] == 3 * [(0, 1)]
    assert compared.title == "h, image 1, channel 0, rows 3–4, columns 4–5; dark is -6, bright is 4"


def test_what_the_number_is_computed_from_stands_below() -> None:
    _, source = sketches(PLANES)
    assert [tile.caption for tile in source.tiles] == ["input 3 x 3", "filter 2 x 2"]
    assert [tile.pixels.max() for tile in source.tiles] == [1, 1]
    assert source.title == (
        "the marked number is computed from the input's rows -1–0, columns 1; drawn is channel 1 of the input's 2"
    )


def test_of_other_shapes_the_source_comes_first_then_what_is_expected() -> None:
    moving = msgspec.structs.replace(SLIDING, field=None, strides=(2, 1), channels=1, kernel=Grid(2, 2))
    shown = Planes("h", (2, 1), (2, 2), Grid(2, 1, ("1", "2")), WANT, sliding=moving)
    source, compared = sketches(shown)
    assert source.title == "the filter moves by 2 along the height and by 1 along the width, with VALID padding"
    assert [tile.caption for tile in source.tiles] == ["input 3 x 3"]
    assert [tile.caption.split()[0] for tile in compared.tiles] == ["expected", "yours"]
    assert [tile.wrong for tile in compared.tiles] == [None, None]
    assert compared.title == "rows 3–4, columns 4–5; dark is 1, bright is 4"
    again = msgspec.structs.replace(shown, sliding=msgspec.structs.replace(moving, stages=3))
    assert sketches(again)[0].title == "the filter slides over the input 3 times"


def test_what_cannot_be_drawn_is_not() -> None:
    assert sketches(Planes("A right answer", None, (2, 2))) == []
    assert sketches(Graphs((Node("a", "A"),))) == []


def test_where_nothing_came_it_says_that_what_is_drawn_is_right() -> None:
    (shown,) = sketches(Planes("A right answer", None, (2, 2), want=WANT))
    assert shown.title == "A right answer, rows 3–4, columns 4–5; dark is 1, bright is 4"


def test_a_graph_lists_what_its_judge_minds_and_nothing_else() -> None:
    nodes = (
        Node("a", "A"), Node("m", "M", ("a",), "missing"), Node("x", "X", (), "extra"),
        Node("c", "C", ("a:1",), "changed", wanted=("a",)), Node("g", "G", (), "gone"),
    )  # fmt: skip
    ((listing,),) = (sketch.tiles for sketch in sketches(Graphs(nodes)))
    assert isinstance(listing, Listing)
    wrong = (("-", "m = M(a): missing"), ("+", "x = X(): too much"), ("~", "c = C(a:1): the inputs were a"))
    assert listing.lines == wrong
    (loose,) = sketches(Graphs(nodes, exactly=False))[0].tiles
    assert isinstance(loose, Listing)
    assert loose.lines == (wrong[0], wrong[2])
    (placed,) = sketches(Graphs((Node("d", "D", (), "changed", "/gpu:0", ""),), devices=True))[0].tiles
    assert isinstance(placed, Listing)
    assert placed.lines == (("~", "d = D(): the device should be /gpu:0"),)
    (many,) = sketches(Graphs(tuple(Node(f"n{n}", "A", (), "extra") for n in range(20))))[0].tiles
    assert isinstance(many, Listing)
    assert (len(many.lines), many.lines[-1]) == (13, ("", "and 8 more"))
    (cut,) = sketches(Graphs(tuple(Node(f"n{n}", "A", (), "extra") for n in range(20)), left_out=9))[0].tiles
    assert isinstance(cut, Listing)
    assert cut.lines[-1] == ("", "and more")


def test_charts_have_one_scale_and_show_the_numbers_as_they_came() -> None:
    (sketch,) = sketches(Ranking((("50", "cat"), ("nan", "fox")), (("0.5", "cat"),), False, 2, 1))
    yours, want = sketch.tiles
    assert isinstance(yours, Bars)
    assert isinstance(want, Bars)
    assert (yours.caption, want.caption) == ("yours", "expected")
    assert [(bar.length, bar.number) for bar in (*yours.bars, *want.bars)] == [(1, "50"), (0, "nan"), (0.01, "0.5")]
