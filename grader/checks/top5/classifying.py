"""Checks of `classify`."""

from grader.cases import top5 as cases
from grader.cases import top5_nets as nets
from grader.cases.top5_nets import Net
from grader.check import Finding, Trials, asks
from grader.compare_pairs import (
    answers_seen,
    count_seen,
    is_number,
    items,
    labels_and_traces_seen,
    labels_seen,
    no_pair,
    pairs_seen,
    same_count,
    same_labels,
    same_probabilities,
)
from grader.phrase import phrase


@asks(
    cases.ask_picture,
    named=[cases.whole(name) for name in cases.IMAGES],
    drawn=cases.windows(),
    count=1,
    view=pairs_seen,
)
def check_pictures(trials: Trials) -> None:
    """classify shows the network the picture as a batch of one

    Every fixture image and a small model whose answer depends on colours and places.
    """
    for trial in trials:
        same_probabilities(trial)


@asks(nets.ask_nets, named=[(Net(1, k=2), Net(2, k=7)), (Net(3),)], view=count_seen)
def check_classify_k(trials: Trials) -> None:
    """classify returns as many classes as it is asked for

    k passed on, and its default of 5.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            same_count(trial, call)


@asks(
    nets.ask_nets,
    named=[
        (Net(5, names=("inception", "input", "second")),),
        (Net(2, names=("network", "input", "output")), Net(7, names=("a/b", "image", "second"))),
        (Net(33, names=("net", "image", "output"), entrances=True),),
    ],
    view=labels_seen,
)
def check_tensor_names(trials: Trials) -> None:
    """The tensors to feed and to fetch are those that were named

    `input_name` and `output_name`: other prefixes, another input, another head with other best classes, and other
    placeholders before and behind the right one.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            same_labels(trial, call, in_order=False)


@asks(
    nets.ask_nets,
    named=[(Net(8, times=5),), (Net(11, finalized=True), Net(10, finalized=True, times=2))],
    view=labels_and_traces_seen,
)
def check_leaves_graph(trials: Trials) -> None:
    """classify adds nothing to the graph

    Calls in a row leave it with as many nodes as before; a finalized graph, to which nothing can be added, will do.
    """
    for trial in trials:
        for call, one in enumerate(trial.program.calls):
            same_labels(trial, call, in_order=False)
            grown = trial.got.grown(call)
            if grown:
                larger = phrase(
                    "After {times} calls of classify the graph has {count} nodes more than before. Prepare the "
                    "image with NumPy, and get tensors that are there by their names.",
                    times=one.repeat, count=grown,
                )  # fmt: skip
                raise Finding(larger)


@asks(cases.ask_picture, named=[cases.whole("chelsea.png", "efficientnet_lite0", step=3)], view=pairs_seen)
def check_chelsea(trials: Trials) -> None:
    """The network that ships sees a cat in Chelsea

    `classify` on EfficientNet-Lite0, the five best of a thousand classes.
    """
    for trial in trials:
        same_probabilities(trial)


@asks(
    nets.ask_nets,
    named=[
        (
            Net(11, classes=4, k=9, ties=True),
            Net(12, classes=40, k=40, ties=True, names=("n", "image", "second")),
            Net(12, classes=40, k=40, ties=True, names=("n", "image", "second"), shown=13, by_name=True),
        )
    ],
    view=answers_seen,
)
def check_combined(trials: Trials) -> None:
    """Everything at once: ties, two equal labels, other tensors, more classes asked for than there are

    `classify` and `top_k` together; the second graph is shown two images, one after the other, the last time with all
    arguments by name.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            same_probabilities(trial, call)
            same_labels(trial, call)
            for number, item in enumerate(items(trial, call)):
                if not is_number(item[0]):
                    raise no_pair(trial, call, number, item)
