import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    by_name = {node.name: node for node in graph_def.node}
    main = tf1.GraphDef(versions=graph_def.versions, library=graph_def.library)
    queue = list(dict.fromkeys(output_names))
    found = set(queue)
    for name in queue:
        main.node.append(by_name[name])
        parents = [entry.removeprefix("^").split(":")[0] for entry in by_name[name].input]
        new = [parent for parent in parents if parent not in found]
        found.update(new)
        queue += new
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
