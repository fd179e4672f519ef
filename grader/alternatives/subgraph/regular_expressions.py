import re

import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=('output',)):
    by_name = {n.name: n for n in graph_def.node}
    main, seen = tf1.GraphDef(), set()
    main.MergeFrom(graph_def)
    del main.node[:]

    stack = [by_name[name] for name in output_names]
    while stack:
        n = stack.pop()
        if n.name not in seen:
            seen.add(n.name)
            main.node.append(n)
            stack += [by_name[re.match(r'\^?([^:]+)', i)[1]] for i in n.input]
    return main

def place_on_device(graph_def, device='/gpu:0'):
    out = tf1.GraphDef()
    out.MergeFrom(graph_def)
    for n in filter(lambda n: n.device == '/cpu:0', out.node):
        n.device = device
    return out

def load_into_graph(graph_def, name='inception'):
    g = tf.Graph()
    with g.as_default():
        tf.import_graph_def(graph_def, name=name)
    return g
