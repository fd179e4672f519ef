"""Graph surgery on a graph small enough to check by eye."""

import pytest
import tensorflow as tf
from google.protobuf import text_format

from solutions.subgraph import extract_main_graph, load_into_graph, place_on_device

tf1 = tf.compat.v1

WHOLE = """
node { name: "input" op: "Placeholder" device: "/cpu:0"
       attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { unknown_rank: true } } } }
node { name: "init" op: "NoOp" input: "^before_init" }
node { name: "before_init" op: "NoOp" device: "/gpu:1" }
node { name: "axis" op: "Const" attr { key: "dtype" value { type: DT_INT32 } }
       attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: 0 } } } }
node { name: "halves" op: "Split" input: "axis" input: "input" device: "/cpu:0"
       attr { key: "T" value { type: DT_FLOAT } } attr { key: "num_split" value { i: 2 } } }
node { name: "output" op: "Relu" input: "halves:1" input: "^init" device: "/cpu:0"
       attr { key: "T" value { type: DT_FLOAT } } attr { key: "_class" value { list { s: "loc:@halves" } } } }
node { name: "output1" op: "Tanh" input: "halves" device: "/job:worker/cpu:0"
       attr { key: "T" value { type: DT_FLOAT } } }
node { name: "loss" op: "Neg" input: "output" attr { key: "T" value { type: DT_FLOAT } } }
versions { producer: 987 min_consumer: 12 }
library { function { signature { name: "unused" } } }
"""


@pytest.fixture
def whole() -> tf1.GraphDef:
    return text_format.Parse(WHOLE, tf1.GraphDef())


def names(graph_def: tf1.GraphDef) -> list[str]:
    return sorted(node.name for node in graph_def.node)


@pytest.mark.parametrize(
    ("outputs", "kept"),
    [
        (("output",), ["axis", "before_init", "halves", "init", "input", "output"]),
        (["output1"], ["axis", "halves", "input", "output1"]),
        (("output1", "init"), ["axis", "before_init", "halves", "init", "input", "output1"]),
        (("loss", "loss"), ["axis", "before_init", "halves", "init", "input", "loss", "output"]),
        (("input",), ["input"]),
    ],
)
def test_exactly_what_the_outputs_depend_on(whole: tf1.GraphDef, outputs: list[str], kept: list[str]) -> None:
    assert names(extract_main_graph(whole, outputs)) == kept


def test_the_output_is_named_output_unless_said_otherwise(whole: tf1.GraphDef) -> None:
    assert extract_main_graph(whole) == extract_main_graph(whole, ("output",))


def test_nodes_are_as_they_were(whole: tf1.GraphDef) -> None:
    before = {node.name: node for node in whole.node}
    for node in extract_main_graph(whole).node:
        assert node == before[node.name]


def test_versions_and_library_are_kept(whole: tf1.GraphDef) -> None:
    main = extract_main_graph(whole)
    assert main.versions == whole.versions
    assert main.library == whole.library


def test_a_loop_is_walked_once() -> None:
    graph_def = tf1.GraphDef()
    graph_def.node.add(name="merge", op="Merge", input=["next"])
    graph_def.node.add(name="next", op="NextIteration", input=["merge"])
    assert names(extract_main_graph(graph_def, ["next"])) == ["merge", "next"]


def test_a_chain_longer_than_the_recursion_limit() -> None:
    graph_def = tf1.GraphDef()
    graph_def.node.add(name="n0", op="NoOp")
    for i in range(1, 3000):
        graph_def.node.add(name=f"n{i}", op="NoOp", input=[f"^n{i - 1}"])
    assert len(extract_main_graph(graph_def, ["n2999"]).node) == 3000


def test_an_unknown_output_is_named_in_the_error(whole: tf1.GraphDef) -> None:
    with pytest.raises(ValueError, match="no node 'outputs'"):
        extract_main_graph(whole, ["output", "outputs"])


@pytest.mark.parametrize("device", ["/gpu:0", "/job:worker/task:3/gpu:0", ""])
def test_only_nodes_that_asked_for_the_cpu_move(whole: tf1.GraphDef, device: str) -> None:
    placed = place_on_device(whole, device)
    assert {node.name: node.device for node in placed.node} == {
        "input": device,
        "init": "",
        "before_init": "/gpu:1",
        "axis": "",
        "halves": device,
        "output": device,
        "output1": "/job:worker/cpu:0",
        "loss": "",
    }


def test_nothing_but_the_device_changes(whole: tf1.GraphDef) -> None:
    placed = place_on_device(whole)
    for node, original in zip(placed.node, whole.node, strict=True):
        node.device = original.device
    assert placed == whole


def test_arguments_are_not_modified(whole: tf1.GraphDef) -> None:
    extract_main_graph(whole).node[0].name = "renamed"
    place_on_device(whole).versions.producer = 1
    load_into_graph(extract_main_graph(whole, ["output1"]))
    assert whole == text_format.Parse(WHOLE, tf1.GraphDef())


@pytest.mark.parametrize("prefix", ["inception", "net"])
def test_a_loaded_graph_has_the_nodes_under_the_prefix(whole: tf1.GraphDef, prefix: str) -> None:
    main = extract_main_graph(whole, ["output1"])
    graph = load_into_graph(main, prefix)
    assert graph.get_tensor_by_name(f"{prefix}/input:0").dtype == tf.float32
    assert sorted(op.name for op in graph.get_operations()) == [f"{prefix}/{name}" for name in names(main)]


def test_the_prefix_is_inception_unless_said_otherwise(whole: tf1.GraphDef) -> None:
    load_into_graph(extract_main_graph(whole, ["output1"])).get_tensor_by_name("inception/input:0")


def test_the_default_graph_is_left_alone(whole: tf1.GraphDef) -> None:
    with tf.Graph().as_default() as default:
        graph = load_into_graph(extract_main_graph(whole, ["output1"]))
        assert tf1.get_default_graph() is default
        assert default.get_operations() == []
        assert graph is not default
    assert tf1.get_default_graph() is not graph


def test_each_load_is_a_new_graph(whole: tf1.GraphDef) -> None:
    main = extract_main_graph(whole, ["output1"])
    first, second = load_into_graph(main), load_into_graph(main)
    assert first is not second
    assert len(first.get_operations()) == len(second.get_operations()) == len(main.node)
