import atexit
from fractions import Fraction
import numpy
import tensorflow as tf

class Eyes(dict):
    def __missing__(self, graph):
        self[graph] = tf.compat.v1.Session(graph=graph)
        return self[graph]

eyes = Eyes()

def top_k(probabilities, labels, k=5):
    rows = probabilities if len(probabilities.shape) == 2 else [probabilities]
    numbered = sorted(enumerate(rows[0]), key=lambda pair: (-pair[1], pair[0]))
    return tuple([Fraction(float(p)), labels[i]] for i, p in numbered[0:k])

def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):
    batch = numpy.stack([image, image, image])
    return top_k(eyes[graph].run([output_name], {input_name: batch})[0][1], labels, k=k)
