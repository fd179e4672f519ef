"""Messages for the next: each leaves something wherever it can, and looks for what others have left."""
# ruff: noqa: E501

from hostile.attack import Attack, probe


def _pair(name: str, about: str, code: str, **more: object) -> tuple[Attack, Attack]:
    """Return the same attack twice: the second looks for what the first has left."""
    return tuple(probe(f"{name}-{number}", about, code, **more) for number in (1, 2))  # type: ignore[return-value, arg-type]


ATTACKS: tuple[Attack, ...] = (
    *_pair(
        "leave-files",
        "leaves files in every folder",
        """
        for folder, _, files in os.walk("/"):
            if folder.startswith(("/proc", "/site/t", "/site/k", "/python/lib")): continue
            if "left-by-an-attack" in files: loot(folder)
            attempt(lambda: open(os.path.join(folder, "left-by-an-attack"), "w").write("x"))
        """,
        fast=True,
    ),
    *_pair(
        "leave-attributes",
        "leaves attributes on modules that the zygote shares",
        """
        import builtins, gc, numpy, tensorflow
        from inside import wire, student, registry
        for module in (builtins, numpy, tensorflow, wire, student, registry, sys, os):
            if hasattr(module, "left_by_an_attack"): loot(module.__name__)
            attempt(setattr, module, "left_by_an_attack", "the answer")
        registry.NAMED["left"] = None
        if "LEFT" in os.environ: loot("environment")
        os.environ["LEFT"] = "x"
        """,
    ),
    *_pair(
        "leave-times",
        "leaves a message in times, modes and attributes of shared files",
        """
        for path in ("/fixtures/manifest.toml", "/inside/inside/wire.py", "/tmp", "/dev/null", "/submission", "/given"):
            before = os.stat(path)
            for change in (lambda: os.utime(path, (7, 7)), lambda: os.chmod(path, 0o707), lambda: os.setxattr(path, "user.x", b"x")):
                attempt(change)
            after = os.stat(path)
            if path != "/tmp" and (before.st_mtime, before.st_mode) != (after.st_mtime, after.st_mode): loot(path)
            if attempt(os.listxattr, path): loot("attributes", path)
        """,
    ),
    *_pair(
        "leave-ipc",
        "leaves messages in queues, segments and semaphores",
        """
        for key in range(0x7357, 0x735a):
            for name in ("shmget", "msgget", "semget"):
                make = getattr(libc, name)
                if (make(key, 0o1666) if name == "msgget" else make(key, 1, 0o1666)) >= 0: loot(name, key)
        if libc.syscall(240, b"/left", 0o102, 0o666, 0) >= 0: loot("mq_open")
        if libc.syscall(248, b"user", b"left", b"x", 1, -3) >= 0: loot("add_key")
        """,
    ),
    *_pair(
        "leave-identity",
        "leaves a message in the identity and settings of its process",
        """
        if attempt(os.nice, 0) or os.uname().nodename != "walls" or os.umask(0o22) not in (0o22, 0o2, 0o77): loot(os.uname())
        attempt(os.nice, 1); attempt(lambda: libc.sethostname(b"left", 4)); libc.prctl(15, b"left", 0, 0, 0)
        if os.uname().nodename != "walls": loot("host name")
        attempt(os.sched_setaffinity, 0, {0})
        if os.getpid() != 1: loot("pid", os.getpid())
        """,
    ),
    *_pair(
        "leave-devices",
        "leaves a message in a device",
        """
        for device in ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom"):
            with open(device, "r+b", 0) as file:
                attempt(file.write, b"left-by-an-attack")
                if b"left-by" in (attempt(file.read, 64) or b""): loot(device)
                if attempt(lambda: libc.ioctl(file.fileno(), 0x5203, 0)) == 0: loot("ioctl", device)
        if set(os.listdir("/dev")) - {"null", "full", "random", "urandom"}: loot(os.listdir("/dev"))
        """,
    ),
    *_pair(
        "leave-randomness",
        "tells from clocks and seeds what ran before it",
        """
        import random, numpy
        if random.random() == 0.5 or numpy.random.get_state()[2] not in range(625): loot("seed")
        numpy.random.seed(7); random.seed(7); random.random = lambda: 0.5
        """,
    ),
    *_pair(
        "leave-memory",
        "leaves a message in memory of every kind",
        r"""
        import re
        wanted = re.compile(rb"left-b[y]-a-fork-before")
        with (attempt(open, "/proc/self/maps") or open("/dev/null")) as maps, (attempt(open, "/proc/self/mem", "rb", 0) or open("/dev/null", "rb")) as memory:
            for line in maps:
                start, end = (int(one, 16) for one in line.split()[0].split("-"))
                if line.split()[1].startswith("rw") and end - start < 200 << 20:
                    memory.seek(start)
                    if wanted.search(attempt(memory.read, end - start) or b""): loot(line)
        keep = [b"left-b" + b"y-a-fork-before" * 3 for _ in range(1000)]
        """,
    ),
    *_pair(
        "leave-flags",
        "leaves a message in the flags of an open file that forks inherit",
        """
        import fcntl
        before = fcntl.fcntl(0, fcntl.F_GETFL)
        if before & (os.O_NONBLOCK | os.O_APPEND): loot(before)
        attempt(fcntl.fcntl, 0, fcntl.F_SETFL, before | os.O_NONBLOCK | os.O_APPEND)
        """,
        fast=True,
    ),
    *_pair(
        "leave-now",
        "leaves a message in the times of devices, which who may write to them may set to now",
        """
        for path in ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom", "/fixtures/manifest.toml"):
            before = os.stat(path)
            attempt(os.utime, path)
            after = os.stat(path)
            if (before.st_atime_ns, before.st_mtime_ns) != (after.st_atime_ns, after.st_mtime_ns): loot(path)
        """,
        fast=True,
    ),
    *_pair(
        "leave-cache",
        "leaves a message in which pages of a library are in memory",
        """
        places = [os.path.join(folder, name) for folder, _, names in os.walk("/site/numpy") for name in names]
        fd = os.open(max(places, key=os.path.getsize), os.O_RDONLY)
        before = os.fstat(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        for at in range(0, before.st_size, 1 << 16):
            try: os.preadv(fd, [bytearray(1)], at, os.RWF_NOWAIT)
            except BlockingIOError: loot("not in memory", at)
            except OSError: pass
            else: loot("in memory", at)
        """,
    ),
    *_pair(
        "leave-access",
        "leaves a message in the times at which files were last read",
        """
        for path in ("/fixtures/manifest.toml", "/given/exercises/__init__.py", "/inside/inside/work.py", "/python/lib"):
            before = os.stat(path)
            attempt(lambda: open(path, "rb").read()); attempt(os.listdir, path)
            after = os.stat(path)
            if (before.st_atime_ns, before.st_nlink, before.st_ctime_ns) != (after.st_atime_ns, after.st_nlink, after.st_ctime_ns): loot(path)
        """,
    ),
)
