"""What a fork does to itself before anything of a student's runs: namespaces, small file systems, limits, seccomp.

Only Linux system calls through ctypes and `resource`; the order matters and is explained where it does.
Source: namespaces(7), capabilities(7), seccomp(2), mount(2).
"""

import contextlib
import ctypes
import os
import resource
import struct
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 4, 24, 38, 22
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SECCOMP_MODE_FILTER = 2
SIGKILL = 9
LAST_CAPABILITY = 63
_ADDRESS_SPACE_BEYOND_MEMORY = 32 << 30

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Call mount(2).

    Raises:
        OSError: the kernel refused it.
    """
    _check(
        _libc.mount(source.encode(), target.encode(), kind and kind.encode(), flags, options.encode() or None),
        f"mount {target}",
    )


@contextlib.contextmanager
def pid_namespace_for_children(own: int) -> Iterator[None]:
    """Have the child that the caller forks meanwhile be PID 1 of a new namespace. Needs CAP_SYS_ADMIN.

    Args:
        own: a descriptor of the caller's own PID namespace.
    """
    _check(_libc.unshare(CLONE_NEWPID), "unshare")
    try:
        yield
    finally:
        _check(_libc.setns(own, CLONE_NEWPID), "setns")


def enter_namespaces() -> None:
    """Give the caller new user, mount, network, IPC and host-name namespaces.

    The identity map has to be written after unshare, or files on a tmpfs mounted later fail with EOVERFLOW.
    """
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    mount("none", "/", None, MS_REC | MS_PRIVATE)


def unshare_mounts() -> None:
    """Give the calling process a mount namespace of its own, from which nothing spreads."""
    _check(_libc.unshare(CLONE_NEWNS), "unshare")
    mount("none", "/", None, MS_REC | MS_PRIVATE)


def die_with_parent() -> None:
    """Have the kernel kill the calling process when its parent ends."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "prctl")


def go_first() -> None:
    """Have the kernel pick the calling process, and none of anyone else's, when the machine is out of memory."""
    Path("/proc/self/oom_score_adj").write_text("1000")


def mount_private(submission: Path, scratch: Path, scratch_mib: int) -> None:
    """Mount an empty /proc over the zygote's, scratch space and the place for the submission's files; seal devices."""
    _mount_proc()
    for device in Path("/dev").iterdir():
        _seal_device(device)
    options = f"size={scratch_mib}m,nr_inodes=1024,mode=0700"
    mount("tmpfs", str(scratch), "tmpfs", MS_NOSUID | MS_NODEV, options)
    mount("tmpfs", str(submission), "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,nr_inodes=8192,mode=0755")


def _mount_proc() -> None:
    """Mount a /proc that holds the interpreter's name, without which TensorFlow aborts, and nothing else.

    A real one, even one that shows the caller alone, tells in `mountinfo` where this machine keeps what is shown
    inside, and gives `mem`, `maps` and descriptors by name to whoever takes TensorFlow apart.
    """
    program = Path("/proc/self/exe").readlink()
    mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k,nr_inodes=8,mode=0755")
    Path("/proc/self").mkdir()
    Path("/proc/self/exe").symlink_to(program)
    Path("/proc/self/cmdline").write_bytes(bytes(program) + b"\0")
    seal(Path("/proc"))


def _seal_device(device: Path) -> None:
    """Make the mount of one of this machine's devices read-only.

    Reading from it and writing to it go on; but who may write to a device may also set its times, for everyone to see.
    """
    kept = os.statvfs(device).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("none", str(device), None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def seal(folder: Path) -> None:
    """Make a mounted folder read-only."""
    mount("none", str(folder), None, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)


def limit_resources(cpu_seconds: float, memory_mib: int, threads: int, scratch_mib: int) -> None:
    """Set the limits that the kernel keeps for the calling process; they cannot be raised again.

    RLIMIT_DATA bounds the memory that is written. RLIMIT_AS, far above what TensorFlow reserves, bounds the page tables
    of what is only mapped and read: without it they would grow past any other limit.
    """
    cpu = int(cpu_seconds) + 1
    memory = memory_mib << 20
    for limit, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, memory + _ADDRESS_SPACE_BEYOND_MEMORY),
        (resource.RLIMIT_NPROC, threads),
        (resource.RLIMIT_FSIZE, scratch_mib << 20),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_SIGPENDING, 256),
        (resource.RLIMIT_STACK, 8 << 20),
    ):
        resource.setrlimit(limit, (value, value))


def drop_privileges() -> None:
    """Give up every capability in the new user namespace, for good: with them, our mounts could be taken away again.

    And leave no core: where a system hands cores to a program of its own, no limit on their size keeps it from being
    started, outside and as root (core(5)).
    """
    _check(_libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")
    for capability in range(LAST_CAPABILITY + 1):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl")
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "capset")


def filter_system_calls(program: bytes) -> None:
    """Install a seccomp filter for the calling process, which must have one thread.

    Args:
        program: the BPF instructions, eight bytes each, as libseccomp exports them.
    """
    instructions = ctypes.create_string_buffer(program, len(program))

    class Fprog(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    prog = Fprog(len(program) // 8, ctypes.addressof(instructions))
    _check(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(prog), 0, 0), "seccomp")
