from collections import namedtuple

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

Guess = namedtuple("Guess", ["probability", "label"])
sessions = {}


def top_k(probabilities, labels, k=5):
    p = np.squeeze(probabilities, 0) if np.ndim(probabilities) == 2 else np.asarray(probabilities)
    # sorted() is stable, so equal ones stay in the order of the classes
    best = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    return tuple(Guess(p[i], labels[i]) for i in best[:k])


def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    if graph not in sessions:
        sessions[graph] = tf.Session(graph=graph)
    x, y = graph.get_tensor_by_name(input_name), graph.get_tensor_by_name(output_name)
    return top_k(y.eval({x: [image]}, session=sessions[graph]), labels, k)
