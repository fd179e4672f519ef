"""Training in an evaluator: steps of gradient descent on a graph that a student's code built, with a loss of ours."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import tensorflow as tf
from tensorflow.python.framework import ops

from . import graphs, wire
from .weights import variable_node

tf1 = tf.compat.v1

_LOOPS = frozenset({"Enter", "RefEnter"})
# TensorFlow has functions for the gradients of these, which say that there is none, or that it is 0 everywhere.
_FLAT = frozenset(
    {"StopGradient", "PreventGradient", "Ceil", "Floor", "Rint", "Round", "Sign", "FloorDiv", "TruncateDiv"}
)

Trained = tuple[tuple[float | None, ...], int]
"""What `wire.Ran` says of gradients and steps."""
Train = Callable[[Any, Mapping[str, Any]], Trained]
"""Makes the steps in a session with what else is fed."""


def resolved(graph_def: Any, training: wire.Training | None) -> wire.Training | None:
    """Return training with variables' nodes in the place of what is read from them.

    Raises:
        Refused: something is not read from a variable.
    """
    if training is None:
        return None
    nodes = {node.name: node for node in graph_def.node}
    variables = tuple(variable_node(nodes, str(one)).name for one in training.variables)
    return msgspec.structs.replace(training, variables=variables)


def needed(training: wire.Training | None) -> set[str]:
    """Return the names of the nodes that training needs, its variables among them."""
    names = () if training is None else (training.images, training.logits, *training.variables)
    return {graphs.node_name(str(name)) for name in names}


def prepare(graph: tf.Graph, graph_def: Any, training: wire.Training | None) -> Train:
    """Add loss, gradients and steps to the graph that is the default one.

    Where loops of TensorFlow 1 lie between variables and logits nothing is trained: their gradients can't be built from
    a GraphDef. There a way to the variable on which gradients can flow counts as a gradient of 1.

    Args:
        graph_def: the graph as it was imported.
        training: with names of tensors, and of variables' nodes.

    Returns:
        What makes the steps in a session, batch after batch.
    """
    if training is None:
        return lambda session, feeds: ((), 0)
    logits = str(training.logits)
    variables = list(map(str, training.variables))
    nodes = {node.name: node for node in graphs.ancestors(graph_def, [graphs.node_name(logits)]).node}
    functions = {function.signature.name: function for function in graph_def.library.function}
    if any(nodes[name].op in _LOOPS for name in _reached(nodes, variables, functions)):
        ways = tuple(float(_open_way(nodes, logits, one, functions)) if one in nodes else None for one in variables)
        return lambda session, feeds: (ways, 0)
    images, batches = _tensor(graph, str(training.images)), wire.numpy(training.batches)
    labels, numbers = tf1.placeholder(tf.int32, [None]), wire.numpy(training.labels)
    # Behind a loop that was imported, shapes are lost.
    found = tf.ensure_shape(_tensor(graph, logits), [None, None, None, None])
    row, column = tf.unstack(tf.shape(found)[1:3] // 2)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=found[:, row, column])
    used = [one for one in variables if one in nodes]
    tensors = [_tensor(graph, one) for one in used]
    slopes = [
        None if one is None else tf.convert_to_tensor(one) for one in tf.gradients(tf.reduce_mean(losses), tensors)
    ]
    largest = [tf.zeros([]) if slope is None else tf.reduce_max(tf.abs(slope)) for slope in slopes]
    sloped = [(one, slope) for one, slope in zip(tensors, slopes, strict=True) if slope is not None]
    size = tf.linalg.global_norm([slope for _, slope in sloped]) if sloped else None
    steps = [_step(one, slope / size, training.length) for one, slope in sloped]

    def train(session: Any, feeds: Mapping[str, Any]) -> Trained:
        fed = [{**feeds, images: batch, labels: right} for batch, right in zip(batches, numbers, strict=True)]
        reached = dict(zip(used, map(float, session.run(largest, fed[0])), strict=True))
        for number in range(training.steps):
            session.run(steps, fed[number % len(fed)])
        return tuple(reached.get(one) for one in variables), training.steps

    return train


def in_order(values: list[np.ndarray], training: wire.Training | None) -> list[np.ndarray]:
    """Return what a run fetched with its images in the order in which they were before they were shuffled."""
    if training is None:
        return values
    back = np.argsort(wire.numpy(training.order))
    return [value[back] if np.shape(value)[:1] == back.shape else value for value in values]


def forget_functions_of_gradients(graph_def: Any) -> None:
    """Remove from nodes the name of the Python function that computes their gradient: it is not here."""
    for nodes in (graph_def.node, *(function.node_def for function in graph_def.library.function)):
        for node in nodes:
            node.attr.pop("_gradient_op_type", None)


def _tensor(graph: tf.Graph, name: str) -> Any:
    return graph.get_tensor_by_name(name if ":" in name else f"{name}:0")


def _step(variable: Any, slope: Any, length: float) -> Any:
    if variable.dtype.base_dtype == tf.resource:
        return tf.raw_ops.ResourceApplyGradientDescent(var=variable, alpha=length, delta=slope)
    return tf.raw_ops.ApplyGradientDescent(var=variable, alpha=length, delta=slope).op


def _reached(nodes: Mapping[str, Any], variables: Sequence[str], functions: Mapping[str, Any]) -> set[str]:
    """Return the names of the nodes that depend on a variable by ways on which no operation holds gradients back."""
    users = defaultdict(list)
    for node in nodes.values():
        for entry in node.input:
            if not entry.startswith("^"):
                users[graphs.node_name(entry)].append(node.name)
    found: set[str] = set()
    queue = [user for one in variables for user in users[one]]
    while queue:
        name = queue.pop()
        if name not in found and _lets_through(nodes[name], functions):
            found.add(name)
            queue += users[name]
    return found


def _open_way(nodes: Mapping[str, Any], logits: str, variable: str, functions: Mapping[str, Any]) -> bool:
    """Tell whether logits depend on a variable by a way on which no operation holds gradients back."""
    found: set[str] = set()
    queue = [graphs.node_name(logits)]
    while queue:
        name = queue.pop()
        if name == variable:
            return True
        if name not in found and name in nodes and _lets_through(nodes[name], functions):
            found.add(name)
            queue += [graphs.node_name(entry) for entry in nodes[name].input if not entry.startswith("^")]
    return False


def _lets_through(node: Any, functions: Mapping[str, Any]) -> bool:
    """Tell whether gradients may flow through an operation; of functions, whether through some way in each."""
    kinds = [tf.as_dtype(node.attr[key].type) for key in ("T", "SrcT", "DstT") if node.attr[key].type]
    if node.op in _FLAT or any(kind.is_integer or kind.is_bool or kind == tf.string for kind in kinds):
        return False
    called = [node.op, *(value.func.name for value in node.attr.values() if value.HasField("func"))]
    bodies = [functions[name] for name in called if name in functions]
    if bodies:
        return all(map(_has_way, bodies))
    try:
        return ops.gradient_registry.lookup(node.op) is not None
    except LookupError:
        return False


def _has_way(function: Any) -> bool:
    """Tell whether some result of a function depends on some argument by ways that let gradients through.

    Functions that it calls count as closed: layers have no need of functions in functions beside loops of TensorFlow 1.
    """
    inner = {node.name: node for node in function.node_def}
    arguments = {argument.name for argument in function.signature.input_arg}
    return any(_open_way(inner, result, argument, {}) for result in function.ret.values() for argument in arguments)
