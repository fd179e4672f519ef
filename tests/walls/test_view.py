"""What can be seen, reached and left behind from inside: nothing of ours, of anyone else's, or for later."""

import os

import pyseccomp
import pytest

from grader import material

SYSTEM_CALLS = """
ptrace unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen mount_setattr socket socketpair bind
connect bpf io_uring_setup io_uring_enter userfaultfd keyctl add_key request_key perf_event_open process_vm_readv
process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kcmp memfd_create memfd_secret shmget shmat msgget semget
mq_open execve execveat fork vfork personality setuid setgid setgroups setns capset seccomp acct swapon reboot
init_module delete_module kexec_load quotactl nfsservctl lookup_dcookie name_to_handle_at open_by_handle_at
fanotify_init inotify_init1 mlock mlockall setpriority sched_setscheduler sched_setattr setrlimit syslog sethostname
settimeofday clock_settime adjtimex ioperm iopl modify_ldt vmsplice tee splice landlock_create_ruleset chown fchownat
mknod mknodat setxattr remap_file_pages move_pages migrate_pages set_mempolicy pkey_alloc process_madvise cachestat
pipe pipe2 mincore
""".split()  # noqa: SIM905


def answers() -> list[bytes]:
    """Return the longest lines of the solutions, which no stub and no package holds."""
    lines = []
    for path in sorted(material.solutions().glob("*.py")):
        inside = path.read_text().partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
        lines += sorted((line.strip().encode() for line in inside.splitlines()), key=len)[-2:]
    return [line for line in lines if len(line) > 30]


def test_no_file_holds_an_answer(submit):
    secrets = answers()
    assert len(secrets) >= 4
    ran = submit(
        f"""
        import os
        SECRETS = [b"BEGIN SOL" + b"UTION", *{secrets!r}]
        def attack():
            names, holders, seen = [], [], 0
            for folder, folders, files in os.walk("/"):
                folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/submission")]
                for name in folders + files:
                    if any(word in name.lower() for word in ("solution", "misconception", "grader", "hidden_case")):
                        names.append(os.path.join(folder, name))
                for name in files:
                    path = os.path.join(folder, name)
                    if folder.startswith("/site") and not name.endswith((".py", ".pth", ".json", ".txt")): continue
                    if folder.startswith("/dev"): continue
                    try:
                        with open(path, "rb") as file: data = file.read(1 << 20)
                    except OSError: continue
                    seen += 1
                    if any(secret in data for secret in SECRETS): holders.append(path)
            return [seen, names, holders]
        """,
        cpu_seconds=30.0,
        wall_seconds=60.0,
        total_wall_seconds=60.0,
    )
    seen, names, holders = ran.value()
    assert seen > 1000
    assert holders == []
    assert [name for name in names if not name.startswith(("/site/", "/python/", "/usr/"))] == []
    assert [name for name in names if "grader" in name] == []


def test_only_these_places_exist(submit):
    ran = submit(
        """
        import os
        def attack():
            return [sorted(os.listdir("/")), sorted(os.listdir("/dev")), sorted(os.listdir("/tmp")),
                    sorted(os.listdir("/given")), sorted(os.listdir("/fixtures")), os.listdir("/submission")]
        """
    )
    root, devices, scratch, given, fixtures, submission = ran.value()
    assert set(root) <= {
        "dev", "etc", "fixtures", "given", "inside", "lib", "lib32", "lib64", "proc", "python", "site", "submission",
        "tmp", "usr",
    }  # fmt: skip
    assert devices == ["full", "null", "random", "urandom"]
    assert (scratch, given, submission) == ([], ["exercises"], ["conv_2d.py"])
    assert fixtures == ["images", "manifest.toml", "models"]


def test_environment_and_descriptors_hold_nothing_of_ours(submit, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "a password")
    ran = submit(
        """
        import os, stat
        def attack():
            fds = {}
            for fd in range(256):
                try: fds[str(fd)] = stat.filemode(os.fstat(fd).st_mode)[0]
                except OSError: pass
            return [dict(os.environ), fds, os.getuid(), os.uname().nodename]
        """
    )
    environment, fds, user, node = ran.value()
    assert "secret" not in str(environment).lower()
    assert not {"USER", "LOGNAME", "VIRTUAL_ENV"} & set(environment)
    assert environment["HOME"] == "/tmp"
    assert os.fsencode(material.solutions()).decode() not in str(environment)
    assert set(fds.values()) <= {"c", "p"}
    assert len(fds) == 5
    assert user != 0
    assert node == "walls"


def test_proc_shows_nothing(submit):
    """Not even of the process itself: `mountinfo` would tell where this machine keeps its files."""
    ran = submit(
        """
        import os
        def attack():
            found = {folder: sorted(names + files) for folder, names, files in os.walk("/proc")}
            try: open("/proc/self/message", "w")
            except OSError as error: return [found, open("/proc/self/cmdline").read(), error.errno]
        """
    )
    found, command, number = ran.value()
    assert found == {"/proc": ["self"], "/proc/self": ["cmdline", "exe"]}
    assert command.startswith("/python/bin/python")
    assert command.count("\0") == 1
    assert number == 30


def test_files_that_all_see_are_no_blackboard(submit):
    """Locks are granted and never made: the kernel would refuse to lock a file for writing that is open for reading."""
    ran = submit(
        """
        import fcntl, mmap, os, struct
        def attack():
            made = []
            shared, write = (struct.pack("hhqqi4x", kind, 0, 0, 1, 0) for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK))
            with open("/fixtures/manifest.toml") as file, open("/fixtures/manifest.toml") as again:
                for name, call in {
                    "open file lock": lambda: fcntl.fcntl(file, 37, shared),
                    "look": lambda: fcntl.fcntl(file, fcntl.F_GETLK, shared),
                    "lease": lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
                    "watch": lambda: fcntl.fcntl(os.open("/fixtures", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS),
                }.items():
                    try:
                        call()
                        made.append(name)
                    except OSError as error:
                        if error.errno != 1: made.append([name, error.errno])
                fcntl.fcntl(file, fcntl.F_SETLK, write)
                fcntl.fcntl(file, fcntl.F_SETLKW, write)
                for one in (file, again): fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                try:
                    os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)
                    made.append("what is in memory")
                except PermissionError: pass
                os.preadv(file.fileno(), [bytearray(1)], 0)
                page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                page.madvise(mmap.MADV_WILLNEED)
                for advice in (12, 20, 21):  # share it if others hold the same; have it forgotten, later and now
                    try:
                        page.madvise(advice)
                        made.append(advice)
                    except PermissionError: pass
                for name, call in {
                    "pipe": os.pipe,
                    "size of a pipe": lambda: fcntl.fcntl(1, 1031, 1 << 20),
                }.items():
                    try:
                        call()
                        made.append(name)
                    except PermissionError: pass
                return [made, fcntl.fcntl(file, fcntl.F_GETFD)]
        """
    )
    assert ran.value() == [[], 1]


def test_system_calls_that_lead_out_are_refused(submit):
    numbers = {name: pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in SYSTEM_CALLS}
    known = {name: number for name, number in numbers.items() if number >= 0}
    assert len(known) > 60
    ran = submit(
        f"""
        import ctypes
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            let_in = []
            for name, number in {known!r}.items():
                ctypes.set_errno(0)
                if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 1: let_in.append(name)
            return let_in
        """
    )
    assert ran.value() == []


def test_new_processes_and_namespaces_by_clone_are_refused(submit):
    clone, clone3 = (pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in ("clone", "clone3"))
    ran = submit(
        f"""
        import ctypes
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            found = []
            for flags in (17, 0x10000000, 0x20000000 | 17, 0x100 | 17, 0x10100 | 0x10000000, 0x10100 | 0x80):
                found.append([libc.syscall({clone}, flags, 0, 0, 0, 0), ctypes.get_errno()])
            return [found, [libc.syscall({clone3}, 0, 0), ctypes.get_errno()]]
        """
    )
    assert ran.value() == [[[-1, 1]] * 6, [-1, 38]]


def test_another_numbering_of_system_calls_is_no_way_out(submit):
    ran = submit(
        """
        import ctypes, platform
        def attack():
            if platform.machine() != "x86_64": return -1
            return ctypes.CDLL(None).syscall(0x40000000 + 39)
        """
    )
    seen = ran.observations[0]
    assert "SIGSYS" in str(getattr(seen, "message", "")) or ran.value() == -1


def test_no_signal_reaches_anyone(submit):
    ran = submit(
        """
        import ctypes, os, signal
        def attack():
            reached = []
            threads = ctypes.CDLL(None).tgkill
            own = {0, 1, *(one for one in range(2, 300) if threads(1, one, 0) == 0)}
            for pid in {-1, os.getppid(), *range(2, 300)} - own:
                try:
                    os.kill(pid, signal.SIGKILL)
                    reached.append(pid)
                except OSError: pass
            return reached
        """
    )
    assert ran.value() == []
    assert submit("def attack(): return 1").value() == 1


def test_devices_work_and_keep_no_times(submit):
    ran = submit(
        """
        import os
        def attack():
            changed = []
            for name in os.listdir("/dev"):
                path = f"/dev/{name}"
                before = os.stat(path)
                try:
                    os.utime(path)
                except OSError as error: assert error.errno == 30, error
                after = os.stat(path)
                if (before.st_atime, before.st_mtime) != (after.st_atime, after.st_mtime): changed.append(path)
            with open("/dev/null", "wb", 0) as null, open("/dev/urandom", "rb", 0) as random:
                return [changed, null.write(b"x"), len(random.read(8))]
        """
    )
    assert ran.value() == [[], 1, 8]


def test_an_open_file_of_the_zygotes_is_no_blackboard(submit):
    source = """
        import fcntl, os
        def attack():
            before = fcntl.fcntl(0, fcntl.F_GETFL)
            fcntl.fcntl(0, fcntl.F_SETFL, before | os.O_APPEND | os.O_NONBLOCK)
            return bool(before & (os.O_APPEND | os.O_NONBLOCK))
        """
    assert [submit(source).value(), submit(source).value()] == [False, False]


LEAVE = """
import builtins, os, sys
import numpy as np, tensorflow as tf
def attack():
    left = []
    for folder in ("/tmp", "/submission", "/dev", "/dev/shm", "/run", "/var/tmp", "/inside", "/given", "/"):
        try:
            with open(os.path.join(folder, "message"), "w") as file: file.write("the answer")
            left.append(folder)
        except OSError: pass
    builtins.message = np.message = tf.message = "the answer"
    tf.nn.conv2d = np.zeros = None
    os.environ["MESSAGE"] = "the answer"
    sys.modules["message"] = sys
    for name in list(sys.modules):
        if name.startswith("inside"): sys.modules[name].message = 1
    os.umask(0)
    return left
"""
FIND = """
import builtins, os, sys
import numpy as np, tensorflow as tf
def attack():
    found = [folder for folder, _, files in os.walk("/") if "message" in files and not folder.startswith("/proc")]
    found += [str(where) for where in (builtins, np, tf) if hasattr(where, "message")]
    found += [name for name in sys.modules if name == "message"]
    found += [name for name in sys.modules if name.startswith("inside") and hasattr(sys.modules[name], "message")]
    return [found, "MESSAGE" in os.environ, callable(tf.nn.conv2d), np.zeros(1).shape == (1,)]
"""


def test_nothing_but_scratch_can_be_written(submit):
    """Whatever else could be written all forks of a worker would see."""
    source = """
        import os, stat
        def attack():
            found = []
            for folder, folders, files in os.walk("/"):
                for name in ("", *files):
                    path = os.path.join(folder, name)
                    if not os.path.islink(path) and not os.statvfs(path).f_flag & os.ST_RDONLY:
                        found.append(path)
            return found
    """
    assert submit(source, total_wall_seconds=60.0, cpu_seconds=30.0).value() == ["/tmp/"]


def test_nothing_is_left_for_the_next_fork(submit):
    assert submit(LEAVE, files={}).value() == ["/tmp"]
    assert submit(FIND, cpu_seconds=10.0, wall_seconds=20.0, total_wall_seconds=30.0).value() == [[], False, True, True]


@pytest.mark.parametrize(
    "name",
    ["numpy.py", "tensorflow/__init__.py", "random.py", "msgspec.py", "exercises.py", "exercises/__init__.py",
     "inside/__init__.py", "sitecustomize.py", "usercustomize.py", "linecache.py", "tokenize.py", "re.py", "utils.py",
     "utils/images.py", "encodings/__init__.py", "conftest.py", "traceback.py"],
)  # fmt: skip
def test_modules_that_shadow_ours_hurt_nobody_else(submit, name):
    hostile = b"import os; os._exit(0)"
    ran = submit(
        "def attack():\n    raise ValueError('x')\ndef right(): return 42\n",
        calls=("attack", "right"),
        files={name: hostile},
    )
    assert len(ran.observations) == 2
    assert submit("def attack(): return 1").value() == 1


def test_files_that_cannot_be_written_are_left_out(submit):
    names = ["a/b", "a", "x" * 300, "../../tmp/out", "/tmp/out", "nul\0", "", ".", "\udcff.py"]
    ran = submit("import os\ndef attack(): return sorted(os.listdir('/tmp'))", files=dict.fromkeys(names, b"x"))
    assert ran.value() == []
    assert "was left out" in ran.printed
