"""Pictures: what is marked, what is said, and that nothing that a student wrote is more than text."""

from xml.etree import ElementTree

import msgspec
import pytest
from records import HOSTILE

from grader.exhibit import Field, Graphs, Grid, Node, Planes, Ranking, Sliding
from grader.feedback.pictures import draw
from grader.feedback.pictures.grids import STEPS, Cells, cell_size, largest, legend

SMALL = Grid(2, 2, ("1 -2", "nan inf"))


def parsed(panel):
    return ElementTree.fromstring(panel.svg)


def classes(panel):
    return [one.get("class") for one in parsed(panel)]


def texts(panel):
    return [one.text for one in parsed(panel).iter("text")]


def test_the_exhibits_of_judges_can_all_be_drawn(exhibits):
    for exhibit in exhibits.values():
        picture = draw(exhibit)
        assert picture.caption
        assert all(" ".join(sentence.split()) == sentence for sentence in picture.caption)
        for row in picture.rows:
            for panel in row:
                assert parsed(panel).get("role") == "img"
                assert parsed(panel).get("aria-label").strip()


def test_colours_go_from_the_lowest_to_the_highest_and_no_number_has_its_own():
    cells = Cells(SMALL, 30, "words")
    cells.fill(2, True)
    root = ElementTree.fromstring(cells.svg())
    assert [one.get("class") for one in root.iter("path")] == ["v0", "v12", "vx", "lines"]
    assert [one.text for one in root.iter("text")] == ["1", "−2", "nan", "inf"]


def test_one_scale_for_all_leaves_out_what_is_no_number():
    assert largest([SMALL, Grid(1, 1, ("-7",)), None]) == 7
    assert largest([Grid(1, 1, ("0",))]) == 1
    assert legend(7).count("<path") == 2 * STEPS + 1


def test_cells_have_one_size_and_numbers_only_where_there_is_room():
    assert cell_size([SMALL, None]) == (31.6, True)
    wide = Grid(40, 48, (" ".join(["0.1234"] * 48),) * 40)
    size, fits = cell_size([SMALL, wide])
    assert (size, fits) == (6, False)


def test_the_first_wrong_number_is_framed_and_the_field_in_the_input(exhibits):
    yours, expected, difference, _ = draw(exhibits["planes"]).rows[0]
    assert [classes(panel).count("mark") for panel in (yours, expected, difference)] == [1, 1, 1]
    assert [classes(panel).count("off") for panel in (yours, expected, difference)] == [1, 0, 1]
    source, kernel = draw(exhibits["planes"]).rows[1]
    assert classes(source).count("field") == 1
    assert classes(kernel).count("field") == 0


def test_a_field_that_begins_in_the_padding_is_drawn_outside():
    sliding = Sliding(Grid(2, 2, ("1 2", "3 4")), Grid(3, 3), padding="SAME", field=Field(-1, -1, 3, 3))
    shown = Planes("h", (2, 2), (2, 2), SMALL, SMALL, SMALL, ("x.", ".."), (0, 0), (0, 0), 1, sliding)
    source, _ = draw(shown).rows[1]
    left, top, *_ = (float(one) for one in parsed(source).get("viewBox").split())
    assert left < -20
    assert top < -20
    assert draw(shown).caption[-1].endswith("What lies outside is padding.")


@pytest.mark.parametrize(
    ("strides", "padding", "got", "said"),
    [
        ((3, 1), "VALID", (2, 7, 2, 2), "Along the height, 3 expected, 7 in yours, as if the filter moved by 1 there."),
        ((3, 1), "VALID", (2, 7, 2, 2), "Along the width, 4 expected, 2 in yours, as if the filter moved by 3 there."),
        ((3, 1), "VALID", (1, 3, 4, 2), "Along the batch, 2 expected, 1 in yours."),
        ((3, 1), "VALID", (3, 4), "Expected are 4 axes, (2, 3, 4, 2), but yours are 2, (3, 4)."),
    ],
)
def test_other_shapes_are_told_axis_by_axis(strides, padding, got, said):
    sliding = Sliding(Grid(7, 4, ("1 2 3 4",) * 7), Grid(1, 1, ("1",)), strides, padding)
    shown = Planes("h", got, (2, 3, 4, 2), None, Grid(3, 4, ("1 2 3 4",) * 3), sliding=sliding)
    caption = " ".join(draw(shown).caption)
    assert said in caption
    assert "it moves by 3 along the height and by 1 along the width, with VALID padding" in caption


def test_padding_is_recognized():
    sliding = Sliding(Grid(7, 3, ("1 2 3",) * 7), Grid(3, 1, ("1", "1", "1")))
    shown = Planes("h", (1, 7, 3, 1), (1, 5, 3, 1), None, Grid(5, 3, ("1 2 3",) * 5), sliding=sliding)
    assert "Along the height, 5 expected, 7 in yours, as with SAME padding." in draw(shown).caption


def test_a_graph_says_what_is_missing_and_what_is_too_much():
    nodes = (Node("input", "A"), Node("a/b", "B", ("input",), "missing"), Node("c", "C", ("^input",), "extra"),
             Node("d", "D", (), "gone"), Node("a", "E", (), "changed"))  # fmt: skip
    picture = draw(Graphs(nodes))
    yours, expected = picture.rows[0]
    assert texts(yours) == ["input", "a/", "− b", "≠ a", "+ c", "d"]
    assert texts(expected) == ["input", "a/", "b", "a", "c", "d"]
    assert classes(yours).count("arc control") == 1
    assert classes(expected).count("arc") == 1
    assert "missing in yours" in " ".join(picture.caption)


def test_each_graph_has_its_own_arcs_to_a_node_whose_inputs_are_wrong():
    nodes = (Node("a", "A"), Node("b", "B"), Node("d", "D", ("a", "b:1"), "changed", wanted=("a", "b")))
    picture = draw(Graphs(nodes))
    yours, expected = picture.rows[0]
    assert [one for one in classes(yours) if one.startswith("arc")] == ["arc", "arc more"]
    assert [one for one in classes(expected) if one.startswith("arc")] == ["arc", "arc wanted"]
    assert "d should take its inputs from a, b, in yours it takes them from a, b:1." in picture.caption
    cut = draw(Graphs((Node("a", "A"), Node("d", "D", (), "changed", wanted=("a",)))))
    assert [sum(one.startswith("arc") for one in classes(panel)) for panel in cut.rows[0]] == [0, 1]
    assert "d should take its inputs from a, in yours it takes them from nothing." in cut.caption


def test_which_channel_of_an_input_is_drawn_is_said():
    sliding = Sliding(Grid(2, 2, ("1 2", "3 4")), Grid(1, 1), field=Field(0, 0, 1, 1), channel=1, channels=3)
    shown = Planes("h", (2, 2), (2, 2), SMALL, SMALL, SMALL, ("x.", ".."), (0, 0), (0, 0), 1, sliding)
    assert "Of the input's 3 channels, number 1 is drawn, counted from 0." in draw(shown).caption
    one = msgspec.structs.replace(shown, sliding=msgspec.structs.replace(sliding, channels=1))
    assert "channels" not in " ".join(draw(one).caption)


def test_devices_are_told():
    picture = draw(Graphs((Node("n", "A", (), "changed", "/gpu:0", ""),), devices=True))
    assert [texts(panel) for panel in picture.rows[0]] == [["≠ n on no device"], ["n on /gpu:0"]]


def test_nodes_that_are_not_drawn_are_counted():
    assert "7 more nodes are not drawn." in draw(Graphs((Node("n", "A"),), left_out=7)).caption


def test_a_ranking_marks_places_or_values():
    pairs = (("0.5", "cat"), ("0.25", "fox"))
    swapped = Ranking((pairs[1], pairs[0]), pairs, True, 2, 2)
    assert [classes(panel).count("chart wrong") for panel in draw(swapped).rows[0]] == [2, 2]
    anywhere = msgspec.structs.replace(swapped, in_order=False)
    assert [classes(panel).count("chart wrong") for panel in draw(anywhere).rows[0]] == [0, 0]
    short = Ranking((), pairs, True, 0, 12)
    yours, expected = draw(short).rows[0]
    assert texts(yours) == ["nothing here", "nothing here"]
    assert expected.note == "2 of 12"
    percent = Ranking((("50", "cat"),), (("0.5", "cat"),), False, 1, 1)
    assert "A probability is at most 1." in draw(percent).caption
    assert draw(Ranking((("nan", "cat"),), (("inf", "cat"),))).rows


def test_what_a_student_wrote_is_text():
    nodes = (Node(HOSTILE, HOSTILE, (HOSTILE,), "extra", HOSTILE, HOSTILE), Node(f"{HOSTILE}/{HOSTILE}", "A"))
    for exhibit in (Graphs(nodes, devices=True), Ranking((("1", HOSTILE),), (("1", "fox"),))):
        for panel in draw(exhibit).rows[0]:
            assert "<script" not in panel.svg
            assert {one.tag for one in parsed(panel)} <= {"rect", "text", "path"}
