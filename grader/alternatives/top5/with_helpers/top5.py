import tensorflow as tf
from chiaras_shapes import batch_of_one

tf1 = tf.compat.v1


def top_k(probabilities, labels, k=5):
    """tf.nn.top_k puts the lower index first where values are equal."""
    with tf.Graph().as_default(), tf1.Session() as sess:
        flat = tf.reshape(tf.constant(probabilities), [-1])
        values, indices = sess.run(tf.nn.top_k(flat, k=min(k, len(labels))))
    return [[value, labels[index]] for value, index in zip(values, indices)]


def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    with graph.as_default():
        sess = tf1.Session()
    run = sess.make_callable(output_name, feed_list=[input_name])
    probabilities = run(batch_of_one(image))
    sess.close()
    return top_k(probabilities, labels, k)
