"""The set of needed nodes grows until it doesn't; everything by comprehension."""
import tensorflow as tf

tf1 = tf.compat.v1


def _name(entry):
    entry = entry[1:] if entry[0] == "^" else entry
    return entry.rsplit(":", 1)[0] if ":" in entry else entry


def extract_main_graph(graph_def, output_names=("output",)):
    sources = {n.name: {_name(i) for i in n.input} for n in graph_def.node}
    missing = set(output_names) - sources.keys()
    assert not missing, f"no nodes {missing}"
    needed, before = set(output_names), None
    while needed != before:
        before = needed
        needed = needed.union(*(sources[n] for n in needed))
    g = tf1.GraphDef.FromString(graph_def.SerializeToString())
    for i in reversed(range(len(g.node))):
        if g.node[i].name not in needed:
            del g.node[i]
    return g


def place_on_device(graph_def, device="/gpu:0"):
    g = tf1.GraphDef.FromString(graph_def.SerializeToString())
    [setattr(n, "device", device) for n in g.node if n.device == "/cpu:0"]
    return g


def load_into_graph(graph_def, name="inception"):
    with tf1.Session(graph=tf.Graph()) as session:
        with session.graph.as_default():
            tf1.import_graph_def(graph_def, {}, name=name)
        return session.graph
