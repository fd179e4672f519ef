import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def chain_convolutions(x, flt, n=4):
    stages = []
    for i in range(n):
        shape = [int(flt.shape[0]), int(flt.shape[1]), 1, 1]
        w = tf1.get_variable(f"filter_{i}", shape, initializer=tf1.glorot_uniform_initializer(seed=i))
        x = tf.nn.conv2d(x, w, strides=1, padding="VALID")
        stages.append(x)
    return stages


def apply_filter(image, kernel, n=4):
    image = np.array(image, np.float32)
    kernel = np.array(kernel, np.float32)
    with tf.Graph().as_default(), tf1.Session() as session:
        x = tf.constant(image[np.newaxis, :, :, np.newaxis])
        flt = tf.constant(kernel[:, :, np.newaxis, np.newaxis])
        stages = chain_convolutions(x, flt, n)
        session.run(tf1.global_variables_initializer())
        stages = session.run(stages)
    return [image] + [stage[0, :, :, 0] for stage in stages]
