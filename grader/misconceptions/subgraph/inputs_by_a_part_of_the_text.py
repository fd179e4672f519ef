import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    names = [node.name for node in graph_def.node]
    if not set(output_names) <= set(names):
        raise ValueError(f"{output_names} should be nodes of the graph")
    keep, before = set(output_names), 0
    while len(keep) > before:
        before = len(keep)
        text = " ".join(entry for node in graph_def.node if node.name in keep for entry in node.input)
        keep |= {name for name in names if name in text}
    main = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    main.node.extend(node for node in graph_def.node if node.name in keep)
    return main


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
