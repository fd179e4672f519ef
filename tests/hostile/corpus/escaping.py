"""Escaping: out of the namespaces, the mounts, the filter and the user that a fork was given."""
# ruff: noqa: E501

from hostile.attack import Attack, probe, useless

# Numbers of x86-64 that the walls let through, wholly or for some arguments, those that end the caller, and two that the
# kernel takes from nobody but its own trampolines.
_LET_THROUGH = (
    "0-28 32-40 56 60-63 72-91 95-100 102 104 107 108 110 111 115 118 120 121 124 127-133 137 138 140 143 145-147 157 158 "
    "186 187 191 192 201-204 213 217-235 237 239 247 257 258 262-271 273 274 277 280 281 283-293 295-297 302 309 "
    "315 316 318 324 326-328 332 334-336 424 435 436 439 449"
)

ATTACKS: tuple[Attack, ...] = (
    probe(
        "escape-every-number",
        "makes every system call by its number, also those that nobody has heard of yet",
        f"""
        import errno, platform
        ends = [one.split("-") for one in {_LET_THROUGH!r}.split()]
        known = {{number for one in ends for number in range(int(one[0]), int(one[-1]) + 1)}}
        libc.syscall.restype = ctypes.c_long
        for number in range(700) if platform.machine() == "x86_64" else ():
            if number in known: continue
            ctypes.set_errno(0)
            if libc.syscall(number, -1, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM: loot(number, ctypes.get_errno())
        """,
        fast=True,
    ),
    probe(
        "escape-namespaces",
        "makes and enters namespaces",
        """
        for flags in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x04000000, 0x08000000, 0x02000000, 0x7e020080):
            if libc.unshare(flags) == 0: loot("unshare", hex(flags))
        for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"):
            fd = attempt(os.open, f"/proc/self/ns/{name}", os.O_RDONLY)
            if fd is not None and libc.setns(fd, 0) == 0: loot("setns", name)
        """,
        fast=True,
    ),
    probe(
        "escape-mounts",
        "mounts, unmounts, moves and changes its root",
        """
        if libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None) == 0: loot("mount")
        if libc.mount(b"none", b"/", None, 32, None) == 0: loot("remount, writable")
        if libc.mount(b"/", b"/tmp", None, 4096, None) == 0: loot("bind")
        for place in (b"/proc", b"/submission", b"/tmp", b"/site/numpy", b"/dev/null"):
            if libc.umount2(place, 2) == 0: loot("umount", place)
        if libc.chroot(b"/tmp") == 0: loot("chroot")
        if libc.pivot_root(b"/tmp", b"/tmp") == 0 if hasattr(libc, "pivot_root") else False: loot("pivot_root")
        """,
    ),
    probe(
        "escape-programs",
        "starts other programs",
        """
        import shutil, subprocess
        for command in (["/bin/sh", "-c", "id"], [sys.executable, "-c", "1"], ["/usr/bin/env"], ["ls"]):
            if attempt(subprocess.run, command, capture_output=True): loot(command)
        if os.system("true") == 0: loot("system")
        if attempt(os.popen, "id") and attempt(lambda: os.popen("id").read()): loot("popen")
        if attempt(os.fork) is not None: loot("fork")
        for name in ("sh", "bash", "python3", "bwrap", "gcc", "sudo"):
            if shutil.which(name, path="/bin:/usr/bin:/usr/local/bin:/python/bin:/sbin"): loot(name)
        """,
    ),
    probe(
        "escape-proc",
        "writes to /proc and /sys",
        """
        for path in ("/proc/self/mem", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
                     "/proc/self/uid_map", "/proc/self/setgroups", "/proc/self/attr/current", "/proc/self/clear_refs",
                     "/proc/self/timerslack_ns", "/proc/self/comm", "/sys/kernel/uevent_helper", "/proc/self/coredump_filter"):
            if attempt(os.open, path, os.O_WRONLY) is not None: loot(path)
        """,
    ),
    probe(
        "escape-terminal",
        "types into a terminal that the operator might have left",
        """
        for fd in range(16):
            for byte in b"id\\n":
                if libc.ioctl(fd, 0x5412, ctypes.byref(ctypes.c_char(byte))) == 0: loot("TIOCSTI", fd)
            if libc.ioctl(fd, 0x541C, ctypes.byref(ctypes.c_char(3))) == 0: loot("TIOCLINUX", fd)
        if attempt(os.open, "/dev/tty", os.O_RDWR): loot("tty")
        """,
    ),
    probe(
        "escape-system-calls",
        "makes the system calls that kernel exploits begin with",
        """
        import platform
        numbers = dict(io_uring_setup=425, userfaultfd=323, bpf=321, perf_event_open=298, keyctl=250, add_key=248,
                       request_key=249, kexec_load=246, init_module=175, finit_module=313, personality=135, modify_ldt=154,
                       ptrace=101, mount_setattr=442, open_tree=428, move_mount=429, fsopen=430, landlock_create_ruleset=444,
                       memfd_secret=447, pkey_alloc=330, name_to_handle_at=303, open_by_handle_at=304, quotactl=179,
                       syslog=103, acct=163, swapon=167, reboot=169, settimeofday=164, clock_settime=227, fanotify_init=300,
                       inotify_init1=294, vmsplice=278, splice=275, tee=276, mq_open=240, lookup_dcookie=212, uselib=134)
        for name, number in (numbers if platform.machine() == "x86_64" else {}).items():
            ctypes.set_errno(0)
            if libc.syscall(number, 0, 0, 0, 0, 0, 0) >= 0 or ctypes.get_errno() not in (1, 38): loot(name, ctypes.get_errno())
        """,
    ),
    probe(
        "escape-user",
        "becomes somebody else, with more rights",
        """
        for name, arguments in {"setuid": (0,), "setgid": (0,), "seteuid": (0,), "setresuid": (0, 0, 0),
                                "setgroups": ([0],), "setreuid": (0, 0), "initgroups": ("root", 0)}.items():
            if attempt(lambda: (getattr(os, name)(*arguments), 1)): loot(name)
        for option, value in ((4, 1), (8, 1), (24, 0), (38, 0), (36, 1), (47, 2), (0x59616D61, -1 & 0xFFFFFFFF)):
            if libc.prctl(option, value, 0, 0, 0) == 0: loot("prctl", option)
        for limit in range(16):
            import resource
            soft, hard = resource.getrlimit(limit)
            if hard != -1 and attempt(lambda: (resource.setrlimit(limit, (hard + 1, hard + 1)), 1)): loot("rlimit", limit)
        said = attempt(lambda: open("/proc/self/status").read())
        if said and "CapEff:\\t0000000000000000" not in said: loot("capabilities")
        if said and "NoNewPrivs:\\t1" not in said: loot("new privileges")
        if os.getuid() == 0: loot("root")
        """,
    ),
    useless(
        "escape-32-bit",
        "makes system calls by their 32-bit numbers, which no 64-bit list knows",
        r"""
        import mmap
        page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
        page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20; int 0x80; ret
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        if call() > 0: loot("int 0x80")
        """,
    ),
    probe(
        "escape-nodes",
        "makes devices, links to files outside, and set-user-id files",
        """
        import stat
        for kind, number in ((stat.S_IFCHR, os.makedev(1, 1)), (stat.S_IFBLK, os.makedev(8, 0)), (stat.S_IFIFO, 0)):
            if attempt(lambda: (os.mknod(f"/tmp/node{number}{kind}", kind | 0o666, number), 1)): loot("mknod", kind)
        for target in ("/etc/shadow", "/root", "/proc/1/root/etc/passwd", "../../../../etc/passwd"):
            attempt(os.symlink, target, "/tmp/link")
            if attempt(lambda: open("/tmp/link").read()): loot(target)
            attempt(os.unlink, "/tmp/link")
        if attempt(lambda: (os.link("/fixtures/manifest.toml", "/tmp/hard"), 1)): loot("hard link over a mount")
        if attempt(lambda: (os.chmod("/inside/inside/wire.py", 0o6777), 1)): loot("chmod")
        if attempt(lambda: (os.chown("/tmp", 0, 0), 1)): loot("chown")
        """,
    ),
    probe(
        "escape-write",
        "writes to every folder that it can see",
        """
        for folder in ("/", "/dev", "/dev/shm", "/etc", "/fixtures", "/given", "/inside", "/inside/inside", "/python", "/site",
                       "/site/numpy", "/submission", "/usr", "/lib", "/proc", "/proc/self", "/var/tmp", "/run", "/home"):
            if attempt(lambda: open(folder + "/left-by-an-attack", "w").write("x")): loot(folder)
            if attempt(lambda: (os.mkdir(folder + "/left-by-an-attack.d"), 1)): loot("mkdir", folder)
        for path in ("/inside/inside/wire.py", "/fixtures/manifest.toml", "/site/numpy/__init__.py"):
            for how in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND):
                if attempt(os.open, path, how) is not None: loot(path, how)
            if attempt(lambda: (os.utime(path), 1)) or attempt(lambda: (os.rename(path, path + "x"), 1)): loot("touch", path)
            if attempt(lambda: (os.setxattr(path, "user.x", b"x"), 1)): loot("attribute", path)
        """,
        fast=True,
    ),
    probe(
        "escape-libraries",
        "loads machine code that it brought",
        r"""
        import tensorflow as tf
        open("/tmp/evil.so", "wb").write(b"\x7fELF" + bytes(2000))
        if attempt(tf.load_op_library, "/tmp/evil.so"): loot("op library")
        if attempt(ctypes.CDLL, "/tmp/evil.so"): loot("library")
        if attempt(tf.load_library, "/tmp/evil.so"): loot("kernel library")
        """,
    ),
    probe(
        "escape-dots",
        "climbs out through descriptors of folders",
        """
        seen = set(os.listdir("/"))
        for start in ("/proc/self/cwd", "/proc/self/root", "/submission", "/proc/1/root", "/proc/self/task/1/root"):
            fd = attempt(os.open, start, os.O_RDONLY | os.O_DIRECTORY)
            for _ in range(12):
                above = attempt(os.open, "..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd) if fd is not None else None
                if above is None: break
                fd = above
            if fd is not None and set(os.listdir(fd)) - seen: loot(start, sorted(set(os.listdir(fd)) - seen))
        """,
    ),
    useless(
        "escape-x32",
        "makes system calls by the numbers of x32",
        "import platform\nfor number in (39, 41, 57, 101, 165, 272, 319, 512, 520, 521, 523, 534):\n"
        "    if platform.machine() == 'x86_64' and libc.syscall(0x40000000 + number, 1, 1, 0, 0, 0, 0) > 0: loot('x32', number)",
    ),
    probe(
        "escape-descriptors",
        "opens again, for writing, what it was given for reading",
        """
        for fd in range(0, 64):
            for place in (f"/proc/self/fd/{fd}", f"/dev/fd/{fd}", f"/proc/1/fd/{fd}"):
                if attempt(os.open, place, os.O_RDWR) is not None: loot(place)
            info = attempt(os.fstat, fd)
            if info is not None and fd > 2 and attempt(os.pread, fd, 8, 0): loot("readable", fd)
            if libc.fcntl(fd, 1033, 0) >= 0: loot("seals", fd)
        """,
    ),
)
