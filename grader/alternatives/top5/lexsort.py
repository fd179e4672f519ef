import numpy as np
import tensorflow as tf


def _ranking(p):
    return np.lexsort((np.arange(p.size), -p))


def top_k(probabilities, labels, k=5):
    p = np.atleast_2d(probabilities)[0]
    names = np.array(labels, dtype=object)
    best = _ranking(p)[: min(k, p.size)]
    return [[float(value), name] for value, name in zip(p[best], names[best])]


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):

    with tf.compat.v1.Session(graph=graph, config=tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1)) as session:
        fetched = session.run({"p": output_name}, feed_dict={graph.get_tensor_by_name(input_name): image[np.newaxis, :]})
    return top_k(probabilities=fetched["p"], labels=labels, k=k)
