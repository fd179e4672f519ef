"""Checks of `extract_main_graph`."""

from grader.cases import subgraph as cases
from grader.cases.subgraph import Cut, Shipped, Unknown
from grader.cases.subgraph_kept import Kept, ask_kept, kept
from grader.check import Finding, Trials, asks
from grader.checks.subgraph.keeping import same_functions, same_versions
from grader.checks.subgraph.reading import NOTED, fetched_names
from grader.compare import EXACT, same_array
from grader.compare_graphs import (
    MAIN,
    each_once,
    given,
    graph_def,
    main_graph,
    outputs,
    same_inputs,
    same_names,
    same_nodes,
    untouched,
)
from grader.graph_views import (
    functions_seen,
    names_and_refusal_seen,
    names_and_runs_seen,
    names_and_touched_seen,
    names_seen,
    repeats_seen,
    versions_seen,
)
from grader.phrase import phrase


@asks(
    cases.ask_cut,
    named=[
        Cut(("image", "hidden image", "output hidden", "loss hidden")),
        Cut(
            (
                "image",
                "conv image",
                "conv_1 image",
                "mix conv conv_1",
                "rest mix",
                "output mix",
                "conv_10 conv_1",
                "loss conv_10 mix",
            )
        ),
        Cut(("output hidden", "loss hidden", "hidden conv", "rest", "image", "conv image")),
        Cut(("image", "conv image", "conv_1 conv", "mix/conv conv", "loss conv_1"), ("conv",)),
        Cut(("image", "conv image", "conv_1 conv", "conv_10 image", "output conv_10", "loss conv_1")),
        Cut(("image", "stage image", "output stage", "loss stage")),
    ],
    drawn=cases.telling_cuts(),
    count=2,
    view=names_seen,
)
def check_ancestors(trials: Trials) -> None:
    """The main graph holds the nodes that the output depends on, and no others

    Chains and branches, plain inputs only; also where a node stands before those whose results it takes, which a
    GraphDef allows, where the names of others begin or end like the output's or stand in those of inputs, and where a
    node that is needed computes nothing.
    """
    for trial in trials:
        same_names(trial)


@asks(
    cases.ask_cut,
    named=[
        Cut(("image", "init", "output image ^init", "loss image")),
        Cut(("seed", "init ^seed", "image", "rest image", "conv image ^init", "output conv", "after output ^init")),
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
        same_inputs(graph_def(trial.got), graph_def(trial.want), MAIN)


@asks(
    cases.ask_cut,
    named=[
        Cut(("image", "parts image", "output parts:1", "loss parts")),
        Cut(("image", "parts image", "output parts:2", "loss parts")),
        Cut(("image", "parts image", "output parts:10", "loss parts")),
        Cut(("image", "parts_1 image", "output parts_1:1", "loss parts_1")),
        Cut(("image", "parts image", "rest parts:1", "finer parts:1", "mix finer:1 parts", "output mix", "loss mix")),
    ],
    drawn=cases.telling_cuts(slots=True),
    count=1,
    view=names_seen,
)
def check_output_slots(trials: Trials) -> None:
    """A node is needed too if only another output of it ('name:1') is used

    Input entries with a slot, of one digit or more, lead to their node, and stay as they are.
    """
    for trial in trials:
        same_names(trial)
        same_inputs(graph_def(trial.got), graph_def(trial.want), MAIN)


@asks(
    cases.ask_cut,
    named=[
        Cut(("image", "conv image", "rest conv", "head conv", "output conv", "loss output head"), ("head", "output")),
        Cut(("image", "conv image", "output conv", "loss output"), ("conv", "output")),
        Cut(("image", "extra", "output image", "loss output extra"), ("output", "extra")),
        Cut(
            ("image", "side", "head image", "output image side", "output_1 head", "more/head head"), ("head", "output")
        ),
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
    named=[
        Cut(("image", "output image image")),
        Cut(("image", "left image", "output left image", "loss left")),
        cases.maze(),
    ],
    view=repeats_seen,
)
def check_shared_once(trials: Trials) -> None:
    """A node that is needed twice is in the main graph once

    "Exactly the nodes": none of them repeated, and none visited over and over where many branches meet. Which nodes of
    so large a graph are kept is for other checks to say, but who keeps nothing of it has visited nothing either.
    """
    for trial in trials:
        each_once(graph_def(trial.got))
        if len(given(trial).nodes) < _LARGE:
            same_names(trial)
        else:
            main_graph(trial)


_NOTED_AND_PLAIN: list[Kept | Cut] = [
    NOTED,
    Cut(("image", "conv image", "mix conv image", "output mix conv", "rest image")),
]


@asks(
    cases.ask_kept_or_cut,
    named=_NOTED_AND_PLAIN,
    drawn=kept(),
    count=1,
)
def check_attributes(trials: Trials) -> None:
    """The nodes that are kept are as they were: operation, inputs, attributes, device

    Attributes and devices kept, also of nodes that have no more than what TensorFlow gives them.
    """
    for trial in trials:
        same_nodes(main_graph(trial), graph_def(trial.want), MAIN, all_of_them=False)


@asks(
    ask_kept,
    named=[NOTED],
    drawn=kept(),
    count=1,
    view=versions_seen,
)
def check_versions(trials: Trials) -> None:
    """The main graph says which version of TensorFlow made it, as the whole graph did

    Versions kept: of the producer, and of who may read the graph and who may not.
    """
    for trial in trials:
        same_versions(main_graph(trial), graph_def(trial.want), MAIN)


_LARGE = 50
"""A graph of so many nodes is the maze."""
_DOUBLE = Kept(("a", "b", "c"), ("", "", ""), (("double", "Neg"), ("unused", "Abs")))


@asks(
    ask_kept,
    named=[
        _DOUBLE,
        Kept(("a", "b", "c", "d"), ("", "", "", ""), (("half", "Square"), ("double", "Neg"))),
        Kept(("a", "b", "c"), ("", "", ""), (("outer", "f=inner"), ("inner", "Neg"))),
        Kept(("a", "b", "c"), ("", "", ""), (("outer", "inner"), ("inner", "Abs")), handed=True),
    ],
    view=functions_seen,
)
def check_library(trials: Trials) -> None:
    """The functions that nodes call come along in the library

    The function library kept, at least the functions in use: those that a node calls, as an operation or through an
    attribute, and those that these call.
    """
    for trial in trials:
        same_functions(trial, main_graph(trial), graph_def(trial.want), MAIN)


@asks(
    cases.ask_unknown,
    named=[
        Unknown(Cut(("image", "output image", "loss image")), "outputs", beside=False),
        Unknown(Cut(("image", "output image", "loss image")), "nothing", beside=True),
    ],
    view=names_and_refusal_seen,
)
def check_unknown_output(trials: Trials) -> None:
    """An output name that the graph doesn't have raises an exception

    Any exception will do, also beside outputs that the graph has, which by themselves are found.
    """
    for trial in trials:
        same_names(trial)
        if trial.got.raised(1) is None:
            missing = outputs(trial, 1)[0]
            silent = phrase(
                "The graph has no node {name}, so asking for it should raise an exception, but a graph came "
                "back: whoever mistypes a name would not notice.",
                name=repr(missing),
            )
            raise Finding(silent)


@asks(
    cases.ask_cut,
    named=[
        Cut(("image", "output image", "loss output")),
        Cut(("image", "side image", "head side image", "rest side"), ("head",)),
    ],
    view=names_and_touched_seen,
)
def check_extract_untouched(trials: Trials) -> None:
    """extract_main_graph leaves its argument as it was

    The argument not modified, while what is returned is right.
    """
    for trial in trials:
        same_names(trial)
        untouched(trial.got)


@asks(
    cases.ask_shipped,
    named=[
        Shipped("efficientnet_lite0"),
        Shipped("tiny", picture=4),
        Shipped("tiny", ("output", "output2"), picture=5),
    ],
    view=names_and_runs_seen,
)
def check_shipped_model(trials: Trials) -> None:
    """Of the model that ships, training nodes and unused heads go, and the rest computes the same

    The whole of `extract_main_graph` on a real graph, with control inputs and slots; what remains runs.
    """
    for trial in trials:
        same_names(trial)
        if trial.program.runs:
            for got, want, name in zip(trial.got.fetched(), trial.want.fetched(), fetched_names(trial), strict=True):
                same_array(got, want, phrase("What the main graph gives for {node}", node=repr(name)), EXACT)
