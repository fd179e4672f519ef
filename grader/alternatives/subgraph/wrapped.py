"""wrap_function is another way to a new graph; protocol buffers go through text."""
import tensorflow as tf
from google.protobuf import text_format

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    known = {node.name for node in graph_def.node}
    for name in output_names:
        if name not in known:
            raise KeyError(f"{name} is not a node of the graph")
    main = tf1.graph_util.extract_sub_graph(graph_def, [str(name) for name in output_names])
    return main


def place_on_device(graph_def, device="/gpu:0"):
    placed = text_format.Parse(text_format.MessageToString(graph_def), tf1.GraphDef())
    for node in placed.node:
        node.device = device if node.device == "/cpu:0" else node.device
    return placed


def load_into_graph(graph_def, name="inception"):
    with tf.Graph().as_default():
        tf1.import_graph_def(graph_def, name=name)
        return tf1.get_default_graph()
