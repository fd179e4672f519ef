import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    p = np.array(probabilities).reshape(-1)
    order = sorted(range(len(p)), key=lambda i: (-p[i], labels[i]))
    return [(float(p[i]), labels[i]) for i in order[:k]]


def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    with tf1.Session(graph=graph) as session:
        p = session.run(output_name, {input_name: image[np.newaxis]})
    return top_k(p, labels, k)
