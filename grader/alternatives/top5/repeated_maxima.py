"""The best one, k times, from a copy; pruned and run as a function of its own."""
import numpy as np
import tensorflow as tf


def top_k(probabilities, labels, k=5):
    rest = list(np.asarray(probabilities, dtype=object).flatten())
    places = list(range(len(rest)))
    found = []
    while rest and len(found) < k:
        best = max(rest)
        at = rest.index(best)
        found.append((rest.pop(at), labels[places.pop(at)]))
    return found


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    graph_def = graph.as_graph_def()
    wrapped = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph_def, name=''), [])
    run = wrapped.prune(wrapped.graph.as_graph_element(input_name), wrapped.graph.as_graph_element(output_name))
    if tf.executing_eagerly():
        return top_k(run(tf.constant(np.asarray(image, np.float32)[np.newaxis])).numpy(), labels, k)
    raise RuntimeError("this works in TensorFlow 2 only")
