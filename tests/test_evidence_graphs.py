"""Two graphs as one list of nodes."""

import pytest

from grader import exhibit
from grader.evidence_graphs import graphs
from grader.inside.wire import Node, Nodes

INPUT, CONV, LOSS = Node("input", "Placeholder"), Node("conv", "Relu", ("input",)), Node("loss", "Abs", ("conv:1",))


def states(found: exhibit.Graphs) -> dict[str, str]:
    return {node.name: node.state for node in found.nodes}


def test_each_node_has_its_state() -> None:
    whole = Nodes((INPUT, CONV, LOSS, Node("dead", "Abs", ("loss",))))
    found = graphs(Nodes((INPUT, CONV)), Nodes((INPUT, LOSS)), whole)
    assert states(found) == {"input": "same", "conv": "missing", "loss": "extra", "dead": "gone"}
    assert found.nodes[2].inputs == ("conv:1",)


def test_other_inputs_and_other_devices_are_changes() -> None:
    wired = graphs(Nodes((CONV,)), Nodes((Node("conv", "Relu", ("^input",)),)))
    assert states(wired) == {"conv": "changed"}
    assert (wired.nodes[0].inputs, wired.nodes[0].wanted) == (("^input",), ("input",))
    placed = graphs(Nodes((Node("a", "Abs", (), {}, "/gpu:0"),)), Nodes((Node("a", "Abs", ("x",)),)), devices=True)
    assert (placed.nodes[0].state, placed.nodes[0].want, placed.nodes[0].got) == ("changed", "/gpu:0", "")
    assert placed.devices


MANY = [Node(f"n{n}", "Abs", (f"n{n - 1}",) if n else ()) for n in range(500)]


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        ((400,), range(398, 403)),
        ((0, 400), [0, 1, 2, *range(398, 403)]),
        (range(100, 400, 2), range(100, 219, 2)),
        (range(100, 114), range(98, 116)),
        (range(100, 123), range(99, 124)),
    ],
)
def test_of_many_nodes_the_wrong_ones_and_those_around_them_are_kept(lost, kept) -> None:
    found = graphs(Nodes(tuple(MANY)), Nodes(tuple(node for n, node in enumerate(MANY) if n not in lost)))
    assert [node.name for node in found.nodes] == [f"n{n}" for n in kept]
    assert found.left_out == 500 - len(kept)


def test_few_nodes_are_all_kept() -> None:
    few = MANY[: exhibit.ENOUGH_NODES]
    assert len(graphs(Nodes(tuple(few)), Nodes(tuple(few[1:]))).nodes) == exhibit.ENOUGH_NODES


def test_names_are_cut() -> None:
    long = "x" * 5000
    found = graphs(Nodes(()), Nodes((Node(long, long, (long,) * 50),)))
    assert len(found.nodes[0].name) == len(found.nodes[0].op) == exhibit.LONGEST_NAME
    assert len(found.nodes[0].inputs) <= exhibit.MOST_INPUTS


def test_another_output_of_the_same_node_is_a_change_and_the_first_needs_no_number() -> None:
    found = graphs(Nodes((LOSS,)), Nodes((Node("loss", "Abs", ("conv",)),)))
    assert (found.nodes[0].state, found.nodes[0].inputs, found.nodes[0].wanted) == ("changed", ("conv",), ("conv:1",))
    turned = graphs(Nodes((Node("d", "Sub", ("a", "b")),)), Nodes((Node("d", "Sub", ("b", "a")),)))
    assert states(turned) == {"d": "changed"}
    same = graphs(
        Nodes((Node("d", "Sub", ("a:0", "^b", "^c")),)), Nodes((Node("d", "Sub", ("a", "^c", "^b")),)), exactly=False
    )
    assert states(same) == {"d": "same"}
    assert same.nodes[0].wanted is None
