# loses: repeated_labels, pictures
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    p = np.array(probabilities).reshape(-1)
    best = [labels[i] for i in np.argsort(-p, kind="stable")[:k]]
    return [(float(p[labels.index(label)]), label) for label in best]


def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    with tf1.Session(graph=graph) as session:
        p = session.run(output_name, {input_name: np.expand_dims(image, 0)})
    return top_k(p, labels, k)
