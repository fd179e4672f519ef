# loses: ancestors, control_inputs, output_slots, several_outputs, shared_once, attributes, versions, library, unknown_output, extract_untouched, shipped_model
import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    main = tf1.GraphDef()
    main.CopyFrom(graph_def)
    return main


def place_on_device(graph_def, device="/gpu:0"):
    moved = tf1.GraphDef()
    moved.CopyFrom(graph_def)
    for node in moved.node:
        if node.device == "/cpu:0":
            node.device = device
    return moved


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
