"""Subgraph: the checks.

What the contract says, and the checks that cover it (`grader validate` reads this list):

`extract_main_graph(graph_def, output_names=('output',))`
- exactly the nodes that the outputs depend on: `ancestors`, `shared_once`, `shipped_model`
- several outputs, or one that is an input of another: `several_outputs`
- control inputs (`^name`) followed: `control_inputs`
- other output slots (`name:1`) followed: `output_slots`
- attributes and devices kept: `attributes`
- versions kept: `versions`
- the function library kept, at least the functions in use: `library`
- the argument not modified: `extract_untouched`
- an unknown output name raises: `unknown_output`
- the default is ('output',): `ancestors`, `shipped_model`

`place_on_device(graph_def, device='/gpu:0')`
- each node that asked for '/cpu:0' asks for device: `devices`
- device is '/gpu:0' unless said: `devices`
- names of any length: `device_length`
- nodes that asked for nothing, or for something else, are untouched: `other_devices`
- a copy, so all else is as it was, and the argument too: `placed_copy`

`load_into_graph(graph_def, name='inception')`
- the imported nodes under the prefix, 'inception' unless said: `prefix`
- a new graph: `new_graph`
- the default graph is left as it was: `default_graph`

- the three after each other make a model that runs where it was placed: `combined`

Node order is free; nothing is said about nodes beside the imported ones, or the functions that nobody calls.
"""

from grader.cases import subgraph as cases
from grader.cases.subgraph import CPU, Cut, Kept, Load, Move, Shipped, Unknown
from grader.check import Finding, Trial, Trials, asks
from grader.compare import FLOAT32, same_array
from grader.compare_graphs import (
    devices_seen,
    each_once,
    functions_seen,
    given,
    graph_def,
    has_output,
    loaded,
    loaded_by_any_name,
    names_seen,
    outputs,
    producer_seen,
    repeats_seen,
    same_devices,
    same_functions,
    same_inputs,
    same_names,
    same_nodes,
    same_producer,
    some_moved,
    untouched,
)


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "hidden input", "output hidden", "loss hidden")),
        Cut(
            (
                "input",
                "conv input",
                "conv_1 input",
                "mix conv conv_1",
                "dead mix",
                "output mix",
                "conv_10 conv_1",
                "loss conv_10 mix",
            )
        ),
    ],
    drawn=cases.telling_cuts(),
    count=2,
    view=names_seen,
)
def check_ancestors(trials: Trials) -> None:
    """The main graph holds the nodes that the output depends on, and no others

    Chains and branches, plain inputs only.
    """
    for trial in trials:
        same_names(trial)


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "init", "output input ^init", "loss input")),
        Cut(("seed", "init ^seed", "input", "dead input", "conv input ^init", "output conv", "after output ^init")),
    ],
    drawn=cases.telling_cuts(control=True),
    count=1,
    view=names_seen,
)
def check_control_inputs(trials: Trials) -> None:
    """A node that others wait for ('^name') is needed too

    Control inputs are followed, and theirs; and nodes keep them.
    """
    for trial in trials:
        same_names(trial)
        same_inputs(graph_def(trial.got), graph_def(trial.want), "the main graph")


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "parts input", "output parts:1", "loss parts")),
        Cut(("input", "parts input", "dead parts:1", "finer parts:1", "mix finer:1 parts", "output mix", "loss mix")),
    ],
    drawn=cases.telling_cuts(slots=True),
    count=1,
    view=names_seen,
)
def check_output_slots(trials: Trials) -> None:
    """A node is needed too if only another output of it ('name:1') is used

    Input entries with a slot lead to their node, and stay as they are.
    """
    for trial in trials:
        same_names(trial)
        same_inputs(graph_def(trial.got), graph_def(trial.want), "the main graph")


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "conv input", "dead conv", "head conv", "output conv", "loss output head"), ("head", "output")),
        Cut(("input", "conv input", "output conv", "loss output"), ("conv", "output")),
        Cut(("input", "extra", "output input", "loss output extra"), ("output", "extra")),
    ],
    drawn=cases.telling_cuts(most_outputs=2),
    count=1,
    view=names_seen,
)
def check_several_outputs(trials: Trials) -> None:
    """Several outputs keep what any of them needs

    `output_names` of more than one, also where one output needs another, or is an input.
    """
    for trial in trials:
        same_names(trial)


@asks(
    cases.ask_cut,
    named=[Cut(("input", "output input input")), Cut(("input", "left input", "output left input", "loss left"))],
    view=repeats_seen,
)
def check_shared_once(trials: Trials) -> None:
    """A node that is needed twice is in the main graph once

    "Exactly the nodes": none of them repeated.
    """
    for trial in trials:
        each_once(graph_def(trial.got))
        same_names(trial)


_NOTED = Kept(("x-note", "y-note", "z-note"), ("/gpu:1", CPU, ""))


@asks(cases.ask_kept, named=[_NOTED], drawn=cases.kept(), count=2)
def check_attributes(trials: Trials) -> None:
    """The nodes that are kept are as they were: operation, inputs, attributes, device

    Attributes and devices kept.
    """
    for trial in trials:
        got = graph_def(trial.got)
        has_output(got, "the main graph")
        same_nodes(got, graph_def(trial.want), "the main graph", all_of_them=False)


@asks(
    cases.ask_kept,
    named=[_NOTED],
    drawn=cases.kept(),
    count=1,
    view=producer_seen,
)
def check_versions(trials: Trials) -> None:
    """The main graph says which version of TensorFlow made it, as the whole graph did

    Versions kept.
    """
    for trial in trials:
        got, want = graph_def(trial.got), graph_def(trial.want)
        has_output(got, "the main graph")
        same_producer(got, want, "the main graph")


_DOUBLE = Kept(("a", "b", "c"), ("", "", ""), (("double", "Neg"), ("unused", "Abs")))


@asks(
    cases.ask_kept,
    named=[_DOUBLE, Kept(("a", "b", "c", "d"), ("", "", "", ""), (("half", "Square"), ("double", "Neg")))],
    view=functions_seen,
)
def check_library(trials: Trials) -> None:
    """The functions that nodes call come along in the library

    The function library kept, at least the functions in use.
    """
    for trial in trials:
        got = graph_def(trial.got)
        has_output(got, "the main graph")
        same_functions(got, graph_def(trial.want), "the main graph")


@asks(
    cases.ask_unknown,
    named=[
        Unknown(Cut(("input", "output input", "loss input")), "outputs", beside=False),
        Unknown(Cut(("input", "output input", "loss input")), "nothing", beside=True),
    ],
    view=names_seen,
)
def check_unknown_output(trials: Trials) -> None:
    """An output name that the graph doesn't have raises an exception

    Any exception will do, also beside outputs that the graph has, which by themselves are found.
    """
    for trial in trials:
        same_names(trial)
        if trial.got.raised(1) is None:
            missing = outputs(trial, 1)[0]
            raise Finding(
                f"The graph has no node {missing!r}, so asking for it should raise an exception, but a graph came "
                "back: whoever mistypes a name would not notice."
            )


@asks(
    cases.ask_cut,
    named=[Cut(("input", "output input", "loss output")), Cut(("input", "a input", "head a input", "z a"), ("head",))],
    view=names_seen,
)
def check_extract_untouched(trials: Trials) -> None:
    """extract_main_graph leaves its argument as it was

    The argument not modified, while what is returned is right.
    """
    for trial in trials:
        same_names(trial)
        untouched(trial.got)


@asks(cases.ask_shipped, named=[Shipped("tiny", picture=4), Shipped("tiny", ("output", "output2"), picture=5)])
def check_shipped_model(trials: Trials) -> None:
    """Of the model that ships, training nodes and unused heads go, and the rest computes the same

    The whole of `extract_main_graph` on a real graph, with control inputs and slots; what remains runs.
    """
    for trial in trials:
        same_names(trial)
        for got, want, name in zip(trial.got.fetched(), trial.want.fetched(), _fetched(trial), strict=True):
            same_array(got, want, f"What the main graph gives for {name!r}", FLOAT32)


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
    named=[Move((CPU, "")), Move(("/gpu:1", CPU, "/cpu:1"))],
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
    cases.ask_move_kept,
    named=[
        _NOTED,
        Kept(("a", "b", "c"), (CPU, CPU, CPU), (("double", "Neg"),)),
    ],
    drawn=cases.kept(),
    count=1,
)
def check_placed_copy(trials: Trials) -> None:
    """place_on_device returns a copy that differs in devices only, and leaves its argument as it was

    Everything else is kept: nodes, attributes, versions, functions.
    """
    for trial in trials:
        got, want = graph_def(trial.got), graph_def(trial.want)
        same_nodes(got, want, "the copy", devices=False)
        same_producer(got, want, "the copy")
        same_functions(got, want, "the copy")
        if CPU in {node.device for node in given(trial).nodes}:
            some_moved(got, given(trial))
        untouched(trial.got)


_PLAIN = ("input", "hidden input", "output hidden")


@asks(
    cases.ask_load,
    named=[Load(_PLAIN), Load(("input", "block/conv input", "init", "output block/conv input ^init"), "trained/net")],
)
def check_prefix(trials: Trials) -> None:
    """The nodes are found under the prefix, and compute the same

    The imported nodes, with their inputs, under the prefix, and the default 'inception'.
    """
    for trial in trials:
        loaded(trial)
        same_array(trial.got.fetched()[0], trial.want.fetched()[0], "What the loaded graph gives", FLOAT32)


@asks(cases.ask_load, named=[Load(_PLAIN, times=2)])
def check_new_graph(trials: Trials) -> None:
    """Each call makes a new graph

    Loading twice gives twice a graph with the imported nodes and no others, whatever their prefix.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            loaded_by_any_name(trial, call, nothing_else=True)


@asks(cases.ask_load, named=[Load(_PLAIN), Load((*_PLAIN, "loss hidden"))])
def check_default_graph(trials: Trials) -> None:
    """The graph that was the default one before is left as it was

    Called while another graph is the default one, which holds no node afterwards.
    """
    for trial in trials:
        loaded_by_any_name(trial)
        added = trial.got.graph().nodes
        if added:
            raise Finding(
                f"load_into_graph added {len(added)} nodes to the graph that was the default one, the first of them "
                f"{added[0].name!r}. It should leave that graph alone and import into the new one."
            )


@asks(cases.ask_everything, named=[Shipped("tiny", ("output", "output1"), picture=6)])
def check_combined(trials: Trials) -> None:
    """Cut, moved and loaded, the model that ships runs where it should and gives the same probabilities

    The three functions together; the run is on two logical processors, and TensorFlow says where nodes ran.
    """
    for trial in trials:
        for got, want, name in zip(trial.got.fetched(), trial.want.fetched(), _fetched(trial), strict=True):
            same_array(got, want, f"What the graph gives for {name!r}", FLOAT32)
        ran = zip(trial.program.runs[0].placed, trial.got.ran().devices, trial.want.ran().devices, strict=True)
        for name, got_device, want_device in ran:
            if got_device != want_device:
                raise Finding(
                    f"The node {name!r} was placed on '/cpu:1', so it should run on {want_device!r}, "
                    f"but it ran on {got_device or 'no device'!r}."
                )


def _fetched(trial: Trial) -> list[str]:
    return [str(name).removesuffix(":0") for name in trial.program.runs[0].fetches]
