import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=('output',)):
    whole = tf1.GraphDef()
    whole.CopyFrom(graph_def)
    for node in whole.node:
        names = [entry.replace('^', '').split(':')[0] for entry in node.input]
        del node.input[:]
        node.input.extend(names)
    by_name = {node.name: node for node in whole.node}
    keep = set()
    stack = list(output_names)
    while stack:
        name = stack.pop()
        if name not in keep:
            keep.add(name)
            stack.extend(by_name[name].input)
    for node in [node for node in whole.node if node.name not in keep]:
        whole.node.remove(node)
    return whole


def place_on_device(graph_def, device='/gpu:0'):
    placed = tf1.GraphDef()
    placed.CopyFrom(graph_def)
    for node in placed.node:
        if node.device == '/cpu:0':
            node.device = device
    return placed


def load_into_graph(graph_def, name='inception'):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
