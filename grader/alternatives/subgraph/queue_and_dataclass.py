from collections import deque
from dataclasses import dataclass, field

import tensorflow as tf
from tensorflow.core.framework import graph_pb2


@dataclass
class Walk:
    graph_def: graph_pb2.GraphDef
    needed: set = field(default_factory=set)

    def __post_init__(self):
        self.index = {node.name: number for number, node in enumerate(self.graph_def.node)}

    def inputs(self, name):
        for entry in self.graph_def.node[self.index[name]].input:
            yield entry.lstrip("^").split(":")[0]

    def run(self, names):
        queue = deque(names)
        while queue:
            name = queue.popleft()
            if self.index[name] not in self.needed:
                self.needed.add(self.index[name])
                queue.extend(self.inputs(name))
        return sorted(self.needed)


def extract_main_graph(graph_def, output_names=("output",)):
    main = graph_pb2.GraphDef()
    main.versions.producer = graph_def.versions.producer
    main.versions.min_consumer = graph_def.versions.min_consumer
    main.versions.bad_consumers.extend(graph_def.versions.bad_consumers)
    main.library.CopyFrom(graph_def.library)
    for number in Walk(graph_def).run(output_names):
        main.node.append(graph_def.node[number])
    return main


def place_on_device(graph_def, device="/gpu:0"):
    placed = graph_pb2.GraphDef()
    placed.ParseFromString(graph_def.SerializeToString(deterministic=True))
    for node in placed.node:
        if not node.device or node.device != "/cpu:0":
            continue
        node.device = device
    return placed


def load_into_graph(graph_def, name="inception"):
    graph = tf.Graph()
    with graph.as_default():
        with graph.device(None):
            tf.graph_util.import_graph_def(graph_def, name=name)
    return graph
