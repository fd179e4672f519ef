import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1

kept = {}


def chain_convolutions(x, flt, n=4):
    stages = []
    for _ in range(n):
        x = tf.nn.conv2d(x, flt, strides=1, padding="VALID")
        stages.append(x)
    return stages


def apply_filter(image, kernel, n=4):
    image = np.array(image, np.float32)
    kernel = np.array(kernel, np.float32)
    key = image.shape, kernel.shape, n
    if key not in kept:
        graph = tf.Graph()
        with graph.as_default():
            x = tf1.placeholder(tf.float32, [1, *image.shape, 1])
            stages = chain_convolutions(x, tf.constant(kernel[:, :, np.newaxis, np.newaxis]), n)
        kept[key] = graph, x, stages
    graph, x, stages = kept[key]
    with tf1.Session(graph=graph) as session:
        pictures = session.run(stages, {x: image[np.newaxis, :, :, np.newaxis]})
    return [image] + [picture[0, :, :, 0] for picture in pictures]
