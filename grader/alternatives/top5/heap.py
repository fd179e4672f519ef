import heapq

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    p = np.ravel(probabilities)
    return [(p[i], labels[i]) for i in heapq.nlargest(k, range(len(p)), key=p.__getitem__)]


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    with tf1.Session(graph=graph) as sess:
        p, = sess.run([output_name], {input_name: image[None, ...]})
    return top_k(p, labels, k)
