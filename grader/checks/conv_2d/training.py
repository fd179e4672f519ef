"""Check of what layers are for: to be stacked, and to learn."""

from typing import Any

import numpy as np

from grader import convolving
from grader.cases.conv_2d import EACH_DIGIT, ask_training, shuffled
from grader.check import Finding, Trials, asks
from grader.checks.conv_2d.layers import numbers_of, returned_by
from grader.compare import FLOAT32, same_array
from grader.inside import wire
from grader.observation import Observation, Observed, trouble
from grader.phrase import phrase

ENOUGH = 0.7
"""How many of the digits must be read right. The solution reads 0.86 of them, chance 0.1. Where other parts of the
layers are wrong (relu for tanh, SAME for VALID, biases that begin at one, no activation) it is 0.80 to 0.88."""


def _share(logits: np.ndarray) -> float:
    """Return how many of the digits are read right, of 1; logits are (50, rows, columns, 10)."""
    middle = logits[:, logits.shape[1] // 2, logits.shape[2] // 2]
    return float(np.mean(middle.argmax(axis=-1) == EACH_DIGIT))


def _learned(observation: Observation) -> Any:
    """Return what tells one failure to learn from another: which gradients there were, and whether it was enough."""
    if not isinstance(observation, Observed):
        return None
    ran = observation.runs[0] if observation.runs else None
    if not isinstance(ran, wire.Ran):
        return [returned_by(observation), [trouble(ran), ran.message.partition(":")[0]] if ran else None]
    flows = [None if one is None else one > 0 for one in ran.gradients]
    return [returned_by(observation), flows, _share(wire.numpy(ran.values[0])) >= ENOUGH]


@asks(ask_training, drawn=shuffled(), count=1, view=_learned)
def check_training(trials: Trials) -> None:
    """Three layers in a row learn to read digits.

    Covers: W and b are trainable, in three layers that were stacked: gradients reach each variable that h depends on,
    and 40 steps of gradient descent on 500 of scikit-learn's digits teach them to read seven of ten others.
    """
    for trial in trials:
        (logits,) = numbers_of(trial.got, 3)
        ran = trial.got.ran()
        names = [
            phrase("{name} of the layer {layer}", name=name, layer=repr(call.kwargs["name"]))
            for call in trial.program.calls
            for name in ("w", "b")
        ]
        claimed = (*ran.gradients, *[None] * len(names))  # an evaluator that was taken over may say anything
        for number, (name, gradient) in enumerate(zip(names, claimed, strict=False)):
            # Whether h depends on b is another check's affair.
            if not gradient > 0 if gradient is not None else number % 2 == 0:
                unreached = phrase(
                    "In three layers on top of each other, no gradient reaches {what}: it can't be learned.",
                    what=name,
                )
                raise Finding(unreached)
        if ran.steps == 0:
            # Loops of TensorFlow 1 can't be trained in another process; then the numbers must be right as they begin.
            what = phrase("h of three layers on top of each other")
            same_array(logits, _forward(trial.program), what, FLOAT32)
        elif logits.ndim != 4 or logits.shape[0] != EACH_DIGIT.size or not logits.size or _share(logits) < ENOUGH:
            untaught = phrase(
                "Three layers on top of each other were trained for {steps} steps to read handwritten digits. Of "
                "{count} others they should then read {share} right, but they don't.",
                steps=ran.steps, count=EACH_DIGIT.size, share=f"{ENOUGH:.0%}",
            )  # fmt: skip
            raise Finding(untaught)


def _forward(program: wire.Program) -> np.ndarray:
    (run,) = program.runs
    (_, asked), *_ = run.feeds
    assert run.training is not None
    found = wire.numpy(asked)[np.argsort(wire.numpy(run.training.order))].astype(np.float64)
    for number, (_, flt) in enumerate(program.runs[0].assign):
        found = convolving.correlate(np.tanh(found) if number else found, wire.numpy(flt))
    return found
