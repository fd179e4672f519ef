"""Take the best that is left, k times; the first of equals wins."""
import numpy as np
import tensorflow as tf


def top_k(probabilities, labels, k=5):
    left = [(float(p), i) for i, p in enumerate(np.array(probabilities, dtype=float).reshape(-1))]
    answer = []
    while left and len(answer) < k:
        p, i = max(left, key=lambda pair: (pair[0], -pair[1]))
        left.remove((p, i))
        answer.append((p, labels[i]))
    return answer


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):

    sess = tf.compat.v1.Session(graph=graph)
    p = sess.run(output_name, {input_name: np.array([image])})
    del sess
    return top_k(p, labels, k)
