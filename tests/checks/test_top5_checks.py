"""Each check of the top-five exercise passes right solutions of any style, and each wrong one loses what it should."""

import ast
import re

import msgspec
import numpy as np
import pytest
from examination import Examination, helpers, sample

from grader import draws, freeze
from grader.cases import top5 as cases
from grader.cases import top5_nets as nets
from grader.cases.top5 import Scores
from grader.cases.top5_nets import Net
from grader.checks import judges
from grader.compare_pairs import PROBABILITY
from grader.inside import wire
from grader.observation import Observed
from grader.walls.worker import Worker

FRACTIONS_AND_ONE_SESSION = """
import atexit
from fractions import Fraction
import numpy
import tensorflow as tf

class Eyes(dict):
    def __missing__(self, graph):
        self[graph] = tf.compat.v1.Session(graph=graph)
        return self[graph]

eyes = Eyes()

def top_k(probabilities, labels, k=5):
    rows = probabilities if len(probabilities.shape) == 2 else [probabilities]
    numbered = sorted(enumerate(rows[0]), key=lambda pair: (-pair[1], pair[0]))
    return tuple([Fraction(float(p)), labels[i]] for i, p in numbered[0:k])

def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    batch = numpy.stack([image, image, image])
    return top_k(eyes[graph].run([output_name], {input_name: batch})[0][1], labels, k=k)
"""

SINGLE_PRECISION = """
import numpy as np
import tensorflow as tf

def top_k(probabilities, labels, k=5):
    p = np.asarray(probabilities, np.float32).flatten()
    order = np.lexsort((np.arange(len(p)), -p))
    return [(np.float32(p[i]), np.str_(labels[i])) for i in order[:k]]

def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    session = tf.compat.v1.InteractiveSession(graph=graph)
    p = graph.get_tensor_by_name(output_name).eval({graph.get_tensor_by_name(input_name): image[None]})
    session.close()
    return top_k(p, labels, k)
"""


@pytest.fixture(scope="module")
def examination(worker: Worker) -> Examination:
    return Examination(worker, "top5")


def test_the_solution_passes_and_the_stub_loses_everything(examination: Examination) -> None:
    assert examination.lost(examination.solution) == {}
    assert set(examination.lost(examination.stub)) == set(examination.programs)


@pytest.mark.parametrize("style", ["right", "v1_style", "with_helpers", "in_notebook"])
def test_right_solutions_of_other_styles_pass(examination: Examination, style: str) -> None:
    source = sample("top5", style)
    if style == "in_notebook":
        source = "import numpy as np\nimport tensorflow as tf\ntf1 = tf.compat.v1\n" + source.replace(
            "    %time pass\n", ""
        )
    assert examination.lost(source, helpers()) == {}


@pytest.mark.parametrize("source", [FRACTIONS_AND_ONE_SESSION, SINGLE_PRECISION])
def test_a_float_is_whatever_float_takes_and_a_session_may_stay(examination: Examination, source: str) -> None:
    assert examination.lost(source) == {}


def test_networks_by_hand_leave_no_doubt_where_the_answer_is_cut_off() -> None:
    asked = [net for check in ("classify_k", "tensor_names", "leaves_graph") for case in _named(check) for net in case]
    assert len(asked) >= 9
    for net in asked:
        falling = np.sort(nets.net_probabilities(net))[::-1]
        cut = 5 if net.k is None else net.k
        assert falling[cut - 1] - falling[cut] > 1e-3, net


def _named(check: str) -> tuple[tuple[Net, ...], ...]:
    return freeze.questions("top5")[f"top5.{check}"].named


def test_the_second_head_has_other_best_classes() -> None:
    case = Net(5, names=("inception", "input", "second"))
    best = set(np.argsort(-nets.net_probabilities(case))[:5])
    assert best != set(np.argsort(nets.net_probabilities(case))[:5])


def test_the_solution_gives_what_numpy_computes(examination: Examination) -> None:
    combined = examination.programs["combined"][0]
    question = freeze.questions("top5")["top5.combined"]
    (asked,) = draws.named_cases("top5.combined", question, 5)
    case = asked[0]
    assert combined.calls[0] == nets.ask_nets((case,)).calls[0]
    seen = examination.reference[combined.id]
    assert isinstance(seen, Observed)
    assert isinstance(seen.calls[0], wire.Returned)
    probabilities = nets.net_probabilities(case)
    order = np.argsort(-probabilities, kind="stable")
    found = wire.from_wire(seen.calls[0].value)
    assert [label for _, label in found] == [nets.net_labels(case)[i] for i in order]
    np.testing.assert_allclose([value for value, _ in found], probabilities[order], rtol=1e-5)


def test_pictures_leave_no_doubt_which_five_are_best(examination: Examination) -> None:
    asked = [
        msgspec.structs.replace(program, calls=(msgspec.structs.replace(program.calls[0], kwargs={"k": 6}),))
        for program in (*examination.programs["pictures"], *examination.programs["chelsea"])
    ]
    for seen in examination.observe(examination.solution, asked=asked).values():
        assert isinstance(seen, Observed)
        assert isinstance(seen.calls[0], wire.Returned)
        values = [value for value, _ in wire.from_wire(seen.calls[0].value)]
        assert values[4] - values[5] > 5 * (PROBABILITY.absolute + PROBABILITY.relative * values[4])


def test_the_best_of_chelsea_is_a_cat(examination: Examination) -> None:
    seen = examination.reference[examination.programs["chelsea"][0].id]
    assert isinstance(seen, Observed)
    assert isinstance(seen.calls[0], wire.Returned)
    assert wire.from_wire(seen.calls[0].value)[0][1] == "Egyptian cat"


def test_drawn_probabilities_are_the_same_in_both_precisions() -> None:
    for check_id, question in freeze.questions("top5").items():
        for program in freeze.draw(check_id, question, 9):
            for call in program.calls:
                if call.function == "top_k":
                    given = wire.from_wire(call.given(0, "probabilities"))
                    assert (given == given.astype(np.float32)).all(), check_id
                    assert given.sum() <= 1.001, check_id


def test_names_are_in_no_order_that_a_sort_would_give() -> None:
    for count in (3, 5, 12, 40):
        names = cases.shuffled(count)
        assert len(set(names)) == count
        assert list(names) not in (sorted(names), sorted(names, reverse=True))


def test_messages_show_the_call_and_what_came(examination: Examination) -> None:
    lost = examination.lost(sample("top5", "ascending"))
    said = re.fullmatch(
        r"top_k\((\[.*\]), (\[.*\]), 3\) should give the labels (\[.*\]), but it gives (\[.*\])\.", lost["order"]
    )
    assert said is not None, lost["order"]
    probabilities, labels, best, came = map(ast.literal_eval, said.groups())
    assert sorted(probabilities) == [0.125, 0.25, 0.5]
    assert best == [label for _, label in sorted(zip(probabilities, labels, strict=True), reverse=True)]
    assert came == best[::-1]
    grown = examination.lost(sample("top5", "grows_graph"))
    assert grown["leaves_graph"].startswith("After 5 calls of classify the graph has 5 nodes more than before.")


RIGHT = """
import numpy as np
import tensorflow as tf

def top_k(probabilities, labels, k=5):
    p = np.array(probabilities).reshape(-1)
    return [(float(p[i]), labels[i]) for i in np.argsort(-p, kind="stable")[:k]]

def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    with tf.compat.v1.Session(graph=graph) as session:
        p = session.run(output_name, {input_name: image[None]})[0]
    return [(float(p[i]), labels[i]) for i in np.argsort(-p, kind="stable")[:k]]

right, right_classify = top_k, classify
"""


def test_what_is_computed_when_it_is_looked_at_changes_arguments_too(examination: Examination) -> None:
    late = (
        RIGHT
        + """
class Late(list):
    def __init__(self, work):
        self.work = work
    def __iter__(self):
        return iter(self.work())

def top_k(probabilities, labels, k=5):
    def work():
        found = right(probabilities, labels, k)
        probabilities[...] = 0
        return found
    return Late(work)

def classify(graph, *given, **named):
    def work():
        if not graph.finalized:
            with graph.as_default():
                tf.constant(1.0)
        return right_classify(graph, *given, **named)
    return Late(work)
"""
    )
    assert set(examination.lost(late)) == {"inputs_untouched", "leaves_graph"}


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        ("[(float(np.ravel(probabilities)[labels.index(one)]), one) for _, one in found]", {"repeated_labels"}),
        ("found if np.ndim(probabilities) == 1 else [(0.0, one) for one in labels]", {"batch_row"}),
        ("found if np.ndim(probabilities) == 1 else found[::-1]", {"batch_row"}),
        ("found if k <= np.size(probabilities) else [(float('nan'), one) for _, one in found]", {"k_beyond"}),
        ("found if len({p for p, _ in found}) == len(found) else [(float('nan'), one) for _, one in found]", {"ties"}),
    ],
)
def test_numbers_and_rows_are_looked_at_where_labels_are_asked_about(
    examination: Examination, body: str, lost: set[str]
) -> None:
    source = (
        RIGHT
        + f"""
def top_k(probabilities, labels, k=5):
    found = right(probabilities, labels, k)
    return {body}
"""
    )
    assert set(examination.lost(source)) == lost


def test_a_case_without_labels_gets_some() -> None:
    call = cases.top_k_call(Scores((1, 2, 3), k=1))
    assert wire.from_wire(call.args[1]) == list(cases.shuffled(3))


def test_every_check_has_a_title_for_students() -> None:
    for name, judge in judges("top5").items():
        title = (judge.__doc__ or "").splitlines()[0]
        assert 10 < len(title) < 100, name
        assert not title.endswith("."), name
