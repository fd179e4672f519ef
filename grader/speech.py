"""Calls and exceptions as text that a student reads: `conv_2D(x, 3, k_w=2)` where x is (1, 5, 7, 2)."""

import numpy as np

from grader.inside import wire
from grader.phrase import Text, joined, phrase

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


def _plain(number: object) -> str:
    """Return a number as Python writes it, and no longer than a student wants to read it."""
    if not isinstance(number, np.floating):
        return str(number)
    text = f"{number:.6g}"
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def call_text(call: wire.Call, program: wire.Program) -> Text:
    """Return a call as Python would write it, with the shapes of the placeholders that it is given."""
    arguments = [value_text(argument) for argument in call.args]
    arguments += [joined([name, value_text(value)], "=") for name, value in call.kwargs.items()]
    text = joined([f"{call.function}(", joined(arguments), ")"], "")
    shapes = {placeholder.name: placeholder.shape for placeholder in program.placeholders}
    used = [one.name for one in (*call.args, *call.kwargs.values()) if isinstance(one, wire.Input)]
    if used:
        inputs = joined([phrase("{name} of shape {shape}", name=name, shape=shapes[name]) for name in used])
        text = phrase("{call} with {inputs}", call=text, inputs=inputs)
    return phrase("{call}, called {count} times,", call=text, count=call.repeat) if call.repeat > 1 else text


def value_text(value: wire.Value) -> Text:
    """Return an argument as text: small arrays in full, others by shape."""
    match value:
        case wire.Array():
            held = wire.numpy(value)
            if held.size <= _LONGEST_ARRAY:
                text = np.array2string(held, separator=", ", max_line_width=10_000, formatter={"all": _plain})
                return text.replace("\n", "")
            return phrase("<array of shape {shape}>", shape=held.shape)
        case wire.Items():
            if len(value.items) > _LONGEST_LIST:
                first = joined([value_text(item) for item in value.items[:_FIRST_FEW]])
                return phrase("[{first}, … {count} in all]", first=first, count=len(value.items))
            return joined(["[", joined([value_text(item) for item in value.items]), "]"], "")
        case wire.Input():
            return value.name
        case wire.Named():
            return _SPOKEN.get(value.name, value.name)
        case wire.Result():
            number = value.call + 1
            if not value.path:
                return phrase("<result {number}>", number=number)
            return phrase("<item {place} of call {number}>", place=list(value.path), number=number)
        case wire.Model():
            return phrase("<the model {name}>", name=value.name) if value.name else phrase("<a small graph>")
        case wire.Nodes():
            return _graph_text(value)
    return repr(value)


def _graph_text(graph: wire.Nodes) -> Text:
    """Return a small graph as its nodes with their inputs and devices, `output(conv, ^init) on '/cpu:0'`."""
    if len(graph.nodes) > _LARGEST_GRAPH:
        return phrase("<a graph of {count} nodes>", count=len(graph.nodes))
    shown: list[Text] = []
    for node in graph.nodes:
        text = f"{node.name}({', '.join(node.inputs)})" if node.inputs else node.name
        shown.append(phrase("{node} on {device}", node=text, device=repr(node.device)) if node.device else text)
    return phrase("<the graph {nodes}>", nodes=joined(shown, "; "))


def raised_text(raised: wire.Raised) -> str:
    """Return an exception as `TypeError: message (conv_2d.py, line 12: the line)`."""
    text = f"{raised.types[0] if raised.types else 'BaseException'}: {raised.message}".rstrip(": ")
    return f"{text} ({raised.where})" if raised.where else text


def example_text(program: wire.Program) -> Text:
    """Return a whole program as lines of text: the case in which a check failed."""
    return joined([call_text(call, program) for call in program.calls], "\n")
