"""Graphs that hostile code built: refused by the name of the operation, or ended at a limit; never a fault of ours."""

import pytest

from grader.inside import wire
from grader.observation import Died, Observed, Outcome

FETCH = (wire.Run((wire.Result(0),)),)


def problem(ran):
    seen = ran.observations[0]
    assert isinstance(seen, Observed), (seen, ran.printed)
    assert isinstance(seen.calls[0], wire.Returned), seen.calls
    assert isinstance(seen.runs[0], wire.Problem), seen.runs
    return seen.runs[0]


def build(body):
    return "import tensorflow as tf\ntf1 = tf.compat.v1\ndef attack():\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


@pytest.mark.parametrize(
    ("op", "body"),
    [
        ("ReadFile", "return tf.strings.length(tf.io.read_file('/fixtures/manifest.toml'))"),
        ("WriteFile", "with tf.control_dependencies([tf.io.write_file('/tmp/x', 'x')]): return tf.constant(1)"),
        ("MatchingFiles", "return tf.size(tf.io.matching_files('/*'))"),
        ("EagerPyFunc", "return tf.py_function(lambda: 1.0, [], tf.float32)"),
        ("PyFunc", "return tf1.py_func(lambda: 1.0, [], tf.float32)"),
        ("PrintV2", "with tf.control_dependencies([tf.raw_ops.PrintV2(input='x')]): return tf.constant(1)"),
        ("Timestamp", "return tf.timestamp()"),
        ("WriteFile", "return tf.function(lambda: (tf.io.write_file('/tmp/x', 'x'), tf.constant(1))[1])()"),
        (
            "WriteFile",
            "def body():\n    with tf.control_dependencies([tf.io.write_file('/tmp/x', 'x')]): return tf.constant(1)\n"
            "return tf.cond(tf1.placeholder_with_default(True, []), body, lambda: tf.constant(2))",
        ),
        ("MutableHashTableV2", "return tf.lookup.experimental.MutableHashTable(tf.int64, tf.int64, 0).size()"),
        ("FIFOQueueV2", "return tf1.FIFOQueue(1, tf.int32).dequeue()"),
        ("TensorDataset", "return tf1.data.make_one_shot_iterator(tf1.data.Dataset.from_tensors(1)).get_next()"),
        ("Stage", "return tf.raw_ops.Unstage(dtypes=[tf.float32], shared_name='x')[0]"),
    ],
)
def test_operations_with_effects_are_refused_by_name(submit, op, body):
    found = problem(submit(build(body), in_graph=True, runs=FETCH))
    assert found.kind == "refused"
    if op not in ("TensorDataset", "Stage"):
        assert f"the operation '{op}', which is not a pure" in found.message


FORGE = """
import tensorflow as tf
from inside import student, wire
def graph():
    graph_def = tf.compat.v1.GraphDef()
    graph_def.versions.producer = 1987
    return graph_def
def node(graph_def, name, op, *inputs, **types):
    made = graph_def.node.add(name=name, op=op, input=inputs)
    for key, value in types.items(): made.attr[key].type = value
    return made
def say(graph_def, names=("y",), initializers=()):
    def trace(program, module, root):
        tensors = tuple(wire.Tensor(name + ":0", "float32", ()) for name in names)
        value = tensors[0] if len(tensors) == 1 else wire.Items(tensors)
        calls = (wire.Returned(value),)
        return wire.Traced(program.id, calls, wire.Graph(graph_def.SerializeToString()), initializers)
    student._trace = trace
def const(graph_def, name, value):
    made = node(graph_def, name, "Const")
    tensor = tf.make_tensor_proto(value)
    made.attr["dtype"].type = tensor.dtype
    made.attr["value"].tensor.CopyFrom(tensor)
"""


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("has a function with the name of the operation 'WriteFile'",
         "f = g.library.function.add(); f.signature.name = 'WriteFile'; const(g, 'y', 1.0)"),
        ("'WriteFile', which is not", "const(g, 'y', 1.0); f = g.library.function.add(); f.signature.name = 'f'; "
         "f.node_def.add(name='x', op='WriteFile')"),
        ("which is not", "node(g, 'y', 'No\\nSuch<b>Op</b>' * 1000)"),
        ("nodes", "[const(g, f'n{i}', 1.0) for i in range(30_000)]; const(g, 'y', 1.0)"),
        ("bytes", "const(g, 'y', 1.0); g.node[0].attr['pad'].s = bytes(50 << 20)"),
    ],
    ids=["function named as an operation", "in an unused function", "no operation", "nodes", "bytes"],
)  # fmt: skip
def test_forged_graphs_are_refused(submit, word, body):
    found = problem(submit(f"{FORGE}\ng = graph()\n{body}\nsay(g)\n", in_graph=True, runs=FETCH, cpu_seconds=6.0))
    assert found.kind == "refused"
    assert word in found.message
    assert len(found.message) <= 400


@pytest.mark.parametrize(
    "body",
    [
        "node(g, 'y', 'AddV2', 'z', 'z', T=1); node(g, 'z', 'AddV2', 'y', 'y', T=1)",
        "const(g, 'y', 1.0); const(g, 'y', 2.0)",
        "node(g, 'y', 'Identity', 'nowhere', T=1)",
        "node(g, 'y', 'PartitionedCall').attr['f'].func.name = 'WriteFile'",
        "const(g, '../y', 1.0)",
        "const(g, 'y', 'text')",
        "const(g, 'y', 1.0); g.versions.producer = 2**30; g.versions.min_consumer = 2**30",
        "const(g, 'y', 1.0); g.node[0].device = '/job:evil/task:7'; g.node[0].attr['_class'].list.s.append(b'loc:@no')",
        "node(g, 'y', 'Const', dtype=1).attr['value'].tensor.dtype = 1; "
        "g.node[0].attr['value'].tensor.tensor_shape.dim.add(size=1 << 50)",
        "node(g, 'y', 'Const', dtype=1).attr['value'].tensor.dtype = 20",
    ],
)
def test_graphs_that_cannot_run_are_said_to_fail(submit, body):
    ran = submit(f"{FORGE}\ng = graph()\n{body}\nsay(g)\n", in_graph=True, runs=FETCH)
    seen = ran.observations[0]
    if isinstance(seen, Observed):
        assert isinstance(seen.runs[0], wire.Problem | wire.Ran)
    else:
        assert isinstance(seen, Died)
    assert submit("def attack(): return 1").value() == 1


@pytest.mark.parametrize(
    ("outcomes", "body"),
    [
        ({Outcome.TIMED_OUT}, "return tf.while_loop(lambda i: i >= 0, lambda i: i * 0, [tf.constant(0)])[0]"),
        (
            {Outcome.TIMED_OUT},
            "tf1.disable_control_flow_v2(); return tf1.while_loop(lambda i: i >= 0, lambda i: i * 0, [tf.constant(0)])",
        ),
        ({Outcome.OUT_OF_MEMORY}, "return tf.reduce_sum(tf.fill([1 << 20, 1 << 12], 1.0))"),
        ({Outcome.OUT_OF_MEMORY, Outcome.CRASHED}, "return tf.reduce_sum(tf.fill([1 << 30, 1 << 30], 1.0))"),
        (
            {Outcome.OUT_OF_MEMORY},
            "x = tf.ones([64])\nfor _ in range(30): x = tf.tile(x, [2])\nreturn tf.reduce_sum(x)",
        ),
        (
            {Outcome.OUT_OF_MEMORY, Outcome.TIMED_OUT, Outcome.CRASHED},
            "return tf.tile(tf.constant(['x' * 1000]), [1 << 26])",
        ),
    ],
    ids=["loop", "old loop", "fill", "overflowing fill", "tiles", "strings"],
)
def test_graphs_that_take_too_much_are_ended(submit, outcomes, body):
    ran = submit(build(body), in_graph=True, runs=FETCH, cpu_seconds=1.0 if outcomes == {Outcome.TIMED_OUT} else 4.0)
    seen = ran.observations[0]
    if isinstance(seen, Observed):
        assert isinstance(seen.runs[0], wire.Problem), seen.runs
        assert seen.runs[0].kind == "failed"
    else:
        assert isinstance(seen, Died)
        assert seen.outcome in outcomes
        assert str(seen.message).startswith("running the graph that your code built: ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return tf.ones([24 << 20])", "numbers; at most 1048576 are looked at"),
        ("return tf.fill([1100, 1000], True)", "numbers; at most 1048576 are looked at"),
        ("return tf.zeros([1 << 30, 1 << 30, 0])", "an array of no numbers, in too many rows"),
    ],
)
def test_more_than_is_looked_at_is_refused(submit, body, said):
    seen = submit(build(body), in_graph=True, runs=FETCH).observations[0]
    assert isinstance(seen, Observed)
    assert isinstance(seen.runs[0], wire.Problem)
    assert (seen.runs[0].kind, said in seen.runs[0].message) == ("refused", True)


def test_a_variable_is_not_looked_for_in_a_circle(submit):
    circle = "node(g, 'y', 'Identity', 'z', T=1); node(g, 'z', 'Identity', 'y', T=1)"
    run = wire.Run(("y:0",), assign=(("y:0", wire.Array("<f4", (1,), bytes(4))),))
    ran = submit(f"{FORGE}\ng = graph()\n{circle}\nsay(g)\n", in_graph=True, runs=(run,), cpu_seconds=2.0)
    seen = ran.observations[0]
    assert isinstance(seen, Observed), seen
    assert isinstance(seen.runs[0], wire.Problem)
    assert seen.runs[0].message == "'y:0' is not read from a variable"


def test_a_function_that_calls_itself_is_ended(submit):
    body = (
        "f = g.library.function.add(); f.signature.name = 'f'; a = f.signature.output_arg.add(name='o', type=1)\n"
        "n = f.node_def.add(name='again', op='PartitionedCall'); n.attr['f'].func.name = 'f'\n"
        "n.attr['Tout'].list.type.append(1); n.attr['Tin'].list.SetInParent(); f.ret['o'] = 'again:output:0'\n"
        "n = node(g, 'y', 'PartitionedCall'); n.attr['f'].func.name = 'f'; n.attr['Tout'].list.type.append(1)\n"
        "n.attr['Tin'].list.SetInParent()"
    )
    ran = submit(f"{FORGE}\ng = graph()\n{body}\nsay(g)\n", in_graph=True, runs=FETCH)
    seen = ran.observations[0]
    assert isinstance(seen, Died) or isinstance(seen.runs[0], wire.Problem)


def test_a_million_initializers(submit):
    body = "const(g, 'y', 1.0)"
    source = f"{FORGE}\ng = graph()\n{body}\nsay(g, initializers=('y',) * 1_000_000)\n"
    seen = submit(source, in_graph=True, runs=FETCH).observations[0]
    assert isinstance(seen, Died | Observed)
    assert submit("def attack(): return 1").value() == 1


@pytest.mark.parametrize("name", ["^y", "y:1", ":0", "y:x", "y:99999999999999999999", "", "y\0", "y" * 1_000_000])
def test_names_that_are_no_tensors(submit, name):
    found = problem(
        submit(
            f"{FORGE}\ng = graph()\nconst(g, 'y', 1.0)\nsay(g)\n"
            f"real = student._trace\nimport msgspec\n"
            f"def trace(program, module, root):\n"
            f"    said = real(program, module, root)\n"
            f"    call = wire.Returned(wire.Tensor({name!r}, 'float32', ()))\n"
            f"    return msgspec.structs.replace(said, calls=(call,))\n"
            f"student._trace = trace\n",
            in_graph=True,
            runs=FETCH,
        )
    )
    assert len(found.message) <= 400


def test_the_pure_operations_are_pure():
    from importlib import resources

    ops = set(resources.files("grader.inside").joinpath("pure_ops.txt").read_text().split())
    words = ("File", "Print", "Py", "Queue", "Table", "Dataset", "Iterator", "Save", "Restore", "Send", "Recv", "Rpc",
             "Stage", "Summary", "Log" + "Message", "Decode", "Host", "Remote", "Barrier", "Timestamp", "Inplace",
             "Xla", "Collective", "Nccl", "Mutex", "Audio", "Debug", "Copy", "Reader", "Map", "Immutable", "Delete",
             "Temporary", "Session", "Handle", "Stack", "Cudnn", "Tpu", "Config", "Worker", "Guid")  # fmt: skip
    kept = {"VarHandleOp", "TensorListStack", "DataFormatVecPermute", "DataFormatDimMap"}
    assert {op for op in ops - kept if any(word in op for word in words)} == set()
