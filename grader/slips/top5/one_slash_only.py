# loses: tensor_names
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    p = np.array(probabilities).reshape(-1)
    order = np.argsort(-p, kind='stable')
    return [(float(p[i]), labels[i]) for i in order[:k]]


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    with tf1.Session(graph=graph) as sess:
        prefix, source = input_name.split('/')[:2]
        p = sess.run('/'.join([prefix] + output_name.split('/')[1:]), {prefix + '/' + source: np.expand_dims(image, 0)})
    return top_k(p, labels, k)
