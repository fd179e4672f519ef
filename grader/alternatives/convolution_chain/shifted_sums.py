import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_eager_execution()
window = lambda y, flt: sum(
    flt[i, j] * y[:, i : int(y.shape[1]) - int(flt.shape[0]) + i + 1, j : int(y.shape[2]) - int(flt.shape[1]) + j + 1]
    for i in range(flt.shape[0]) for j in range(flt.shape[1])
)

def chain_convolutions(x, flt, n=4):
    return [x := window(x, flt) for _ in range(n)]

def apply_filter(image, kernel, n=4):
    graph = tf.Graph()
    with graph.as_default():
        x = tf.constant(np.array(image, "f4")[None, :, :, None])
        stages = chain_convolutions(x, tf.constant(np.array(kernel, "f4")[:, :, None, None]), n)
        with tf.Session() as session:
            return [np.array(image, "f4")] + [session.run(stage)[0, ..., 0] for stage in stages]
