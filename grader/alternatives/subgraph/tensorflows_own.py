import copy

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def extract_main_graph(graph_def, output_names=("output",)):
    return tf.graph_util.extract_sub_graph(graph_def, list(output_names))


def place_on_device(graph_def, device="/gpu:0"):
    result = copy.deepcopy(graph_def)
    for node in result.node:
        node.device = {"/cpu:0": device}.get(node.device, node.device)
    return result


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(graph_def, name=name)
    graph.finalize()
    return graph
