"""Hosts of our own: network namespaces on one machine, each with an address, joined by a bridge.

    python -m cluster.hosts enter PID COMMAND...      run a command on the host that a process holds

Root needs nothing else; anybody else gets a user namespace in which the network may be laid out, and is himself again
on the hosts: there, walls are built as on any machine.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

_NEWUSER, _NEWNET = 0x10000000, 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Hosts:
    """Some hosts, 10.77.0.1 and on; use it as a context manager."""

    def __init__(self, count: int) -> None:
        self._command = [sys.executable, "-m", "cluster.hosts"]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        self._holder = subprocess.Popen(
            [*self._command, "hold", str(count)], env=environment, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert self._holder.stdout is not None
        pids = self._holder.stdout.readline().split()
        assert len(pids) == count, "the network could not be laid out"
        self._pids = pids

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._holder.pid, signal.SIGKILL)
        self._holder.communicate()

    def address(self, number: int) -> str:
        """Return the address of a host."""
        return f"10.77.0.{number + 1}"

    def on(self, number: int) -> list[str]:
        """Return what stands in front of a command so that it runs on a host."""
        # By its path: whoever runs it may have other folders to import from.
        return [sys.executable, __file__, "enter", self._pids[number]]


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _hold(count: int) -> None:
    """Lay out the network, say the process ids of the hosts, and wait to be killed."""
    from pyroute2 import IPRoute

    user, group = os.getuid(), os.getgid()
    if user == 0:
        _check(_libc.unshare(_NEWNET))
    else:
        _check(_libc.unshare(_NEWUSER | _NEWNET))
        _map(user, 0, group, 0)
    pids = [_host() for _ in range(count)]
    with IPRoute() as route:
        route.link("add", ifname="bridge", kind="bridge")
        (bridge,) = route.link_lookup(ifname="bridge")
        route.link("set", index=bridge, state="up")
        for number, pid in enumerate(pids):
            route.link("add", ifname=f"port{number}", kind="veth", peer=f"host{number}")
            (port,) = route.link_lookup(ifname=f"port{number}")
            route.link("set", index=port, master=bridge, state="up")
            (end,) = route.link_lookup(ifname=f"host{number}")
            route.link("set", index=end, net_ns_pid=pid)
    for number, pid in enumerate(pids):
        subprocess.run([sys.executable, __file__, "address", str(pid), f"10.77.0.{number + 1}"], check=True)
    print(*pids, flush=True)
    signal.pause()


def _host() -> int:
    """Start a process that holds a network namespace of its own."""
    pid = os.fork()
    if pid == 0:
        _check(_libc.unshare(_NEWNET))
        os.close(1)  # Who waits for what is said would wait for us as well.
        signal.pause()
    ours = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{pid}/ns/net").readlink() == ours:
        time.sleep(0.01)
    return pid


def _map(user: int, user_inside: int, group: int, group_inside: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user_inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group_inside} {group} 1")


def _join(pid: str) -> None:
    """Go to a host."""
    for kind in ("user", "net"):
        place = Path(f"/proc/{pid}/ns/{kind}")
        if place.readlink() != Path(f"/proc/self/ns/{kind}").readlink():
            fd = os.open(place, os.O_RDONLY)
            _check(_libc.setns(fd, 0))
            os.close(fd)


def _address(pid: str, address: str) -> None:
    from pyroute2 import IPRoute

    _join(pid)
    with IPRoute() as route:
        for link in route.get_links():
            if link.get_attr("IFLA_IFNAME").startswith("host"):
                route.addr("add", index=link["index"], address=address, prefixlen=24)
            route.link("set", index=link["index"], state="up")


def _enter(pid: str, command: list[str]) -> None:
    user, group = os.getuid(), os.getgid()
    _join(pid)
    if user != 0:
        _check(_libc.unshare(_NEWUSER))
        _map(0, user, 0, group)
    os.execvp(command[0], command)


if __name__ == "__main__":
    verb, *given = sys.argv[1:]
    if verb == "hold":
        _hold(int(given[0]))
    elif verb == "address":
        _address(*given)
    else:
        _enter(given[0], given[1:])
