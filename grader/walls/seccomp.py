"""The system calls that a fork may make: an allow-list, found by measuring what TensorFlow and its friends use.

Everything else answers EPERM, so that well-behaved libraries fall back; `clone3` answers ENOSYS, as glibc expects.
There are no new processes (only threads), no new sockets, no memory that would escape RLIMIT_DATA (shared and
anonymous, in huge pages, growing down like a stack), no memfd, no ptrace, io_uring, userfaultfd, keyctl, bpf, mount or
namespaces. Files cannot be leased or watched, and locks on them are granted without being made (a fork has its files
to itself): on files that all forks see they would be a blackboard, and they take memory of the kernel's without limit.
So would be which of their pages are in memory: nobody can have pages forgotten, ask which are there, or read only
these. So would be pipes: their numbers are counted for the whole machine, their memory for all forks together; and
epoll, whose watches are counted for all forks together, and can take a gigabyte of the kernel's. No thread may have a
table of descriptors of its own, and nobody queues signals, with which PID 1 could end itself as only others can.
"""

import errno
import functools
import tempfile
from typing import Any

ALLOWED = """
access arch_prctl brk chdir chmod clock_getres clock_gettime clock_nanosleep close copy_file_range dup dup2
dup3 eventfd eventfd2 exit exit_group faccessat faccessat2
fallocate fchdir fchmod fchmodat fdatasync fstat fstatfs fsync ftruncate futex futex_waitv getcpu
getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid getppid getpriority
getrandom getresgid getresuid getrlimit getrusage getsid gettid gettimeofday getuid lgetxattr getxattr link linkat lseek
lstat mbind membarrier mkdir mkdirat mprotect mremap msync munmap nanosleep newfstatat open openat
pause poll ppoll pread64 preadv pselect6 pwrite64 pwritev read readahead readlink readlinkat
readv rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask
rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min
sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_setaffinity sched_yield select sendfile
set_robust_list get_robust_list set_tid_address setitimer sigaltstack stat statfs statx symlink symlinkat
sync_file_range sysinfo tgkill time timer_create timer_delete timer_gettime timer_settime timerfd_create timerfd_gettime
timerfd_settime times truncate umask uname unlink unlinkat utime utimensat utimes wait4 waitid write writev kill
get_mempolicy
""".split()  # noqa: SIM905

# TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
TERMINAL_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC F_GET_SEALS
DESCRIPTOR_REQUESTS = (0, 1, 2, 3, 4, 1030, 1034)
# NORMAL RANDOM SEQUENTIAL WILLNEED DONTNEED FREE DONTFORK DOFORK HUGEPAGE NOHUGEPAGE DONTDUMP DODUMP WIPEONFORK
# KEEPONFORK GUARD_INSTALL GUARD_REMOVE. With PAGEOUT and COLD an operator's own files are forgotten for everyone, with
# MERGEABLE memory is shared with whoever holds the same.
MEMORY_ADVICE = (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 102, 103)
# F_SETLK F_SETLKW
LOCK_REQUESTS = (6, 7)
CLONE_VM_THREAD = 0x00010100  # CLONE_VM | CLONE_THREAD
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* bit that clone takes
MAP_SHARED, MAP_ANONYMOUS, MAP_GROWSDOWN, MAP_HUGETLB = 0x01, 0x20, 0x100, 0x40000
MAP_JUDGED = MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_HUGETLB
PR_SET_NAME, PR_GET_NAME = 15, 16


class SeccompMissing(Exception):
    """libseccomp is not on this machine."""


@functools.cache
def program() -> bytes:
    """Return the filter as BPF instructions for this machine's architecture.

    Raises:
        SeccompMissing: with the command that installs the library.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise SeccompMissing(
            "libseccomp, which the walls need, is not installed: sudo apt-get install libseccomp2 (or `make setup`)"
        ) from error
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    for name in ALLOWED:
        _allow(pyseccomp, rules, name)
    arg, masked = pyseccomp.Arg, pyseccomp.MASKED_EQ
    _allow(pyseccomp, rules, "clone", arg(0, masked, CLONE_VM_THREAD | NEW_NAMESPACES, CLONE_VM_THREAD))
    _allow(pyseccomp, rules, "prctl", arg(0, pyseccomp.EQ, PR_SET_NAME))
    _allow(pyseccomp, rules, "prctl", arg(0, pyseccomp.EQ, PR_GET_NAME))
    _allow(pyseccomp, rules, "prlimit64", arg(2, pyseccomp.EQ, 0))
    for request in TERMINAL_REQUESTS:
        _allow(pyseccomp, rules, "ioctl", arg(1, masked, 0xFFFFFFFF, request))
    for request in DESCRIPTOR_REQUESTS:
        _allow(pyseccomp, rules, "fcntl", arg(1, masked, 0xFFFFFFFF, request))
    for advice in MEMORY_ADVICE:
        _allow(pyseccomp, rules, "madvise", arg(2, masked, 0xFFFFFFFF, advice))
    _allow(pyseccomp, rules, "close_range", arg(2, pyseccomp.EQ, 0))
    for name in ("preadv2", "pwritev2"):
        _allow(pyseccomp, rules, name, arg(5, pyseccomp.EQ, 0))
    granted = pyseccomp.ERRNO(0)
    for name in ("flock", "fadvise64"):
        rules.add_rule(granted, name)
    for request in LOCK_REQUESTS:
        rules.add_rule(granted, "fcntl", arg(1, masked, 0xFFFFFFFF, request))
    for flags in (0, MAP_SHARED, MAP_ANONYMOUS):
        _allow(pyseccomp, rules, "mmap", arg(3, masked, MAP_JUDGED, flags))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _allow(pyseccomp: Any, rules: Any, name: str, *conditions: Any) -> None:
    """Allow one system call; a name that this architecture or library does not know is one fewer to allow."""
    if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) < 0:
        return
    rules.add_rule(pyseccomp.ALLOW, name, *conditions)
