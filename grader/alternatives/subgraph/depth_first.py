"""Recursion with a raised limit, nodes in topological order."""
import sys

import tensorflow.compat.v1 as tf

tf.disable_eager_execution()
sys.setrecursionlimit(20000)


def extract_main_graph(graph_def, output_names=("output",)):
    nodes = dict((n.name, n) for n in graph_def.node)
    ordered, seen = [], set()

    def visit(name):
        if name in seen:
            return
        seen.add(name)
        node = nodes[name]
        for entry in node.input:
            control = entry.startswith("^")
            visit(entry[1:] if control else entry.partition(":")[0])
        ordered.append(node)

    list(map(visit, output_names))
    result = tf.GraphDef(node=ordered, library=graph_def.library)
    result.versions.MergeFrom(graph_def.versions)
    return result


def place_on_device(graph_def, device="/gpu:0"):
    result = tf.GraphDef(library=graph_def.library, versions=graph_def.versions)
    for node in graph_def.node:
        new = result.node.add()
        new.CopyFrom(node)
        if new.device == "/cpu:0":
            new.device = device
    return result


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def=graph_def, name=name, return_elements=None)
    return graph
