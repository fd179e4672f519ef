"""Exercise 4: what does the network see?

A classifier ends in one number for each class: the probability that the image shows it. People want to read
the best few, with their names. ImageNet has 1000 classes, and among them two called "crane" (a bird, and a
machine), so a class is its position in the list and not its label.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities: np.ndarray, labels: Sequence[str], k: int = 5) -> list[tuple[float, str]]:
    """Pick the k most probable classes.

    Args:
        probabilities: shape (C,), or (1, C) as a network gives it for a batch of one image. It isn't
            modified.
        labels: C strings, label i for class i; some may be equal. It isn't modified.
        k: how many; more than C gives all C, and 0 gives none.

    Returns:
        A list of pairs (probability, label), the highest probability first. Classes of equal probability are
        in the order of the classes.

    Example:
        >>> top_k(np.array([0.25, 0.5, 0.25]), ['cat', 'dog', 'fox'], k=2)
        [(0.5, 'dog'), (0.25, 'cat')]
    """
    ### BEGIN SOLUTION
    scores = np.asarray(probabilities, dtype=np.float64).ravel()
    best_first = np.argsort(-scores, kind="stable")[:k]
    return [(float(scores[i]), labels[i]) for i in best_first]
    ### END SOLUTION


def classify(
    graph: tf.Graph,
    image: np.ndarray,
    labels: Sequence[str],
    k: int = 5,
    input_name: str = "inception/input:0",
    output_name: str = "inception/output:0",
) -> list[tuple[float, str]]:
    """Show an image to the network and return its k best guesses.

    The network takes batches of images, shape (N, H, W, 3); make your one image a batch of one.

    Args:
        graph: a graph as `subgraph.load_into_graph` makes it. It may be finalized, so nothing can be added to
            it; and after a hundred calls it has as many nodes as before.
        image: shape (H, W, 3), float32, as `utils.inception.prepare_training_img` makes it.
        labels: the names of the classes, in their order.
        k: how many guesses.
        input_name: the tensor to feed.
        output_name: the tensor with the probabilities, shape (N, C).

    Returns:
        What `top_k` returns for the probabilities of this image.

    Example:
        For the portrait of Chelsea and the model that ships with the course, the first of
        classify(graph, prepare_training_img(chelsea), labels) is an Egyptian cat, with a probability of about
        0.4.
    """
    ### BEGIN SOLUTION
    batch_of_one = np.asarray(image, dtype=np.float32)[np.newaxis]
    with tf1.Session(graph=graph) as session:
        probabilities = session.run(output_name, feed_dict={input_name: batch_of_one})
    return top_k(probabilities, labels, k)
    ### END SOLUTION
