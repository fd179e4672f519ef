"""A student fork's work: import one module of a submission, make the calls of its programs, tell what came back.

Whatever is written here can be forged by the student's code, which runs in the same process. So nothing here judges.
"""

import contextlib
import importlib.util
import linecache
import re
import sys
import traceback
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import graph_pb2
from tensorflow.python.eager import context as eager
from tensorflow.python.framework import ops

from . import frames, graphs, registry, wire

tf1 = tf.compat.v1

_LONGEST_MESSAGE = 600
_PLAIN = (bool, int, float, str)
_ARRAYS = ("__array__", "__array_interface__", "__array_struct__")
"""What makes an object one that `np.asarray` takes, beside the buffer protocol; Pillow's images have the second."""
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


class _NeedsEarlier(Exception):
    """An argument refers to what an earlier call did not return."""


def serve(job: wire.StudentJob, root: Path, answers: frames.Answers) -> None:
    """Import the job's module from the files under `root` and answer its programs, one message each.

    Args:
        job: what to do; its files lie under `root` already.
        root: the submission's folder.
        answers: where `Imported` and then one `Traced` a program are written.
    """
    try:
        module = _import(job.module, root, job.path)
    except BaseException as error:
        frames.write(answers, wire.Imported(_raised(error, root)))
        return
    frames.write(answers, wire.Imported())
    for program in job.programs:
        frames.write(answers, _trace(program, module, root))


def _import(name: str, root: Path, path: str) -> ModuleType:
    """Import a student's module as `exercises.<name>`, so that both plain and relative imports find its neighbours."""
    given = sys.modules["exercises"]
    folders = [str(root), str(root / "exercises")]
    given.__path__ = [*given.__path__, *folders]
    sys.path[:0] = folders
    spec = importlib.util.spec_from_file_location(f"exercises.{name}", root / PurePosixPath(path))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = sys.modules[f"exercises.{name}"] = module
    spec.loader.exec_module(module)
    return module


def _trace(program: wire.Program, module: ModuleType, root: Path) -> wire.Traced:
    tf1.set_random_seed(1) if not program.in_graph else None
    graph = tf.Graph()
    given: dict[str | bytes, Any] = {}
    values: list[Any] = []
    outcomes: list[wire.Outcome] = []
    context = graph.as_default()
    if program.in_graph:
        context.__enter__()
        tf1.set_random_seed(1)
        for placeholder in program.placeholders:
            shape = tuple(placeholder.shape)
            given[placeholder.name] = tf1.placeholder(placeholder.dtype, shape, name=placeholder.name)
    try:
        for call in program.calls:
            value, outcome = _call(call, module, given, values, graph, root)
            values.append(value)
            outcomes.append(outcome)
        if not program.in_graph:
            return wire.Traced(program.id, tuple(outcomes))
        initializers = tuple(variable.initializer.name for variable in tf1.global_variables())
        data = graph.as_graph_def().SerializeToString()
        trainable = tuple(_handle(variable).op.name for variable in tf1.trainable_variables())
        return wire.Traced(program.id, tuple(outcomes), wire.Graph(data), initializers, trainable)
    finally:
        if program.in_graph:
            context.__exit__(None, None, None)


_FAILED = object()


def _call(
    call: wire.Call, module: ModuleType, given: dict[str | bytes, Any], values: list[Any], graph: tf.Graph, root: Path
) -> tuple[Any, wire.Outcome]:
    """Make one call. The arguments (save graphs) are made afresh for each, and compared with copies afterwards."""
    try:
        named = {str(i): _argument(arg, given, values) for i, arg in enumerate(call.args)}
        named |= {key: _argument(arg, given, values) for key, arg in call.kwargs.items()}
    except _NeedsEarlier as error:
        return _FAILED, wire.Unmade(str(error))
    before = {key: _fingerprint(value) for key, value in named.items()}
    try:
        function = _function(module, call.function)
        args = [named[str(i)] for i in range(len(call.args))]
        for _ in range(call.repeat):
            result = function(*args, **{key: named[key] for key in call.kwargs})
        left = _left_entered(graph)
        # What came may compute only when it is looked at, on the arguments too: so they are compared afterwards.
        value = _value(result, graph)
        touched, grown = [], 0
        for key, held in named.items():
            if isinstance(held, tf.Graph):
                grown += len(held.get_operations()) - before[key]
            elif _fingerprint(held) != before[key]:
                touched.append(key)
        if _left_entered(graph) or left:
            touched.append(wire.DEFAULT_GRAPH)
        if isinstance(result, tf.Graph) and any(result is one for one in values):
            touched.append(wire.EARLIER_GRAPH)
        return result, wire.Returned(value, tuple(touched), grown)
    except BaseException as error:
        _left_entered(graph)
        return _FAILED, _raised(error, root)


def _left_entered(graph: tf.Graph) -> bool:
    """Tell whether a call entered other graphs than `graph`, the default one, and never left them; leave them for it.

    Otherwise TensorFlow would refuse to leave `graph` later on, and all that is asked afterwards would be lost too.
    """
    entered: list[Any] = ops._default_graph_stack.stack
    if graph not in entered or entered[-1] is graph:
        return False
    while entered[-1] is not graph:
        entered.pop()
        eager.context().context_switches.pop()
    return True


def _function(module: ModuleType, name: str) -> Callable[..., Any]:
    function = getattr(module, name, None)
    if function is None:
        raise AttributeError(f"the module has no function {name!r}")
    return function  # type: ignore[no-any-return]


def _argument(value: wire.Value, given: dict[str | bytes, Any], values: list[Any]) -> Any:
    """Return the Python object that an argument stands for, a new one for each call unless it is a graph."""
    match value:
        case wire.Items():
            return [_argument(item, given, values) for item in value.items]
        case wire.Array():
            return np.array(wire.numpy(value))
        case wire.Input():
            return given[value.name]
        case wire.Result():
            return _pick(value, values)
        case wire.Named():
            return registry.NAMED[value.name]()
        case wire.Nodes():
            return graphs.make(value)
        case wire.Model():
            return _model(value, given)
    return value


def _pick(reference: wire.Result, values: list[Any]) -> Any:
    found = values[reference.call]
    try:
        for step in reference.path:
            found = found[step]
    except Exception as error:
        raise _NeedsEarlier(f"call {reference.call + 1} did not return an item {list(reference.path)}") from error
    if found is _FAILED:
        raise _NeedsEarlier(f"call {reference.call + 1} did not return")
    return found


def _model(model: wire.Model, given: dict[str | bytes, Any]) -> Any:
    """Return a GraphDef, or a graph that holds it: one and the same for all calls of a program that speak of it."""
    if model.prefix is None:
        return registry.shipped(model.name) if model.nodes is None else graphs.make(model.nodes)
    key = wire.encode(model)
    if key in given:
        return given[key]
    graph_def = registry.parsed(model.name) if model.nodes is None else graphs.make(model.nodes)
    # Here and not in a function of its own, which student code could call: one of the exercises asks for just that.
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name=model.prefix)
    if model.finalized:
        graph.finalize()
    given[key] = graph
    return graph


def _fingerprint(value: Any) -> Any:
    """Return something that compares equal as long as `value` holds the same."""
    if isinstance(value, np.ndarray):
        return (value.shape, str(value.dtype), value.tobytes())
    if isinstance(value, graph_pb2.GraphDef):
        return value.SerializeToString(deterministic=True)
    if isinstance(value, tf.Graph):
        return len(value.get_operations())
    if isinstance(value, list):
        return [_fingerprint(item) for item in value]
    return repr(value) if isinstance(value, int | float | str) else None


def _value(value: Any, graph: tf.Graph, deepest: int = wire.DEEPEST) -> wire.Value:
    """Return what a call returned as data, with tensors and variables of `graph` by name."""
    if deepest == 0:
        return wire.Other("data nested too deeply")
    if type(value) in _PLAIN:
        return wire.to_wire(value)
    if isinstance(value, list | tuple):
        return wire.Items(tuple(_value(item, graph, deepest - 1) for item in value))
    if isinstance(value, graph_pb2.GraphDef):
        return wire.Graph(value.SerializeToString())
    if isinstance(value, tf.Graph):
        return wire.Graph(value.as_graph_def().SerializeToString(), live=True)
    if isinstance(getattr(value, "value", None), tf.Variable):  # a variable of Keras's, which holds one of TensorFlow's
        value = value.value
    if isinstance(value, tf.Variable | tf1.Variable):
        return _variable(value, graph)
    if tf.is_tensor(value) and not hasattr(value, "numpy"):
        if getattr(value, "graph", None) is not graph:
            return wire.Other("a tensor of another graph")
        return wire.Tensor(value.name, value.dtype.base_dtype.name, _shape(value))
    if value is None or isinstance(value, bool | int | float | str | dict | np.generic | wire.Frozen):
        return wire.to_wire(value)
    if isinstance(value, np.ndarray | memoryview | array) or any(hasattr(value, one) for one in _ARRAYS):
        try:
            return wire.to_wire(np.asarray(value))
        except (TypeError, ValueError, NotImplementedError):
            return wire.Other(wire.type_name(value))
    return wire.to_wire(value)


def _variable(value: Any, graph: tf.Graph) -> wire.Value:
    if getattr(value, "graph", None) is not graph:
        return wire.Other("a variable of another graph")
    handle = _handle(value)
    trainable = any(value is one for one in tf1.trainable_variables())
    return wire.Variable(value.name, value.dtype.base_dtype.name, _shape(value), handle.name, trainable)


def _handle(variable: Any) -> Any:
    return variable.handle if hasattr(variable, "handle") else variable._ref()


def _shape(value: Any) -> tuple[int | None, ...] | None:
    shape = tf.TensorShape(value.shape)
    return None if shape.rank is None else tuple(shape.as_list())


def _raised(error: BaseException, root: Path) -> wire.Raised:
    """Return an exception as data: class names, its message without addresses, where in the student's files."""
    with contextlib.suppress(Exception):
        # What comes before the student's own lines is ours, and says nothing to them.
        first = error.__traceback__
        while first and not first.tb_frame.f_code.co_filename.startswith(str(root)):
            first = first.tb_next
        traceback.print_exception(type(error), error, first)
    types = tuple(wire.unicode(kind.__name__[:100]) for kind in type(error).__mro__ if kind is not object)
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be shown)"
    message = _ADDRESS.sub("0x…", wire.unicode(message))[:_LONGEST_MESSAGE]
    return wire.Raised(types, message, wire.unicode(next(_lines(error, root), "")))


def _lines(error: BaseException, root: Path) -> Iterator[str]:
    """Yield the places in the student's own files that the traceback went through, innermost first."""
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(str(root)):
        yield f"{Path(error.filename).relative_to(root)}, line {error.lineno}: {(error.text or '').strip()[:200]}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(str(root)):
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
            yield f"{Path(frame.filename).relative_to(root)}, line {frame.lineno}: {line[:200]}"
