"""Run a grader's commands: so many side by side, each within its time, and count what they cost."""

import contextlib
import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Command:
    """One program to run, and where."""

    arguments: Sequence[str | Path]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """What commands did: the seconds that they took, the CPU that they used, what they said, if they hung."""

    wall: float
    cpu: float
    said: str
    hung: bool


def run(commands: Sequence[Command], width: int, variables: Mapping[str, str], seconds: float) -> Ran:
    """Run commands, `width` at a time, each for `seconds` at most; what they leave running is ended afterwards.

    Args:
        commands: what to run, in order.
        width: how many side by side.
        variables: their environment, all of it; TMPDIR in it tells their processes from others'.
        seconds: wall time of one command.
    """
    with _account() as (prefix, used):
        began = time.monotonic()
        with ThreadPoolExecutor(width) as pool:
            done = list(pool.map(lambda one: _run(one, prefix, variables, seconds), commands))
        wall, cpu = time.monotonic() - began, used()
    return Ran(wall, cpu, "".join(said for said, _ in done), any(hung for _, hung in done))


def _run(command: Command, prefix: Sequence[str], variables: Mapping[str, str], seconds: float) -> tuple[str, bool]:
    """Run one command; return what it said and whether it had to be ended."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*prefix, *map(str, command.arguments)], cwd=command.folder, env={**variables, **command.variables},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
            hung = False
        except subprocess.TimeoutExpired:
            hung = True
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        return output.read(1 << 20).decode("utf-8", "replace"), hung


@contextlib.contextmanager
def _account() -> Iterator[tuple[Sequence[str], Callable[[], float]]]:
    """Give what to put before a command, and a function that returns the CPU seconds used since.

    A cgroup counts everything, also what runs in namespaces and is waited for by nobody of ours. Where none can be made
    `getrusage` has to do, which misses what runs behind our grader's walls.
    """
    group = _new_cgroup()
    if group is None:
        before = _children()
        yield (), lambda: _children() - before
        return
    try:
        yield ("sh", "-c", f'echo $$ > "{group}/cgroup.procs" && exec "$@"', "sh"), lambda: _used(group)
    finally:
        _remove(group)


def counts_all() -> bool:
    """Say whether CPU behind namespaces is counted here."""
    group = _new_cgroup()
    if group is not None:
        group.rmdir()
    return group is not None


def _new_cgroup() -> Path | None:
    """Make a cgroup that counts CPU, if this machine lets us."""
    for parent, counter in ((_CGROUPS / "cpuacct", "cpuacct.usage"), (_CGROUPS, "cpu.stat")):
        try:
            group = Path(tempfile.mkdtemp(prefix="grader-peers-", dir=parent))
        except OSError:
            continue
        if (group / counter).is_file() and os.access(group / "cgroup.procs", os.W_OK):
            return group
        with contextlib.suppress(OSError):
            group.rmdir()
    return None


def _used(group: Path) -> float:
    """Return the CPU seconds of a cgroup."""
    if (group / "cpuacct.usage").is_file():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    stat = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(stat["usage_usec"]) / 1e6


def _remove(group: Path) -> None:
    """Remove a cgroup, as soon as those in it are gone."""
    for _ in range(50):
        try:
            group.rmdir()
            return
        except OSError:
            time.sleep(0.1)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def left_running(tmp: Path) -> list[str]:
    """End the processes whose temporary folder this is, and return their command lines."""
    mark = f"TMPDIR={tmp}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int(path.name) != os.getpid() and mark in (path / "environ").read_bytes().split(b"\0"):
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip())
                os.kill(int(path.name), signal.SIGKILL)
        except OSError:
            continue
    return found
