"""From the last node to the first, again and again, marking what is needed."""
import copy

import tensorflow as tf


def extract_main_graph(graph_def, output_names=("output",)):
    marked = {name: False for name in (node.name for node in graph_def.node)}
    for name in output_names:
        if name not in marked:
            raise LookupError(name)
        marked[name] = True
    changed = True
    while changed:
        changed = False
        for node in reversed(graph_def.node):
            if marked[node.name]:
                for entry in node.input:
                    source = entry.strip("^").split(":")[0]
                    changed, marked[source] = changed or not marked[source], True
    main = copy.deepcopy(graph_def)
    kept = [copy.deepcopy(node) for node in graph_def.node if marked[node.name]]
    main.ClearField("node")
    main.node.extend(kept)
    return main


def place_on_device(graph_def, device="/gpu:0"):
    placed = type(graph_def)()
    placed.MergeFrom(graph_def)
    for index, node in enumerate(graph_def.node):
        if node.device == "/cpu:0":
            placed.node[index].device = device
    return placed


def load_into_graph(graph_def, name="inception"):
    g = tf.compat.v1.Graph()
    with tf.compat.v1.Session(graph=g):
        tf.compat.v1.import_graph_def(graph_def, name=name)
    return g
