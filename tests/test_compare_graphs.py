"""Comparisons of graphs that came back: what they cost, whatever came."""

import tracemalloc

import pytest

from grader.check import Finding, Seen, Trial
from grader.compare_graphs import MAIN, same_inputs, same_names
from grader.compare_loaded import loaded_by_any_name
from grader.inside import wire
from grader.observation import Observed

PROGRAM = wire.Program("p", (wire.Call("load_into_graph", (wire.Nodes((wire.Node("x", "Placeholder"),)),)),))


def trial(got: wire.Nodes, want: wire.Nodes) -> Trial:
    answers = [Observed((wire.Returned(nodes),)) for nodes in (got, want)]
    return Trial(PROGRAM, Seen(PROGRAM, answers[0]), Seen(PROGRAM, answers[1], ours=True))


def test_operations_that_are_missing_are_told_with_where_their_inputs_come_from() -> None:
    nodes = (
        wire.Node("x", "Placeholder"),
        wire.Node("init", "NoOp"),
        wire.Node("y", "AddV2", ("x", "x:1", "^init")),
        wire.Node("z", "Neg", ("far",)),
    )
    want = wire.Nodes(nodes, live=True)
    loaded_by_any_name(trial(want, want), nothing_else=True)
    with pytest.raises(Finding) as raised:
        loaded_by_any_name(trial(wire.Nodes(nodes[:1], live=True), want))
    assert raised.value.message == (
        "The graph of call 1 lacks the operations 'AddV2(Placeholder, Placeholder, ^NoOp)', 'Neg(nothing)', 'NoOp'."
    )


def test_an_operation_whose_name_is_long_costs_no_more_than_once() -> None:
    got = wire.Nodes((wire.Node("a", "A" * 1_000_000), wire.Node("b", "B", ("a",) * 500)), live=True)
    want = wire.Nodes((wire.Node("x", "Placeholder"),), live=True)
    tracemalloc.start()
    try:
        with pytest.raises(Finding, match="lacks the operations 'Placeholder'"):
            loaded_by_any_name(trial(got, want))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000


def test_a_name_that_is_long_is_not_spelled_out_to_be_cut_afterwards() -> None:
    long = "\U0001f600" + "\U000e0001" * 500_000
    want = wire.Nodes((wire.Node("x", "Placeholder"),))
    named, fed = wire.Nodes((*want.nodes, wire.Node(long, "B"))), wire.Nodes((wire.Node("x", "Placeholder", (long,)),))
    tracemalloc.start()
    try:
        with pytest.raises(Finding, match="which no output depends on") as raised:
            same_names(trial(named, want))
        with pytest.raises(Finding, match="should have the inputs"):
            same_inputs(fed, want, MAIN)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000
    assert len(raised.value.message) > 2000
