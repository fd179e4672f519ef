"""Exercise 3: surgery on a trained network.

A frozen model is a `GraphDef`: a list of *nodes*, each with a name, an operation, a device, attributes, and
the names of its inputs. It is plain data (a protocol buffer), so it can be read and cut without running
anything.

How an input names where it comes from:

    'conv1'      the first output of node conv1 (short for 'conv1:0')
    'split:2'    the third output of node split
    '^init'      nothing of node init is used, but it must have run before: a control input

Two traps in the tutorial. It moves nodes from one device to another by replacing bytes in the serialized
graph, which works only as long as both names have the same length: a protocol buffer writes lengths down, and
a longer name corrupts it. And it writes `g2.device('/gpu:0')` on a line of its own. That call gives back a
context manager; outside a `with` it places nothing at all. What counts is the field `device` of each node.
"""

from collections.abc import Sequence

import tensorflow as tf

tf1 = tf.compat.v1


def extract_main_graph(graph_def: tf1.GraphDef, output_names: Sequence[str] = ("output",)) -> tf1.GraphDef:
    """Keep what the outputs need, and leave out everything else.

    A node is needed if it is an output, or an input of any kind (also '^name' and 'name:1') of a node that is
    needed.

    Args:
        graph_def: the whole network. It isn't modified.
        output_names: a list or tuple of node names, such as 'output' (a node, so without ':0').

    Returns:
        A new GraphDef with exactly the needed nodes, each as it was: inputs, attributes and device. The
        versions (`graph_def.versions`) and the function library (`graph_def.library`) come along. The order
        of nodes is free.

    Raises:
        Exception: an output name that the graph doesn't have (which kind of exception is up to you).

    Example:
        In the graph a -> b -> output, a -> c -> loss, and with '^init' among the inputs of b, the output
        needs a, b, init and output; c and loss go.
    """
    raise NotImplementedError("your answer goes here")


def place_on_device(graph_def: tf1.GraphDef, device: str = "/gpu:0") -> tf1.GraphDef:
    """Ask for another device wherever '/cpu:0' is asked for.

    Args:
        graph_def: the network. It isn't modified.
        device: the new device, a name of any length, such as '/gpu:0' or '/job:worker/task:3/cpu:0'.

    Returns:
        A copy in which each node whose device is '/cpu:0' has `device` instead. Nodes that ask for no device,
        or for another one, stay as they are.

    Example:
        Three nodes with the devices '/cpu:0', '' and '/gpu:1' have '/gpu:0', '' and '/gpu:1' afterwards.
    """
    raise NotImplementedError("your answer goes here")


def load_into_graph(graph_def: tf1.GraphDef, name: str = "inception") -> tf.Graph:
    """Make a graph that can be run out of a GraphDef.

    Args:
        graph_def: the network.
        name: the prefix for all node names.

    Returns:
        A new tf.Graph with the nodes under the prefix. The graph that was the default one before is as it
        was, and is the default one still.

    Example:
        A node 'input' is found as load_into_graph(graph_def).get_tensor_by_name('inception/input:0').
    """
    raise NotImplementedError("your answer goes here")
