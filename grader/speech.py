"""Calls and exceptions as text that a student reads: `conv_2D(x, 3, k_w=2)` where x is (1, 5, 7, 2)."""

import numpy as np

from grader.inside import wire

_LONGEST_ARRAY = 16
_SPOKEN = {
    "identity": "tf.identity",
    "relu": "tf.nn.relu",
    "tanh": "tf.nn.tanh",
    "lambda": "lambda h: h * 0.5 + 1.0",
    "partial": "partial(tf.nn.leaky_relu, alpha=0.3)",
    "marked": "lambda h: h - 0.25",
    "AUTO_REUSE": "tf1.AUTO_REUSE",
}
_LONGEST_LIST = 16
_FIRST_FEW = 3
_LARGEST_GRAPH = 12


def call_text(call: wire.Call, program: wire.Program) -> str:
    """Return a call as Python would write it, with the shapes of the placeholders that it is given."""
    arguments = [value_text(argument) for argument in call.args]
    arguments += [f"{name}={value_text(value)}" for name, value in call.kwargs.items()]
    text = f"{call.function}({', '.join(arguments)})"
    shapes = {placeholder.name: placeholder.shape for placeholder in program.placeholders}
    used = [one.name for one in (*call.args, *call.kwargs.values()) if isinstance(one, wire.Input)]
    if used:
        text += f" with {', '.join(f'{name} of shape {shapes[name]}' for name in used)}"
    return f"{text}, called {call.repeat} times," if call.repeat > 1 else text


def value_text(value: wire.Value) -> str:
    """Return an argument as text: small arrays in full, others by shape."""
    match value:
        case wire.Array():
            held = wire.numpy(value)
            if held.size <= _LONGEST_ARRAY:
                return np.array2string(held, separator=", ", precision=4).replace("\n", "")
            return f"<array of shape {held.shape}>"
        case wire.Items():
            if len(value.items) > _LONGEST_LIST:
                first = ", ".join(value_text(item) for item in value.items[:_FIRST_FEW])
                return f"[{first}, … {len(value.items)} in all]"
            return f"[{', '.join(map(value_text, value.items))}]"
        case wire.Input():
            return value.name
        case wire.Named():
            return _SPOKEN.get(value.name, value.name)
        case wire.Result():
            return f"<item {list(value.path)} of call {value.call + 1}>" if value.path else f"<result {value.call + 1}>"
        case wire.Model():
            return f"<the model {value.name}>" if value.name else "<a small graph>"
        case wire.Nodes():
            return _graph_text(value)
    return repr(value)


def _graph_text(graph: wire.Nodes) -> str:
    """Return a small graph as its nodes with their inputs and devices, `output(conv, ^init) on '/cpu:0'`."""
    if len(graph.nodes) > _LARGEST_GRAPH:
        return f"<a graph of {len(graph.nodes)} nodes>"
    shown = []
    for node in graph.nodes:
        inputs = f"({', '.join(node.inputs)})" if node.inputs else ""
        shown.append(f"{node.name}{inputs}" + (f" on {node.device!r}" if node.device else ""))
    return f"<the graph {'; '.join(shown)}>"


def raised_text(raised: wire.Raised) -> str:
    """Return an exception as `TypeError: message (conv_2d.py, line 12: the line)`."""
    text = f"{raised.types[0] if raised.types else 'an exception'}: {raised.message}".rstrip(": ")
    return f"{text} ({raised.where})" if raised.where else text


def example_text(program: wire.Program) -> str:
    """Return a whole program as lines of text: the case in which a check failed."""
    return "\n".join(call_text(call, program) for call in program.calls)
