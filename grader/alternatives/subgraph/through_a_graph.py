import tensorflow as tf
tf1 = tf.compat.v1

def extract_main_graph(graph_def, output_names=("output",)):
    # TensorFlow's own walk: operations instead of nodes, and the nodes looked up at the end.
    with tf1.Graph().as_default() as graph:
        tf1.import_graph_def(graph_def, name="")
    found, queue = [], [graph.get_operation_by_name(name) for name in output_names]
    while queue:
        operation = queue.pop(0)
        if operation not in found:
            found.append(operation)
            queue.extend([one.op for one in operation.inputs] + list(operation.control_inputs))
    nodes = {node.name: node for node in graph_def.node}
    main = tf1.GraphDef()
    main.CopyFrom(graph_def)
    main.ClearField("node")
    main.node.extend(nodes[operation.name] for operation in found)
    used = _called(main.node, {function.signature.name: function for function in graph_def.library.function})
    keep = [function for function in graph_def.library.function if function.signature.name in used]
    main.library.ClearField("function")
    main.library.function.extend(keep)
    return main

def _called(nodes, functions):
    # Functions in use: called as an operation, through an attribute, or by such a function.
    found = set()
    for node in nodes:
        lists = [one for value in node.attr.values() for one in (value.func, *value.list.func)]
        found |= {name for name in (node.op, *(one.name for one in lists)) if name in functions}
    for name in list(found):
        rest = {other: function for other, function in functions.items() if other not in found}
        found |= _called(functions[name].node_def, rest)
    return found

def place_on_device(graph_def, device="/gpu:0"):
    return tf1.GraphDef(
        node=[_moved(node, device) for node in reversed(graph_def.node)],
        versions=graph_def.versions,
        library=graph_def.library,
    )

def _moved(node, device):
    copy = tf1.NodeDef.FromString(node.SerializeToString())
    copy.device = device if copy.device == "/cpu:0" else copy.device
    return copy

def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default(), tf1.Session(graph=graph):
        tf.graph_util.import_graph_def(graph_def, None, None, name)
    return graph
