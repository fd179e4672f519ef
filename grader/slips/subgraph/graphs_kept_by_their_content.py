# loses: new_graph
import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    nodes = {node.name: node for node in graph_def.node}
    keep, stack = set(), list(output_names)
    while stack:
        name = stack.pop()
        if name not in keep:
            keep.add(name)
            stack += [entry.removeprefix("^").partition(":")[0] for entry in nodes[name].input]
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


kept = {}


def load_into_graph(graph_def, name="inception"):
    key = name, graph_def.SerializeToString(deterministic=True)
    if key not in kept:
        with tf.Graph().as_default() as kept[key]:
            tf.import_graph_def(graph_def, name=name)
    return kept[key]
