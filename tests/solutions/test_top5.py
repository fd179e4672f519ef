"""The five best, of arrays and of a network with three classes."""

import numpy as np
import pytest
import tensorflow as tf

from solutions.top5 import classify, top_k

tf1 = tf.compat.v1

LABELS = ["crane", "dog", "cat", "crane"]


@pytest.fixture
def graph() -> tf.Graph:
    """A network whose classes are the three colours: the softmax of the mean over the image."""
    with tf.Graph().as_default() as graph, tf1.name_scope("inception"):
        images = tf1.placeholder(tf.float32, (None, None, None, 3), name="input")
        tf.nn.softmax(tf.reduce_mean(images, axis=(1, 2)), name="output")
        tf.nn.softmax(-tf.reduce_mean(images, axis=(1, 2)), name="output1")
        brighter = tf.add(images, 1.0, name="brighter")
        tf.nn.softmax(tf.reduce_mean(brighter, axis=(1, 2)), name="output2")
    return graph


@pytest.mark.parametrize("shape", [(4,), (1, 4)])
def test_highest_first(shape: tuple[int, ...]) -> None:
    probabilities = np.array([0.125, 0.5, 0.25, 0.0625]).reshape(shape)
    assert top_k(probabilities, LABELS, k=3) == [(0.5, "dog"), (0.25, "cat"), (0.125, "crane")]


def test_equal_ones_in_the_order_of_the_classes() -> None:
    labels = [f"class {i}" for i in range(1000)]
    probabilities = np.full(1000, 0.001, np.float32)
    probabilities[[3, 500]] = 0.25
    best = top_k(probabilities, labels, 6)
    assert [label for _, label in best] == ["class 3", "class 500", "class 0", "class 1", "class 2", "class 4"]


def test_two_classes_of_one_name() -> None:
    assert top_k([0.125, 0.25, 0.0, 0.625], LABELS, k=3) == [(0.625, "crane"), (0.25, "dog"), (0.125, "crane")]


@pytest.mark.parametrize(("k", "length"), [(0, 0), (1, 1), (4, 4), (5, 4), (1000, 4)])
def test_k(k: int, length: int) -> None:
    assert len(top_k(np.array([0.125, 0.5, 0.25, 0.125]), LABELS, k)) == length


def test_five_unless_asked_otherwise() -> None:
    assert len(top_k(np.arange(8) / 28, "abcdefgh")) == 5


def test_float32_values_come_back_unchanged() -> None:
    probabilities = np.array([0.1, 0.7, 0.2], np.float32)
    assert [value for value, _ in top_k(probabilities, "abc")] == [float(probabilities[i]) for i in (1, 2, 0)]


def test_inputs_are_not_modified() -> None:
    probabilities, labels = np.array([[0.125, 0.5, 0.25, 0.125]]), list(LABELS)
    probabilities.flags.writeable = False
    top_k(probabilities, labels, 2)
    assert labels == LABELS


def test_the_example_in_the_docstring() -> None:
    assert top_k(np.array([0.25, 0.5, 0.25]), ["cat", "dog", "fox"], k=2) == [(0.5, "dog"), (0.25, "cat")]


def test_classify_feeds_a_batch_of_one(graph: tf.Graph) -> None:
    image = np.random.default_rng(7).normal(size=(5, 6, 3)).astype(np.float32)
    weights = np.exp(image.mean(axis=(0, 1)))
    expected = sorted(zip(weights / weights.sum(), ["red", "green", "blue"], strict=True), reverse=True)
    best = classify(graph, image, ["red", "green", "blue"])
    assert [label for _, label in best] == [label for _, label in expected]
    # A softmax of float32 numbers of order one.
    np.testing.assert_allclose([value for value, _ in best], [value for value, _ in expected], rtol=1e-5)


def test_classify_gives_k(graph: tf.Graph) -> None:
    image = np.zeros((2, 2, 3), np.float32) + np.float32([1, 3, 2])
    assert [label for _, label in classify(graph, image, "rgb", k=2)] == ["g", "b"]


def test_classify_takes_other_names(graph: tf.Graph) -> None:
    image = np.zeros((2, 2, 3), np.float32) + np.float32([1, 3, 2])
    worst_first = classify(graph, image, "rgb", output_name="inception/output1:0")
    assert [label for _, label in worst_first] == ["r", "b", "g"]
    inside = classify(graph, image, "rgb", input_name="inception/brighter:0", output_name="inception/output2:0")
    assert [label for _, label in inside] == ["g", "b", "r"]


def test_a_hundred_calls_add_nothing(graph: tf.Graph) -> None:
    graph.finalize()
    nodes = len(graph.get_operations())
    image = np.zeros((2, 2, 3), np.float32)
    for _ in range(100):
        classify(graph, image, "rgb")
    assert len(graph.get_operations()) == nodes
