import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(scores, names, k=5):
    p = np.array(scores).reshape(-1)
    order = np.argsort(-p, kind="stable")[:k]
    return [(float(p[i]), names[i]) for i in order]


def classify(model, picture, names, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    with tf1.Session(graph=model) as session:
        p = session.run(output_name, {input_name: picture[np.newaxis]})
    return top_k(p, names, k)
