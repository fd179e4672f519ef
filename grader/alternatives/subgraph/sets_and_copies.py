"""Sets that grow until nothing is new, copies with copy.deepcopy, deleting from the back."""
import copy
import functools

import tensorflow as tf


def _sources(node):
    return {entry.lstrip('^').rsplit(':', 1)[0] if ':' in entry else entry.lstrip('^') for entry in node.input}


def extract_main_graph(graph_def, output_names=('output',)):
    inputs = {node.name: _sources(node) for node in graph_def.node}
    needed = set(output_names)
    if needed - set(inputs):
        raise LookupError(', '.join(sorted(needed - set(inputs))))
    while True:
        more = functools.reduce(set.union, (inputs[name] for name in needed), needed)
        if more == needed:
            break
        needed = more
    main = copy.deepcopy(graph_def)
    for i in reversed(range(len(main.node))):
        if main.node[i].name not in needed:
            del main.node[i]
    return main


def place_on_device(graph_def, device='/gpu:0'):
    placed = copy.deepcopy(graph_def)
    for node in filter(lambda node: node.device == '/cpu:0', placed.node):
        node.device = device
    return placed


def load_into_graph(graph_def, name='inception'):
    loaded = tf.Graph()
    with tf.compat.v1.Session(graph=loaded):
        tf.graph_util.import_graph_def(graph_def, name=name)
    return loaded
