"""Checks of `top_k`."""

import msgspec

from grader.cases import top5 as cases
from grader.cases.top5 import Scores
from grader.check import Finding, Trial, Trials, asks
from grader.checks.top5.fitting import different_numbers, same_as_flat
from grader.compare_pairs import (
    count_seen,
    in_order_seen,
    is_number,
    items,
    labels_and_traces_seen,
    labels_seen,
    no_pair,
    pairs_seen,
    same_count,
    same_labels,
    same_values,
)
from grader.inside import wire
from grader.phrase import joined, phrase

_THREE = (256, 512, 128)


_SEVEN = (9, 200, 30, 400, 50, 100, 70)
_ROW = Scores(_THREE, k=3, row=True)


def _row_and_flat(case: Scores) -> tuple[Scores, Scores]:
    """Return the same call twice, with an array of shape (1, C) and with one of shape (C,)."""
    return msgspec.structs.replace(case, row=True), msgspec.structs.replace(case, row=False)


@asks(
    cases.ask_top_k,
    named=[Scores(_THREE, k=3), Scores((100, 300, 50, 400, 150, 20), k=5)],
    drawn=cases.scores(most=8),
    count=2,
    view=in_order_seen,
)
def check_order(trials: Trials) -> None:
    """The most probable classes come first

    The best k, in falling order.
    """
    for trial in trials:
        same_labels(trial)


@asks(cases.ask_top_k, named=[Scores((256, 512), k=2), Scores(_THREE, k=3), Scores(_THREE, k=3, by_name=True)])
def check_pairs(trials: Trials) -> None:
    """Each item is a pair: the probability, then the label

    `(probability, label)`, as a list or a tuple; also where the arguments are given by name.
    """
    for trial in trials:
        for number, item in enumerate(items(trial)):
            if not (isinstance(item, list) and len(item) == 2 and is_number(item[0]) and isinstance(item[1], str)):
                raise no_pair(trial, 0, number, item)
        same_labels(trial, in_order=False)


@asks(
    cases.ask_top_k,
    named=[Scores((101, 923), k=2), Scores((3, 1, 999, 17), k=4), Scores((3, 1, 999, 17), k=4, dtype="float32")],
    drawn=cases.scores(dtype="float32"),
    count=1,
    view=pairs_seen,
)
def check_values(trials: Trials) -> None:
    """The probabilities come back as they were given

    Neither rounded nor scaled, of float32 and float64 arrays; each with its own label.
    """
    for trial in trials:
        same_values(trial)


@asks(
    cases.ask_top_k,
    named=[
        Scores((256, 256, 256), k=3),
        Scores((64, 128, 512, 128, 64), k=5),
        Scores(tuple((24, 8, 16, 8)[i * 7 % 4] for i in range(64)), k=64),
        Scores(tuple((1, 2, 1, 3, 2)[i * 3 % 5] for i in range(400)), k=150),
    ],
    drawn=cases.tied_scores(),
    count=1,
    view=in_order_seen,
)
def check_ties(trials: Trials) -> None:
    """Equal probabilities stay in the order of the classes

    Also of many classes, where a sort that isn't stable shuffles them, and where only the first of equal ones are among
    the best k. What comes with them has to be numbers.
    """
    for trial in trials:
        same_labels(trial)
        different_numbers(trial)


@asks(
    cases.ask_each,
    named=[(Scores(_THREE, k=2), Scores(_THREE, k=1)), (Scores(_SEVEN),), (Scores(_SEVEN, k=6),)],
    view=count_seen,
)
def check_how_many(trials: Trials) -> None:
    """As many come back as k says, and five without it

    `k` and its default; which ones is asked elsewhere.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            same_count(trial, call)


@asks(cases.ask_each, named=[(Scores(_THREE, k=3), Scores(_SEVEN, k=0))], view=labels_seen)
def check_k_zero(trials: Trials) -> None:
    """k=0 gives an empty list

    Beside a call with k=3, which gives three.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            same_labels(trial, call, in_order=False)


@asks(
    cases.ask_each,
    named=[
        (Scores(_THREE, k=3), Scores(_THREE, k=4), Scores((100, 300, 0, 400), k=1000)),
        (Scores((cases.ONE,)), Scores((cases.ONE,), k=1)),
    ],
    view=labels_seen,
)
def check_k_beyond(trials: Trials) -> None:
    """A k beyond the number of classes gives all of them

    And a k of just as many; also those of probability 0, and where there is one class only.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            same_labels(trial, call, in_order=False)
            different_numbers(trial, call)


@asks(
    cases.ask_each,
    named=[(Scores((cases.ONE,), k=1, row=True),), (_ROW,), _row_and_flat(Scores(_SEVEN, k=5))],
    drawn=cases.scores(dtype="float32", most=8).map(_row_and_flat),
    count=1,
    view=in_order_seen,
)
def check_batch_row(trials: Trials) -> None:
    """Probabilities of shape (1, C) will do, as a network gives them

    All classes of a few, of one too; and the same best ones, in the same order, as of shape (C,).
    """
    for trial in trials:
        if len(trial.program.calls) == 1:
            same_labels(trial, in_order=False)
        else:
            same_as_flat(trial)


@asks(
    cases.ask_top_k,
    named=[
        Scores(_THREE, ("crane", "fox", "crane"), k=3),
        Scores((100, 300, 50, 400), ("crane", "fox", "crane", "crane"), k=4),
    ],
    view=labels_seen,
)
def check_repeated_labels(trials: Trials) -> None:
    """Two classes of the same name are two classes

    ImageNet has two cranes: labels are no keys, and each crane has a number of its own.
    """
    for trial in trials:
        same_labels(trial, in_order=False)
        different_numbers(trial)


@asks(
    cases.ask_each,
    named=[(Scores(_THREE, k=3), Scores((100, 300, 50, 400), k=4, dtype="float32")), (_ROW,)],
    drawn=cases.scores().map(lambda case: (case,)),
    count=1,
    view=labels_and_traces_seen,
)
def check_inputs_untouched(trials: Trials) -> None:
    """Probabilities and labels are left as they were

    The arguments are compared with copies, while what comes back is right. Of an array of shape (1, C) only the copies
    are: whether it is understood is for another check to say.
    """
    for trial in trials:
        if _is_row(trial) and not _understood(trial):
            continue
        for call in range(len(trial.program.calls)):
            same_labels(trial, call, in_order=False)
            touched = trial.got.touched(call)
            if touched:
                names = {"0": "probabilities", "1": "labels"}
                changed = joined([names.get(key, key) for key in touched], phrase(" and "))
                raise Finding(phrase("top_k changed the {names} that it was given. Work on a copy.", names=changed))


def _is_row(trial: Trial) -> bool:
    """Tell whether an array of shape (1, C) is what was given."""
    given = trial.program.calls[0].given(0, "probabilities")
    return isinstance(given, wire.Array) and len(given.shape) == 2


def _understood(trial: Trial) -> bool:
    """Tell whether the right classes came."""
    try:
        same_labels(trial, in_order=False)
    except Finding:
        return False
    return True
