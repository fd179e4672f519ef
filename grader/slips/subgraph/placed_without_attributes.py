# loses: placed_copy, combined
import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    nodes = {node.name: node for node in graph_def.node}
    needed, queue = set(), list(output_names)
    while queue:
        name = queue.pop().lstrip("^").split(":")[0]
        if name not in needed:
            needed.add(name)
            queue.extend(nodes[name].input)
    main = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    main.node.extend(node for node in graph_def.node if node.name in needed)
    return main


def place_on_device(graph_def, device="/gpu:0"):
    moved = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    for node in graph_def.node:
        where = device if node.device == "/cpu:0" else node.device
        moved.node.add(name=node.name, op=node.op, input=node.input, device=where)
    return moved


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
