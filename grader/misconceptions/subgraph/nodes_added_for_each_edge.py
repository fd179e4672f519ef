import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def, output_names=("output",)):
    nodes = {n.name: n for n in graph_def.node}
    main = tf1.GraphDef()
    main.versions.CopyFrom(graph_def.versions)
    main.library.CopyFrom(graph_def.library)
    done = set(output_names)
    stack = [nodes[o] for o in done]
    main.node.extend(stack)
    while stack:
        node = stack.pop()
        for i in node.input:
            i = i.lstrip("^").split(":")[0]
            main.node.append(nodes[i])
            if i not in done:
                done.add(i)
                stack.append(nodes[i])
    return main


def place_on_device(graph_def, device="/gpu:0"):
    new = tf1.GraphDef()
    new.CopyFrom(graph_def)
    for n in new.node:
        if n.device == "/cpu:0":
            n.device = device
    return new


def load_into_graph(graph_def, name="inception"):
    g = tf.Graph()
    with g.as_default():
        tf.import_graph_def(graph_def, name=name)
    return g
