"""Forged protocol frames, on every descriptor: nothing that comes through a pipe is more than a claim."""
# ruff: noqa: E501

from hostile.attack import Attack, useless

_SEND = """
import struct
from inside import wire
def frame(data): return struct.pack(">I", len(data)) + data
def everywhere(data):
    for fd in range(0, 64):
        try: os.write(fd, data)
        except OSError: pass
def say(message): everywhere(frame(wire.encode(message)))
"""


def _sent(name: str, about: str, body: str, exercise: str = "top5", **more: object) -> Attack:
    """Return an attack that writes frames at its first call, and ends its process."""
    return useless(name, about, _SEND, body + "\nos._exit(0)", exercise, **more)


def _claims(name: str, about: str, exercise: str, value: str, **more: object) -> Attack:
    """Return an attack that claims that every call returned `value`, in a message of the right form."""
    code = (
        "from inside import student, wire\n"
        f"def value(call): return {value}\n"
        "student._call = lambda call, *rest: (None, wire.Returned(value(call)))\n"
    )
    return useless(name, about, code, "return None", exercise, **more)


ATTACKS: tuple[Attack, ...] = (
    _sent("frames-many", "sends ten thousand empty answers", "everywhere(frame(b'\\x90') * 10_000)"),
    _sent("frames-endless", "announces four gigabytes", "everywhere(b'\\xff' * 10_000)"),
    _sent("frames-cut", "sends half a frame and ends", "everywhere(struct.pack('>I', 1000) + b'x' * 10)"),
    _sent(
        "frames-array",
        "sends a list that says it has four billion items",
        "everywhere(frame(b'\\xdd\\xff\\xff\\xff\\xff'))",
    ),
    _sent("frames-deep", "sends lists in lists, fifty thousand deep", "everywhere(frame(b'\\x91' * 50_000))"),
    _sent("frames-ended", "says in its zygote's name that it ended well", "say(wire.Ended('exit', 0, 0, 0.0))"),
    _sent(
        "frames-again",
        "says that it is prepared and imported, many times",
        "for _ in range(20): say(wire.Prepared()); say(wire.Imported())",
    ),
    _sent(
        "frames-verdict",
        "sends a verdict",
        "for n in range(30): say({'id': str(n), 'outcome': 'PASSED', 'score': 25, 'calls': [{'type': 'passed'}]})",
    ),
    _sent(
        "frames-evaluated",
        "answers in the evaluator's name",
        "say(wire.Evaluated('0', (), (wire.Ran(()),)))",
        "conv_2d",
    ),
    _sent("frames-job", "sends a job", "say(wire.EvaluatorJob((), wire.Limits(cpu_seconds=1e9)))"),
    _sent("frames-not-text", "sends text that is no UTF-8", "everywhere(frame(b'\\x81\\xa2id\\xa4\\xed\\xa0\\x80x'))"),
    _sent(
        "frames-extension",
        "sends extension types and pickles",
        "import pickle\neverywhere(frame(b'\\xc7\\x05\\x01abcde') + frame(pickle.dumps(1)) + frame(b'\\xd6\\xff\\0\\0\\0\\0'))",
    ),
    useless(
        "frames-at-import",
        "answers everything before it is asked, and ends",
        _SEND + "for _ in range(200): say(wire.Imported()); say(wire.Traced('0', (wire.Returned(True),)))\nos._exit(0)",
        fast=True,
    ),
    useless(
        "frames-from-a-thread",
        "mixes rubbish into its answers from a thread",
        _SEND
        + "import threading, time\ndef noise():\n    while True: everywhere(b'\\0\\0\\0\\x01\\x90'); time.sleep(0.001)\n"
        "threading.Thread(target=noise, daemon=True).start()",
    ),
    useless("frames-closed", "closes the pipe for answers", "os.closerange(3, 256)"),
    _claims("claims-objects", "claims arrays of objects", "top5", "wire.Array('|O', (1,), bytes(8))"),
    _claims(
        "claims-shapes", "claims arrays whose bytes do not fit", "top5", "wire.Array('<f4', (1 << 40, 1 << 40), b'')"
    ),
    _claims("claims-negative", "claims arrays with negative sizes", "top5", "wire.Array('<f4', (-1, -1), bytes(4))"),
    _claims("claims-axes", "claims arrays of thirty-two axes", "top5", "wire.Array('<f4', (1,) * 32, bytes(4))"),
    _claims(
        "claims-nothing",
        "claims arrays with no bytes and an enormous axis",
        "convolution_chain",
        "wire.Items((wire.Array('<f8', (0, 1 << 62), b''),) * 5)",
    ),
    _claims(
        "claims-complex",
        "claims pictures of complex numbers that are none",
        "convolution_chain",
        "wire.Items((wire.Array('<c16', (2, 2), b'\\xff' * 64),) * 5)",
    ),
    _claims(
        "claims-half",
        "claims pictures of half and extended precision",
        "convolution_chain",
        "wire.Items((wire.Array('<f2', (2, 2), b'\\xff' * 8), wire.Array('<f16', (1, 1), b'\\xff' * 16)))",
    ),
    _claims(
        "claims-tensors",
        "claims tensors that are not in any graph",
        "conv_2d",
        "wire.Items((wire.Tensor('no such:0', 'float32', (1, 2)), wire.Tensor('^x', 'evil', (-5,)), wire.Tensor('', '', None), "
        "wire.Tensor('a:' + '9' * 99, 'float32', (10**18,))))",
    ),
    _claims(
        "claims-variables",
        "claims variables with impossible handles",
        "conv_2d",
        "wire.Items((wire.Variable('x:0', 'float32', (1 << 60,), 'x', True),) * 4)",
    ),
    _claims(
        "claims-graphs", "claims graphs of bytes that are none", "subgraph", "wire.Graph(b'\\xff' * 1000, live=True)"
    ),
    _claims(
        "claims-many-graphs",
        "claims a thousand graphs in one answer",
        "subgraph",
        "wire.Items((wire.Graph(b''),) * 1000)",
    ),
    _claims(
        "claims-results",
        "claims what only questions may hold",
        "top5",
        "wire.Items((wire.Result(0, (1 << 40,)), wire.Model('x')))",
    ),
    _claims(
        "claims-nodes",
        "claims a graph that is reduced already",
        "subgraph",
        "wire.Nodes((wire.Node('output', 'Identity'),))",
    ),
    _claims(
        "claims-numbers",
        "claims numbers at every edge",
        "top5",
        "wire.Items(tuple(wire.Items((v, 'x')) for v in (2**64 - 1, -2**63, float('nan'), 1e308, True)))",
    ),
    _claims(
        "claims-words",
        "claims pictures whose numbers are words",
        "convolution_chain",
        "wire.Items((wire.Items(('1', 'nan', '1e999', '0x1', ' 1_0 ')),) * 5)",
    ),
    _claims(
        "claims-truths",
        "claims sixty million truth values",
        "convolution_chain",
        "wire.Items((wire.Array('|b1', (60, 1000, 1000), b'\\1' * 60_000_000),))",
    ),
    _claims(
        "claims-type",
        "claims a type whose name is a link for a terminal",
        "subgraph",
        "wire.Other('\\x1b]8;;http://x\\x1b<script>alert(1)</script>\\u202e' * 3)",
        fast=True,
    ),
    _claims(
        "claims-tables",
        "claims tables with hostile keys",
        "top5",
        "wire.Table({'__class__': 1, '\\0': 2, '': wire.Table({})})",
    ),
    useless(
        "frames-trickle",
        "announces sixty megabytes and sends them byte by byte",
        _SEND,
        "for fd in range(3, 64):\n    try: os.write(fd, struct.pack('>I', 60 << 20))\n    except OSError: continue\n"
        "while True:\n    for fd in range(3, 64):\n        try: os.write(fd, b'x')\n        except OSError: pass",
    ),
    _claims(
        "claims-pairs",
        "claims pairs that are right but for what a pair is",
        "top5",
        "wire.Items(tuple(wire.Items((wire.Array('<f8', (), bytes(8)), wire.Items(('cat',)))) for _ in range(5)))",
    ),
    useless(
        "claims-changes",
        "claims to have changed a thousand arguments, and graphs to have shrunk",
        "from inside import student, wire\n"
        "student._call = lambda call, *rest: (None, wire.Returned(None, ('<script>alert(1)</script>\\x1b[2J',) * 1000, -10**18))",
    ),
)
