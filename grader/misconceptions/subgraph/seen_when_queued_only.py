from collections import deque

import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    by_name = {n.name: n for n in graph_def.node}
    result = tf1.GraphDef()
    result.versions.CopyFrom(graph_def.versions)
    result.library.CopyFrom(graph_def.library)

    queue = deque(dict.fromkeys(output_names))
    done = set()
    while queue:
        name = queue.popleft()
        result.node.add().CopyFrom(by_name[name])  # KeyError if unknown
        done.add(name)
        for i in by_name[name].input:
            i = i.split(":")[0]
            if i.startswith("^"):
                i = i[1:]
            if i not in done:
                queue.append(i)
    return result


def place_on_device(graph_def, device="/gpu:0"):
    result = tf1.GraphDef()
    result.CopyFrom(graph_def)
    for node in result.node:
        if node.device == "/cpu:0":
            node.device = device
    return result


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name=name)
    return graph
