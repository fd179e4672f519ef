"""The clocks of a fork: whoever sleeps is ended, whoever only waits for a busy machine is not."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from grader.inside import wire
from grader.inside.fork import _watch

LIMITS = wire.Limits(cpu_seconds=20.0, wall_seconds=1.0, total_wall_seconds=120.0)
SPIN = "import time\nwhile time.process_time() < {seconds}: pass"


def watched(code: str, nice: int = 0, limits: wire.Limits = LIMITS) -> wire.Ended:
    """Run Python code in a process of its own, and return how it ended under watch."""
    beats, never = os.pipe()
    processes = os.open("/proc", os.O_RDONLY)
    started = subprocess.Popen(["nice", "-n", str(nice), sys.executable, "-S", "-c", code])
    try:
        return _watch(started.pid, beats, limits, processes)
    finally:
        started.kill()
        started.wait()
        for fd in (beats, never, processes):
            os.close(fd)


@contextlib.contextmanager
def busy_processor() -> Iterator[None]:
    """Keep one processor busy, and have what is started meanwhile run on that one."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    spinning = [subprocess.Popen([sys.executable, "-S", "-c", SPIN.format(seconds=1000)]) for _ in range(2)]
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
        for one in spinning:
            one.kill()
            one.wait()


def test_who_sleeps_is_ended() -> None:
    assert watched("import time; time.sleep(100)").reason == "wall"


def test_who_waits_for_a_busy_machine_is_not_ended() -> None:
    with busy_processor():
        assert watched(SPIN.format(seconds=0.3), nice=5).reason == "exit"


def test_who_waits_for_a_busy_machine_has_as_many_seconds_in_all() -> None:
    short = wire.Limits(cpu_seconds=20.0, wall_seconds=100.0, total_wall_seconds=1.0)
    with busy_processor():
        assert watched(SPIN.format(seconds=0.3), nice=5, limits=short).reason == "exit"
        assert watched("import time; time.sleep(100)", nice=5, limits=short).reason == "total"


def test_a_crowd_of_threads_does_not_stop_the_clock() -> None:
    short = wire.Limits(cpu_seconds=100.0, wall_seconds=100.0, total_wall_seconds=1.0)
    crowd = (
        "import threading, time\ndef nap():\n    while True: time.sleep(0.001)\n"
        "for _ in range(50): threading.Thread(target=nap, daemon=True).start()\ntime.sleep(100)"
    )
    with busy_processor():
        assert watched(crowd, limits=short).reason == "total"


def test_who_computes_too_long_is_ended() -> None:
    quick = wire.Limits(cpu_seconds=0.3, wall_seconds=100.0, total_wall_seconds=120.0)
    assert watched(SPIN.format(seconds=1000), limits=quick).reason == "cpu"


def test_the_wall_clock_would_have_ended_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.inside.fork._waits", lambda *_: [])
    with busy_processor():
        assert watched(SPIN.format(seconds=0.3), nice=5).reason == "wall"


def test_an_exception_is_printed_from_the_students_own_lines_on(submit):
    ran = submit("def attack():\n    return inner()\n\ndef inner():\n    return 1 / 0\n")
    (said,) = ran.printed.split("Traceback (most recent call last):\n")[1:]
    lines = [line.strip() for line in said.strip().splitlines() if set(line) - {" ", "^", "~"}]
    assert [line.rpartition(", ")[2] for line in lines if line.startswith("File")] == ["in attack", "in inner"]
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_an_exception_with_none_of_the_students_lines_is_one_line(submit):
    ran = submit("", calls=["missing"])
    assert ran.printed.strip() == "AttributeError: the module has no function 'missing'"
