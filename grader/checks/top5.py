"""Top five: the checks.

What the contract says, and the checks that cover it.

`top_k(probabilities, labels, k=5)`
- highest first: `order`; `(probability, label)` pairs: `pairs`; the probabilities as they were given: `values`
- equal probabilities in class order: `ties`; labels are not always different: `repeated_labels`
- `k` beyond C gives all C: `k_beyond`; `k=0` gives `[]`: `k_zero`; the default of 5: `default_k`
- `probabilities` of shape (C,): `order`; of shape (1, C): `batch_row`
- the inputs are not modified: `inputs_untouched`

`classify(graph, image, labels, k=5, input_name=…, output_name=…)`
- feeds the image as a batch of one, returns the classes and their probabilities: `pictures`, `chelsea`
- `top_k` of them, with `k` passed on: `classify_k`; other names of tensors: `tensor_names`
- calling it many times leaves the graph with as many nodes as before, a finalized graph will do: `leaves_graph`

`combined`: both, with ties, two equal labels and more asked for than there is.

A pair may be a list, a tuple or a named tuple; a float whatever `float()` takes. Except for `pairs`, the checks read a
pair either way round, and except for `values` and those of `classify` they look at labels only; the checks of
`classify` but `combined` don't mind the order.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.cases import top5 as cases
from grader.cases.top5 import Net, Scores
from grader.check import Finding, Trial, Trials, asks, kind_of
from grader.compare import Tolerance
from grader.speech import call_text

PROBABILITY = Tolerance(
    1e-4,
    1e-5,
    "a softmax of float32 sums: processors differ in the last bits of sums of a few hundred products near 1, about "
    "1e-5 of what is exponentiated, so of the result",
)

Pair = tuple[float, str]


@asks(
    cases.ask_top_k,
    named=[Scores((256, 512, 128), k=2), Scores((100, 300, 50, 400, 150), k=3)],
    drawn=cases.scores(),
    count=2,
)
def check_order(trials: Trials) -> None:
    """The most probable classes come first

    The best k, in falling order.
    """
    for trial in trials:
        _same_labels(trial)


@asks(cases.ask_top_k, named=[Scores((256, 512), k=1), Scores((100, 300, 50), k=2)])
def check_pairs(trials: Trials) -> None:
    """Each item is a pair: the probability, then the label

    `(probability, label)`, as a list or a tuple.
    """
    for trial in trials:
        for number, item in enumerate(_items(trial)):
            if not (isinstance(item, list) and len(item) == 2 and _is_number(item[0]) and isinstance(item[1], str)):
                raise Finding(
                    f"Item {number} of what {_text(trial)} returned should be (probability, label), "
                    f"but it is {_shown(item)}."
                )
        _same_label_sets(trial)


@asks(
    cases.ask_top_k,
    named=[Scores((101, 923), k=2), Scores((3, 1, 999, 17), k=3), Scores((3, 1, 999, 17), k=3, dtype="float32")],
    drawn=cases.scores(dtype="float32"),
    count=1,
)
def check_values(trials: Trials) -> None:
    """The probabilities come back as they were given

    Neither rounded nor scaled, of float32 and float64 arrays; each with its own label.
    """
    for trial in trials:
        given = {label: value for value, label in _want(trial)}
        for value, label in _pairs(trial):
            if label in given and value != given[label]:
                raise Finding(f"The probability of {label!r} is {given[label]!r}, but {_text(trial)} says {value!r}.")
        _same_label_sets(trial)


@asks(
    cases.ask_top_k,
    named=[
        Scores((256, 256, 256), k=2),
        Scores((64, 128, 512, 128, 64), k=5),
        Scores(tuple((24, 8, 16, 8)[i * 7 % 4] for i in range(64)), k=64),
    ],
    drawn=cases.tied_scores(),
    count=1,
)
def check_ties(trials: Trials) -> None:
    """Equal probabilities stay in the order of the classes

    Also of many classes, where a sort that isn't stable shuffles them.
    """
    for trial in trials:
        _same_labels(trial)


@asks(cases.ask_top_k, named=[Scores((9, 200, 30, 400, 50, 100, 70))], drawn=cases.scores(), count=0)
def check_default_k(trials: Trials) -> None:
    """Without k, five come back

    The default of `k`.
    """
    for trial in trials:
        _same_label_sets(trial)


@asks(cases.ask_each, named=[(Scores((256, 512, 128), k=2), Scores((256, 512, 128), k=0))])
def check_k_zero(trials: Trials) -> None:
    """k=0 gives an empty list

    Beside a call with k=2, which gives two.
    """
    for trial in trials:
        _same_label_sets(trial, 0)
        _same_label_sets(trial, 1)


@asks(
    cases.ask_each,
    named=[(Scores((256, 512, 128), k=3), Scores((256, 512, 128), k=4), Scores((100, 300, 50, 400), k=1000))],
)
def check_k_beyond(trials: Trials) -> None:
    """A k beyond the number of classes gives all of them

    And a k of just as many.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            _same_label_sets(trial, call)


@asks(
    cases.ask_top_k,
    named=[Scores((256, 512, 128), k=2, row=True)],
    drawn=cases.scores(dtype="float32", row=True),
    count=2,
)
def check_batch_row(trials: Trials) -> None:
    """Probabilities of shape (1, C) will do, as a network gives them

    The same as of shape (C,).
    """
    for trial in trials:
        _same_label_sets(trial)


@asks(
    cases.ask_top_k,
    named=[
        Scores((256, 512, 128), ("crane", "fox", "crane"), k=3),
        Scores((100, 300, 50, 400), ("crane", "fox", "crane", "crane"), k=2),
    ],
)
def check_repeated_labels(trials: Trials) -> None:
    """Two classes of the same name are two classes

    ImageNet has two cranes: labels are no keys. Each pair has the probability of its own class.
    """
    for trial in trials:
        got, want = sorted(_pairs(trial)), sorted(_want(trial))
        if [label for _, label in got] != [label for _, label in want]:
            raise Finding(
                f"{_text(trial)} should give {_listed(want)} (in falling order), but it gives {_listed(got)}. "
                "The two cranes are two classes."
            )


@asks(
    cases.ask_each,
    named=[(Scores((256, 512, 128), k=2), Scores((256, 512, 128), k=2, row=True, dtype="float32"))],
    drawn=cases.scores().map(lambda case: (case,)),
    count=1,
)
def check_inputs_untouched(trials: Trials) -> None:
    """Probabilities and labels are left as they were

    The arguments are compared with copies, while what comes back is right.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            _same_label_sets(trial, call)
            touched = trial.got.touched(call)
            if touched:
                names = {"0": "probabilities", "1": "labels"}
                changed = " and ".join(names.get(key, key) for key in touched)
                raise Finding(f"{_text(trial, call)} changed its argument {changed}. Sort a copy, or use np.argsort.")


@asks(
    cases.ask_picture,
    named=[
        cases.whole(name)
        for name in ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
    ],
    drawn=cases.windows(),
    count=1,
)
def check_pictures(trials: Trials) -> None:
    """classify shows the network the picture as a batch of one

    Every fixture image and a small model whose answer depends on colours and places; all classes are asked for.
    """
    for trial in trials:
        _same_probabilities(trial)


@asks(cases.ask_nets, named=[(Net(1, k=2), Net(2, classes=7, k=3), Net(3, classes=8, k=None))])
def check_classify_k(trials: Trials) -> None:
    """classify returns as many classes as it is asked for

    k passed on, and its default of 5.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            _same_label_sets(trial, call)


@asks(
    cases.ask_nets,
    named=[
        (Net(5, names=("inception", "input", "second")),),
        (Net(6, names=("network", "input", "output")), Net(7, names=("a/b", "image", "second"))),
    ],
)
def check_tensor_names(trials: Trials) -> None:
    """The tensors to feed and to fetch are those that were named

    `input_name` and `output_name`, other prefixes, another head.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            _same_probabilities(trial, call)


@asks(cases.ask_nets, named=[(Net(8, times=5),), (Net(9, finalized=True), Net(10, finalized=True, times=2))])
def check_leaves_graph(trials: Trials) -> None:
    """classify adds nothing to the graph

    Calls in a row leave it with as many nodes as before; a finalized graph, to which nothing can be added, will do.
    """
    for trial in trials:
        for call, asked in enumerate(trial.program.calls):
            _same_probabilities(trial, call)
            grown = trial.got.grown(call)
            if grown:
                raise Finding(
                    f"After {asked.repeat} calls of classify the graph has {grown} nodes more than before. Prepare the "
                    "image with NumPy, and get tensors that are there by their names."
                )


@asks(cases.ask_picture, named=[cases.whole("chelsea.png", "efficientnet_lite0", step=3, k=None)])
def check_chelsea(trials: Trials) -> None:
    """The network that ships sees a cat in Chelsea

    `classify` on EfficientNet-Lite0, the five best of a thousand classes.
    """
    for trial in trials:
        _same_probabilities(trial)


@asks(
    cases.ask_nets,
    named=[(Net(11, classes=4, k=9, ties=True), Net(12, classes=8, k=5, ties=True, names=("n", "image", "second")))],
)
def check_combined(trials: Trials) -> None:
    """Everything at once: ties, two equal labels, other tensors, more classes asked for than there are

    `classify` and `top_k` together.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            _same_probabilities(trial, call)
            _same_labels(trial, call)
            for number, item in enumerate(_items(trial, call)):
                if not _is_number(item[0]):
                    raise Finding(f"Item {number} should be (probability, label), but it is {_shown(item)}.")


def _text(trial: Trial, call: int = 0) -> str:
    return call_text(trial.program.calls[call], trial.program)


def _items(trial: Trial, call: int = 0) -> list[Any]:
    found = trial.got.returned(call)
    if not isinstance(found, list):
        raise Finding(f"{_text(trial, call)} should return a list of pairs, but it returned {kind_of(found)}.")
    return found


def _pairs(trial: Trial, call: int = 0) -> list[Pair]:
    """Return what a call gave as pairs, each read either way round."""
    found = []
    for number, item in enumerate(_items(trial, call)):
        read = _pair(item)
        if read is None:
            raise Finding(
                f"Item {number} of what {_text(trial, call)} returned should be (probability, label), but it is "
                f"{_shown(item)}."
            )
        found.append(read)
    return found


def _pair(item: Any) -> Pair | None:
    if not isinstance(item, list) or len(item) != 2:
        return None
    value, label = item if isinstance(item[1], str) else reversed(item)
    return (float(np.reshape(value, ())), label) if _is_number(value) and isinstance(label, str) else None


def _is_number(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.size == 1 and value.dtype.kind in "fiu"
    return isinstance(value, int | float) and not isinstance(value, bool)


def _want(trial: Trial, call: int = 0) -> list[Pair]:
    return [(float(value), label) for value, label in trial.want.returned(call)]


def _shown(item: Any) -> str:
    if isinstance(item, list) and len(item) <= 3:
        return f"({', '.join(_shown(one) for one in item)})"
    if isinstance(item, np.ndarray) and item.size == 1:
        return repr(item.item())
    return repr(item) if isinstance(item, str | float | int) else kind_of(item)


def _listed(pairs: Sequence[Pair], most: int = 8) -> str:
    shown = ", ".join(f"({value:.6g}, {label!r})" for value, label in pairs[:most])
    return f"[{shown}, …]" if len(pairs) > most else f"[{shown}]"


def _same_labels(trial: Trial, call: int = 0) -> None:
    got = [label for _, label in _pairs(trial, call)]
    want = [label for _, label in _want(trial, call)]
    if got != want:
        place = next((i for i, (a, b) in enumerate(zip(got, want, strict=False)) if a != b), min(len(got), len(want)))
        place = max(0, place - 3)
        tail = f" from item {place}" if place else ""
        raise Finding(
            f"{_text(trial, call)} should give the labels {_words(want[place:])}{tail}, but it gives "
            f"{_words(got[place:])}."
        )


def _words(labels: Sequence[str], most: int = 8) -> str:
    return f"[{', '.join(map(repr, labels[:most]))}{', …' if len(labels) > most else ''}]"


def _same_label_sets(trial: Trial, call: int = 0) -> None:
    got, want = _pairs(trial, call), _want(trial, call)
    if len(got) != len(want):
        raise Finding(f"{_text(trial, call)} should give {len(want)} pairs, but it gives {len(got)}.")
    if sorted(label for _, label in got) != sorted(label for _, label in want):
        _same_labels(trial, call)


def _same_probabilities(trial: Trial, call: int = 0) -> None:
    """Raise unless each of the wanted classes is there with its probability; in which order is another check's."""
    _count(trial, call)
    got, want = (sorted(pairs, reverse=True) for pairs in (_pairs(trial, call), _want(trial, call)))
    far = [
        not np.isclose(a, b, PROBABILITY.relative, PROBABILITY.absolute)
        for (a, _), (b, _) in zip(got, want, strict=True)
    ]
    same = sorted(label for _, label in got) == sorted(label for _, label in want)
    if any(far) or not same or not _labels_agree(got, want):
        raise Finding(f"{_text(trial, call)} should give {_listed(want)}, but it gives {_listed(got)}.")


def _count(trial: Trial, call: int) -> None:
    got, want = _pairs(trial, call), _want(trial, call)
    if len(got) != len(want):
        raise Finding(f"{_text(trial, call)} should give {len(want)} pairs, but it gives {len(got)}.")


def _labels_agree(got: Sequence[Pair], want: Sequence[Pair]) -> bool:
    """Tell whether each label has a probability that it has in `want`, ties and near ties in whichever order."""
    return all(
        any(
            label == one and np.isclose(value, wanted, PROBABILITY.relative, PROBABILITY.absolute)
            for wanted, one in want
        )
        for value, label in got
    )
