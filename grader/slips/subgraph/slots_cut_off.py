# loses: output_slots, shipped_model, combined
import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    nodes = {node.name: node for node in graph_def.node}
    needed, queue = set(), list(output_names)
    while queue:
        name = queue.pop().lstrip("^").split(":")[0]
        if name not in needed:
            needed.add(name)
            queue.extend(nodes[name].input)
    main = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    main.node.extend(node for node in graph_def.node if node.name in needed)
    for node in main.node:
        node.input[:] = [entry.split(":")[0] for entry in node.input]
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
