"""What came of a program: what its calls returned or raised and its graphs gave, or how it died. Never a verdict."""

import re
from enum import StrEnum

from grader.inside import wire
from grader.phrase import Text

_REFUSED = " for '{{node "
_NOT_PURE = re.compile(r"the graph uses the operation '\w{1,60}'")
_NO_ATTRIBUTE = re.compile(r"module '(\w{1,40})[\w.]{0,80}' has no attribute '(\w{1,60})'")
_OLD = "a name of TensorFlow 1 is not in TensorFlow 2"
_OLD_NAMES = frozenset({
    "AUTO_REUSE", "ConfigProto", "GraphDef", "InteractiveSession", "Session", "app", "contrib", "flags",
    "get_default_graph", "get_default_session", "get_variable", "gfile", "global_variables",
    "global_variables_initializer", "layers", "placeholder", "random_uniform", "reset_default_graph", "set_random_seed",
    "to_float", "trainable_variables", "truncated_normal", "variable_scope",
})  # fmt: skip
_KNOWN_WORDS = (
    _OLD,
    "tf.placeholder() is not compatible with eager execution",
    "Attempting to capture an EagerTensor",
    "Attempted to use a closed Session",
    "Cannot feed value of shape",
    "got an unexpected keyword argument",
    "required positional argument",
    "already exists, disallowed",
    "reuse=True cannot be used without a name_or_scope",
    "Do not use tf.reset_default_graph() to clear nested graphs",
    "does not exist, or was not created with tf.get_variable()",
    "is not an element of this graph",
    "float32 images go from 0 to 1",
)


class Outcome(StrEnum):
    """What became of a check. Only PASSED earns points; GRADER_ERROR is ours and holds the record back."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    RAISED = "RAISED"
    TIMED_OUT = "TIMED_OUT"
    CRASHED = "CRASHED"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    TOO_LARGE = "TOO_LARGE"
    SKIPPED = "SKIPPED"
    GRADER_ERROR = "GRADER_ERROR"


class Observed(wire.Frozen, frozen=True, tag="observed"):
    """A program that ran to its end. GraphDefs in what was returned are reduced to `Nodes` (or a `Problem`).

    Args:
        calls: what became of each call.
        runs: what each session run fetched.
        graph: the graph that the calls built, for a program in a graph.
        trainable: nodes of that graph's trainable variables, as the student's process says.
    """

    calls: tuple[wire.Outcome, ...]
    runs: tuple[wire.Ran | wire.Problem, ...] = ()
    graph: wire.Nodes | wire.Problem | None = None
    trainable: tuple[str, ...] = ()


class NoModule(wire.Frozen, frozen=True, tag="no_module"):
    """The submission has no such module, or it could not be imported: then `failure` says how."""

    failure: wire.Raised | None = None


class Died(wire.Frozen, frozen=True, tag="died"):
    """The program's process was ended or ended itself; said by the process that watched it."""

    outcome: Outcome
    message: Text


class NotRun(wire.Frozen, frozen=True, tag="not_run"):
    """The program was not run any more, after too many deaths in the same exercise."""

    reason: Text


Observation = Observed | NoModule | Died | NotRun


def complaint(raised: wire.Raised) -> str:
    """Return why TensorFlow refused an operation, a feed or a session, or Python a call or a module's attribute.

    These words are the same for everyone who makes the same mistake, and quote no source. "" if it was nothing such.
    """
    lacking = _NO_ATTRIBUTE.match(raised.message) if "AttributeError" in raised.types else None
    if lacking:
        module, name = lacking.groups()
        return _OLD if module == "tensorflow" and name in _OLD_NAMES else lacking.group()
    said, refused, _ = raised.message.partition(_REFUSED)
    for words in _KNOWN_WORDS:
        if words in raised.message:
            return words
    return said + refused if refused and "\n" not in said else ""


def trouble(problem: wire.Problem) -> str:
    """Return how a graph was no good: that it was refused, and for which operation, or that its run failed."""
    impure = _NOT_PURE.search(problem.message) if problem.kind == "refused" else None
    return impure.group() if impure else problem.kind


class Printed(wire.Frozen, frozen=True):
    """What a fork printed and used. For the store and the person who debugs; not in a record, which is reproducible."""

    part: str
    output: bytes
    cpu_seconds: float
    max_rss_kib: int
