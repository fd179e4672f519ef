"""Run a command whose kernel allows no user namespaces:  python without_namespaces.py COMMAND..."""

import errno
import os
import sys

import pyseccomp

_NEWUSER = 0x10000000

if __name__ == "__main__":
    walls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    newuser = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _NEWUSER, _NEWUSER)
    walls.add_rule(pyseccomp.ERRNO(errno.EPERM), "unshare", newuser)
    walls.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", newuser)
    walls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    walls.load()
    os.execvp(sys.argv[1], sys.argv[1:])
