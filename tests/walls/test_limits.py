"""Every limit is hit once, for real, and costs only the exercise that hits it."""

import pytest

from grader.inside import wire
from grader.observation import Died, NotRun, Observed, Outcome

RIGHT = "def right():\n    return 42\n"


def outcome(seen: object) -> tuple[Outcome, str]:
    assert isinstance(seen, Died), seen
    return seen.outcome, str(seen.message)


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "return len(str(7 ** 50_000_000))",
        "import re; return bool(re.match(r'(a+)+$', 'a' * 60 + 'b'))",
        "import signal\n    for n in range(1, 65):\n        try: signal.signal(n, signal.SIG_IGN)\n"
        "        except (OSError, ValueError): pass\n    while True: pass",
        "import numpy as np; a = np.ones((6000, 6000)); return float((a @ a)[0, 0] + (a @ a @ a)[0, 0])",
    ],
    ids=["swallowing", "C, holding the GIL", "regular expression", "ignoring signals", "C, letting the GIL go"],
)
def test_cpu_time_of_one_step(submit, body):
    ran = submit(f"def attack():\n    {body}\n{RIGHT}", calls=("right", "attack", "right"))
    assert ran.value(0) == ran.value(2) == 42
    assert outcome(ran.observations[1]) == (Outcome.TIMED_OUT, "your code used more than 1 seconds of CPU in one step")


def test_cpu_time_at_import(submit):
    ran = submit("while True: pass", calls=("attack", "attack"))
    assert [outcome(seen)[0] for seen in ran.observations] == [Outcome.TIMED_OUT] * 2


def test_wall_time_is_tried_once_more_alone(submit, worker, monkeypatch):
    tries = []
    run = worker.run
    monkeypatch.setattr(worker, "run", lambda job, alone=False: tries.append(alone) or run(job, alone))
    ran = submit(
        "import time\ndef attack():\n    time.sleep(30)\n" + RIGHT, calls=("attack", "right"), wall_seconds=0.7
    )
    assert tries == [False, True]
    assert outcome(ran.observations[0]) == (
        Outcome.TIMED_OUT,
        "your code took more than 0.7 seconds in one step, twice",
    )
    assert isinstance(ran.observations[1], NotRun)


def test_wall_time_in_all(submit):
    source = "import time\ndef attack():\n    time.sleep(0.4)\n    return 1\n"
    ran = submit(source, calls=("attack",) * 6, wall_seconds=1.0, total_wall_seconds=1.0)
    assert ran.value(0) == 1
    late = [seen for seen in ran.observations if isinstance(seen, Died)]
    assert outcome(late[0]) == (Outcome.TIMED_OUT, "your code took more than 1 seconds in all")


def test_forged_beats_do_not_stretch_the_time_in_all(submit):
    ran = submit(
        """
        import os, time
        def attack():
            while True:
                for fd in range(3, 256):
                    try: os.write(fd, b".") if fd > 4 else None
                    except OSError: pass
                time.sleep(0.05)
        """,
        wall_seconds=0.5,
        total_wall_seconds=1.5,
    )
    assert outcome(ran.observations[0])[0] in (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.TOO_LARGE)


@pytest.mark.parametrize(
    "body",
    [
        "return len(bytearray(5 << 30))",
        "import numpy as np; return float(np.ones(10**11)[0])",
        "hold = []\n    while True: hold.append(bytearray(1 << 20))",
        "import tensorflow as tf; return float(tf.reduce_sum(tf.ones((40_000, 40_000))).numpy())",
        "hold = []\n    while True:\n        try: hold.append(bytearray(1 << 22))\n        except MemoryError: break\n"
        "    import os; os.abort()",
    ],
    ids=["at once", "NumPy", "bit by bit", "TensorFlow", "crash when it is full"],
)
def test_memory(submit, body):
    ran = submit(f"def attack():\n    {body}\n{RIGHT}", calls=("attack", "right"), cpu_seconds=4.0)
    seen = ran.observations[0]
    if isinstance(seen, Observed):
        raised = seen.calls[0]
        assert isinstance(raised, wire.Raised), raised
        assert {"MemoryError", "ResourceExhaustedError"} & set(raised.types)
    else:
        assert outcome(seen) == (Outcome.OUT_OF_MEMORY, "your code used more than 1024 MiB of memory")
    assert ran.value(1) == 42


@pytest.mark.parametrize(
    ("flags", "fd"), [("0x21", "-1"), ("0x122", "-1"), ("0x40022", "-1"), ("0x01", "os.open('/dev/zero', 2)")]
)
def test_memory_that_no_limit_counts_is_refused(submit, flags, fd):
    ran = submit(
        f"""
        import ctypes, os
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = ctypes.c_long
            libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
            try: fd = {fd}
            except FileNotFoundError: return "no such device"
            return libc.mmap(None, 8 << 30, 3, {flags}, fd, 0)
        """
    )
    assert ran.value() in (-1, "no such device")


def test_page_tables_of_memory_that_is_only_read(submit):
    ran = submit(
        """
        import ctypes
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = ctypes.c_long
            libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
            return libc.mmap(None, 1 << 40, 1, 0x4022, -1, 0)
        """
    )
    assert ran.value() == -1


def test_threads(submit):
    ran = submit(
        """
        import threading
        def attack():
            stop, count = threading.Event(), 0
            try:
                while True:
                    threading.Thread(target=stop.wait, daemon=True).start()
                    count += 1
            except RuntimeError:
                stop.set()
                return count
        """,
        cpu_seconds=4.0,
        threads=64,
    )
    assert 8 <= ran.value() <= 64


def test_processes(submit):
    ran = submit(
        """
        import ctypes, multiprocessing, os, subprocess, sys
        def attack():
            refused = []
            for name, start in {
                "fork": os.fork, "vfork": ctypes.CDLL(None).vfork,
                "spawn": lambda: os.posix_spawn(sys.executable, ["x"], {}),
                "subprocess": lambda: subprocess.run([sys.executable, "-c", ""]),
                "exec": lambda: os.execv(sys.executable, ["x"]),
                "forkpty": os.forkpty,
            }.items():
                try:
                    if start() == -1: refused.append(name)
                except OSError: refused.append(name)
            return [refused, os.system("true")]
        """
    )
    refused, status = ran.value()
    assert refused == ["fork", "vfork", "spawn", "subprocess", "exec", "forkpty"]
    assert status != 0


def test_descriptors(submit):
    ran = submit(
        """
        import os
        def attack():
            held = []
            try:
                while True: held.append(os.dup(0))
            except OSError as error:
                for fd in held: os.close(fd)
                return [len(held), error.errno]
        """
    )
    count, number = ran.value()
    assert count < 256
    assert number == 24


@pytest.mark.parametrize("where", ["/tmp", "/submission", "/dev/shm", "/", "/var/tmp", "/inside", "/site", "/fixtures"])
def test_disk(submit, where):
    ran = submit(
        f"""
        def attack():
            written = 0
            try:
                for n in range(100):
                    with open(f"{where}/{{n}}", "wb") as file:
                        for _ in range(64): written += file.write(bytes(1 << 20))
            except OSError as error:
                return [written >> 20, error.errno]
        """,
        cpu_seconds=4.0,
        scratch_mib=16,
    )
    mib, number = ran.value()
    assert number in (2, 28, 27, 30, 1, 13)
    assert mib <= (16 if where == "/tmp" else 0)


def test_files_without_bytes(submit):
    ran = submit(
        """
        import os
        def attack():
            try:
                for n in range(100_000): os.mkdir(f"/tmp/{n}")
            except OSError as error: return [n, error.errno]
        """
    )
    assert ran.value() == [1023, 28] or ran.value()[1] == 28


def test_output_flood_is_cut_and_costs_nothing(submit):
    ran = submit("def attack():\n    for _ in range(200): print('x' * 100_000)\n    return 7\n", output_bytes=1000)
    assert ran.value() == 7
    assert ran.printed == "x" * 1000


@pytest.mark.parametrize(
    "value",
    ["np.zeros(1 << 21)", "'x' * (1 << 24)", "[0.5] * (1 << 20)", "tf.constant(np.zeros(1 << 21))"],
    ids=["array", "text", "list", "tensor"],
)
def test_message_too_large(submit, value):
    ran = submit(
        f"import numpy as np, tensorflow as tf\ndef attack():\n    return {value}\n{RIGHT}",
        calls=("attack", "right"),
        message_bytes=8 << 20,
        cpu_seconds=4.0,
    )
    found, message = outcome(ran.observations[0])
    assert found == Outcome.TOO_LARGE
    assert message.startswith("your code sent back too much: ")
    assert ran.value(1) == 42


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("import os; os.abort()", "SIG"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import ctypes; ctypes.pythonapi.Py_FatalError(b'no')", "SIG"),
        ("import os; os._exit(0)", "ended itself"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL); os._exit(3)", "ended itself"),
    ],
)
def test_crashes(submit, body, name):
    ran = submit(f"def attack():\n    {body}\n{RIGHT}", calls=("right", "attack", "right"))
    found, message = outcome(ran.observations[1])
    assert found == Outcome.CRASHED
    assert name in message
    assert ran.value(0) == ran.value(2) == 42


@pytest.mark.parametrize("body", ["import sys; sys.exit(0)", "raise SystemExit", "raise KeyboardInterrupt", "exit()"])
def test_asking_to_exit_is_an_exception(submit, body):
    ran = submit(f"def attack():\n    {body}\n{RIGHT}", calls=("attack", "right"))
    seen = ran.observations[0]
    assert isinstance(seen, Observed)
    assert isinstance(seen.calls[0], wire.Raised)
    assert ran.value(1) == 42


def test_after_two_deaths_the_rest_is_not_run(submit):
    ran = submit("import os\ndef attack():\n    os._exit(1)\n" + RIGHT, calls=("attack", "attack", "right"))
    assert [type(seen).__name__ for seen in ran.observations] == ["Died", "Died", "NotRun"]
