"""Checks of `apply_filter`."""

from typing import Any

import numpy as np

from grader import convolving
from grader.cases.convolution_chain import (
    DOUBLE,
    TRIPLE,
    Apply,
    Photograph,
    ask_apply,
    ask_photograph,
    grey_chelsea,
    photographs,
    small_images,
)
from grader.check import Finding, Trial, Trials, asks, kind_of
from grader.compare import FLOAT32, a_list_of, numbers_in, same_array
from grader.inside import wire
from grader.observation import Observation, Observed, complaint
from grader.phrase import joined, phrase


def _pictures(trial: Trial) -> list[Any]:
    """Return what `apply_filter` returned: the image and n stages."""
    what = phrase("The result of {call} (the image and the stages)", call=trial.got.call_text())
    return a_list_of(trial.got.returned(), len(trial.want.returned()), what)


def _begun(trial: Trial) -> list[Any]:
    """Return the pictures that `apply_filter` returned, however few; those that nobody asked for are left out."""
    got, want = trial.got.returned(), trial.want.returned()
    if not isinstance(got, list) or not got:
        return _pictures(trial)
    return got[: len(want)]


def _stage_one(trial: Trial) -> np.ndarray:
    """Return stage 1 as `apply_filter` returned it, without axes of one; how many pictures there are is no matter."""
    got, want = trial.got.returned(), trial.want.returned()
    text = trial.got.call_text()
    if not isinstance(got, list) or not got:
        other = phrase(
            "The result of {call} should be a list of pictures, but it is {what}.", call=text, what=kind_of(got)
        )
        raise Finding(other)
    found = next((picture for picture in got if not _is_image(picture, want[0])), got[-1])
    if not isinstance(found, np.ndarray):
        other = phrase(
            "Stage 1 in the result of {call} should be an array, but it is {what}.", call=text, what=kind_of(found)
        )
        raise Finding(other)
    return np.squeeze(found)


def _is_image(picture: Any, image: np.ndarray) -> bool:
    held = numbers_in(picture)
    if held is None:
        return False
    held = np.squeeze(held)
    return held.shape == image.shape and bool(np.allclose(np.real(held).astype(np.float64), image))


@asks(
    ask_apply,
    named=[Apply(2, 3, DOUBLE), Apply(1, 4, DOUBLE), Apply(4, 1, DOUBLE), *(Apply(2, 3, DOUBLE, n) for n in (0, 1, 6))],
    drawn=small_images("float32", 3),
    count=1,
)
def check_pictures(trials: Trials) -> None:
    """`apply_filter` returns the image and then the stages, as pictures with two axes.

    Covers: n+1 2-D arrays, the image itself first; of pictures one pixel high or wide too, and of no stage, of one, or
    of more than four.
    """
    for trial in trials:
        got, want = _pictures(trial), trial.want.returned()
        same_array(got[0], want[0], phrase("The first picture (the image itself)"), FLOAT32)
        for stage, right in zip(got[1:2], want[1:2], strict=True):
            same_array(stage, right, phrase("The second picture (stage 1)"), FLOAT32)
        for i, picture in enumerate(got[2:], start=2):
            _is_picture(picture, i)


def _is_picture(picture: Any, i: int) -> None:
    if not isinstance(picture, np.ndarray) or picture.ndim != 2:
        other = phrase(
            "Picture {number} (stage {number}) should be an array with two axes, but it is {what}.",
            number=i, what=kind_of(picture),
        )  # fmt: skip
        raise Finding(other)


@asks(ask_apply, named=[Apply(2, 3, TRIPLE, dtype="float64"), Apply(3, 4, TRIPLE, dtype="uint8")])
def check_types(trials: Trials) -> None:
    """The stages come as float32, whatever type the image has.

    Covers: returns float32 arrays. An image of whole numbers has a kernel that is none.
    """
    for trial in trials:
        stage = _stage_one(trial)
        if stage.dtype != np.float32:
            other = phrase(
                "For an image of {given} numbers, stage 1 should be float32, but it is {type}.",
                given=_given_type(trial), type=stage.dtype,
            )  # fmt: skip
            raise Finding(other)
        same_array(stage, trial.want.returned()[1], phrase("Stage {number}", number=1), FLOAT32)


def _given_type(trial: Trial) -> np.dtype[Any]:
    image = trial.program.calls[0].args[0]
    assert isinstance(image, wire.Array)
    return wire.numpy(image).dtype


@asks(ask_apply, named=[Apply(2, 3, TRIPLE, dtype="list")])
def check_lists(trials: Trials) -> None:
    """Image and kernel may be nested lists.

    Covers: array or nested list.
    """
    for trial in trials:
        what = phrase("Stage 1 of an image given as a nested list")
        same_array(_stage_one(trial), trial.want.returned()[1], what, FLOAT32)


@asks(ask_apply, named=[Apply(3, 2, TRIPLE)])
def check_untouched(trials: Trials) -> None:
    """`apply_filter` leaves its arguments as they were.

    Covers: inputs are not modified. A right answer is asked too.
    """
    for trial in trials:
        same_array(_stage_one(trial), trial.want.returned()[1], phrase("Stage {number}", number=1), FLOAT32)
        touched = [("image", "kernel")[int(key)] for key in trial.got.touched() if key in ("0", "1")]
        if touched:
            changed = phrase(
                "{call} changed the array that it was given as {names}.",
                call=trial.got.call_text(), names=joined(touched, phrase(" and ")),
            )  # fmt: skip
            raise Finding(changed)


def _stages_seen(observation: Observation) -> Any:
    """Return the pictures that came, but not the photograph itself where it leads them: `pictures` asks for that."""
    if not isinstance(observation, Observed):
        return None
    outcome = observation.calls[0]
    if isinstance(outcome, wire.Raised):
        return ["raised", outcome.types[:1], complaint(outcome)]
    found = outcome.value if isinstance(outcome, wire.Returned) else None
    if not isinstance(found, wire.Items):
        return found
    leads = bool(found.items) and _is_chelsea(found.items[0])
    return list(found.items[1:] if leads else found.items)


def _is_chelsea(picture: wire.Value) -> bool:
    """Tell whether a picture is a piece of Chelsea's as it was given."""
    if not isinstance(picture, wire.Array):
        return False
    piece, whole = wire.numpy(picture), grey_chelsea()
    if piece.ndim != 2 or not piece.size:
        return False
    rows, columns = piece.shape
    corners = np.argwhere(whole == piece[0, 0])
    return any(np.array_equal(whole[row : row + rows, column : column + columns], piece) for row, column in corners)


@asks(
    ask_photograph,
    named=[Photograph("gauss", 90, 100, 6), *(Photograph(name, 90, 100) for name in ("second along x", "random"))],
    drawn=photographs(),
    count=1,
    view=_stages_seen,
)
def check_photograph(trials: Trials) -> None:
    """Chelsea, filtered four times or six.

    Covers: `apply_filter` runs the chain with n=4, on a photograph and a filter for edges, against NumPy. It is called
    with image and kernel by name. Asked for six, it should go on as it began: whether there are six is for another
    check to say.
    """
    for trial in trials:
        call = trial.program.calls[0]
        given = (call.given(0, "image"), call.given(1, "kernel"))
        image, kernel = (wire.numpy(value) for value in given if isinstance(value, wire.Array))
        n = call.given(2, "n")
        count = n if isinstance(n, int) else 4
        stages = convolving.chain(image[np.newaxis, :, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis], count)
        got = _pictures(trial) if n is None else _begun(trial)
        for i, want in enumerate([image, *(stage[0, :, :, 0] for stage in stages)][: len(got)]):
            what = phrase("Picture {number} of Chelsea (stage {number})", number=i)
            same_array(got[i], want, what if i else phrase("Picture {number} of Chelsea", number=0), FLOAT32)
