"""Signals and persistence: staying alive, coming back later, and ending what is not one's own."""
# ruff: noqa: E501

from hostile.attack import Attack, probe, right, useless

_DAEMON = """
def daemon():
    for start in (os.fork, lambda: libc.syscall(57), lambda: libc.syscall(56, 0x11, 0, 0, 0, 0)):
        try: pid = start()
        except OSError: continue
        if pid == 0:
            os.setsid()
            try:
                if os.fork() > 0: os._exit(0)
            finally:
                while True: pass
        elif pid > 0: loot("forked")
"""

ATTACKS: tuple[Attack, ...] = (
    probe("stay-double-fork", "forks twice and lives on as a daemon", _DAEMON + "daemon()", fast=True),
    probe(
        "stay-clone",
        "forks by clone with every flag",
        "for flags in (17, 0x100 | 17, 0x4111, 0x8000 | 17, 0x01200000 | 17, 0x200 | 0x400 | 17, 0x10000 | 0x800):\n"
        "    pid = libc.syscall(56, flags, 0, 0, 0, 0)\n    if pid >= 0: loot('clone', flags)\n"
        "if libc.syscall(435, 0, 0) >= 0: loot('clone3')",
    ),
    Attack(
        "stay-atexit",
        "does its work when the process ends",
        {
            "top5.py": "import atexit, os, threading, weakref\n"
            "def later(*a):\n    print('later', flush=True)\n    open('/tmp/left-by-an-attack', 'w').write('x')\n    while True: pass\n"
            "atexit.register(later)\nthreading._register_atexit(later)\nclass A: __del__ = later\nkeep = A()\n"
            + right("top5")
        },
    ),
    Attack(
        "stay-daemon-threads",
        "leaves threads that go on for ever",
        {
            "top5.py": "import threading, time\nfor _ in range(8): threading.Thread(target=lambda: [time.sleep(0.1) for _ in range(10**6)], daemon=True).start()\n"
            + right("top5")
        },
    ),
    Attack(
        "stay-ignoring",
        "ignores every signal and answers rightly",
        {
            "top5.py": "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
            + right("top5")
        },
    ),
    useless(
        "stay-ignoring-and-spinning",
        "ignores every signal and never ends",
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n",
        "while True: pass",
    ),
    probe(
        "kill-everyone",
        "sends every signal to every process",
        """
        import signal
        own = {0, 1, *(pid for pid in range(2, 65536) if libc.tgkill(1, pid, 0) == 0)}
        for pid in [-1, -2, os.getppid(), *range(2, 400), *range(400, 65536, 199)]:
            if pid in own: continue
            for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, 0):
                if attempt(lambda: (os.kill(pid, number), 1)): loot(pid, number)
        """,
        fast=True,
    ),
    Attack(
        "kill-own-group",
        "kills its own process group and itself with every signal",
        {
            "top5.py": "import os, signal\nfor n in range(1, 65):\n    for pid in (0, 1, os.getpid(), -os.getpgrp()):\n"
            "        try: os.kill(pid, n)\n        except OSError: pass\n" + right("top5")
        },
        {"top5": "any"},
    ),
    useless(
        "kill-self",
        "kills itself with SIGKILL, SIGSEGV and SIGABRT",
        "import signal",
        "for n in (9, 11, 6): os.kill(os.getpid(), n)\nos.abort()",
    ),
    useless(
        "kill-stop",
        "stops itself",
        "import signal",
        "os.kill(os.getpid(), signal.SIGSTOP)\nlibc.raise_(19) if hasattr(libc, 'raise_') else libc.pause()",
    ),
    useless(
        "kill-alarms",
        "sets every timer to interrupt whatever runs later",
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\nsignal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)",
    ),
    Attack(
        "stay-files",
        "writes itself where systems look for programs to start",
        {
            "top5.py": "import os\nfor path in ('~/.bashrc', '~/.profile', '~/.config/autostart/x.desktop', '/etc/cron.d/x', '/etc/profile.d/x.sh',\n"
            "             '~/.local/lib/python3.11/site-packages/evil.pth', '/usr/lib/python3/dist-packages/evil.pth', '~/.ipython/x.py'):\n"
            "    path = os.path.expanduser(path)\n    try:\n        os.makedirs(os.path.dirname(path), exist_ok=True)\n"
            "        open(path, 'w').write('# left-by-an-attack')\n    except OSError: pass\n" + right("top5")
        },
    ),
    probe(
        "signals-queued",
        "would end itself by a signal as if the kernel had sent it, which looks as if somebody else had",
        """
        for call, arguments in ((129, (os.getpid(), 9)), (297, (os.getpid(), os.getpid(), 9))):
            made = (ctypes.c_int * 32)(9, 0, 0x80)
            if libc.syscall(call, *arguments, made) == 0: loot("queued", call)
        """,
    ),
    probe(
        "stay-reparent",
        "asks to be another process's child, or nobody's",
        """
        for option in (1, 36, 39, 41):
            if libc.prctl(option, 0, 0, 0, 0) == 0 and option != 39: loot("prctl", option)
        if attempt(lambda: (os.setsid(), 1)): loot("setsid")
        """,
    ),
    Attack(
        "stay-holding-pipes",
        "keeps copies of the pipes in every descriptor",
        {
            "top5.py": "import os\nfor fd in range(3, 8):\n    for to in range(fd * 20, fd * 20 + 20):\n        try: os.dup2(fd, to)\n        except OSError: pass\n"
            + right("top5")
        },
        {"top5": "any"},
    ),
)
