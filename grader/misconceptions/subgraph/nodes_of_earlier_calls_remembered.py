import tensorflow as tf

tf1 = tf.compat.v1


def visit(name, nodes, seen=set()):
    if name not in seen:
        seen.add(name)
        for entry in nodes[name].input:
            visit(entry.removeprefix("^").partition(":")[0], nodes)
    return seen


def extract_main_graph(graph_def, output_names=("output",)):
    nodes = {node.name: node for node in graph_def.node}
    unknown = [name for name in output_names if name not in nodes]
    if unknown:
        raise ValueError(f"no such nodes: {unknown}")
    for name in output_names:
        keep = visit(name, nodes)
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


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
