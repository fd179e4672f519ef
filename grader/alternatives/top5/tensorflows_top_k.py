import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()


def top_k(probabilities, labels, k=5):
    p = np.asarray(probabilities).flatten()
    if k == 0:
        return []
    with tf.Session(graph=tf.Graph()) as sess, sess.graph.as_default():
        best = tf.argsort(tf.constant(p), direction='DESCENDING', stable=True)[:k]
        indices = sess.run(best)
    return list(zip(p[indices].tolist(), [labels[i] for i in indices]))


def classify(graph, image, labels, k=5, input_name='inception/input:0', output_name='inception/output:0'):

    with graph.as_default():
        with tf.Session() as sess:
            out = sess.run(graph.get_operation_by_name(output_name.split(':')[0]).outputs[0],
                           feed_dict={input_name: image.reshape((1,) + image.shape)})
    return top_k(out[0], labels, k)
