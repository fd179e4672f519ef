"""A structured array sorted by two fields, itertools for the first few, default graph and default session."""
import itertools

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()


def top_k(probabilities, labels, k=5):
    flat = np.ravel(probabilities)
    rows = np.empty(flat.size, dtype=[('minus', flat.dtype), ('place', int)])
    rows['minus'] = -flat
    rows['place'] = np.arange(flat.size)
    rows.sort(order=['minus', 'place'])
    best = ((float(flat[i]), str(labels[i])) for i in rows['place'])
    return list(itertools.islice(best, k))


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    with graph.as_default(), tf.Session().as_default():
        p = graph.get_tensor_by_name(output_name).eval({input_name: np.stack([image])})
    return top_k(p, labels, k)
