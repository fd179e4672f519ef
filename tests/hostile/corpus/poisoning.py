"""Poisoning: files named as modules, plugins and settings are, and libraries changed in the process that uses them."""
# ruff: noqa: E501

from hostile.attack import Attack, probe, right, useless

_BOMB = "import os\nprint('poisoned', flush=True)\nos._exit(0)\n"


def _shadow(name: str, *paths: str, fast: bool = False, **more: object) -> Attack:
    """Return right work, with files beside it that end whatever process imports them."""
    return Attack(name, f"brings {', '.join(paths)}", dict.fromkeys(paths, _BOMB), fast=fast, **more)  # type: ignore[arg-type]


def _patch(name: str, about: str, code: str) -> Attack:
    """Return an attack that breaks libraries where it is imported: its own answers suffer, or not, and no one else's."""
    return Attack(name, about, {"top5.py": "import os, sys\n" + code + "\n" + right("top5")}, {"top5": "any"})


_LATE = """
ml_dtypes google/__init__ google/protobuf/__init__ encodings/idna codecs traceback linecache tokenize __main__ __init__
exercises/__main__ _msgspec tensorflow/core/framework/graph_pb2 inside contextlib h5py wrapt termcolor pkg_resources
importlib/util _ctypes sysconfig runpy
""".split()  # noqa: SIM905

ATTACKS: tuple[Attack, ...] = (
    Attack(
        "shadow-late",
        "brings modules by the names of those that are loaded late, if at all",
        {f"{name}.py": "raise SystemExit('shadowed')\n" for name in _LATE},
    ),
    Attack(
        "patch-wakeups",
        "has signals, alarms and the fault handler write into every descriptor",
        {
            "top5.py": "import faulthandler, gc, signal\nfor fd in range(64):\n"
            "    for turn_on in (lambda: signal.set_wakeup_fd(fd, warn_on_full_buffer=False),\n"
            "                    lambda: faulthandler.register(signal.SIGUSR1, fd, chain=True),\n"
            "                    lambda: faulthandler.dump_traceback_later(0.01, True, fd)):\n"
            "        try: turn_on()\n        except Exception: pass\n"
            "signal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)\n"
            "gc.callbacks.append(lambda *a: [].append(a))\n" + right("top5")
        },
        {"top5": "any"},
    ),
    _shadow("shadow-numpy", "numpy.py", "numpy/__init__.py", fast=True),
    _shadow("shadow-tensorflow", "tensorflow/__init__.py", "tensorflow.py", "keras/__init__.py"),
    _shadow(
        "shadow-standard", "random.py", "json.py", "traceback.py", "linecache.py", "re.py", "os.py", "io.py", "types.py"
    ),
    _shadow("shadow-site", "sitecustomize.py", "usercustomize.py", "site.py", "evil.pth", "encodings/__init__.py"),
    _shadow("shadow-pytest", "conftest.py", "exercises/conftest.py", "test_all.py", "pytest.py", "_pytest/__init__.py"),
    _shadow(
        "shadow-inside",
        "inside/__init__.py",
        "inside/wire.py",
        "inside/student.py",
        "msgspec.py",
        "grader/__init__.py",
        "solutions/__init__.py",
        "exercises/__init__.py",
    ),
    _shadow(
        "shadow-given", "utils.py", "utils/__init__.py", "exercises/utils/__init__.py", "exercises/utils/images.py"
    ),
    Attack(
        "shadow-settings",
        "brings settings for tools that a grader might run",
        {
            "pytest.ini": "[pytest]\naddopts = -p evil\n",
            "setup.cfg": "[tool:pytest]\naddopts = --co\n",
            "tox.ini": "[pytest]\n",
            "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--maxfail=0'\n",
            "assignment.toml": "name = 'mine'\n",
            "setup.py": _BOMB,
            "Makefile": "all:\n\ttouch /tmp/left-by-an-attack\n",
            ".env": "GRADER=1\n",
            "nbgrader_config.py": _BOMB,
            "store.sqlite": b"SQLite format 3\0",
            "scores.csv": "submission,total\nx,100\n",
            "records/x.json": "{}",
        },
    ),
    Attack(
        "shadow-bytecode",
        "brings byte code in place of source",
        {
            "top5.py": None,
            "top5.pyc": b"\xa7\r\r\n" + bytes(40),
            "__pycache__/top5.cpython-311.pyc": b"\xa7\r\r\n" + bytes(12),
        },
        {"top5": "zero"},
    ),
    Attack(
        "shadow-extension",
        "brings a shared library in place of source",
        {"top5.py": None, "top5.so": b"\x7fELF" + bytes(900), "top5.abi3.so": b"\x7fELF", "top5/__init__.py": _BOMB},
        {"top5": "zero"},
    ),
    Attack(
        "shadow-package",
        "is a package and a module at once",
        {"top5/__init__.py": _BOMB, "exercises/top5.py": _BOMB, "conv_2d/__init__.py": _BOMB},
    ),
    Attack(
        "shadow-exercises",
        "holds its modules twice, wrong ones under exercises/",
        {f"exercises/{one}.py": _BOMB for one in ("top5", "conv_2d", "subgraph", "convolution_chain")},
    ),
    _patch(
        "patch-numpy",
        "makes NumPy compare and sort as it likes",
        "import numpy as np\nfor name in ('allclose', 'array_equal', 'isclose', 'testing'): setattr(np, name, lambda *a, **k: True)",
    ),
    _patch(
        "patch-numpy-all",
        "deletes everything from NumPy",
        "import numpy as np\nfor name in dir(np):\n    try: delattr(np, name)\n    except Exception: pass",
    ),
    _patch(
        "patch-tensorflow",
        "makes TensorFlow's operations return constants",
        "import tensorflow as tf\nfor m in (tf, tf.nn, tf.compat.v1, tf.raw_ops):\n    for name in dir(m):\n"
        "        if callable(getattr(m, name, None)) and name[0].islower():\n            try: setattr(m, name, lambda *a, **k: 1)\n            except Exception: pass",
    ),
    _patch(
        "patch-builtins",
        "replaces the functions that everything is made of",
        "import builtins\nfor name in ('len', 'isinstance', 'open', 'print', 'sorted', 'sum', 'getattr', 'type', 'repr', 'tuple'):\n"
        "    setattr(builtins, name, lambda *a, **k: True)",
    ),
    _patch(
        "patch-msgspec",
        "replaces the encoder, the frames and the pipe",
        "import msgspec\nfrom inside import frames, wire, student, work\nframes.write = wire.encode = lambda *a: None\nstudent._trace = None",
    ),
    _patch(
        "patch-streams", "closes every stream and descriptor", "sys.stdout = sys.stderr = None\nos.closerange(0, 256)"
    ),
    _patch("patch-modules", "empties the table of modules", "import sys\nsys.modules.clear()"),
    _patch(
        "patch-import",
        "answers every import with itself",
        "class F:\n    def find_spec(self, name, path=None, target=None):\n        raise SystemExit(0)\nsys.meta_path.insert(0, F())",
    ),
    _patch(
        "patch-trace",
        "traces, profiles and audits every call",
        "sys.settrace(lambda *a: sys.exit(0))\nsys.setprofile(lambda *a: 1 / 0)\nsys.addaudithook(lambda *a: 1 / 0)",
    ),
    _patch(
        "patch-gc",
        "turns the collector on everything",
        "import gc\ngc.unfreeze()\ngc.set_threshold(1)\ngc.callbacks.append(lambda *a: os._exit(0))",
    ),
    _patch(
        "patch-memory",
        "writes into the interpreter's own objects",
        "import ctypes\nctypes.memset(id(1) + 16, 255, 8)\nctypes.memset(id(None), 0, 16)",
    ),
    _patch(
        "patch-clock",
        "stops the clock",
        "import time\ntime.monotonic = time.time = time.process_time = time.sleep = lambda *a: 0.0",
    ),
    _patch(
        "patch-random",
        "fixes every seed",
        "import random, numpy as np\nrandom.seed(0); np.random.seed(0)\nrandom.random = lambda: 0.5",
    ),
    probe(
        "patch-caches",
        "leaves caches for the next to use",
        """
        import importlib, linecache, py_compile
        sys.dont_write_bytecode = False
        for path in ("/inside/inside/__pycache__", "/site/__pycache__", "/given/exercises/__pycache__", "/python/lib/__pycache__"):
            if attempt(lambda: (os.makedirs(path + "/x"), 1)): loot(path)
        if attempt(py_compile.compile, "/inside/inside/wire.py"): loot("byte code")
        if attempt(lambda: open("/given/exercises/utils/__pycache__/images.pyc", "wb")): loot("given")
        """,
    ),
    useless(
        "patch-environment",
        "changes its environment for whoever comes next",
        "os.environ.update(PYTHONSTARTUP='/tmp/x', LD_PRELOAD='/tmp/x.so', PATH='/tmp', TF_CPP_MIN_LOG_LEVEL='0', HOME='/')\n"
        "os.environ['PYTHONPATH'] = '/submission'\nos.umask(0)\nos.chdir('/')",
    ),
    Attack("code-utf-16", "is UTF-16", {"top5.py": right("top5").encode("utf-16")}, {"top5": "zero"}),
    Attack("code-nul", "holds NUL bytes", {"top5.py": b"x = 1\0\n" + right("top5").encode()}, {"top5": "any"}),
    Attack("code-rot13", "is written in rot13", {"top5.py": "# coding: rot13\nvzcbeg bf\n"}, {"top5": "zero"}),
    Attack(
        "code-unknown", "is written in a coding that does not exist", {"top5.py": "# coding: evil\n"}, {"top5": "zero"}
    ),
    _patch(
        "patch-hooks",
        "hooks into forks, exits, threads, warnings and exceptions",
        "import atexit, faulthandler, threading, warnings\nos.register_at_fork(before=lambda: os._exit(0))\nsys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: os._exit(0)\n"
        "warnings.showwarning = lambda *a, **k: os._exit(0)\nfaulthandler.dump_traceback_later(0.5, exit=True)\nsys.displayhook = None",
    ),
)
