"""A misconception is named when everything looks the same through its glasses; what is unclear is not named."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest

from grader.catalogue import Misconception
from grader.diagnose import diagnose, same_observation, same_value
from grader.freeze import FrozenCheck
from grader.inside import wire
from grader.observation import Died, Observation, Observed, Outcome, complaint

PROGRAM = wire.Program("p", (wire.Call("f"),))


def returned(value: object) -> Observed:
    return Observed((wire.Returned(wire.to_wire(value)),))


def mistake(name: str, *loses: str, explanation: str = "") -> Misconception:
    return Misconception(name, "e", "idea", explanation or name, "pointer", loses)


def named(
    got: dict[str, Observation],
    theirs: dict[str, dict[str, Observation]],
    *known: Misconception,
    passed: tuple[str, ...] = (),
    asks: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, list[str]]:
    failed = {
        check_id: (
            FrozenCheck(check_id, (PROGRAM,), (returned(0),), {m: (o,) for m, o in theirs[check_id].items()}),
            [seen],
            None,
        )
        for check_id, seen in got.items()
    }
    checks = {
        check_id: FrozenCheck(check_id, (wire.Program("p", (wire.Call(asks.get(check_id, "f")),)),), (returned(0),))
        for check_id in passed
    }
    return {check_id: [one.id for one in found] for check_id, found in diagnose(failed, checks, known).items()}


def test_what_is_seen_is_looked_at_once_however_many_misconceptions_there_are() -> None:
    """A student's process may have said a great deal."""
    looked: list[Observation] = []

    def view(observation: Observation) -> object:
        looked.append(observation)
        return observation

    got, known = returned("mine"), [mistake(name, "e.a") for name in "abcde"]
    check = FrozenCheck("e.a", (PROGRAM,), (returned(0),), {one.id: (returned(one.id),) for one in known})
    assert diagnose({"e.a": (check, [got], view)}, {}, known) == {}
    assert sum(one is got for one in looked) == 1


def test_the_same_wrong_value_is_named_and_another_is_not() -> None:
    theirs = {"e.a": {"m": returned([1.0, 2.0])}}
    assert named({"e.a": returned([1.0, 2.0])}, theirs, mistake("m", "e.a")) == {"e.a": ["m"]}
    assert named({"e.a": returned([1.0, 3.0])}, theirs, mistake("m", "e.a")) == {}


def test_a_misconception_that_does_not_lose_the_check_is_not_named() -> None:
    assert named({"e.a": returned(1)}, {"e.a": {"m": returned(1)}}, mistake("m", "e.b")) == {}


def test_one_that_loses_a_check_that_was_passed_is_not_named() -> None:
    theirs = {"e.a": {"m": returned(1), "n": returned(1)}}
    known = (mistake("m", "e.a"), mistake("n", "e.a", "e.b"))
    assert named({"e.a": returned(1)}, theirs, *known, passed=("e.b",)) == {"e.a": ["m"]}


def test_a_check_that_was_passed_speaks_against_nothing_in_another_function() -> None:
    theirs = {check_id: {"n": returned(1)} for check_id in ("e.a", "e.c", "e.d")}
    known = (mistake("n", "e.a", "e.b", "e.c"),)
    got = {"e.a": returned(1), "e.c": returned(1)}
    asks = {"e.b": "g"}
    assert named(got, theirs, *known, passed=("e.b",), asks=asks) == {"e.a": ["n"], "e.c": ["n"]}
    assert named(got, theirs, *known, passed=("e.b",)) == {}, "e.b asks the same function"
    assert named(got | {"e.c": returned(2)}, theirs, *known, passed=("e.b",), asks=asks) == {}, "e.c is another's"
    assert named(got | {"e.d": returned(1)}, theirs, *known, passed=("e.b",), asks=asks) == {}, "n passes e.d"
    assert named({"e.a": returned(1)}, theirs, *known, passed=("e.b",), asks=asks) == {}, "one check is too little"


def test_one_that_is_told_by_what_it_loses_is_named_if_exactly_that_is_lost() -> None:
    theirs = {"e.a": {"m": returned(1)}, "e.b": {"n": returned(1)}}
    known = (Misconception("m", "e", "idea", "m", "pointer", ("e.a",), telling=True), mistake("n", "e.b"))
    assert named({"e.a": returned(2)}, theirs, *known, passed=("e.b",)) == {"e.a": ["m"]}
    assert named({"e.a": returned(2)}, theirs, *known) == {}, "e.b was not run"
    assert named({"e.a": returned(2), "e.b": returned(2)}, theirs, *known) == {}
    assert named({"e.b": returned(2)}, theirs, *known, passed=("e.a",)) == {}, "n is not told by what it loses"


def test_a_check_that_was_not_run_speaks_against_nothing() -> None:
    assert named({"e.a": returned(1)}, {"e.a": {"n": returned(1)}}, mistake("n", "e.a", "e.b")) == {"e.a": ["n"]}


def test_two_that_explain_it_differently_are_not_named() -> None:
    theirs = {"e.a": {"m": returned(1), "n": returned(1)}}
    assert named({"e.a": returned(1)}, theirs, mistake("m", "e.a"), mistake("n", "e.a")) == {}


def test_two_with_one_explanation_are_both_named() -> None:
    theirs = {"e.a": {"m": returned(1), "n": returned(1)}}
    known = (mistake("m", "e.a", explanation="same"), mistake("n", "e.a", explanation="same"))
    assert named({"e.a": returned(1)}, theirs, *known) == {"e.a": ["m", "n"]}


@pytest.mark.parametrize(
    ("got", "theirs", "same"),
    [
        (np.ones(3), np.ones(3) + 1e-7, True),
        (np.ones(3), np.ones((3, 1)), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        ([1, "a"], [1, "a"], True),
        ([1, "a"], [1, "b"], False),
        (True, "True", False),
        (None, None, True),
    ],
)
def test_values_are_compared_closely(got: object, theirs: object, same: bool) -> None:
    assert same_value(wire.to_wire(got), wire.to_wire(theirs)) is same


def test_tensors_are_compared_by_shape_and_type_not_by_name() -> None:
    one, other = wire.Tensor("a:0", "float32", (1, None)), wire.Tensor("b:0", "float32", (1, None))
    assert same_value(one, other)
    assert not same_value(one, wire.Tensor("a:0", "float32", (1, 2)))


def test_graphs_are_compared_as_sets_of_nodes() -> None:
    a, b = wire.Node("a", "Const"), wire.Node("b", "Neg", ("a",))
    assert same_value(wire.Nodes((a, b)), wire.Nodes((b, a)))
    assert not same_value(wire.Nodes((a, b)), wire.Nodes((a,)))


def test_exceptions_are_compared_by_class() -> None:
    one = Observed((wire.Raised(("ValueError",), "a"),))
    assert same_observation(one, Observed((wire.Raised(("ValueError",), "b"),)))
    assert not same_observation(one, Observed((wire.Raised(("TypeError",), "a"),)))
    assert not same_observation(one, returned(1))


@pytest.mark.parametrize(
    ("message", "same"),
    [
        ("Depth of input (1) is not a multiple of input depth of filter (3) for '{{node other/Conv2D}} = …", True),
        ("Depth of input (1) is not a multiple of input depth of filter (2) for '{{node Conv2D}} = …", False),
        ("Negative dimension size caused by subtracting 5 from 3 for '{{node Conv2D}} = …", False),
        ("the channels don't fit", False),
    ],
)
def test_of_what_tensorflow_refuses_the_reason_is_compared(message: str, same: bool) -> None:
    refused = "Depth of input (1) is not a multiple of input depth of filter (3) for '{{node Conv2D}} = Conv2D[…]"
    one, other = (Observed((wire.Raised(("ValueError",), text),)) for text in (refused, message))
    assert same_observation(one, other) is same


def test_a_complaint_quotes_no_source() -> None:
    quoted = "in user code:\n    return tf.nn.conv2d(x, flt)\n\n    Too large for '{{node Conv2D}} = Conv2D[…]"
    assert complaint(wire.Raised(("ValueError",), quoted)) == ""
    assert complaint(wire.Raised(("ValueError",), "name 'flt' is not defined")) == ""


def test_what_a_session_refuses_is_told_apart_by_its_words() -> None:
    closed = Observed((wire.Raised(("RuntimeError",), "Attempted to use a closed Session."),))
    other = Observed((wire.Raised(("RuntimeError",), "The Session graph is empty. Add operations to it."),))
    assert same_observation(closed, closed)
    assert not same_observation(closed, other)
    assert complaint(wire.Raised(("ValueError",), "Cannot feed value of shape (2, 3) for Tensor x:0")).startswith(
        "Cannot feed value"
    )


def test_what_explains_all_is_named_rather_than_what_explains_a_part() -> None:
    same = {"e.a": returned("x"), "e.b": returned("y")}
    whole, part = mistake("whole", "e.a", "e.b"), mistake("part", "e.b")
    theirs = {"e.a": {"whole": returned("x")}, "e.b": {"whole": returned("y"), "part": returned("y")}}
    assert named(same, theirs, whole, part) == {"e.a": ["whole"], "e.b": ["whole"]}
    # Where its other observations differ, either may be behind it.
    theirs["e.a"]["whole"] = returned("z")
    assert named(same, theirs, whole, part) == {}


def test_what_python_says_of_a_call_or_a_module_is_compared() -> None:
    said = [
        ("TypeError", "f() got an unexpected keyword argument 'n'"),
        ("TypeError", "f() missing 1 required positional argument: 'n'"),
        ("ValueError", "Variable first/W already exists, disallowed. Did you mean to set reuse=True?"),
        ("ValueError", "reuse=True cannot be used without a name_or_scope"),
        ("AttributeError", "module 'tensorflow' has no attribute 'contrib'"),
        ("AttributeError", "module 'tensorflow._api.v2.nn' has no attribute 'identity'"),
    ]
    found = {complaint(wire.Raised((kind,), words)) for kind, words in said}
    assert len(found) == len(said)
    assert "" not in found
    # Of a wrong solution no other words are kept.
    assert {complaint(wire.Raised((kind,), complaint(wire.Raised((kind,), words)))) for kind, words in said} == found


def test_names_of_tensorflow_1_are_one_mistake() -> None:
    one, other = (
        wire.Raised(("AttributeError",), f"module 'tensorflow' has no attribute {name!r}")
        for name in ("placeholder", "Session")
    )
    assert complaint(one) == complaint(other) != ""
    mistyped = wire.Raised(("AttributeError",), "module 'tensorflow' has no attribute 'plaecholder'")
    assert complaint(mistyped) not in ("", complaint(one))


def test_graphs_that_were_refused_for_another_operation_are_told_apart() -> None:
    messages = [
        f"the graph uses the operation {op!r}, which is not a pure TensorFlow operation" for op in ("PyFunc", "Print")
    ]
    called, printed, other = (Observed((), (wire.Problem("refused", text),)) for text in (*messages, "too large"))
    assert same_observation(called, called)
    assert not same_observation(called, printed)
    assert not same_observation(called, other)


def test_a_death_resembles_nothing() -> None:
    death = Died(Outcome.CRASHED, "crashed")
    assert not same_observation(death, death)
