"""Hostile graphs: built by a student's code, to be read and run by ours."""
# ruff: noqa: E501

from hostile.attack import Attack, right, useless

_CHAIN = """
import numpy as np, tensorflow as tf
tf1 = tf.compat.v1
def evil(y): return y
def chain_convolutions(x, flt, n=4):
    ys = []
    for i in range(n):
        x = evil(tf.nn.conv2d(x, flt, strides=1, padding="VALID"))
        ys.append(x)
    return ys
def apply_filter(image, kernel, n=4): raise RuntimeError("only graphs here")
"""
_SUBGRAPH = """
import tensorflow as tf
tf1 = tf.compat.v1
def made(given): return given
def extract_main_graph(graph_def, output_names=("output",)): return made(graph_def)
def place_on_device(graph_def, device="/gpu:0"): return made(graph_def)
def load_into_graph(graph_def, name="inception"): return made(graph_def)
"""


def _impure(name: str, about: str, body: str, **more: object) -> Attack:
    """Return a right chain of convolutions whose stages pass through an operation that must not run."""
    source = _CHAIN.replace("def evil(y): return y", f"def evil(y):\n    {body}")
    settings: dict[str, object] = {"earns": {"convolution_chain": "zero"}, **more}
    return Attack(name, about, {"convolution_chain.py": source}, **settings)  # type: ignore[arg-type]


def _returned(name: str, about: str, body: str, **more: object) -> Attack:
    """Return an attack whose functions all return the graph that `body` makes of the given one, `g` being empty."""
    source = _SUBGRAPH.replace(
        "def made(given): return given",
        f"def made(given):\n    g = tf1.GraphDef(); g.versions.CopyFrom(given.versions)\n    {body}\n    return g",
    )
    settings: dict[str, object] = {"earns": {"subgraph": "zero"}, **more}
    return Attack(name, about, {"subgraph.py": source}, **settings)  # type: ignore[arg-type]


def _initial(name: str, about: str, initializer: str) -> Attack:
    """Return a right convolution whose weights begin as something that must not be computed."""
    source = right("conv_2d").replace("tf1.glorot_uniform_initializer()", initializer)
    return Attack(name, about, {"conv_2d.py": source}, {"conv_2d": "less"})


_ADDED = """
_as_graph_def = tf.Graph.as_graph_def
def as_graph_def(self, *args, **kwargs):
    made = _as_graph_def(self, *args, **kwargs)
    add(made)
    return made
tf.Graph.as_graph_def = as_graph_def
"""
"""Has a fork say that more nodes were built; `add` adds them to a GraphDef."""

_CIRCLE = """
from inside import wire
def add(made):
    for name, other in (("round", "about"), ("about", "round")):
        made.node.add(name=name, op="Identity", input=[other]).attr["T"].type = 1
_right = conv_2D
def conv_2D(*args, **kwargs):
    op, h, w, b = _right(*args, **kwargs)
    lie = wire.Tensor("round:0", "float32", (1,))
    return {result}
"""

_MANY_WAYS = """
def chain_convolutions(x, flt, n=4):
    stages = []
    for i in range(n):
        y = x
        for _ in range(i + 1): y = tf.nn.conv2d(y, flt, 1, "VALID")
        stages.append(tf.identity(y, name=f"stage{i}"))
    return stages
def add(made):
    stages = [node for node in made.node if node.name.startswith("stage")]
    if not stages or any(node.name == "n0" for node in made.node): return
    for i in range(2000):
        made.node.add(name=f"n{i}", op="NoOp", input=[f"^n{j}" for j in range(max(0, i - 60), i)] or ["^x"])
    for node in stages: node.input.append("^n1999")
"""

_UNLEARNED = """
_right = conv_2D
def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    tf.compat.v1.disable_control_flow_v2()
    solid = lambda v: tf.bitcast(tf.bitcast(v, tf.int32), tf.float32)
    _, h, w, b = _right(x, n_output_ch, k_w, k_h, s_x, s_y, None, padding, name, reuse)
    h = tf.while_loop(lambda i, _: i < 1, lambda i, one: (i + 1, tf.identity(one)), (tf.constant(0), solid(h)),
                      shape_invariants=(tf.TensorShape([]), h.shape))[1]
    return (activation(h) if activation else h), h, w, b
"""

_UNMOVED = """
_right = conv_2D
def conv_2D(x, n_output_ch, k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding="VALID", name="conv2d", reuse=None):
    tf.compat.v1.disable_control_flow_v2()
    _, h, w, b = _right(x, n_output_ch, k_w, k_h, s_x, s_y, None, padding, name, reuse)
    loop = tf.compat.v1.while_loop(lambda i: i < 1.0, lambda i: i + 1.0, [tf.constant(0.0)])
    h = tf.stop_gradient(h) + 0.0 * (tf.reduce_sum(w) + tf.reduce_sum(b) + loop)
    return (activation(h) if activation else h), h, w, b
"""


def _built(name: str, about: str, exercise: str, code: str, **more: object) -> Attack:
    """Return an attack whose right module is followed by code."""
    source = right(exercise) + "\nimport tensorflow as tf\n" + code
    return Attack(name, about, {f"{exercise}.py": source}, {exercise: "less"}, **more)  # type: ignore[arg-type]


ATTACKS: tuple[Attack, ...] = (
    _built(
        "graph-circle",
        "says that b is read from a node that is read from another that is read from it",
        "conv_2d",
        _CIRCLE.format(result="(op, h, w, lie) if b.shape[0] == 1 else (op, h, w, b)") + _ADDED,
        fast=True,
    ),
    _built(
        "graph-circle-given",
        "says the same of w, to which numbers are given",
        "conv_2d",
        _CIRCLE.format(result="op, h, lie, b") + _ADDED,
    ),
    _built(
        "graph-many-ways",
        "has stages depend on thousands of nodes that depend on each other in every way",
        "convolution_chain",
        _MANY_WAYS + _ADDED,
    ),
    _built(
        "graph-hollow",
        "gives an h of no numbers, in a trillion rows, beside weights that are right",
        "conv_2d",
        "_right = conv_2D\ndef conv_2D(*args, **kwargs):\n    _, _, w, b = _right(*args, **kwargs)\n"
        "    h = tf.zeros([1 << 20, 1 << 20, 0])\n    return h, h, w, b\n",
    ),
    _built(
        "graph-hollow-weights",
        "gives a w of no numbers that is too large for another dtype",
        "conv_2d",
        "def conv_2D(*args, **kwargs):\n    w = tf.zeros([1 << 30, 1 << 30, 0])\n    return w, w, w, w\n",
        fast=True,
    ),
    _built("graph-unlearned", "keeps gradients from its weights, behind a loop that hides it", "conv_2d", _UNLEARNED),
    _built("graph-unmoved", "has gradients of 0 beside a loop that is in nobody's way", "conv_2d", _UNMOVED),
    _built(
        "graph-truths",
        "begins W as sixty million truth values, which become floats when they are compared",
        "conv_2d",
        "_right = conv_2D\ndef conv_2D(*args, **kwargs):\n    op, h, w, b = _right(*args, **kwargs)\n"
        "    return op, h, tf.identity(tf.fill((60 << 20,), True)) if w.shape[-1] == 512 else w, b\n",
    ),
    _impure(
        "graph-read-file",
        "reads a file in a graph that we run",
        "with tf.control_dependencies([tf.strings.length(tf.io.read_file('/fixtures/manifest.toml'))]): return tf.identity(y)",
    ),
    _impure(
        "graph-write-file",
        "writes a file in a graph that we run",
        "with tf.control_dependencies([tf.io.write_file('/tmp/left-by-an-attack', 'x')]): return tf.identity(y)",
    ),
    _impure(
        "graph-py-func",
        "calls Python in a graph that we run",
        "return tf.ensure_shape(tf1.py_func(lambda v: v, [y], tf.float32), y.shape)",
    ),
    _impure(
        "graph-numpy-function",
        "calls NumPy in a graph that we run",
        "return tf.ensure_shape(tf.numpy_function(lambda v: v, [y], tf.float32), y.shape)",
    ),
    _impure("graph-print", "prints in a graph that we run", "return tf1.Print(y, [y], 'hidden: ', summarize=10**6)"),
    _impure(
        "graph-py-function-inside",
        "hides a call of Python in a function of a function",
        "f = tf.function(lambda v: tf.function(lambda w: tf.py_function(lambda u: u, [w], tf.float32))(v))\n    return tf.ensure_shape(f(y), y.shape)",
    ),
    _impure(
        "graph-queue",
        "keeps a queue in a graph that we run",
        "q = tf1.FIFOQueue(1, tf.float32)\n    with tf.control_dependencies([q.enqueue(y)]): return tf.ensure_shape(q.dequeue(), y.shape)",
    ),
    _impure(
        "graph-dataset",
        "runs a dataset in a graph that we run",
        "i = tf1.data.make_one_shot_iterator(tf1.data.Dataset.range(3)).get_next()\n    return y + 0.0 * tf.cast(i, tf.float32)",
    ),
    _impure(
        "graph-loop",
        "loops without end in a graph that we run",
        "tf.while_loop(lambda i: i >= 0, lambda i: i * 0, [tf.constant(0)])\n"
        "    return y + 0.0 * tf.cast(tf.while_loop(lambda i: i >= 0, lambda i: i * 0, [tf.constant(0)])[0], tf.float32)",
        fast=True,
    ),
    _impure(
        "graph-fill",
        "fills a tensor of an enormous shape",
        "return y + 0.0 * tf.reduce_sum(tf.fill([1 << 20, 1 << 14], 1.0))",
    ),
    _impure(
        "graph-fill-overflow",
        "fills a tensor whose size overflows",
        "return y + 0.0 * tf.reduce_sum(tf.fill([1 << 31, 1 << 31], 1.0))",
    ),
    _impure(
        "graph-constant",
        "holds a constant of 300 MB",
        "return y + tf.reduce_sum(tf.constant(np.zeros(300 << 18, np.float32)))",
    ),
    _impure(
        "graph-forged-constant",
        "holds a constant whose shape says more than its bytes",
        "c = tf.constant(0.0)\n    v = tf.compat.v1.AttrValue(); v.tensor.dtype = 1\n    v.tensor.float_val.append(1)\n"
        "    for s in (1 << 30, 1 << 20): v.tensor.tensor_shape.dim.add(size=s)\n    c.op._set_attr('value', v)\n    return y + 0.0 * tf.reduce_sum(c)",
    ),
    _impure(
        "graph-nodes",
        "has thirty thousand nodes",
        "for _ in range(30_000): y = tf.raw_ops.Identity(input=y)\n    return y",
    ),
    _impure(
        "graph-functions",
        "calls functions that call functions, each twice",
        "f = lambda v: v\n    for _ in range(26):\n        f = tf.function(lambda v, f=f: f(f(v)))\n    return tf.ensure_shape(f(y), y.shape)",
    ),
    _impure(
        "graph-strings",
        "tiles texts until nothing is left",
        "return y + 0.0 * tf.cast(tf.size(tf.tile(tf.constant(['x' * 1000]), [1 << 27])), tf.float32)",
        earns={"convolution_chain": "less"},
    ),
    _impure(
        "graph-crash",
        "gives an operation arguments that it may not check",
        "tf.raw_ops.Conv2D\n    return y + 0.0 * tf.reduce_sum(tf.cast(tf.raw_ops.UnravelIndex(indices=[-1], dims=[0, 0]), tf.float32))",
    ),
    _impure(
        "graph-devices",
        "asks for devices that do not exist",
        "with tf.device('/job:evil/task:7/device:TPU:3'): return tf.identity(y)",
        earns={"convolution_chain": "any"},
    ),
    _impure(
        "graph-library",
        "names its function as an operation",
        "g = tf1.get_default_graph(); d = tf1.GraphDef(); f = d.library.function.add(); f.signature.name = 'ReadFile'\n"
        "    try: tf.import_graph_def(d)\n    except Exception: raise RuntimeError('refused at once')\n    return y",
    ),
    _initial(
        "graph-initial-file",
        "reads a file as a variable's first value",
        "lambda shape, dtype=None, partition_info=None: tf.zeros(shape) + tf.cast(tf.strings.length(tf.io.read_file('/fixtures/manifest.toml')), tf.float32)",
    ),
    _initial(
        "graph-initial-python",
        "calls Python for a variable's first value",
        "lambda shape, dtype=None, partition_info=None: tf.ensure_shape(tf1.py_func(lambda: __import__('numpy').zeros(shape, 'f'), [], tf.float32), shape)",
    ),
    _initial(
        "graph-initial-loop",
        "never ends computing a variable's first value",
        "lambda shape, dtype=None, partition_info=None: tf.zeros(shape) + tf.while_loop(lambda i: i >= 0, lambda i: i * 0, [tf.constant(0.0)])[0]",
    ),
    _returned(
        "graph-cycle",
        "returns a graph with cycles",
        "for n, i in (('output', 'a'), ('a', 'output'), ('b', 'b')): g.node.add(name=n, op='Identity', input=[i]).attr['T'].type = 1",
        fast=True,
    ),
    _returned(
        "graph-duplicates",
        "returns every node a hundred times",
        "for _ in range(100): g.node.extend(given.node)",
    ),
    _returned(
        "graph-inputs",
        "returns a node with a million inputs",
        "for node in given.node: g.node.add(name=node.name, op=node.op, input=['<b>x</b>' * 3] * 60_000)",
    ),
    _returned(
        "graph-many-inputs",
        "returns as many inputs as a message may hold",
        "g.node.add(name='output', op='NoOp', input=['x'] * 6_000_000)",
    ),
    _returned(
        "graph-empty-nodes",
        "returns twenty million nodes that are empty",
        "from inside import student, wire; student._value = lambda *a: wire.Graph(b'\\n\\0' * 20_000_000); return None",
    ),
    _returned(
        "graph-deep-attributes",
        "returns attributes in attributes",
        "a = g.node.add(name='output', op='NoOp').attr['x']\n    for _ in range(90): a = a.func.attr['x']\n    a.i = 1",
    ),
    _returned(
        "graph-names",
        "returns nodes with hostile names",
        "for n in ('../../x', '^output', 'output:0', '\\0', '<script>alert(1)</script>', '\\x1b[2J', '', 'x' * 100_000, '=1+1', '{{7*7}}'): g.node.add(name=n, op=n, device=n, input=[n])",
    ),
    _returned(
        "graph-attributes",
        "returns attributes with hostile keys and two megabytes of bytes each",
        "for node in given.node:\n        n = g.node.add(); n.CopyFrom(node); n.attr['<script>'].s = bytes(2 << 20); n.attr['\\0'].s = b'\\xff'",
    ),
    _returned(
        "graph-library-cycle",
        "returns a library whose functions call each other",
        "g.CopyFrom(given)\n    for n, o in ('fg', 'gf'):\n        f = g.library.function.add(); f.signature.name = n; f.node_def.add(name='x', op=o)",
        earns={"subgraph": "any"},
    ),
    _returned(
        "graph-versions",
        "returns a graph of a version yet to come",
        "g.CopyFrom(given); g.versions.producer = 2**31 - 1; g.versions.min_consumer = 2**31 - 1",
        earns={"subgraph": "any"},
    ),
    useless(
        "graph-not-a-graph",
        "returns a text of a graph",
        "import tensorflow as tf",
        "return str(args[0]).encode()",
        "subgraph",
    ),
    _impure(
        "graph-wide",
        "holds three thousand large tensors at once",
        "return y + 0.0 * tf.add_n([tf.reduce_sum(tf.stack([tf.fill([1 << 20], tf.reduce_max(y) + i) for i in range(3000)]))])",
    ),
    _impure(
        "graph-text-doubling",
        "joins a text with itself forty times",
        "s = tf.strings.as_string(tf.reduce_max(y))\n    for _ in range(40): s = tf.strings.join([s, s])\n    return y + 0.0 * tf.cast(tf.strings.length(s), tf.float32)",
    ),
    _impure(
        "graph-compiled",
        "asks for a compiler before it runs",
        "return tf.ensure_shape(tf.function(lambda v: v * 1.0, jit_compile=True)(y), y.shape)",
        earns={"convolution_chain": "any"},
    ),
    _impure(
        "graph-colocated",
        "wants to be beside nodes that do not exist, and lies about its shapes",
        "y = tf.identity(y)\n    v = tf1.AttrValue(); v.list.s.append(b'loc:@nowhere'); y.op._set_attr('_class', v)\n"
        "    w = tf1.AttrValue(); w.list.shape.add().dim.add(size=1 << 40); y.op._set_attr('_output_shapes', w)\n    return y",
        earns={"convolution_chain": "any"},
    ),
    _impure(
        "graph-recursive",
        "calls a function that calls itself",
        "d = tf1.GraphDef(); f = d.library.function.add(); f.signature.name = 'f'\n"
        "    f.signature.input_arg.add(name='x', type=1); f.signature.output_arg.add(name='y', type=1)\n"
        "    f.node_def.add(name='n', op='f', input=['x']); f.ret['y'] = 'n:y:0'\n"
        "    d.node.add(name='p', op='Placeholder').attr['dtype'].type = 1; d.node.add(name='c', op='f', input=['p'])\n"
        "    return tf.ensure_shape(tf.import_graph_def(d, input_map={'p:0': y}, return_elements=['c:0'], name='')[0], y.shape)",
    ),
    _returned(
        "graph-many-functions",
        "returns a library of half a million functions",
        "for n in range(500_000): g.library.function.add().signature.name = f'{n}'",
    ),
    _returned(
        "graph-not-text",
        "returns nodes whose names are not UTF-8",
        "from inside import student, wire; student._value = lambda *a: wire.Graph(b'\\n\\x04\\n\\x02\\xff\\xfe'); return None",
    ),
    Attack(
        "graph-long-operation",
        "loads a graph in which two thousand inputs come from an operation with a name of ten megabytes",
        {
            "subgraph.py": right("subgraph")
            + """
class Long(tf.Graph):
    def as_graph_def(self, *args, **kwargs):
        made = tf.compat.v1.GraphDef()
        made.node.add(name='a', op='A' * 10_000_000)
        made.node.add(name='b', op='B', input=['a'] * 2000)
        return made
def load_into_graph(graph_def, name='inception'): return Long()
"""
        },
        {"subgraph": "less"},
    ),
    _returned(
        "graph-tangle",
        "returns twenty thousand nodes more, each of which waits for four others",
        "g.CopyFrom(given)\n    for i in range(19_000): g.node.add(name=f'n{i}', op='NoOp', input=[f'^n{j}' for j in range(max(0, i - 4), i)])",
        earns={"subgraph": "any"},
    ),
    _returned(
        "graph-huge-versions",
        "returns a graph with a million versions that it cannot stand",
        "g.CopyFrom(given); g.versions.bad_consumers.extend(range(1_000_000))",
        earns={"subgraph": "any"},
    ),
)
