"""One submission of every kind that a page can meet."""

import pytest
from records import HIDDEN_TEXT, HOSTILE, STRIDES, check, exercise, record

from grader.cases.conv_2d import Layer, ask_layer
from grader.convolving import correlate
from grader.evidence import Numbers, exhibit_of
from grader.evidence_graphs import graphs
from grader.exhibit import Ranking
from grader.inside.wire import Node, Nodes
from grader.observation import Outcome


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    """Have pages speak English, whatever the language of this machine."""
    monkeypatch.setenv("LANGUAGE", "en")


@pytest.fixture
def catalogue():
    """Return a catalogue of one misconception."""
    return {STRIDES.id: STRIDES}


@pytest.fixture
def every_outcome():
    """Return an exercise with a check of each outcome but the grader's own error."""
    outcomes = [one for one in Outcome if one is not Outcome.GRADER_ERROR]
    checks = [check(one.lower(), one, message=f"What {one} says.", hint=f"Hint for {one}.") for one in outcomes]
    return exercise(*checks, check("hidden", Outcome.FAILED, visible=False, message=HIDDEN_TEXT, hint="Look again."))


@pytest.fixture
def everyone(every_outcome):
    """Return records that reach every branch of the templates."""
    wrong = ("strides_on_wrong_axes",)
    missing = "There is no such module in the submission."
    broken = "Importing the module failed: SyntaxError: '(' was never closed (conv_2d.py, line 3: x = ()"
    stub = "conv_2D(x, 3) raised NotImplementedError: your turn (conv_2d.py, line 9)"
    failed, raised, oops = Outcome.FAILED, Outcome.RAISED, Outcome.GRADER_ERROR
    return [
        record("ada", {"conv_2d": exercise(check("a", points=60.0), check("b", points=40.0))}),
        record("bela", {"conv_2d": every_outcome}, notes=("left out: link 'a'", "none of its files is a module")),
        record("cyd", {"conv_2d": exercise(
            check("one", failed, message="h should be 3.", example="conv_2D(x, 3, s_x=2)", misconceptions=wrong),
            check("two"), check("three", failed, visible=False, message=HIDDEN_TEXT, misconceptions=wrong))}),
        record("dee", {"conv_2d": exercise(
            check("one", failed, message="h should be 3.", misconceptions=wrong, hint="Draw it."),
            check("two", failed, message="op too.", misconceptions=("unknown",), explanation="Told here."),
            check("three", failed, message="b too.", explanation="Without a name."))}),
        record("eve", {"conv_2d": exercise(check("a", failed, message=missing), check("b", failed, message=missing))}),
        record("fay", {"conv_2d": exercise(check("a", failed, message=broken))}),
        record("gus", {"conv_2d": exercise(
            check("a", raised, message=stub), check("b", raised, visible=False, message=HIDDEN_TEXT))}),
        record("hal", {"conv_2d": exercise(check("a", failed, message="Same."), check("b", failed, message="Same."))}),
        record("ivy", {"conv_2d": exercise(check("a", oops, message="KeyError: 'x'"), check("b"))}, status="error"),
        record("jon", {}, status="refused", notes=("it holds more than 2000 files", "left out: link 'b'")),
        record("kim", {"conv_2d": exercise(check("a"), check("b", failed, message="No."))}, isolation="none"),
        record(HOSTILE, {"conv_2d": exercise(
            check("a", failed, message=HOSTILE, example=f"{HOSTILE}()", hint=HOSTILE, explanation=HOSTILE),
            check("b"))}, notes=(f"left out: {HOSTILE}", HOSTILE)),
    ]  # fmt: skip


@pytest.fixture
def exhibits():
    """Return an exhibit of each kind, by name, as judges make them."""
    layer = Layer(k_h=2, k_w=2, outputs=1)
    right = correlate(layer.images()[:1], layer.filters())
    program = ask_layer(layer)
    output = Node("output", "Relu", ("block/conv",))
    needed = (Node("input", "Placeholder"), Node("block/conv", "Relu", ("input",)), output)
    loss = Node("loss", "Square", ("output", "^input"))
    return {
        "planes": exhibit_of(Numbers("h", 0 * right, right, right == 0), program),
        "shapes": exhibit_of(Numbers("h", layer.images()[:1], right), program),
        "graphs": graphs(Nodes(needed), Nodes((*needed, loss)), Nodes((*needed, loss, Node("dead", "Abs", ("loss",))))),
        "ranking": Ranking((("0.25", "fox"), ("0.5", "cat")), (("0.5", "cat"), ("0.25", "fox")), True, 2, 2),
    }


@pytest.fixture
def pictured(exhibits):
    """Return a record for each kind of picture."""
    return [
        record(name, {"conv_2d": exercise(check("a", Outcome.FAILED, message="No.", exhibit=one), check("b"))})
        for name, one in exhibits.items()
    ]
