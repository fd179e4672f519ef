"""What came of a program: what its calls returned or raised and its graphs gave, or how it died. Never a verdict."""

from enum import StrEnum

from grader.inside import wire
from grader.phrase import Text

_REFUSED = " for '{{node "
_KNOWN_WORDS = (
    "tf.placeholder() is not compatible with eager execution",
    "Attempting to capture an EagerTensor",
    "Attempted to use a closed Session",
    "Cannot feed value of shape",
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
    """Return why TensorFlow refused an operation, a feed or a session; "" if it is not that which raised.

    These words are TensorFlow's, the same for everyone who makes the same mistake, and quote no source.
    """
    said, refused, _ = raised.message.partition(_REFUSED)
    for words in _KNOWN_WORDS:
        if words in raised.message:
            return words
    return said + refused if refused and "\n" not in said else ""


class Printed(wire.Frozen, frozen=True):
    """What a fork printed and used. For the store and the person who debugs; not in a record, which is reproducible."""

    part: str
    output: bytes
    cpu_seconds: float
    max_rss_kib: int
