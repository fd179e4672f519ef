"""Recursion in an object that is called; fields merged one by one; import into the graph as an argument of a wrapper."""
import sys

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
sys.setrecursionlimit(100_000)


class Keeper:
    def __init__(self, graph_def):
        self.nodes = dict((n.name, n) for n in graph_def.node)
        self.kept = {}

    def __call__(self, name):
        if name in self.kept:
            return
        self.kept[name] = self.nodes[name]
        for source in self.nodes[name].input:
            self(source.split(':')[0].replace('^', ''))


def extract_main_graph(graph_def, output_names=('output',)):
    keep = Keeper(graph_def)
    for name in output_names:
        keep(name)
    main = tf.GraphDef(node=keep.kept.values())
    main.library.MergeFrom(graph_def.library)
    main.versions.MergeFrom(graph_def.versions)
    return main


def place_on_device(graph_def, device='/gpu:0'):
    placed = tf.GraphDef.FromString(graph_def.SerializeToString())
    for i in range(len(placed.node)):
        if placed.node[i].device == '/cpu:0':
            placed.node[i].device = device
    return placed


def load_into_graph(graph_def, name='inception'):
    def inside(graph):
        with graph.as_default():
            tf.import_graph_def(graph_def, {}, None, name)
        return graph
    return inside(tf.Graph())
