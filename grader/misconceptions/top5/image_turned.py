import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    p = np.array(probabilities).reshape(-1)
    order = np.argsort(-p, kind="stable")[:k]
    return [(float(p[i]), labels[i]) for i in order]


def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    with tf1.Session(graph=graph) as session:
        p = session.run(output_name, {input_name: np.transpose(image, (1, 0, 2))[np.newaxis]})
    return top_k(p, labels, k)
