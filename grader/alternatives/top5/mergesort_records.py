"""A structured array, sorted by two keys."""
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()


def top_k(probabilities, labels, k=5):
    flat = np.ravel(np.copy(probabilities))
    table = np.empty(flat.size, dtype=[("minus", "f8"), ("index", "i8")])
    table["minus"], table["index"] = -flat.astype("f8"), range(flat.size)
    table.sort(order=["minus", "index"])
    return [(-row["minus"], str(labels[row["index"]])) for row in table[:k]]


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):

    feed = {input_name: [image]}
    with tf.Session(graph=graph).as_default() as session:
        (p,) = session.run((output_name,), feed_dict=feed)
    return top_k(p, labels, k)
