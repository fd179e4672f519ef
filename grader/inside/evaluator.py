"""An evaluator fork's work: reduce and run graphs that a student's code built, with inputs and weights of ours.

No student Python runs here. A graph is pruned to what is asked of it, refused if it holds anything but pure operations
of bounded size, and run in a session of its own.
"""

from typing import Any, Literal

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

from . import frames, graphs, training, wire
from .weights import Weights

tf1 = tf.compat.v1

_LONGEST_MESSAGE = 400
# What a run gives is compared in several ways, each with copies of it. Right answers hold some ten thousand.
_MOST_NUMBERS = 1 << 20


def serve(job: wire.EvaluatorJob, answers: frames.Answers) -> None:
    """Answer the requests of a job, one `Evaluated` each."""
    tf1.disable_eager_execution()
    allowed = graphs.pure_ops()
    for request in job.requests:
        frames.write(answers, _evaluate(request, job.limits, allowed))


def _evaluate(request: wire.Evaluate, limits: wire.Limits, allowed: frozenset[str]) -> wire.Evaluated:
    parsed: list[Any] = []
    reduced: list[wire.Nodes | wire.Problem] = []
    for graph in request.graphs:
        try:
            graph_def = _parse(graph, limits)
            nodes = graphs.reduce(graph_def)
        except (wire.WireError, graphs.Refused) as error:
            parsed.append(None)
            reduced.append(_problem("refused", str(error)))
        else:
            parsed.append(graph_def)
            reduced.append(nodes)
    runs: list[wire.Ran | wire.Problem] = []
    for index, run in request.runs:
        if index < 0:
            runs.append(_problem("refused", "it asks for a graph that was not returned"))
            continue
        if parsed[index] is None:
            runs.append(reduced[index])  # type: ignore[arg-type]
            continue
        try:
            runs.append(_run(run, parsed[index], request.initializers, limits, allowed))
        except graphs.Refused as error:
            runs.append(_problem("refused", str(error)))
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryError from error
        except MemoryError:
            raise
        except Exception as error:
            runs.append(_problem("failed", f"{type(error).__name__}: {_without_trace(str(error))}"))
    return wire.Evaluated(request.id, tuple(reduced), tuple(runs))


def _without_trace(message: str) -> str:
    """Return what TensorFlow says of a node that failed, without where in Python its graph was built."""
    lines = message.splitlines()
    places = [number for number, line in enumerate(lines) if line.startswith("Node: ")]
    return lines[places[0] + 1] if places and places[0] + 1 < len(lines) else message


def _problem(kind: Literal["refused", "failed"], message: str) -> wire.Problem:
    return wire.Problem(kind, wire.unicode(message[:_LONGEST_MESSAGE]))


def _parse(graph: wire.Graph, limits: wire.Limits) -> Any:
    if len(graph.data) > limits.graph_bytes:
        raise graphs.Refused(f"the graph has {len(graph.data)} bytes; at most {limits.graph_bytes} are run")
    graph_def = graphs.parse(graph)
    if len(graph_def.node) > limits.graph_nodes:
        raise graphs.Refused(f"the graph has {len(graph_def.node)} nodes; at most {limits.graph_nodes} are run")
    return graph_def


def _run(
    run: wire.Run, graph_def: Any, initializers: tuple[str, ...], limits: wire.Limits, allowed: frozenset[str]
) -> wire.Ran:
    targets = [_tensor_name(entry) for entry in run.fetches]
    feeds = {_tensor_name(entry): wire.numpy(value) for entry, value in run.feeds}
    asked = training.resolved(graph_def, run.training)
    values = [(_tensor_name(entry), wire.numpy(value)) for entry, value in run.assign]
    fetched_nodes = {graphs.node_name(name) for name in (*targets, *feeds)} | training.needed(asked)
    weights = Weights(graph_def, fetched_nodes, values, initializers)
    pruned = graphs.ancestors(graph_def, fetched_nodes | weights.nodes)
    graphs.refuse_impure(pruned, limits.graph_nodes, allowed)
    weights.rewire(pruned)
    if not run.placed:
        for node in pruned.node:
            node.device = ""
    if asked is not None:
        training.forget_functions_of_gradients(pruned)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(pruned, name="")
        wanted_tensors = [_readable(graph, name) for name in targets]
        train = training.prepare(graph, pruned, asked)
        config = config_pb2.ConfigProto(
            device_count={"CPU": 2 if run.placed else 1},
            intra_op_parallelism_threads=1,
            inter_op_parallelism_threads=1,
            allow_soft_placement=bool(run.placed),
            placement_period=0,
        )
        # A graph is run once, so rewriting it first costs more than it saves.
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        with tf1.Session(graph=graph, config=config) as session:
            weights.set_up(graph, session)
            gradients, steps = train(session, weights.feeds)
            devices: tuple[str, ...] = ()
            if run.placed:
                fetched, devices = _placed(session, wanted_tensors, feeds | weights.feeds, run.placed)
            else:
                fetched = training.in_order(session.run(wanted_tensors, feeds | weights.feeds), asked)
    if any(wire.hollow(np.shape(value)) for value in fetched):
        raise graphs.Refused("it gives an array of no numbers, in too many rows")
    count = sum(map(np.size, fetched))
    if count > _MOST_NUMBERS:
        raise graphs.Refused(f"it gives {count} numbers; at most {_MOST_NUMBERS} are looked at")
    return wire.Ran(tuple(wire.array(value) for value in fetched), devices, gradients, steps)


def _tensor_name(entry: Any) -> str:
    if not isinstance(entry, str) or not entry:
        raise graphs.Refused("it asks for something that is no tensor")
    return entry if ":" in entry else entry + ":0"


def _readable(graph: tf.Graph, name: str) -> Any:
    """Return the tensor of that name, or the value of the resource variable whose handle it is."""
    tensor = graph.get_tensor_by_name(name)
    if tensor.op.type != "VarHandleOp":
        return tensor
    return tf.raw_ops.ReadVariableOp(resource=tensor, dtype=tensor.op.get_attr("dtype"))


def _placed(
    session: Any, targets: list[Any], feeds: dict[str, np.ndarray], names: tuple[str, ...]
) -> tuple[list[Any], tuple[str, ...]]:
    """Run and say where TensorFlow really ran each named node ("" if it did not run)."""
    options = config_pb2.RunOptions(output_partition_graphs=True)
    metadata = config_pb2.RunMetadata()
    fetched = session.run(targets, feeds, options=options, run_metadata=metadata)
    ran = {node.name: node.device for part in metadata.partition_graphs for node in part.node}
    return fetched, tuple(ran.get(name, "") for name in names)
