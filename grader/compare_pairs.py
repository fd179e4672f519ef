"""Comparisons of (probability, label) pairs with those that a right solution gives. Each raises `Finding`.

A pair is read either way round, so that the one check that minds the order of its two parts is the only one to fail.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader import exhibit
from grader.check import Finding, Trial, kind_of
from grader.compare import Tolerance
from grader.inside import wire
from grader.observation import Observation, Observed, complaint
from grader.phrase import Text, joined, phrase, quoted
from grader.speech import call_text

PROBABILITY = Tolerance(
    1e-4,
    1e-5,
    "a softmax of float32 sums: processors differ in the last bits of sums of a few hundred products near 1, about "
    "1e-5 of what is exponentiated, so of the result",
)

Pair = tuple[float, str]


def asked(trial: Trial, call: int = 0) -> Text:
    """Return a call as text."""
    return call_text(trial.program.calls[call], trial.program)


def items(trial: Trial, call: int = 0) -> list[Any]:
    """Return the items of the list that a call gave."""
    found = trial.got.returned(call)
    if not isinstance(found, list):
        other = phrase("{call} should return a list of pairs, but it returned {what}.", call=asked(trial, call),
                       what=kind_of(found))  # fmt: skip
        raise Finding(other)
    return found


def pairs(trial: Trial, call: int = 0) -> list[Pair]:
    """Return what a call gave as pairs."""
    found = []
    for number, item in enumerate(items(trial, call)):
        read = _pair(item)
        if read is None:
            raise no_pair(trial, call, number, item)
        found.append(read)
    return found


def no_pair(trial: Trial, call: int, number: int, item: Any) -> Finding:
    """Return the finding that an item of what came is no pair."""
    other = phrase(
        "Item {number} of what {call} returned should be (probability, label), but it is {what}.",
        number=number, call=asked(trial, call), what=_shown(item),
    )  # fmt: skip
    return Finding(other)


def _pair(item: Any) -> Pair | None:
    if not isinstance(item, list) or len(item) != 2:
        return None
    value, label = item if isinstance(item[1], str) else reversed(item)
    return (float(np.reshape(value, ())), label) if is_number(value) and isinstance(label, str) else None


def is_number(value: Any) -> bool:
    """Tell whether `float()` takes a value."""
    if isinstance(value, np.ndarray):
        return value.size == 1 and value.dtype.kind in "fiu"
    return isinstance(value, int | float) and not isinstance(value, bool)


def wanted(trial: Trial, call: int = 0) -> list[Pair]:
    """Return the pairs that a right solution gives."""
    return [(float(value), label) for value, label in trial.want.returned(call)]


def _shown(item: Any) -> Text:
    if isinstance(item, list) and len(item) <= 3:
        return joined(["(", joined([_shown(one) for one in item]), ")"], "")
    if isinstance(item, np.ndarray) and item.size == 1:
        return repr(item.item())
    if isinstance(item, str):
        return quoted(item)
    return repr(item) if isinstance(item, float | int) else kind_of(item)


def listed_pairs(found: Sequence[Pair], most: int = 8) -> str:
    """Return pairs as text, the first few of many."""
    shown = ", ".join(f"({value:.6g}, {quoted(label)})" for value, label in found[:most])
    return f"[{shown}, …]" if len(found) > most else f"[{shown}]"


def _words(labels: Sequence[str], most: int = 8) -> str:
    return f"[{', '.join(map(quoted, labels[:most]))}{', …' if len(labels) > most else ''}]"


def same_count(trial: Trial, call: int = 0) -> None:
    """Raise unless as many pairs came as should, with labels that were given."""
    got, want = pairs(trial, call), wanted(trial, call)
    if len(got) != len(want):
        raise _other_count(trial, call, got, want)
    asked_about = trial.program.calls[call]
    known = set(wire.from_wire(asked_about.given(1 if asked_about.function == "top_k" else 2, "labels")))
    strange = [label for _, label in got if label not in known]
    if strange:
        strange_one = phrase(
            "{call} gives the label {label}, which is none of those that were given.",
            call=asked(trial, call), label=quoted(strange[0]),
        )  # fmt: skip
        raise Finding(strange_one)


def _pairs(count: int) -> Text:
    if count > 1:
        return phrase("{count} pairs", count=count)
    return phrase("1 pair") if count else phrase("no pairs")


def same_labels(trial: Trial, call: int = 0, *, in_order: bool = True) -> None:
    """Raise unless the wanted labels came, in order if so asked."""
    found, right = pairs(trial, call), wanted(trial, call)
    if len(found) != len(right):
        raise _other_count(trial, call, found, right)
    got, want = [label for _, label in found], [label for _, label in right]
    if got == want or (not in_order and sorted(got) == sorted(want)):
        return
    place = max(0, next(i for i, (a, b) in enumerate(zip(got, want, strict=True)) if a != b) - 3)
    other = phrase(
        "{call} should give the labels {want}{tail}{order}, but it gives {got}.",
        call=asked(trial, call), want=_words(want[place:]), got=_words(got[place:]),
        tail=phrase(" from item {place} on", place=place) if place else "",
        order="" if in_order else phrase(", in whichever order"),
    )  # fmt: skip
    raise Finding(other, evidence=_ranking(found, right, in_order))


def _other_count(trial: Trial, call: int, got: list[Pair], want: list[Pair]) -> Finding:
    other = phrase(
        "{call} should give {want}, but it gives {got}.",
        call=asked(trial, call), want=_pairs(len(want)), got=len(got) or phrase("none"),
    )  # fmt: skip
    return Finding(other, evidence=_ranking(got, want))


def _ranking(got: list[Pair], want: list[Pair], in_order: bool = True) -> exhibit.Ranking:
    shown = [
        tuple((exhibit.number(value), exhibit.name(label)) for value, label in pairs[: exhibit.MOST_PAIRS])
        for pairs in (got, want)
    ]
    return exhibit.Ranking(shown[0], shown[1], in_order, len(got), len(want))


def same_values(trial: Trial, call: int = 0) -> None:
    """Raise unless each label has the very number that was given for it; labels are all different."""
    given = {label: value for value, label in wanted(trial, call)}
    for value, label in pairs(trial, call):
        if label in given and value != given[label]:
            other = phrase(
                "The probability of {label} is {want}, but {call} says {got}.",
                label=repr(label), want=repr(given[label]), call=asked(trial, call), got=repr(value),
            )  # fmt: skip
            raise Finding(other)
    same_labels(trial, call, in_order=False)


def same_probabilities(trial: Trial, call: int = 0) -> None:
    """Raise unless each of the wanted classes came with its probability, in whichever order."""
    got, want = (sorted(found, reverse=True) for found in (pairs(trial, call), wanted(trial, call)))
    if len(got) != len(want):
        raise _other_count(trial, call, got, want)
    close = all(_close(a, b) for (a, _), (b, _) in zip(got, want, strict=True))
    same = sorted(label for _, label in got) == sorted(label for _, label in want)
    # Of near ties, either may come first.
    paired = all(any(label == one and _close(value, other) for other, one in want) for value, label in got)
    if not (close and same and paired):
        other = phrase(
            "{call} should give {want}, but it gives {got}.",
            call=asked(trial, call), want=listed_pairs(want), got=listed_pairs(got),
        )  # fmt: skip
        raise Finding(other, evidence=_ranking(got, want, in_order=False))


def _close(got: float, want: float) -> bool:
    return bool(np.isclose(got, want, rtol=PROBABILITY.relative, atol=PROBABILITY.absolute))


def in_order_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only labels are looked at."""
    return _seen(observation, lambda found: [label for _, label in found])


def labels_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if only labels, in whichever order, are looked at."""
    return _seen(observation, lambda found: sorted(label for _, label in found))


def labels_and_traces_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if labels are looked at, and what became of arguments and graphs."""
    return _seen(observation, lambda found: sorted(label for _, label in found), traces=True)


def answers_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if all of the pairs is looked at: their order too, and that of their parts.

    Only what kind of number a probability is makes no difference.
    """
    return _seen(observation, list, turned=True)


def count_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if pairs are counted."""
    return _seen(observation, len)


def pairs_seen(observation: Observation) -> Any:
    """Return what is seen of an observation if probabilities and labels, in whichever order, are looked at."""
    return _seen(observation, lambda found: sorted(found, reverse=True))


def _seen(
    observation: Observation, look: Callable[[list[Pair]], Any], *, traces: bool = False, turned: bool = False
) -> Any:
    if not isinstance(observation, Observed):
        return type(observation).__name__
    return [_call_seen(outcome, look, traces, turned) for outcome in observation.calls]


def _call_seen(outcome: wire.Outcome, look: Callable[[list[Pair]], Any], traces: bool, turned: bool) -> Any:
    if isinstance(outcome, wire.Raised):
        return ["raised", outcome.types[:1], complaint(outcome)]
    if isinstance(outcome, wire.Unmade):
        return "not made"
    try:
        value = wire.from_wire(outcome.value)
    except wire.WireError:
        return "unreadable"
    found = [_pair(item) for item in value] if isinstance(value, list) else [None]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return outcome.value
    seen = [look(known)]
    if traces:
        seen += [sorted(outcome.touched), outcome.grown > 0]
    if turned:
        seen.append([isinstance(item[0], str) for item in value])
    return seen
