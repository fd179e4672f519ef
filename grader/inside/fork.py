"""One job's process: the worker, PID 1 behind its walls, and the watch that its zygote keeps over its clocks.

SIGKILL to the worker ends all that it started, because its PID namespace ends with it. Without walls (`seccomp` None)
the same process runs unconfined, for a student's own check.
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
from typing import BinaryIO, NamedTuple, NoReturn

from . import confine, frames, rehearsal, wire, work

SUBMISSION = Path("/submission")
SCRATCH = Path("/tmp")
_BEAT = 0.02
_NOTICED_SECONDS = 1.0
_LOOK_SECONDS = 0.25


class Standing(NamedTuple):
    """What a zygote holds open while it forks, and no worker may keep.

    Args:
        control: its socket.
        processes: the folder /proc, opened before any worker mounts over it; -1 where there is none.
        namespace: its own PID namespace; -1 without walls.
    """

    control: socket.socket
    processes: int
    namespace: int

    def close(self) -> None:
        """Close all of it."""
        self.control.close()
        for fd in (self.processes, self.namespace):
            if fd >= 0:
                os.close(fd)


class Pipes(NamedTuple):
    """The descriptors that come with a job: the job itself, the pipe for answers, the pipe for what is printed."""

    job: int
    answers: int
    output: int


def stand(control: socket.socket, walled: bool) -> Standing:
    """Open what a zygote needs to fork."""
    processes = os.open("/proc", os.O_RDONLY) if sys.platform == "linux" else -1
    return Standing(control, processes, os.open("/proc/self/ns/pid", os.O_RDONLY) if walled else -1)


def run(
    limits: wire.Limits, seccomp: bytes | None, standing: Standing, pipes: Pipes, ahead: bool = False
) -> wire.Ended:
    """Fork the worker behind its walls, watch its clocks, and return how it ended.

    Args:
        pipes: closed here.
        ahead: the job is yet to come: until then the worker rehearses, and no clock runs.
    """
    room = Path(tempfile.mkdtemp(prefix="exercise-")) if seccomp is None else None
    beat_read, beat_write = os.pipe()
    try:
        with confine.pid_namespace_for_children(standing.namespace) if room is None else contextlib.nullcontext():
            pid = os.fork()
            if pid == 0:
                os.close(beat_read)
                standing.close()
                _work(limits, seccomp, room, pipes, beat_write, ahead)
        for fd in (*pipes, beat_write):
            os.close(fd)
        ended = _watch(pid, beat_read, limits, standing.processes, ahead)
        if room is not None:
            _end_group(pid)
        return ended
    finally:
        os.close(beat_read)
        if room is not None:
            shutil.rmtree(room, ignore_errors=True)


def run_ahead(limits: wire.Limits, standing: Standing, pipes: Pipes) -> NoReturn:
    """Do as `run`, without walls, for a job that is yet to come, and say its end on `standing.control`; never returns.

    This is for a process between the zygote, which goes on to serve, and the worker.
    """
    code = 1
    try:
        standing.control.send(wire.encode(run(limits, None, standing, pipes, ahead=True)))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _watch(pid: int, beats: int, limits: wire.Limits, processes: int, ahead: bool = False) -> wire.Ended:
    """Wait for the worker to end, or end it: CPU and wall seconds since its last answer, wall seconds in all.

    Of the wall seconds, those do not count in which it was ready to run and others had the machine: of those since its
    last answer, whatever its threads waited; of those in all, what the two waited that waited longest. They can only
    wait for others, or for threads of its own, which use up its CPU seconds meanwhile. The clocks of a worker that is
    ahead of its job start with its first beat.

    Args:
        processes: the folder /proc, opened before the worker mounted over it.
    """
    reason = "exit"
    started = moved = time.monotonic()
    spent = 0.0
    look = started + limits.total_wall_seconds
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
                    ahead, started, look = False, now, now + limits.total_wall_seconds
            else:
                waiting.remove(beats)
        if pidfd in ready or (pidfd is None and beats not in waiting):
            break
        if ahead:
            continue
        if waited is None and now - moved > noticed:
            waited = sum(_waits(processes, pid))
        if cpu - spent > limits.cpu_seconds:
            reason = "cpu"
        elif now - moved > limits.wall_seconds and (
            now - moved - max(0.0, sum(_waits(processes, pid)) - (waited or 0.0)) > limits.wall_seconds
        ):
            reason = "wall"
        elif now > look:
            look = now + _LOOK_SECONDS
            stood = sum(sorted(_waits(processes, pid))[-2:])
            if now - started - min(stood, wire.STANDSTILL * limits.total_wall_seconds) > limits.total_wall_seconds:
                reason = "total"
        if reason != "exit":
            os.kill(pid, signal.SIGKILL)
            break
    if pidfd is not None:
        os.close(pidfd)
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


def _waits(processes: int, pid: int) -> list[float]:
    """Return for each of a process's threads the seconds that it was ready to run and did not.

    Source: sched-stats.rst of the Linux kernel, "/proc/<pid>/schedstat"; none where there is none.
    """
    found: list[float] = []
    try:
        folder = os.open(f"{pid}/task", os.O_RDONLY, dir_fd=processes)
    except OSError:
        return found
    try:
        for thread in os.listdir(folder):  # noqa: PTH208  # a descriptor is no path
            with contextlib.suppress(OSError, ValueError, IndexError):
                file = os.open(f"{thread}/schedstat", os.O_RDONLY, dir_fd=folder)
                try:
                    found.append(int(os.read(file, 100).split()[1]) / 1e9)
                finally:
                    os.close(file)
    finally:
        os.close(folder)
    return found


def _work(
    limits: wire.Limits, seccomp: bytes | None, room: Path | None, pipes: Pipes, beat_fd: int, ahead: bool
) -> NoReturn:
    """Become the worker: namespaces, private file systems, limits, no privileges, the filter; then do the job."""
    code = 1
    try:
        os.setsid()
        # The zygote's own is one open file for all its forks, with flags that they would share.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(pipes.output, 1)
        os.dup2(pipes.output, 2)
        os.close(pipes.output)
        if ahead:
            rehearsal.rehearse()
        with os.fdopen(pipes.job, "rb") as stream:
            job = wire.decode(stream.read(), wire.Job)
        if room is None:
            confine.enter_namespaces()
        if sys.platform == "linux":
            confine.die_with_parent()
        os.write(beat_fd, b".")  # fails if the parent died before the line above
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
        with os.fdopen(pipes.answers, "wb") as pipe:
            frames.write(pipe, wire.Prepared())
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
    """A stream that tells the watch of each answer, so that its clocks start anew."""

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
