import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    main = tf1.graph_util.extract_sub_graph(graph_def, list(output_names))
    slim = tf1.graph_util.remove_training_nodes(main, list(output_names))
    slim.versions.CopyFrom(graph_def.versions)
    slim.library.CopyFrom(graph_def.library)
    return slim


def place_on_device(graph_def, device="/gpu:0"):
    placed = tf1.GraphDef()
    placed.CopyFrom(graph_def)
    for node in placed.node:
        if node.device == "/cpu:0":
            node.device = device
    return placed


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
