"""argpartition first, then a sort of the few; ties by a key of two parts. A class that is called."""
import numpy as np
import tensorflow as tf


def top_k(probabilities, labels, k=5):
    p = np.reshape(np.asarray(probabilities), -1)
    k = min(k, p.size)
    if not k:
        return []
    least = p[np.argpartition(p, p.size - k)[p.size - k]]
    among = [i for i in range(p.size) if p[i] >= least]
    among.sort(key=lambda i: (-p[i], i))
    return [(p[i], labels[i]) for i in among[:k]]


class Classifier:
    def __call__(self, graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
        fed = graph.get_tensor_by_name(input_name)
        with tf.compat.v1.Session(graph=graph) as session:
            (found,) = session.run([output_name], feed_dict={fed: [image]})
        return top_k(found, labels, k)


classify = Classifier()
