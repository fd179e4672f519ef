"""gr_disp: a page that draws a graph, and that no node's name can break."""

import html
import json
import re
from pathlib import Path

import pytest
import tensorflow as tf

from exercises.utils import gr_disp, inception

NASTY = ["</script><script>alert(1)</script>", "a<!--b", "\u2028", "\"quoted\" & 'single'", "@DATA@", "@TITLE@"]


def nodes(page: str) -> list[dict[str, object]]:
    """Read the data as a browser does: the first `</script` ends it."""
    match = re.search(r'<script type="application/json" id="graph">(.*?)</script', page, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_shipped_model_is_drawn_whole_and_offline(tmp_path: Path) -> None:
    graph_def, _ = inception.get_inception_model()

    written = gr_disp.show(graph_def, path=tmp_path / "graph.html", title="EfficientNet")

    assert written == tmp_path / "graph.html"
    page = written.read_text(encoding="utf-8")
    drawn = nodes(page)
    assert [node["name"] for node in drawn] == [node.name for node in graph_def.node]
    assert len(page) < 1_000_000  # the weights aren't in it
    addresses = set(re.findall(r"(?:https?:)?//[\w.]+", page)) - {"http://www.w3.org"}  # SVG's namespace, never fetched
    assert addresses == set()
    assert not re.search(r"\b(?:src|href)\s*=|@import|fetch\(", page)
    assert "<title>EfficientNet</title>" in page


def test_edges_are_positions_and_control_edges_are_apart() -> None:
    with tf.Graph().as_default() as graph:
        a = tf.constant([1.0, 2.0], name="a")
        _, second = tf.split(a, 2, name="scope/split")
        with tf.control_dependencies([a.op]):
            tf.identity(second, name="scope/b")

    drawn = nodes(gr_disp.render(graph.as_graph_def()))

    by_name = {node["name"]: node for node in drawn}
    position = {node["name"]: number for number, node in enumerate(drawn)}
    assert by_name["scope/b"]["inputs"] == [position["scope/split"]]
    assert by_name["scope/b"]["controls"] == [position["a"]]
    assert position["a"] in by_name["scope/split"]["inputs"]
    assert "op: Const\ndevice: any\ndtype: float32\nvalue: an array of shape (2,)" in by_name["a"]["about"]


@pytest.mark.parametrize("name", NASTY)
def test_names_are_text(name: str) -> None:
    graph_def = tf.compat.v1.GraphDef()
    graph_def.node.add(name=name, op=name, device=name)
    graph_def.node.add(name="after", op="Identity", input=[name, f"^{name}"])

    page = gr_disp.render(graph_def, title=name)

    drawn = nodes(page)
    assert drawn[0]["name"] == name
    assert drawn[1]["inputs"] == drawn[1]["controls"] == [0]
    assert page.count("<script") == 2
    assert f"<title>{html.escape(name)}</title>" in page


def test_an_input_that_is_gone_is_drawn_as_missing() -> None:
    graph_def = tf.compat.v1.GraphDef()
    graph_def.node.add(name="after", op="AddV2", input=["gone:1", "gone"])

    drawn = nodes(gr_disp.render(graph_def))

    assert [node["op"] for node in drawn] == ["AddV2", "missing"]
    assert drawn[0]["inputs"] == [1, 1]
    assert drawn[1]["about"] == "gone\nno node of this name, but after needs it"


def test_notebook_gets_a_frame_of_its_own() -> None:
    with tf.Graph().as_default() as graph:
        tf.constant(1, name="one")

    shown = gr_disp.show(graph, height=300)

    framed = r'<div><iframe title="graph" srcdoc="([^"]*)" style="[^"]*height: 300px[^"]*"></iframe></div>'
    match = re.fullmatch(framed, shown.data)
    assert match
    assert html.unescape(match[1]) == gr_disp.render(graph.as_graph_def())


def test_a_frames_title_is_text() -> None:
    shown = gr_disp.show(tf.compat.v1.GraphDef(), title='a"><script>')
    assert shown.data.startswith('<div><iframe title="a&quot;&gt;&lt;script&gt;" srcdoc="')


def test_the_keyboard_finds_a_node_and_reads_what_the_pointer_would(tmp_path: Path, browser) -> None:
    graph_def = tf.compat.v1.GraphDef()
    graph_def.node.add(name="one", op="Const")
    graph_def.node.add(name="two", op="Neg", input=["one"])
    path = gr_disp.show(graph_def, tmp_path / "graph.html")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator("#about").is_hidden()
    read = {}
    for _ in range(6):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.get_attribute("role") == "img":
            read[focus.locator("title").text_content()] = (
                focus.get_attribute("aria-label"), page.locator("#about").text_content(),
            )  # fmt: skip
    assert read == {
        about: (about, about) for about in ("one\nop: Const\ndevice: any", "two\nop: Neg\ndevice: any\ninput: one")
    }


def test_a_graph_is_drawn_as_its_graph_def(tmp_path: Path) -> None:
    graph_def, _ = inception.get_inception_model("tiny")
    before = graph_def.SerializeToString(deterministic=True)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")

    gr_disp.show(graph_def, path=tmp_path / "def.html")
    gr_disp.show(graph, path=tmp_path / "graph.html")

    assert graph_def.SerializeToString(deterministic=True) == before
    names = [{node["name"] for node in nodes((tmp_path / f).read_text("utf-8"))} for f in ("def.html", "graph.html")]
    assert names[0] == names[1]


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(TypeError, match=r"graph is a str; expected a tf\.Graph or a GraphDef"):
        gr_disp.show("graph.pb")


def test_types_are_named_as_tensorflow_names_them() -> None:
    for number, name in enumerate(gr_disp.DTYPES[1:], 1):
        assert tf.dtypes.as_dtype(number).name == name


def test_an_outline_is_folded_by_scope() -> None:
    with tf.Graph().as_default() as graph:
        a = tf.constant([1.0, 2.0], name="a")
        b = tf.identity(a, name="scope/b")
        tf.identity(b, name="scope/inner/c")

    assert gr_disp.outline(graph) == "a  [Const]\nscope/  [2 nodes]  <- a"
    assert gr_disp.outline(graph, depth=2).splitlines()[1:] == [
        "scope/b  [Identity]  <- a",
        "scope/inner/  [1 node]  <- scope/b",
    ]
    assert gr_disp.outline(graph, depth=3, most=1) == "a  [Const]\n... and 2 lines more"


def test_an_outline_says_what_is_missing() -> None:
    graph_def = tf.compat.v1.GraphDef()
    graph_def.node.add(name="after", op="AddV2", input=["gone:1", "^gone"])
    assert gr_disp.outline(graph_def) == "after  [AddV2]  <- gone (missing!)"


def test_many_names_without_scopes_are_folded_by_what_they_begin_with() -> None:
    graph_def = tf.compat.v1.GraphDef()
    for block in range(30):
        for part in ("w", "b", "conv/op"):
            graph_def.node.add(name=f"mixed{block}_{part}", op="Const")
    assert gr_disp.outline(graph_def).splitlines()[:2] == ["mixed0_*/  [3 nodes]", "mixed1_*/  [3 nodes]"]
    assert gr_disp.outline(graph_def, depth=2).splitlines()[2] == "mixed0_*/mixed0_conv/  [1 node]"
    assert gr_disp.outline(graph_def, depth=3).splitlines()[2] == "mixed0_conv/op  [Const]"
