import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    by_name = {node.name: node for node in graph_def.node}
    keep, stack = set(), list(output_names)
    while stack:
        name = stack.pop()
        if name not in keep:
            keep.add(name)
            stack += [entry.removeprefix("^").split(":")[0] for entry in by_name[name].input]
    main = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    main.node.extend(node for node in graph_def.node if node.name in keep)
    return main


def place_on_device(graph_def, device="/gpu:0"):
    placed = tf1.GraphDef()
    placed.node.extend(graph_def.node)
    for node in placed.node:
        if node.device == "/cpu:0":
            node.device = device
    return placed


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
