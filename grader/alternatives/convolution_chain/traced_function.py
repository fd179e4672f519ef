import numpy as np
import tensorflow as tf

@tf.function
def step(y, flt):
    return tf.nn.convolution(tf.pad(y, [[0, 0]] * 4), flt)

def chain_convolutions(x, flt, n=4):
    stages = [tf.identity(x)]
    while len(stages) <= n:
        stages.append(tf.identity(step(stages[-1], flt)))
    return tuple(stages[1:])

def apply_filter(image, kernel, n=4):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.constant(np.float32(image)[None, ..., None])
        stages = session.run(list(chain_convolutions(x, tf.constant(np.float32(kernel)[..., None, None]), n)))
    return (image, *(stage.squeeze(axis=(0, 3)) for stage in stages))
