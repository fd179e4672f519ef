"""How the variables of a graph that is run get their values: the grader's, or what the student's code begins with."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from . import graphs

tf1 = tf.compat.v1

_VARIABLE_OPS = ("VarHandleOp", "VariableV2", "Variable")
_READS = ("Identity", "ReadVariableOp", "Enter", "StopGradient", "Snapshot", "GuaranteeConst")


class Weights:
    """What gives variables their values in a run of a graph that a student's code built.

    A variable that is only read is never made: where it is read, the grader's value is fed, or what the variable would
    begin with is computed in the same run. It comes to the same as initializing and assigning it first, without a run
    for that, which would cost as much as the one that is asked for.

    Args:
        graph_def: the graph.
        targets: names of the nodes that are fetched.
        values: (a tensor that is read from a variable, or a variable's handle; its value).
        initializers: names of the operations that give variables what they begin with.

    Raises:
        Refused: a tensor in `values` is not read from a variable.
    """

    def __init__(
        self,
        graph_def: Any,
        targets: Collection[str],
        values: Collection[tuple[str, np.ndarray]],
        initializers: Collection[str],
    ) -> None:
        nodes = {node.name: node for node in graph_def.node}
        needed = graphs.reached(nodes, targets)
        self.feeds: dict[str, np.ndarray] = {}
        self._beginnings: dict[str, str] = {}
        self._assigned: dict[str, tuple[Any, np.ndarray]] = {}
        self._initializers: list[str] = []
        given = {}
        for tensor, value in values:
            variable = variable_node(nodes, tensor)
            given[variable.name] = (variable, value)
        begins = {graphs.node_name(nodes[name].input[0]): name for name in initializers if _assigns(nodes.get(name))}
        users = _users(nodes, needed, {*given, *begins})
        for name, (variable, value) in given.items():
            if _is_only_read(variable, users[name], targets):
                self.feeds |= {f"{reader}:0": value for reader in users[name]}
            else:
                self._assigned[name] = (variable, value)
        for name, initializer in begins.items():
            if name in given or name not in needed:
                continue
            if name in nodes and _is_only_read(nodes[name], users[name], targets):
                self._beginnings |= dict.fromkeys(users[name], nodes[initializer].input[1])
            else:
                self._initializers.append(initializer)

    @property
    def nodes(self) -> set[str]:
        """Names of the nodes that are needed beside the targets."""
        return {*self._assigned, *self._initializers, *map(graphs.node_name, self._beginnings.values())}

    def rewire(self, graph_def: Any) -> None:
        """Have what reads a variable's first value take it from where it is computed."""
        for node in graph_def.node:
            if node.name in self._beginnings:
                kind = node.attr["dtype"].type
                node.op = "Identity"
                node.input[:] = [self._beginnings[node.name], *(e for e in node.input if e.startswith("^"))]
                node.attr.clear()
                node.attr["T"].type = kind

    def set_up(self, graph: tf.Graph, session: Any) -> None:
        """Give variables their values in a session of the imported graph, where nothing else will do."""
        if not self._assigned and not self._initializers:
            return
        with graph.as_default():
            assigns = [_assign(graph, variable, value) for variable, value in self._assigned.values()]
        first = [*map(graph.get_operation_by_name, self._initializers), *(operation for operation, *_ in assigns)]
        session.run(first, {placeholder: value for _, placeholder, value in assigns})


def variable_node(nodes: Mapping[str, Any], tensor: str) -> Any:
    """Return the variable's node that a tensor is read from, or is."""
    node = nodes.get(graphs.node_name(tensor))
    passed: set[str] = set()
    while node is not None and node.op in _READS and node.input and node.name not in passed:
        passed.add(node.name)
        node = nodes.get(graphs.node_name(node.input[0]))
    if node is None or node.op not in _VARIABLE_OPS:
        raise graphs.Refused(f"{tensor!r} is not read from a variable")
    return node


def _assigns(node: Any) -> bool:
    return node is not None and node.op in ("AssignVariableOp", "Assign") and len(node.input) > 1


def _users(nodes: Mapping[str, Any], needed: Collection[str], variables: Collection[str]) -> dict[str, dict[str, str]]:
    """Return by variable the needed nodes that take it, and their operations."""
    users: dict[str, dict[str, str]] = {name: {} for name in variables}
    for name in needed:
        for entry in nodes[name].input:
            if (variable := graphs.node_name(entry)) in users:
                users[variable][name] = nodes[name].op
    return users


def _is_only_read(variable: Any, users: Mapping[str, str], targets: Collection[str]) -> bool:
    reads = all(op == "ReadVariableOp" for op in users.values())
    return variable.op == "VarHandleOp" and variable.name not in targets and reads


def _assign(graph: tf.Graph, variable: Any, value: np.ndarray) -> tuple[Any, Any, np.ndarray]:
    """Return an operation that assigns a fed value to a variable of either kind, its placeholder, and the value."""
    tensor = graph.get_tensor_by_name(variable.name + ":0")
    placeholder = tf1.placeholder(value.dtype, value.shape)
    if variable.op == "VarHandleOp":
        operation = tf.raw_ops.AssignVariableOp(resource=tensor, value=placeholder)
    else:
        operation = tf.raw_ops.Assign(ref=tensor, value=placeholder, validate_shape=True).op
    return operation, placeholder, value
