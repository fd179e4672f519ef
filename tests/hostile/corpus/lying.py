"""Lying objects: what says of itself that it equals, contains, is or holds whatever a check wants."""
# ruff: noqa: E501

from hostile.attack import Attack, right, useless

_LIAR = """
import numpy as np, tensorflow as tf
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __bool__ = lambda self, *other: True
    def __hash__(self): return 0
    def __len__(self): return 5
    def __iter__(self): return iter([Liar()] * 5)
    def __getitem__(self, key): return Liar()
    def __getattr__(self, name): return Liar()
    def __call__(self, *arguments, **named): return Liar()
    def __abs__(self): return 0.0
    __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = lambda self, other: 0.0
    def __float__(self): return 1.0
    def __int__(self): return 1
    def __index__(self): return 1
"""


def _top5(name: str, about: str, code: str, body: str, **more: object) -> Attack:
    return useless(name, about, "import numpy as np, tensorflow as tf\n" + code, body, **more)


ATTACKS: tuple[Attack, ...] = (
    Attack(
        "lie-truth",
        "gives truth values for numbers, which cannot be subtracted",
        {
            "conv_2d.py": right("conv_2d")
            + "\n_numbers = conv_2D\ndef conv_2D(*args, **kwargs):\n    op, h, w, b = _numbers(*args, **kwargs)\n"
            "    return tf.cast(op, tf.bool), tf.cast(h, tf.bool), w, b\n"
        },
        {"conv_2d": "less"},
        fast=True,
    ),
    Attack(
        "lie-late",
        "returns a list that sorts the arguments and adds nodes to the graph when it is looked at",
        {
            "top5.py": right("top5")
            + "\nimport tensorflow as tf\n_top_k, _classify = top_k, classify\nclass Late(list):\n"
            "    def __init__(self, work): self.work = work\n    def __iter__(self): return iter(self.work())\n"
            "def top_k(p, labels, k=5):\n    def work():\n        found = _top_k(p, labels, k)\n"
            "        p.sort(); labels.sort()\n        return found\n    return Late(work)\n"
            "def classify(graph, *args, **kwargs):\n    def work():\n"
            "        if not graph.finalized:\n            with graph.as_default(): tf.constant(1.0)\n"
            "        return _classify(graph, *args, **kwargs)\n    return Late(work)\n"
        },
        {"top5": "less"},
    ),
    useless(
        "lie-cause",
        "raises what is its own cause, behind twenty thousand others",
        "",
        "a, b = ValueError('a'), KeyError('b')\na.__cause__ = b; b.__cause__ = a; a.__context__ = a\n"
        "for _ in range(20000):\n    c = ValueError('x' * 99); c.__cause__ = b; b = c\nraise b",
    ),
    useless(
        "lie-text-leaves",
        "raises what leaves when it is shown",
        "class E(Exception):\n    def __str__(self): raise SystemExit(0)\n    __repr__ = __str__",
        "raise E",
    ),
    useless(
        "lie-text-sleeps",
        "raises what sleeps when it is shown",
        "import time\nclass E(Exception):\n    def __str__(self): time.sleep(3600); return ''",
        "raise E",
    ),
    useless("lie-equals-everything", "returns an object that equals everything", _LIAR, "return Liar()"),
    useless(
        "lie-list-of-liars",
        "returns five pairs of objects that equal everything",
        _LIAR,
        "return [(Liar(), Liar())] * 5",
    ),
    useless(
        "lie-for-tensors", "returns objects that equal everything for tensors", _LIAR, "return (Liar(),) * 4", "conv_2d"
    ),
    useless(
        "lie-for-graphs", "returns an object that equals everything for graphs", _LIAR, "return Liar()", "subgraph"
    ),
    useless(
        "lie-for-chains",
        "returns objects that equal everything for images",
        _LIAR,
        "return [Liar()] * 5",
        "convolution_chain",
    ),
    _top5(
        "lie-array-ufunc",
        "returns an array that says every comparison holds",
        "class A(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return True\n    def __array_function__(self, *a, **k): return True\n"
        "    def __eq__(self, other): return True",
        "return np.zeros(5).view(A)",
    ),
    _top5(
        "lie-array-interface",
        "is an array at each look another",
        "class A:\n    n = 0\n    def __array__(self, *a, **k): A.n += 1; return np.arange(A.n)",
        "return A()",
    ),
    _top5(
        "lie-array-raises",
        "is an array that raises SystemExit when it is looked at",
        "class A:\n    def __array__(self, *a, **k): raise SystemExit(0)",
        "return A()",
    ),
    _top5(
        "lie-array-objects",
        "returns an array of objects that run code when they are unpickled",
        "class A:\n    def __reduce__(self): return os.system, ('touch /tmp/left-by-an-attack',)",
        "return np.array([A()] * 5, object)",
    ),
    _top5(
        "lie-reduce",
        "returns objects that run code when they are unpickled",
        "class A:\n    def __reduce__(self): return os._exit, (0,)\n    __reduce_ex__ = lambda self, n: (os._exit, (0,))",
        "return A()",
        fast=True,
    ),
    _top5(
        "lie-repr",
        "returns objects whose text has no end",
        "class A:\n    def __repr__(self):\n        while True: pass\n    __str__ = __format__ = __repr__",
        "return [A()] * 5",
    ),
    _top5(
        "lie-list",
        "returns a list whose items have no end",
        "import itertools\nclass A(list):\n    def __iter__(self): return itertools.repeat((1.0, 'cat'))\n    def __len__(self): return 5",
        "return A([1])",
    ),
    _top5(
        "lie-class",
        "says that its class is another",
        "class A:\n    @property\n    def __class__(self): return list\n    def __iter__(self): return iter([(1.0, 'x')] * 5)",
        "return A()",
    ),
    _top5(
        "lie-mapping",
        "returns a dict whose keys are texts that lie",
        "class S(str):\n    def __eq__(self, other): return True\n    def __hash__(self): return 1\n    def encode(self, *a): return b'cat'",
        "return {S('a'): S('b')}",
    ),
    _top5(
        "lie-text",
        "returns labels that equal every text",
        "class S(str):\n    def __eq__(self, other): return True\n    def __hash__(self): return 1\n    def __str__(self): return self",
        "return [(1.0, S('x'))] * kwargs.get('k', 5)",
    ),
    _top5(
        "lie-float",
        "returns probabilities that equal every number",
        "class F(float):\n    def __eq__(self, other): return True\n    def __float__(self): return self\n    def __hash__(self): return 1",
        "return [(F('nan'), 'x')] * 5",
    ),
    _top5(
        "lie-nan",
        "returns numbers that are none",
        "",
        "return [(v, 'x') for v in (float('nan'), float('inf'), -0.0, 1e308, 5e-324)]",
    ),
    _top5(
        "lie-generator",
        "returns a generator that never yields",
        "",
        "def forever():\n    while True: pass\n    yield\nreturn forever()",
    ),
    _top5(
        "lie-mro",
        "raises an exception whose text and class lie",
        "class E(Exception):\n    def __str__(self): raise SystemExit\n    __repr__ = __str__\n    args = property(lambda self: 1 / 0)\n"
        "    @property\n    def __traceback__(self): raise KeyboardInterrupt",
        "raise E",
    ),
    _top5(
        "lie-metaclass",
        "raises an exception whose class's class lies",
        "class M(type):\n    def mro(cls): return [cls, *Exception.__mro__] if cls.__name__ != 'x' else [cls]\n"
        "    __name__ = property(lambda cls: 'PASSED' * 10**6)\n    def __instancecheck__(cls, other): return True",
        "raise M('E', (Exception,), {})('x')",
    ),
    useless(
        "lie-fake-tensor",
        "returns objects that pass for tensors of the graph",
        "import tensorflow as tf\nclass T:\n    is_tensor_like = True\n    name = 'op:0'\n    dtype = tf.float32\n    shape = ()\n"
        "    graph = property(lambda self: tf.compat.v1.get_default_graph())\n    op = None\n"
        "    _shape_tuple = lambda self: ()\n    __tf_tensor__ = lambda self, *a: tf.constant(0.0)",
        "return T(), T(), T(), T()",
        "conv_2d",
    ),
    useless(
        "lie-fake-graph",
        "returns a graph that says something else of itself at each look",
        "import tensorflow as tf\nclass G(tf.Graph):\n    n = 0\n    def as_graph_def(self, *a, **k):\n        G.n += 1\n"
        "        g = tf.compat.v1.GraphDef(); g.node.add(name=f'n{G.n}', op='NoOp'); return g\n"
        "    def get_operations(self): return []",
        "return G()",
        "subgraph",
    ),
    useless(
        "lie-variables",
        "returns variables whose names and shapes lie",
        "import tensorflow as tf",
        "v = tf.compat.v1.get_variable('W', [1])\ntype(v).name = property(lambda self: 'conv2d/W:0')\n"
        "type(v).shape = property(lambda self: (3, 3, 1, 2))\nreturn v, v, v, v",
        "conv_2d",
    ),
    _top5(
        "lie-array-pointer",
        "is an array at an address that belongs to nobody",
        "class A:\n    __array_interface__ = {'shape': (1 << 20,), 'typestr': '<f8', 'data': (4096, True), 'version': 3}",
        "return A()",
    ),
    _top5(
        "lie-dtypes",
        "returns arrays of kinds that nobody expects",
        "import ml_dtypes",
        "return [np.zeros(2, 'M8[s]'), np.zeros(2, [('a', 'f4'), ('b', 'O')]), np.zeros(2, ml_dtypes.bfloat16), np.ma.masked_all(3), "
        "np.array(['x' * 9]), np.array([b'y']), np.zeros(2, 'V7'), np.zeros((0, 3)), np.zeros(2, '>c16'), np.longdouble(1)]",
    ),
    _top5(
        "lie-numbers",
        "returns numbers that are hard to take for floats",
        "import decimal, enum, fractions\nclass E(enum.IntFlag): A = 1\nclass B(int):\n    def __int__(self): return 10**400\n    __float__ = __index__ = __int__",
        "return [(v, 'x') for v in (decimal.Decimal('sNaN'), fractions.Fraction(10**400), E.A, B(), 10**400, 1j, np.bool_(1))]",
    ),
    _top5(
        "lie-module",
        "puts an object in its module's place, which has every function",
        _LIAR + "sys.modules[__name__] = sys.modules['top5'] = sys.modules['exercises.top5'] = Liar()",
        "return Liar()",
    ),
    _top5(
        "lie-module-getattr",
        "is a module that leaves when it is looked at",
        "def __getattr__(name): raise SystemExit(0)\nsys.modules[__name__].__class__ = type('M', (type(sys),), {'__getattribute__': lambda self, name: os._exit(0)})",
        "return []",
    ),
    _top5(
        "lie-group",
        "raises groups of exceptions in groups, with notes of megabytes and a chain that has no end",
        "",
        "e = ValueError('x')\nfor _ in range(900): e = ExceptionGroup('g', [e, e])\ne.add_note('<b>' * (8 << 20))\n"
        "a, b = KeyError('a'), KeyError('b')\na.__context__, b.__context__ = b, a\ne.__cause__ = a\nraise e",
    ),
    *(
        Attack(
            f"lie-{name}",
            about,
            {
                f"{exercise}.py": f"{right(exercise)}\nimport tensorflow as tf\n_right = {function}\n"
                f"def {function}(*args, **kwargs):\n    found = _right(*args, **kwargs)\n    {body}\n"
            },
            {exercise: "less"},
        )
        for name, about, exercise, function, body in (
            (
                "many-stages",
                "returns thousands of stages, each of which depends on thousands of nodes",
                "convolution_chain",
                "chain_convolutions",
                "for _ in range(9000 if kwargs.get('n') == 4 else 0): found.append(tf.identity(found[-1]))\n"
                "    return found + found[-1:] * 9000",
            ),
            (
                "no-stage",
                "returns None behind the stages",
                "convolution_chain",
                "chain_convolutions",
                "return found[:3] + [None]",
            ),
            (
                "no-images",
                "returns stages of no images, and of bytes",
                "convolution_chain",
                "chain_convolutions",
                "return [found[0][:0]] * len(found) if len(found) < 4 else [*found[:1], *(tf.cast(one, tf.uint8) for one in found[1:])]",
            ),
            (
                "texts-for-pictures",
                "returns pictures of texts, one of them long",
                "convolution_chain",
                "apply_filter",
                "return [['x' * 10**6] + [''] * 10**5, *found[1:]]",
            ),
            (
                "layer-of-nothing",
                "returns layers that give no numbers at all",
                "conv_2d",
                "conv_2D",
                "return found[0][:, :0], found[1][:, :0], *found[2:]",
            ),
        )
    ),
    _top5(
        "lie-base",
        "raises what is no error: KeyboardInterrupt, GeneratorExit, a group of them",
        "n = iter(range(10**9))",
        "raise (KeyboardInterrupt('x'), GeneratorExit(), BaseExceptionGroup('g', [SystemExit(0), KeyboardInterrupt()]))[next(n) % 3]",
    ),
)
