import tensorflow as tf
from helpers.chiaras_walk import ancestors

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    """The outputs come first here, and their inputs after them: the order of nodes is free."""
    inputs = {node.name: list(node.input) for node in graph_def.node}
    position = {name: i for i, name in enumerate(inputs)}
    main = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    main.node.extend(graph_def.node[position[name]] for name in ancestors(inputs, output_names))
    return main


def place_on_device(graph_def, device="/gpu:0"):
    placed = tf1.GraphDef.FromString(graph_def.SerializeToString())
    for node in placed.node:
        node.device = device if node.device == "/cpu:0" else node.device
    return placed


def load_into_graph(graph_def, name="inception"):
    graph = tf1.Graph()
    with graph.as_default():
        tf1.import_graph_def(graph_def, name=name)
    return graph
