"""A topological order with graphlib, and copies by way of JSON."""
import graphlib

import tensorflow as tf
from google.protobuf import json_format

GraphDef = tf.compat.v1.GraphDef


def _name(entry):
    name, _, _ = entry.partition(':')
    return name[1:] if name[:1] == '^' else name


def extract_main_graph(graph_def, output_names=('output',)):
    below = {node.name: list(map(_name, node.input)) for node in graph_def.node}
    order = list(graphlib.TopologicalSorter(below).static_order())
    assert all(name in below for name in output_names), 'no such node'
    wanted = dict.fromkeys(output_names)
    for name in reversed(order):
        if name in wanted:
            wanted.update(dict.fromkeys(below[name]))
    by_name = {node.name: node for node in graph_def.node}
    return GraphDef(node=[by_name[name] for name in order if name in wanted],
                    library=graph_def.library, versions=graph_def.versions)


def place_on_device(graph_def, device='/gpu:0'):
    read = json_format.MessageToDict(graph_def)
    for node in read.get('node', []):
        if node.get('device') == '/cpu:0':
            node['device'] = device
    return json_format.ParseDict(read, GraphDef())


class _Loaded(tf.Graph):
    pass


def load_into_graph(graph_def, name='inception'):
    loaded = _Loaded()
    with loaded.as_default():
        with tf.compat.v1.name_scope(''):
            tf.import_graph_def(graph_def, name=name)
    return loaded
