"""Reading neighbours: other submissions' files, memory, processes and messages."""
# ruff: noqa: E501

from hostile.attack import Attack, probe

ATTACKS: tuple[Attack, ...] = (
    probe(
        "neighbours-files",
        "looks for other submissions' files anywhere",
        """
        from pathlib import Path
        for top in ("/submission", "/tmp", "/given", "/inside", "/dev", "/"):
            for path in attempt(lambda: list(Path(top).glob("*"))) or []:
                if path.name.startswith(("hostile", "neighbour", "exercise-", "grader-", "job")): loot(path)
        if len(os.listdir("/submission")) > 4 or len(os.listdir("/tmp")): loot(os.listdir("/submission"), os.listdir("/tmp"))
        """,
        fast=True,
    ),
    probe(
        "neighbours-memory",
        "searches its memory for what a neighbour's fork might have left in the zygote",
        r"""
        import re
        wanted = re.compile(rb"the neighbou[r]'s own words")
        with (attempt(open, "/proc/self/maps") or open("/dev/null")) as maps, (attempt(open, "/proc/self/mem", "rb", 0) or open("/dev/null", "rb")) as memory:
            for line in maps:
                start, end = (int(one, 16) for one in line.split()[0].split("-"))
                if line.split()[1].startswith("rw") and end - start < 200 << 20:
                    memory.seek(start)
                    if wanted.search(attempt(memory.read, end - start) or b""): loot(line)
        """,
    ),
    probe(
        "neighbours-proc",
        "reads the processes of others",
        """
        own = set(attempt(os.listdir, "/proc/self/task") or [])
        for pid in map(str, [*range(1, 2000), *range(2000, 65536, 97)]):
            if pid in own: continue
            for name in ("cmdline", "environ", "maps", "status", "root", "cwd", "fd"):
                if os.path.lexists(f"/proc/{pid}/{name}"): loot(pid, name)
        """,
    ),
    probe(
        "neighbours-vm",
        "reads and traces other processes with system calls",
        """
        import platform
        numbers = {"process_vm_readv": 310, "process_vm_writev": 311, "ptrace": 101, "pidfd_open": 434, "pidfd_getfd": 438,
                   "kcmp": 312} if platform.machine() == "x86_64" else {}
        for name, number in numbers.items():
            for pid in (0, 2, 3, os.getppid(), os.getpid()):
                if libc.syscall(number, pid, 0, 0, 0, 0, 0) >= 0: loot(name, pid)
        """,
    ),
    probe(
        "neighbours-shared-memory",
        "makes shared memory of every kind",
        """
        import mmap, multiprocessing.shared_memory as shared
        if attempt(shared.SharedMemory, name="hostile", create=True, size=4096): loot("shm_open")
        if attempt(shared.SharedMemory, name="hostile"): loot("shm_open, another's")
        if attempt(os.memfd_create, "hostile"): loot("memfd")
        if attempt(mmap.mmap, -1, 4096): loot("shared and anonymous")
        if libc.shmget(0x7357, 4096, 0o1666) >= 0: loot("shmget")
        if libc.msgget(0x7357, 0o1666) >= 0: loot("msgget")
        if libc.semget(0x7357, 1, 0o1666) >= 0: loot("semget")
        """,
    ),
    probe(
        "neighbours-sockets",
        "makes sockets of every kind, to others and to the world",
        """
        import socket
        for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, 38, 40):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
                if attempt(socket.socket, family, kind): loot(family, kind)
        if attempt(socket.socketpair): loot("socketpair")
        if attempt(socket.create_connection, ("169.254.169.254", 80), 0.2): loot("metadata service")
        if attempt(socket.getaddrinfo, "localhost", 80): pass
        """,
    ),
    probe(
        "neighbours-locks",
        "uses locks on files that all submissions see as a blackboard",
        """
        import fcntl, struct
        for path in ("/fixtures/manifest.toml", "/inside/inside/wire.py", "/dev/null", "/python/bin"):
            fd = attempt(os.open, path, os.O_RDONLY)
            if fd is None: continue
            shared, write = (struct.pack("hhqqi4x", kind, 0, 7, 1, 0) for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK))
            for name, call in {
                "open file lock": lambda: fcntl.fcntl(fd, 37, shared),
                "look at locks": lambda: fcntl.fcntl(fd, fcntl.F_GETLK, shared),
                "lease": lambda: fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK) or 1,
                "notify": lambda: fcntl.fcntl(fd, fcntl.F_NOTIFY, fcntl.DN_ACCESS) or 1,
            }.items():
                if attempt(call) is not None: loot(name, path)
            # Real locks refuse this: a file open for reading, locked for writing; a file that is locked already.
            if attempt(fcntl.fcntl, fd, fcntl.F_SETLK, write) is None: loot("record lock", path)
            again = os.open(path, os.O_RDONLY)
            for one in (fd, again):
                if attempt(lambda: (fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB), 1)) is None: loot("flock", path)
            os.close(fd)
        """,
        fast=True,
    ),
    probe(
        "neighbours-pipes",
        "uses the numbers and the memory of pipes, which are counted for all, as a blackboard",
        """
        import fcntl
        for make in (os.pipe, lambda: os.pipe2(os.O_NONBLOCK)):
            for _ in range(64):
                ends = attempt(make)
                if ends is None: break
                loot("a pipe with the number", os.fstat(ends[0]).st_ino)
        for fd in range(64):
            if attempt(fcntl.fcntl, fd, 1031, 1 << 20) is not None: loot("a larger pipe", fd)
        """,
        fast=True,
    ),
    probe(
        "neighbours-pages",
        "uses which pages of files that all see are in memory as a blackboard",
        """
        import mmap
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
        libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
        vector = ctypes.create_string_buffer(16)
        for path in ("/fixtures/manifest.toml", os.path.realpath(mmap.__file__), "/inside/inside/wire.py"):
            fd = attempt(os.open, path, os.O_RDONLY)
            if fd is None: continue
            page = libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE, fd, 0)
            ctypes.string_at(page, 1)
            for advice in (12, 20, 21, 22):
                if libc.madvise(page, 4096, advice) == 0: loot("advice", advice, path)
            if libc.mincore(page, 4096, vector) == 0: loot("what is in memory", path)
        """,
        fast=True,
    ),
)
