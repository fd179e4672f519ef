"""Checks of `place_on_device`, of `load_into_graph`, and of the three functions together."""

from grader.cases import subgraph as cases
from grader.cases.subgraph import Load, Move, Shipped
from grader.cases.subgraph_kept import Kept, ask_move_kept, kept
from grader.cases.subgraph_lines import CPU
from grader.check import Finding, Trials, asks
from grader.checks.subgraph.keeping import same_functions, same_versions
from grader.checks.subgraph.reading import NOTED, fetched_names
from grader.compare import FLOAT32, same_array
from grader.compare_graphs import (
    COPY,
    given,
    graph_def,
    same_devices,
    same_names_in_copy,
    same_nodes,
    some_moved,
    untouched,
)
from grader.compare_loaded import loaded, loaded_by_any_name
from grader.graph_views import devices_seen
from grader.inside import wire
from grader.phrase import phrase, quoted


@asks(
    cases.ask_move,
    named=[Move((CPU,)), Move((CPU, CPU), "/gpu:3")],
    drawn=cases.moves((CPU,), ("/gpu:0", "/gpu:2")),
    count=1,
    view=devices_seen,
)
def check_devices(trials: Trials) -> None:
    """Nodes that asked for '/cpu:0' ask for the new device

    Devices with a name as long as the old one, and the default `/gpu:0`.
    """
    for trial in trials:
        same_devices(trial)


@asks(
    cases.ask_move,
    named=[Move((CPU, CPU), "/gpu:10"), Move((CPU,), "/job:worker/task:3/cpu:0"), Move((CPU, CPU), "/gpu")],
    drawn=cases.moves((CPU,), ("/job:worker/task:3/gpu:1", "/device:GPU:0")),
    count=1,
    view=devices_seen,
)
def check_device_length(trials: Trials) -> None:
    """The new device's name may be longer or shorter than '/cpu:0'

    A copy in which each node asks for `device`, of any length; what was changed is the nodes' field, not bytes.
    """
    for trial in trials:
        same_devices(trial)


@asks(
    cases.ask_move,
    named=[Move((CPU, "")), Move(("/gpu:1", CPU, "/cpu:1")), Move((CPU, "/job:worker/task:3/cpu:0"))],
    drawn=cases.mixed_moves(),
    count=1,
    view=devices_seen,
)
def check_other_devices(trials: Trials) -> None:
    """Nodes that asked for nothing, or for another device, stay where they are

    Asked beside nodes that do move.
    """
    for trial in trials:
        same_devices(trial)


@asks(
    ask_move_kept,
    named=[
        NOTED,
        Kept(("a", "b", "c"), (CPU, CPU, CPU), (("double", "Neg"),)),
    ],
    drawn=kept(),
    count=1,
)
def check_placed_copy(trials: Trials) -> None:
    """place_on_device returns a copy that differs in devices only, and leaves its argument as it was

    Everything else is kept: nodes, attributes, versions, functions.
    """
    for trial in trials:
        got, want = graph_def(trial.got), graph_def(trial.want)
        same_names_in_copy(got, want)
        same_nodes(got, want, COPY, devices=False)
        same_versions(got, want, COPY)
        same_functions(trial, got, want, COPY)
        if CPU in {node.device for node in given(trial).nodes}:
            some_moved(got, given(trial))
        untouched(trial.got)


_PLAIN = ("input", "hidden input", "output hidden")
_LONGER = ("input", "stem input", "hidden stem", "memory hidden", "output memory")
"""What three nodes compute is more than can be guessed, where nothing else differs from seed to seed."""


@asks(
    cases.ask_load,
    named=[
        Load(_PLAIN),
        Load(("input", "block/conv input", "init", "output block/conv input ^init"), "trained/net", device=CPU),
        Load((*_PLAIN, "loss hidden"), "whole"),
    ],
)
def check_prefix(trials: Trials) -> None:
    """The nodes are found under the prefix, and compute the same

    The imported nodes, with their inputs and devices, under the prefix, and the default 'inception'; those that no
    output needs too.
    """
    for trial in trials:
        loaded(trial)
        same_array(trial.got.fetched()[0], trial.want.fetched()[0], phrase("What the loaded graph gives"), FLOAT32)


@asks(cases.ask_load, named=[Load(_LONGER, others=(_LONGER,)), Load(_LONGER, others=(("input", "output input"),))])
def check_new_graph(trials: Trials) -> None:
    """Each call makes a new graph

    Loading twice gives twice a graph with the imported nodes and no others, whatever their prefix, of two different
    GraphDefs too.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            loaded_by_any_name(trial, call, nothing_else=True)
            if wire.EARLIER_GRAPH in trial.got.touched(call):
                again = phrase(
                    "Call {number} of load_into_graph returned the very graph that an earlier call had returned: "
                    "whoever adds to one of them changes the other. Each call should make a graph of its own.",
                    number=call + 1,
                )  # fmt: skip
                raise Finding(again)


@asks(cases.ask_load, named=[Load(_PLAIN, "new"), Load(_LONGER, "newer")])
def check_default_graph(trials: Trials) -> None:
    """The graph that was the default one before is left as it was

    Called while another graph is the default one, which holds no node afterwards, and is the default one still.
    """
    for trial in trials:
        loaded_by_any_name(trial)
        if wire.DEFAULT_GRAPH in trial.got.touched():
            stayed = phrase(
                "After load_into_graph another graph was the default one than before: what it entered, it has to leave."
            )
            raise Finding(stayed)
        added = trial.got.graph().nodes
        if added:
            more = phrase(
                "load_into_graph added {count} nodes to the graph that was the default one, the first of them "
                "{name}. It should leave that graph alone and import into the new one.",
                count=len(added), name=quoted(added[0].name),
            )  # fmt: skip
            raise Finding(more)


@asks(cases.ask_everything, named=[Shipped("tiny", ("output", "output1"), picture=6)])
def check_combined(trials: Trials) -> None:
    """Cut, moved and loaded, the model that ships runs where it should and gives the same probabilities

    The three functions together, called with their arguments by name; the run is on two logical processors, and
    TensorFlow says where nodes ran.
    """
    for trial in trials:
        for got, want, name in zip(trial.got.fetched(), trial.want.fetched(), fetched_names(trial), strict=True):
            same_array(got, want, phrase("What the graph gives for {node}", node=repr(name)), FLOAT32)
        placed = trial.program.runs[0].placed
        ran = dict(zip(placed, trial.got.ran().devices, strict=False))
        for name, want_device in zip(placed, trial.want.ran().devices, strict=True):
            got_device = ran.get(name, "")
            if got_device != want_device:
                elsewhere = phrase(
                    "The node {name} was placed on '/cpu:1', so it should run on {want}, but it ran on {got}.",
                    name=repr(name), want=repr(want_device),
                    got=quoted(got_device) if got_device else phrase("'no device'"),
                )  # fmt: skip
                raise Finding(elsewhere)
