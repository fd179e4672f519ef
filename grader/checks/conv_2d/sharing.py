"""Checks of what reuse means: variables that are shared, or a second layer of one name that is refused."""

from typing import Any

import numpy as np

from grader.cases.conv_2d import Again, Layer, ask_again
from grader.check import Finding, Trials, asks
from grader.checks.conv_2d.layers import layer_of, numbers_of, returned_by, same_convolution
from grader.inside import wire
from grader.observation import Observation, Observed
from grader.phrase import phrase


def _shared(trials: Trials) -> None:
    for trial in trials:
        layer_of(trial.got, 1)
        same_convolution(numbers_of(trial.got)[0], trial.want.fetched()[0], phrase("h of the first call"))
        own = _own(*trial.got.fetched(1))
        if own == "b":
            other = phrase(
                "Numbers were assigned to the w and b that the first call returned, but h of the second, "
                "{call}, is another than the first's, everywhere by the same number: it has a bias of its own.",
                call=trial.got.call_text(1),
            )
            raise Finding(other)
        if own:
            other = phrase(
                "Numbers were assigned to the w and b that the first call returned, but h of the second, "
                "{call}, is another than the first's: it has weights of its own.",
                call=trial.got.call_text(1),
            )
            raise Finding(other)


def _own(first: np.ndarray, second: np.ndarray) -> str:
    """Return what a second layer has of its own, by its h beside the first one's: "W", "b", or nothing ("")."""
    if np.array_equal(first, second):
        return ""
    if first.shape != second.shape or first.ndim != 4 or {first.dtype.kind, second.dtype.kind} != {"f"}:
        return "W"
    with np.errstate(all="ignore"):
        apart = second - first
    return "b" if np.allclose(apart, apart[:1, :1, :1], atol=1e-4) else "W"


def _shared_or_not(observation: Observation) -> Any:
    """Return what came back; of a second layer with weights or a bias of its own, which are random, only that.

    Of the first layer's h the convolution alone, as checks look at it: what b begins with is another check's affair.
    """
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[-1] if observation.runs else None
    if not isinstance(ran, wire.Ran):
        return [returned_by(observation), None]
    first, second = map(wire.numpy, ran.values)
    with np.errstate(all="ignore"):
        alone = wire.array(first[:1] - first[1:]) if first.ndim == 4 and first.dtype.kind == "f" else ran.values[0]
    return [returned_by(observation), alone, _own(first, second)]


@asks(ask_again, named=[Again(Layer(2, 3, outputs=1, bias=(3,)), second="True")], view=_shared_or_not)
def check_reuse_true(trials: Trials) -> None:
    """reuse=True takes the variables that are there.

    Covers: reuse is passed on; with True, two calls of one name share W and b.
    """
    _shared(trials)


@asks(ask_again, named=[Again(Layer(2, 3, outputs=1, bias=(3,)), "AUTO_REUSE", "AUTO_REUSE")], view=_shared_or_not)
def check_reuse_auto(trials: Trials) -> None:
    """reuse=tf1.AUTO_REUSE makes the variables, then takes them.

    Covers: tf1.AUTO_REUSE works.
    """
    _shared(trials)


@asks(ask_again, named=[Again(Layer(2, 3, outputs=1))], view=_shared_or_not)
def check_reuse_none(trials: Trials) -> None:
    """Without reuse, a name serves one layer only.

    Covers: a second call with the same name and reuse=None raises ValueError. The first call's answer is asked too.
    """
    for trial in trials:
        same_convolution(numbers_of(trial.got)[0], trial.want.fetched(0, [0])[0], phrase("h of the first call"))
        raised = trial.got.raised(1)
        if raised is None:
            returned = phrase(
                "{call}, called a second time without reuse, should raise ValueError, as variable "
                "scopes do, but it returned: two layers would share weights, or take others' names, unnoticed.",
                call=trial.got.call_text(1),
            )
            raise Finding(returned)
        if "ValueError" not in raised.types:
            other = phrase(
                "{call}, a second time, should raise ValueError, not {got}.",
                call=trial.got.call_text(1), got=raised.types[0],
            )  # fmt: skip
            raise Finding(other)
