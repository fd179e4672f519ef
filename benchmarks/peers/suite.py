"""The peers' suite: four tests, an exercise each, as an instructor writes them; each returns what it got and wanted.

They ask what the checks of `small.toml` ask, as often. Each grader compares in its own idiom: `assert`, `assertEqual`,
a raised `Mismatch`. This file is laid beside a peer's tests, or its functions are written into them.
"""
# KEY-OF-THE-STAFF: nobody who hands in work should be able to read this line.

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def check_convolution_chain(chain_convolutions):
    """A stage is smaller by the filter's height less one and its width less one."""
    got, want = [], []
    for height, width, k_h, k_w in ((4, 10, 2, 4), (7, 3, 3, 1), (6, 8, 3, 2)):
        image = np.arange(height * width, dtype=np.float32).reshape(height, width)
        want.append(np.lib.stride_tricks.sliding_window_view(image, (k_h, k_w)).sum((2, 3)).tolist())
        with tf.Graph().as_default(), tf1.Session() as session:
            x = tf1.placeholder(tf.float32, (1, height, width, 1))
            flt = tf1.placeholder(tf.float32, (k_h, k_w, 1, 1))
            stages = chain_convolutions(x, flt, 2)
            feeds = {x: image[np.newaxis, :, :, np.newaxis], flt: np.ones((k_h, k_w, 1, 1))}
            got.append(session.run(stages[0], feeds)[0, :, :, 0].tolist())
    return got, want


def check_conv_2d(conv_2D):  # noqa: N803
    """Strides move along height and width."""
    got, want = [], []
    image = np.arange(7 * 11, dtype=np.float32).reshape(7, 11)
    for s_x, s_y in ((1, 2), (3, 1), (2, 3)):
        want.append(image[::s_y, ::s_x].tolist())
        with tf.Graph().as_default(), tf1.Session() as session:
            x = tf1.placeholder(tf.float32, (1, 7, 11, 1))
            _, h, w, b = conv_2D(x, 1, k_w=1, k_h=1, s_x=s_x, s_y=s_y, activation=None)
            session.run(tf1.global_variables_initializer())
            seen, weight, bias = session.run([h, w, b], {x: image[np.newaxis, :, :, np.newaxis]})
            got.append(((seen[0, :, :, 0] - bias.item()) / weight.item()).round(2).tolist())
    return got, want


def check_subgraph(extract_main_graph):
    """The main graph holds the nodes that the output depends on, and no others."""
    got, want = [], []
    for nodes, needed in (
        ({"a": "", "b": "a", "c": "a", "output": "b", "loss": "c"}, "a b output"),
        ({"x": "", "y": "", "z": "x y", "dead": "x", "output": "z x"}, "output x y z"),
        ({"input": "", "left": "input", "right": "input", "output": "left right", "after": "output"},
         "input left output right"),
    ):  # fmt: skip
        want.append(needed.split())
        graph = tf1.GraphDef()
        for name, sources in nodes.items():
            graph.node.add(name=name, op="AddN", input=sources.split())
        got.append(sorted(node.name for node in extract_main_graph(graph).node))
    return got, want


def check_top5(top_k):
    """The most probable classes come first."""
    got, want = [], []
    for scores, k, best in (
        ([100, 300, 50], 3, "theta gamma alpha"),
        ([100, 300, 50, 400, 150, 20], 5, "mu theta zeta gamma alpha"),
        ([7, 512, 3, 9, 256, 128, 64, 5], 5, "theta zeta kappa beta mu"),
        ([11, 22, 33, 44], 2, "mu alpha"),
    ):
        labels = ["gamma", "theta", "alpha", "mu", "zeta", "kappa", "beta", "iota"][: len(scores)]
        want.append([(scores[labels.index(label)] / 1024, label) for label in best.split()])
        got.append(list(top_k(np.array(scores) / 1024, labels, k)))
    return got, want
