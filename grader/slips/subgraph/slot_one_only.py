# loses: output_slots, shipped_model, combined
import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=('output',)):
    nodes = {node.name: node for node in graph_def.node}
    keep = set()

    def visit(name):
        todo = [name]
        while todo:
            name = todo.pop()
            if name in keep:
                continue
            keep.add(name)
            for i in nodes[name].input:
                todo.append(i.replace('^', '').replace(':1', ''))

    for name in output_names:
        visit(name)
    g = tf1.GraphDef()
    g.versions.CopyFrom(graph_def.versions)
    g.library.CopyFrom(graph_def.library)
    for node in graph_def.node:
        if node.name in keep:
            g.node.add().CopyFrom(node)
    return g


def place_on_device(graph_def, device='/gpu:0'):
    g = tf1.GraphDef()
    g.CopyFrom(graph_def)
    for node in g.node:
        if node.device == '/cpu:0':
            node.device = device
    return g


def load_into_graph(graph_def, name='inception'):
    with tf.Graph().as_default() as g:
        tf.import_graph_def(graph_def, name=name)
    return g
