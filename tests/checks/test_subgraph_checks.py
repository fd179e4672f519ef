"""Each check of the subgraph exercise passes right solutions of any style, and each wrong one loses what it should."""

import re

import pytest
from examination import Examination, helpers, sample

from grader import freeze
from grader.cases import subgraph as cases
from grader.checks import judges
from grader.inside import wire
from grader.observation import Observed
from grader.walls.worker import Worker

THROUGH_A_TF_GRAPH = """
import tensorflow as tf
tf1 = tf.compat.v1

def extract_main_graph(graph_def, output_names=("output",)):
    # TensorFlow's own walk: operations instead of nodes, and the nodes looked up at the end.
    with tf1.Graph().as_default() as graph:
        tf1.import_graph_def(graph_def, name="")
    found, queue = [], [graph.get_operation_by_name(name) for name in output_names]
    while queue:
        operation = queue.pop(0)
        if operation not in found:
            found.append(operation)
            queue.extend([one.op for one in operation.inputs] + list(operation.control_inputs))
    nodes = {node.name: node for node in graph_def.node}
    main = tf1.GraphDef()
    main.CopyFrom(graph_def)
    main.ClearField("node")
    main.node.extend(nodes[operation.name] for operation in found)
    used = _called(main.node, {function.signature.name: function for function in graph_def.library.function})
    keep = [function for function in graph_def.library.function if function.signature.name in used]
    main.library.ClearField("function")
    main.library.function.extend(keep)
    return main

def _called(nodes, functions):
    # Functions in use: called as an operation, through an attribute, or by such a function.
    found = set()
    for node in nodes:
        lists = [one for value in node.attr.values() for one in (value.func, *value.list.func)]
        found |= {name for name in (node.op, *(one.name for one in lists)) if name in functions}
    for name in list(found):
        rest = {other: function for other, function in functions.items() if other not in found}
        found |= _called(functions[name].node_def, rest)
    return found

def place_on_device(graph_def, device="/gpu:0"):
    return tf1.GraphDef(
        node=[_moved(node, device) for node in reversed(graph_def.node)],
        versions=graph_def.versions,
        library=graph_def.library,
    )

def _moved(node, device):
    copy = tf1.NodeDef.FromString(node.SerializeToString())
    copy.device = device if copy.device == "/cpu:0" else copy.device
    return copy

def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default(), tf1.Session(graph=graph):
        tf.graph_util.import_graph_def(graph_def, None, None, name)
    return graph
"""


@pytest.fixture(scope="module")
def examination(worker: Worker) -> Examination:
    return Examination(worker, "subgraph")


def test_the_solution_passes_and_the_stub_loses_everything(examination: Examination) -> None:
    assert examination.lost(examination.solution) == {}
    assert set(examination.lost(examination.stub)) == set(examination.programs)


@pytest.mark.parametrize("style", ["right", "v1_style", "with_helpers", "in_notebook"])
def test_right_solutions_of_other_styles_pass(examination: Examination, style: str) -> None:
    source = sample("subgraph", style)
    if style == "in_notebook":
        source = "import tensorflow as tf\ntf1 = tf.compat.v1\n" + source.partition("\n")[2]
    assert examination.lost(source, helpers()) == {}


def test_a_right_solution_that_walks_a_tf_graph_passes(examination: Examination) -> None:
    assert examination.lost(THROUGH_A_TF_GRAPH) == {}


def test_the_solution_keeps_what_an_independent_walk_finds(examination: Examination) -> None:
    compared = 0
    for check in ("ancestors", "control_inputs", "output_slots", "several_outputs", "shared_once"):
        for program in examination.programs[check]:
            graph, *rest = program.calls[0].args
            assert isinstance(graph, wire.Nodes)
            outputs = wire.from_wire(rest[0]) if rest else ["output"]
            seen = examination.reference[program.id]
            assert isinstance(seen, Observed)
            assert isinstance(seen.calls[0], wire.Returned)
            kept = seen.calls[0].value
            assert isinstance(kept, wire.Nodes)
            assert {node.name for node in kept.nodes} == cases.ancestors(graph, outputs), program.id
            compared += 1
    assert compared >= 12


@pytest.mark.parametrize(
    ("check", "walk"), [("control_inputs", {"control": False}), ("output_slots", {"slots": False})]
)
@pytest.mark.parametrize("seed", range(5))
def test_drawn_graphs_tell_who_leaves_something_out(check: str, walk: dict[str, bool], seed: int) -> None:
    check_id = f"subgraph.{check}"
    for program in freeze.draw(check_id, freeze.questions("subgraph")[check_id], seed):
        graph, *rest = program.calls[0].args
        assert isinstance(graph, wire.Nodes)
        outputs = wire.from_wire(rest[0]) if rest else ["output"]
        assert cases.ancestors(graph, outputs, **walk) < cases.ancestors(graph, outputs)
        assert cases.ancestors(graph, outputs) < {node.name for node in graph.nodes}


def test_the_questions_are_the_same_for_a_seed_and_others_for_another() -> None:
    question = freeze.questions("subgraph")["subgraph.ancestors"]
    first, again, other = (freeze.draw("subgraph.ancestors", question, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_messages_say_what_is_missing_and_who_needs_it(examination: Examination) -> None:
    ignoring = examination.lost(sample("subgraph", "ignores_control_inputs"))
    assert re.fullmatch(
        r"For the output 'output', the main graph lacks '(\w+)': 'output' is kept, and has '\^\1' among its inputs\.",
        ignoring["control_inputs"],
    )
    moving = examination.lost(sample("subgraph", "moves_every_node"))
    assert re.fullmatch(
        r"The node '[a-z]+1' asked for no device; it should stay so, but it asks for '/gpu:0' now\.",
        moving["other_devices"],
    )


def test_functions_are_followed_through_attributes_and_functions(examination: Examination) -> None:
    pruned = THROUGH_A_TF_GRAPH.replace("        found |= _called(functions[name].node_def, rest)\n", "")
    assert pruned != THROUGH_A_TF_GRAPH
    missing = (
        r"calls the function '[a-z]+', which is missing in the library of the main graph, so that it can't be run\."
    )
    lost = examination.lost(pruned)
    assert set(lost) == {"library"}
    assert re.fullmatch(f"The function '[a-z]+' {missing}", lost["library"])
    forgotten = THROUGH_A_TF_GRAPH.replace("main.library.function.extend(keep)", "pass")
    lost = examination.lost(forgotten)
    assert set(lost) == {"library"}
    assert re.fullmatch(f"The node '[a-z]+' {missing}", lost["library"])


@pytest.mark.parametrize("field", ["min_consumer", "bad_consumers"])
def test_all_of_versions_is_kept(examination: Examination, field: str) -> None:
    forgotten = examination.solution.replace(
        "    return main\n", f"    main.versions.ClearField('{field}')\n    return main\n"
    )
    (message,) = examination.lost(forgotten).values()
    assert message.startswith(f"The graph's `versions` say that its {field} is ")


@pytest.mark.parametrize("made", ["given", "type(given).FromString(given.SerializeToString())", "tf.Graph()"])
def test_doing_nothing_has_no_points(examination: Examination, made: str) -> None:
    functions = {
        "extract_main_graph": "given, output_names=()",
        "place_on_device": "given, device=''",
        "load_into_graph": "given, name=''",
    }
    defined = [f"def {name}({arguments}): return {made}" for name, arguments in functions.items()]
    assert set(examination.lost("\n".join(["import tensorflow as tf", *defined]))) == set(examination.programs)


def test_operations_that_nothing_holds_together_are_no_graph(examination: Examination) -> None:
    loose = (
        "    loose = tf1.GraphDef()\n"
        "    for number, node in enumerate(graph_def.node): loose.node.add(name=f'loose{number}', op=node.op)\n"
        "    return loose\n"
    )
    lost = examination.lost(examination.solution.replace("    return loaded\n", loose))
    assert {"prefix", "new_graph", "default_graph"} <= set(lost)


def test_a_graph_is_no_graph_def_and_the_other_way_round(examination: Examination) -> None:
    live = "    with tf.Graph().as_default() as graph:\n        tf1.import_graph_def(main)\n    return graph\n"
    swapped = examination.solution.replace("    return main\n", live)
    swapped = swapped.replace("    return loaded\n", "    return loaded.as_graph_def()\n")
    lost = examination.lost(swapped)
    assert "but it returned a tf.Graph" in lost["ancestors"]
    assert "but it returned a GraphDef" in lost["prefix"]


def test_a_copy_holds_each_node_once_and_no_others(examination: Examination) -> None:
    placed = (
        "\nplaced = place_on_device\ndef place_on_device(graph_def, device='/gpu:0'):\n"
        "    copy = placed(graph_def, device)\n"
    )
    more = placed + "    copy.node.add(name='more', op='NoOp')\n    return copy\n"
    assert set(examination.lost(examination.solution + more)) == {"placed_copy"}
    twice = placed + "    copy.node.extend(graph_def.node)\n    return copy\n"
    lost = examination.lost(examination.solution + twice)
    assert {"devices", "device_length", "other_devices", "placed_copy"} <= set(lost)
    assert re.fullmatch("The copy holds the node '.*' 2 times; .*", lost["devices"])


def test_a_graph_that_was_returned_before_is_none_of_its_own(examination: Examination) -> None:
    kept = """
load, graphs = load_into_graph, {}

def load_into_graph(graph_def, name="inception"):
    return graphs.setdefault((graph_def.SerializeToString(), name), load(graph_def, name))
"""
    lost = examination.lost(examination.solution + kept)
    assert set(lost) == {"new_graph"}
    assert "returned the very graph that an earlier call had returned" in lost["new_graph"]


def test_nodes_without_notes_keep_their_parts_and_devices_are_loaded(examination: Examination) -> None:
    plain = """
cut, load = extract_main_graph, load_into_graph

def extract_main_graph(graph_def, output_names=("output",)):
    main = cut(graph_def, output_names)
    for node in main.node:
        if len(main.node) < 12 and not any("_note" in one.attr for one in main.node):
            node.attr.clear()
    return main

def load_into_graph(graph_def, name="inception"):
    bare = type(graph_def).FromString(graph_def.SerializeToString())
    for node in bare.node:
        node.device = "" if len(bare.node) < 12 else node.device
    return load(bare, name)
"""
    assert set(examination.lost(examination.solution + plain)) == {"attributes", "prefix"}


def test_who_gives_up_in_a_maze_has_not_visited_its_nodes(examination: Examination) -> None:
    lazy = """
cut = extract_main_graph

def extract_main_graph(graph_def, output_names=("output",)):
    main = cut(graph_def, output_names)
    if 60 < len(main.node) < 90:
        del main.node[:]
    return main
"""
    assert set(examination.lost(examination.solution + lazy)) == {"shared_once"}


def test_every_check_has_a_title_for_students() -> None:
    for name, judge in judges("subgraph").items():
        title = (judge.__doc__ or "").splitlines()[0]
        assert 10 < len(title) < 100, name
        assert not title.endswith("."), name
