"""Exhausting: time, memory, processes, threads, descriptors, disk, output, messages. Only the attacked exercise pays."""
# ruff: noqa: E501

from hostile.attack import PRELUDE, Attack, Earns, probe, right, useless, wrong

_SPIN = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
_MMAP = """
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
"""
_ANY: dict[str, Earns] = {"top5": "any"}

ATTACKS: tuple[Attack, ...] = (
    useless(
        "time-crowd",
        "sleeps behind a crowd of threads that always wait for their turn",
        "import threading, time",
        "def nap():\n    while True: time.sleep(0.0001)\n"
        "for _ in range(100): threading.Thread(target=nap, daemon=True).start()\ntime.sleep(3600)",
    ),
    useless("time-swallowing", "loops for ever in a call and swallows every exception", "", _SPIN, fast=True),
    useless("time-at-import", "loops for ever at import and swallows every exception", _SPIN),
    useless("time-in-c", "computes in C, holding the interpreter's lock", "", "return len(str(7 ** 50_000_000))"),
    useless(
        "time-pattern",
        "backtracks in a regular expression for ever",
        "import re",
        "re.match(r'(a+)+$', 'a' * 60 + 'b')",
    ),
    useless(
        "time-c-loop",
        "sleeps in C with every signal blocked",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nlibc.pause()",
    ),
    useless("time-sleep", "sleeps", "import time", "time.sleep(10_000)"),
    useless(
        "time-deadlock",
        "waits for a lock that it holds",
        "import threading\nlock = threading.Lock()",
        "lock.acquire(); lock.acquire()",
    ),
    useless("time-pipe", "reads from a pipe that nobody writes to", "ends = os.pipe()", "os.read(ends[0], 1)"),
    useless(
        "time-threads",
        "spins in many threads, in C",
        "import hashlib, threading",
        "for _ in range(16):\n    threading.Thread(target=lambda: hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10**9), daemon=True).start()\n"
        "threading.Event().wait()",
    ),
    useless("time-trickle", "stays just below the limit of a step, at each step", "import time", "time.sleep(1.5)"),
    useless(
        "time-forged-beats",
        "tells its zygote again and again that a step has ended",
        "import time",
        "while True:\n    for fd in range(5, 40):\n        try: os.write(fd, b'.')\n        except OSError: pass\n    time.sleep(0.02)",
    ),
    useless(
        "time-crowd-forged-beats",
        "spins in as many threads as it may, so that others stand still, and says that it makes progress",
        "import hashlib, threading, time\n"
        "def burn(): hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10**9)\n"
        "for _ in range(110): threading.Thread(target=burn, daemon=True).start()\n"
        "while True:\n    for fd in range(5, 40):\n        try: os.write(fd, b'.')\n        except OSError: pass\n    time.sleep(0.3)",
    ),
    Attack(
        "time-after-answers",
        "answers rightly and leaves threads that never end",
        {
            "top5.py": "import threading, time\nthreading.Thread(target=time.sleep, args=(10_000,)).start()\n"
            + right("top5")
        },
    ),
    Attack(
        "time-compile",
        "is a source that takes the compiler very long",
        {"top5.py": "x = " + "+".join(["a"] * 100_000) + "\n" + wrong("top5")},
        {"top5": "zero"},
    ),
    Attack("time-parentheses", "is a source of nothing but parentheses", {"top5.py": "(" * 500_000}, {"top5": "zero"}),
    Attack(
        "time-constant-folding",
        "is a source whose constants the compiler folds",
        {"top5.py": "x = ((((('x' * 4096,) * 64,) * 64,) * 64,) * 64,) * 9\n" * 500 + wrong("top5")},
        {"top5": "zero"},
    ),
    useless(
        "memory-at-once",
        "asks for 64 GiB at once, again and again",
        "",
        "while True:\n    try: bytearray(64 << 30)\n    except MemoryError: pass",
    ),
    useless(
        "memory-bit-by-bit",
        "takes a megabyte at a time and never gives up",
        "hold = []",
        "while True:\n    try: hold.append(bytearray(1 << 20))\n    except MemoryError: pass",
    ),
    useless("memory-small", "fills the memory with small objects", "", "hold = None\nwhile True: hold = [hold]"),
    useless(
        "memory-mapped",
        "maps memory of every kind, and writes to it",
        _MMAP,
        """
        for flags in (0x22, 0x21, 0x122, 0x40022, 0x4022, 0x8022):
            for _ in range(64):
                at = libc.mmap(None, 256 << 20, 3, flags, -1, 0)
                if at not in (None, ctypes.c_void_p(-1).value): ctypes.memset(at, 1, 256 << 20)
        """,
        earns={"top5": "zero"},
    ),
    useless(
        "memory-stacks",
        "takes its memory as stacks of threads",
        "import threading\nthreading.stack_size(1 << 30)",
        "for _ in range(200): threading.Thread(target=threading.Event().wait, daemon=True).start()",
    ),
    useless(
        "memory-numpy",
        "multiplies matrices until nothing is left",
        "import numpy as np",
        "a = np.ones((1 << 12, 1 << 12))\nhold = []\nwhile True: hold.append(a @ a)",
    ),
    useless(
        "memory-tensorflow",
        "fills tensors until nothing is left",
        "import tensorflow as tf",
        "hold = []\nwhile True: hold.append(tf.ones([1 << 26]))",
    ),
    probe(
        "memory-of-the-kernel",
        "has the kernel keep what no limit counts: pipes, timers, signals, locks, mappings",
        _MMAP
        + """
import fcntl, signal, struct
ends = []
for _ in range(100):
    pipe = attempt(os.pipe)
    if pipe is None: break
    attempt(fcntl.fcntl, pipe[1], 1031, 1 << 20)
    os.set_blocking(pipe[1], False)
    attempt(os.write, pipe[1], bytes(1 << 20))
    ends.append(pipe)
for _ in range(1000): libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p()))
with open("/fixtures/manifest.toml", "rb") as file:
    placed = sum(attempt(lambda: (fcntl.fcntl(file, fcntl.F_SETLK, struct.pack("hhqqi4x", 1, 0, 2 * n, 1, 0)), 1)) is not None
                 for n in range(2000))
if placed < 2000: loot("locks are real", placed)
for pipe in ends: os.close(pipe[0]); os.close(pipe[1])
""",
    ),
    probe(
        "memory-watches",
        "would have each thread watch descriptors of its own, in a kernel that counts watches for all forks together",
        """
        import select
        if attempt(select.epoll): loot("epoll")
        if libc.close_range(1 << 20, 1 << 21, 2) == 0: loot("a table of descriptors of its own")
        if libc.close_range(1 << 20, 1 << 21, 0) != 0: loot("less than libraries use")
        """,
    ),
    probe(
        "processes-fork",
        "is a fork bomb",
        """
        import multiprocessing
        for start in (os.fork, libc.fork, libc.vfork, lambda: libc.syscall(57), lambda: libc.syscall(58),
                      lambda: libc.syscall(56, 17, 0, 0, 0, 0)):
            for _ in range(50):
                pid = attempt(start)
                if pid is not None and pid >= 0: loot("forked")
        """,
    ),
    useless(
        "processes-threads",
        "is a bomb of threads that spin",
        "import threading",
        "def bomb():\n    while True:\n        try: threading.Thread(target=bomb).start()\n        except BaseException: pass\nbomb()",
    ),
    probe(
        "threads-waiting",
        "starts as many threads as it can, and lets them go",
        """
        import threading
        stop, count = threading.Event(), 0
        try:
            for count in range(10_000): threading.Thread(target=stop.wait, daemon=True).start()
        except RuntimeError: pass
        stop.set()
        if count > 512: loot(count)
        """,
    ),
    probe(
        "descriptors",
        "opens as many descriptors as it can",
        """
        held = []
        while (fd := attempt(os.dup, 0)) is not None: held.append(fd)
        if len(held) > 1000: loot(len(held))
        for fd in held: os.close(fd)
        """,
    ),
    probe(
        "disk-bytes",
        "fills every disk",
        """
        written = 0
        for n in range(20):
            try:
                with open(f"/tmp/full{n}", "wb") as file:
                    for _ in range(300): written += file.write(bytes(1 << 20))
            except OSError: pass
        if written > 200 << 20: loot(written)
        for n in range(20): attempt(os.unlink, f"/tmp/full{n}")
        """,
    ),
    probe(
        "disk-sparse",
        "makes files that are larger than any disk",
        """
        with open("/tmp/sparse", "wb") as file:
            if attempt(lambda: (os.truncate(file.fileno(), 1 << 40), 1)): loot("a terabyte")
        if attempt(lambda: (os.posix_fallocate(os.open("/tmp/sparse", 2), 0, 1 << 33), 1)): loot("fallocate")
        os.unlink("/tmp/sparse")
        """,
    ),
    probe(
        "disk-inodes",
        "makes files until there are no more",
        """
        count = 0
        for count in range(1, 100_000):
            if attempt(lambda: (os.mkdir(f"/tmp/{count}"), 1)) is None: break
        if count > 5000: loot(count)
        for one in range(1, count): os.rmdir(f"/tmp/{one}")
        """,
    ),
    Attack(
        "output-much",
        "prints a gigabyte, slowly enough, and answers rightly",
        {"top5.py": "import os\ndata = b'x' * (1 << 20)\nfor _ in range(200): os.write(1, data)\n" + right("top5")},
    ),
    useless("output-endless", "prints for ever", "data = b'y' * (1 << 20)", "while True: os.write(2, data)"),
    useless("message-array", "returns an array of a gigabyte", "import numpy as np", "return np.zeros(1 << 27)"),
    useless("message-text", "returns a text of 200 MB", "", "return 'x' * (200 << 20)"),
    useless("message-lists", "returns many small lists", "", "return [[[]]] * 3_000_000"),
    useless(
        "message-deep", "returns lists in lists, a million deep", "", "a = []\nfor _ in range(10**6): a = [a]\nreturn a"
    ),
    useless("message-cycle", "returns a list that holds itself", "", "a = []\na.append(a)\nreturn [a, a]"),
    useless("message-number", "returns a number of ten million digits", "", "return 1 << (1 << 25)"),
    useless("stack-python", "recurses without end", "", "def f(): return f()\nreturn f()"),
    useless(
        "stack-c",
        "recurses until the stack of C overflows",
        "sys.setrecursionlimit(10**9)",
        "def f(): return f()\nfor _ in range(9):\n    try: f()\n    except RecursionError: pass\nclass A:\n"
        "    def __getattr__(self, name): return getattr(self, name)\nA().x",
    ),
    Attack(
        "graph-size",
        "builds a graph of many nodes before it answers",
        {
            "conv_2d.py": right("conv_2d").replace(
                "    with tf1", "    for _ in range(25_000): tf1.constant(0.0)\n    with tf1", 1
            )
        },
        {"conv_2d": "any"},
    ),
    Attack(
        "files-deep",
        "brings two thousand files, each under five hundred folders of its own",
        {f"a{n:04}/" + "d/" * 490 + "x.py": "" for n in range(1900)},
        status="refused",
        pack=".zip",
    ),
    Attack(
        "files-some-deep",
        "brings as many folders in folders as are taken",
        {f"a{n}/" + "d/" * 490 + "x.py": "" for n in range(4)},
        pack=".zip",
    ),
    Attack(
        "files-many",
        "brings as many files as are taken, each in a folder of its own",
        {f"a{n}/x{n}.py": "x" * 16_000 for n in range(1990)},
        pack=".zip",
    ),
    Attack("code-large", "is a module of seven megabytes", {"top5.py": "x = 1\n" * 1_200_000 + right("top5")}, _ANY),
    Attack(
        "memory-crash",
        "fills its memory and crashes, so that its memory looks innocent",
        {
            "top5.py": PRELUDE
            + "hold = []\ntry:\n    while True: hold.append(bytearray(1 << 22))\nexcept MemoryError: os.abort()"
        },
        {"top5": "zero"},
    ),
    Attack(
        "time-flush",
        "answers rightly and never ends flushing what it printed",
        {
            "top5.py": "import io, sys\nclass S(io.StringIO):\n    def flush(self):\n        while True: pass\nsys.stdout = S()\n"
            + right("top5")
        },
    ),
    useless("message-label", "returns labels of twenty megabytes", "", "return [(0.5, 'x' * (20 << 20))]", fast=True),
    useless(
        "message-pairs",
        "returns so many pairs that comparing them would take long",
        "",
        "return [(0.5, 'x' * 500 + str(n)) for n in range(60_000)]",
    ),
    useless(
        "message-many-pairs", "returns more pairs than are read", "", "return [(0.5, 'x') for n in range(300_000)]"
    ),
    useless(
        "time-beats-closed",
        "closes the pipe that tells its zygote of answers, and loops",
        "os.closerange(4, 64)",
        "while True: pass",
    ),
    useless(
        "output-wakeups",
        "has the kernel write into its pipes at each signal",
        "import signal\nfor fd in range(3, 12):\n    try: os.set_blocking(fd, False); signal.set_wakeup_fd(fd, warn_on_full_buffer=False)\n    except (OSError, ValueError): pass\n"
        "signal.signal(signal.SIGALRM, lambda *a: None)\nsignal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
    ),
)
