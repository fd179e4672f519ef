"""One job's two processes: the supervisor, which watches the clocks, and the worker, which is PID 1 behind its walls.

SIGKILL to the worker ends all that it started, because its PID namespace ends with it. Without walls (`seccomp` None)
the same two processes run unconfined, for a student's own check.
"""

import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import BinaryIO, NoReturn

from . import confine, rehearsal, wire, work

SUBMISSION = Path("/submission")
SCRATCH = Path("/tmp")
_BEAT = 0.02
_NOTICED_SECONDS = 1.0


def supervise(
    limits: wire.Limits,
    seccomp: bytes | None,
    control: socket.socket,
    job_fd: int,
    answers_fd: int,
    output_fd: int,
    ahead: bool = False,
) -> NoReturn:
    """Fork the worker behind its walls, watch its clocks, and tell the grader how it ended; never returns.

    Args:
        ahead: the job is yet to come: until then the worker rehearses, and no clock runs.
    """
    code = 1
    try:
        room = None
        if seccomp is None:
            room = Path(tempfile.mkdtemp(prefix="exercise-"))
        else:
            confine.die_with_parent()
            confine.enter_namespaces()
        beat_read, beat_write = os.pipe()
        processes = os.open("/proc", os.O_RDONLY) if sys.platform == "linux" else -1
        pid = os.fork()
        if pid == 0:
            os.close(beat_read)
            if processes >= 0:
                os.close(processes)
            _work(limits, seccomp, room, control, job_fd, answers_fd, output_fd, beat_write, ahead)
        for fd in (job_fd, answers_fd, output_fd, beat_write):
            os.close(fd)
        ended = _watch(pid, beat_read, limits, processes, ahead)
        if room is not None:
            _end_group(pid)
            shutil.rmtree(room, ignore_errors=True)
        control.send(wire.encode(ended))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _watch(pid: int, beats: int, limits: wire.Limits, processes: int, ahead: bool = False) -> wire.Ended:
    """Wait for the worker to end, or end it: CPU and wall seconds since its last answer, wall seconds in all.

    Of the wall seconds since its last answer, those do not count in which it was ready to run and others had the
    machine. The clocks of a worker that is ahead of its job start with its first beat.

    Args:
        processes: the folder /proc, opened before the worker mounted over it.
    """
    reason = "exit"
    started = moved = time.monotonic()
    spent = 0.0
    waited: float | None = None
    noticed = min(_NOTICED_SECONDS, limits.wall_seconds / 4)
    pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    waiting = [beats] if pidfd is None else [beats, pidfd]
    while True:
        ready, _, _ = select.select(waiting, [], [], _BEAT)
        now = time.monotonic()
        cpu = _cpu_seconds(pid)
        if beats in ready:
            if os.read(beats, 4096):
                moved, spent, waited = now, cpu, None
                if ahead:
                    ahead, started = False, now
            else:
                waiting.remove(beats)
        if pidfd in ready or (pidfd is None and beats not in waiting):
            break
        if ahead:
            continue
        if waited is None and now - moved > noticed:
            waited = _waited(processes, pid)
        if cpu - spent > limits.cpu_seconds:
            reason = "cpu"
        elif now - moved > limits.wall_seconds and (
            now - moved - max(0.0, _waited(processes, pid) - (waited or 0.0)) > limits.wall_seconds
        ):
            reason = "wall"
        elif now - started > limits.total_wall_seconds:
            reason = "total"
        if reason != "exit":
            os.kill(pid, signal.SIGKILL)
            break
    _, status, usage = os.wait4(pid, 0)
    scale = 1 if sys.platform == "linux" else 1024
    return wire.Ended(reason, status, usage.ru_maxrss // scale, usage.ru_utime + usage.ru_stime)  # type: ignore[arg-type]


def _end_group(pid: int) -> None:
    """Kill what a worker left running in its session; behind walls its PID namespace has ended all of it already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that another process has used (Linux: its CPU clock, see clock_getcpuclockid(3))."""
    if sys.platform != "linux":
        return 0.0
    try:
        return time.clock_gettime(((~pid) << 3) | 2)
    except OSError:
        return 0.0


def _waited(processes: int, pid: int) -> float:
    """Return the seconds that a process's threads were ready to run and did not.

    Source: sched-stats.rst of the Linux kernel, "/proc/<pid>/schedstat"; 0.0 where there is none.
    """
    total = 0
    try:
        folder = os.open(f"{pid}/task", os.O_RDONLY, dir_fd=processes)
    except OSError:
        return 0.0
    try:
        for thread in os.listdir(folder):  # noqa: PTH208  # a descriptor is no path
            with contextlib.suppress(OSError, ValueError, IndexError):
                file = os.open(f"{thread}/schedstat", os.O_RDONLY, dir_fd=folder)
                try:
                    total += int(os.read(file, 100).split()[1])
                finally:
                    os.close(file)
    finally:
        os.close(folder)
    return total / 1e9


def _work(
    limits: wire.Limits,
    seccomp: bytes | None,
    room: Path | None,
    control: socket.socket,
    job_fd: int,
    answers_fd: int,
    output_fd: int,
    beat_fd: int,
    ahead: bool,
) -> NoReturn:
    """Become the worker: private file systems, limits, no privileges, the filter; then do the job. Never returns."""
    code = 1
    try:
        os.setsid()
        control.close()
        # The zygote's own is one open file for all its forks, with flags that they would share.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(output_fd, 1)
        os.dup2(output_fd, 2)
        os.close(output_fd)
        if ahead:
            rehearsal.rehearse()
        with open(job_fd, "rb") as stream:
            job = wire.decode(stream.read(), wire.Job)
        if ahead:
            os.write(beat_fd, b".")
        if sys.platform == "linux":
            confine.die_with_parent()
        if room is None:
            confine.go_first()
            confine.mount_private(SUBMISSION, SCRATCH, limits.scratch_mib)
            root, scratch = SUBMISSION, SCRATCH
        else:
            root, scratch = room / "submission", room / "scratch"
            root.mkdir()
            scratch.mkdir()
        if isinstance(job, wire.StudentJob):
            work.lay_out(job.files, root)
        os.chdir(scratch)
        if seccomp is not None:
            confine.seal(root)
            confine.limit_resources(limits.total_wall_seconds, limits.memory_mib, limits.threads, limits.scratch_mib)
            confine.drop_privileges()
            confine.filter_system_calls(seccomp)
        with open(answers_fd, "wb") as pipe:
            wire.write(pipe, wire.Prepared())
            work.do(job, root, _Beating(pipe, beat_fd))
        code = 0
    except MemoryError:
        code = wire.OUT_OF_MEMORY
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            _flush()
        finally:
            os._exit(code)


class _Beating:
    """A stream that tells the supervisor of each answer, so that its clocks start anew."""

    def __init__(self, stream: BinaryIO, beat_fd: int) -> None:
        self._stream = stream
        self._beat_fd = beat_fd

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()
        os.write(self._beat_fd, b".")


def _flush() -> None:
    """Push out what was printed; a student may have closed or replaced the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            os.write(2, b"(what was still to be printed was lost)\n")
