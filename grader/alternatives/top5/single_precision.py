import numpy as np
import tensorflow as tf

def top_k(probabilities, labels, k=5):
    p = np.asarray(probabilities, np.float32).flatten()
    order = np.lexsort((np.arange(len(p)), -p))
    return [(np.float32(p[i]), np.str_(labels[i])) for i in order[:k]]

def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    session = tf.compat.v1.InteractiveSession(graph=graph)
    p = graph.get_tensor_by_name(output_name).eval({graph.get_tensor_by_name(input_name): image[None]})
    session.close()
    return top_k(p, labels, k)
