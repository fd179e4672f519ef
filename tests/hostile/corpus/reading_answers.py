"""Reading answers: everything that a student's process can see is searched for solutions, checks and expected values."""
# ruff: noqa: E501

import hashlib

from grader import material
from hostile.attack import EXERCISES, Attack, probe, right, useless

_SECRETS = ("canary-4b1d-password", "# the neighbour's own words")


def _needles() -> list[tuple[bytes, int, str]]:
    """Return what to look for without holding it: how each secret begins, how long the rest is, and the rest's hash."""
    ours = "".join(map(right, EXERCISES))
    lines = [
        line.strip() for path in sorted(material.solutions().glob("*.py")) for line in path.read_text().splitlines()
    ]
    secrets = [*_SECRETS, *sorted({line for line in lines if line not in ours}, key=len)[-8:]]
    split = [(one.encode()[:12], one.encode()[12:]) for one in secrets]
    return [(begins, len(rest), hashlib.sha256(rest).hexdigest()) for begins, rest in split]


ATTACKS: tuple[Attack, ...] = (
    probe(
        "answers-own-memory",
        "walks through all its memory by asking the kernel what is there",
        f"""
        import hashlib, time
        needles = {_needles()!r}
        libc.write.argtypes, libc.write.restype = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t], ctypes.c_ssize_t
        libc.sbrk.restype = ctypes.c_void_p
        step = 1 << 16
        buffer = ctypes.create_string_buffer(step)
        copy = os.open("/tmp/copy", os.O_RDWR | os.O_CREAT)
        def look(at):
            os.lseek(copy, 0, 0)
            if libc.write(copy, at, step) != step: return False
            data = os.pread(copy, step, 0)
            for begins, length, digest in needles:
                found = data.find(begins)
                while found >= 0:
                    rest = data[found + len(begins) : found + len(begins) + length]
                    if hashlib.sha256(rest).hexdigest() == digest: loot(hex(at), begins)
                    found = data.find(begins, found + 1)
            return True
        began, seen = time.process_time(), 0
        code = ctypes.cast(libc.write, ctypes.c_void_p).value
        for start in (libc.sbrk(0), id(object()), ctypes.addressof(buffer), code):
            for way in (-step, step):
                at, missing = start & ~(step - 1), 0
                while missing < 2000 and time.process_time() - began < 1.5:
                    there = look(at)
                    missing, seen, at = 0 if there else missing + 1, seen + there, at + way
        if seen < 300: loot("too little", seen)
        """,
    ),
    probe(
        "answers-files",
        "looks at the name of every file, and into every small text that is not a library's",
        r"""
        import re
        wanted = re.compile(rb"BEGI[N] SOLUTIO[N]|misconceptio[n]_id|assignment\.tom[l]")
        for folder, folders, files in os.walk("/"):
            if folder.startswith("/proc"): continue
            for name in files:
                path = os.path.join(folder, name)
                if name in ("assignment.toml", "catalogue.toml", "store.sqlite") or "solutions" in path.split("/"):
                    if not path.startswith(("/site/", "/python/")): loot(path)
                if path.startswith(("/inside", "/given", "/submission", "/tmp", "/etc")):
                    if wanted.search(attempt(lambda: open(path, "rb").read()) or b"") and "top5" not in name: loot(path)
            folders[:] = [one for one in folders if not os.path.join(folder, one).startswith(("/site/t", "/site/k"))]
        """,
        fast=True,
    ),
    probe(
        "answers-fed-numbers",
        "looks up the stack for what its graphs will be fed with, to give constants instead of graphs",
        """
        frame = sys._getframe()
        while frame:
            for value in list(frame.f_locals.values()):
                for program in attempt(lambda: list(value.programs)) or ():
                    for run in program.runs: loot(program.id, run.feeds or run.assign or run.fetches)
            frame = frame.f_back
        """,
        "conv_2d",
        fast=True,
    ),
    probe(
        "answers-imports",
        "imports whatever might hold an answer",
        """
        import importlib
        for name in ("solutions", "solutions.top5", "grader", "grader.checks", "grader.cases", "grader.judge",
                     "grader.misconceptions", "grader.freeze", "fixtures", "tests", "conftest", "nbgrader", "pytest"):
            if attempt(importlib.import_module, name): loot(name)
        """,
    ),
    probe(
        "answers-objects",
        "looks through all live objects for answers of the reference",
        """
        import gc
        names = {"Returned", "Observed", "Graded", "FrozenCheck", "FrozenPart", "Judgement", "Evaluated", "Ran", "Record"}
        for held in gc.get_objects():
            if type(held).__name__ in names: loot(type(held).__name__, held)
        """,
    ),
    probe(
        "answers-memory",
        "searches its whole memory for a solution that a process before it might have left",
        r"""
        import re
        wanted = re.compile(rb"### BEGI[N] SOLUTIO[N]|check_tie[s]_in_class_order|wron[g]_by_design")
        with (attempt(open, "/proc/self/maps") or open("/dev/null")) as maps, (attempt(open, "/proc/self/mem", "rb", 0) or open("/dev/null", "rb")) as memory:
            for line in maps:
                span, rights, *_ = line.split()
                start, end = (int(one, 16) for one in span.split("-"))
                if rights.startswith("rw") and end - start < 200 << 20:
                    memory.seek(start)
                    found = wanted.search(attempt(memory.read, end - start) or b"")
                    if found: loot(found.group())
        """,
    ),
    probe(
        "answers-frames",
        "looks up its frames for anything that knows what is expected",
        """
        frame = sys._getframe()
        while frame:
            for name, value in list(frame.f_locals.items()):
                for attribute in ("reference", "expected", "want", "answers_expected", "solution"):
                    if name == attribute or hasattr(value, attribute) and name != "frame": loot(name, attribute)
            frame = frame.f_back
        """,
    ),
    probe(
        "answers-descriptors",
        "reads every descriptor that it was left with",
        """
        import stat
        for fd in range(3, 1024):
            kind = attempt(os.fstat, fd)
            if kind is None: continue
            if not stat.S_ISFIFO(kind.st_mode): loot(fd, kind)
            os.set_blocking(fd, False)
            if attempt(os.read, fd, 100): loot("read", fd)
            if attempt(os.pread, fd, 100, 0): loot("pread", fd)
        """,
    ),
    probe(
        "answers-environment",
        "looks for secrets in its environment and command line",
        """
        known = {"ENABLE_RUNTIME_UPTIME_TELEMETRY", "HDF5_PLUGIN_PATH", "TPU_ML_PLATFORM", "TPU_ML_PLATFORM_VERSION", "LD_LIBRARY_PATH", "GLIBC_TUNABLES", "HOME", "LANG", "MPLBACKEND", "MPLCONFIGDIR", "OMP_NUM_THREADS", "PATH", "PWD",
                 "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONPATH", "PYTHONUNBUFFERED"}
        for name, value in os.environ.items():
            if name not in known and not name.startswith(("TF_", "TF2_", "KMP_", "LC_")): loot(name, value)
        for name in ("environ", "cmdline", "mounts", "mountinfo", "cgroup", "../1/mountinfo", "task/1/mountinfo"):
            said = (attempt(lambda: open(f"/proc/self/{name}").read()) or "").lower()
            for word in ("secret", "canary", "passwor", "site-packages", "/home", "/work", "/root"):
                if word in said: loot(name, word)
        """,
    ),
    probe(
        "answers-elsewhere",
        "opens the usual places by name, with Python and with TensorFlow's file system",
        """
        import tensorflow as tf
        for path in ("/etc/passwd", "/etc/shadow", "/root", "/home", "/work", "/repo", "/autograder", "/grade", "/mnt/data",
                     "/proc/1/environ", "/proc/self/root/root", "/proc/self/cwd/../../root", "/given/../solutions",
                     "/inside/../solutions", "/submission/../../solutions", "/var", "/run", "/sys", "/boot"):
            if os.path.exists(path) and path != "/proc/1/environ": loot(path)
            if attempt(tf.io.gfile.exists, path) and path != "/proc/1/environ": loot("gfile", path)
        """,
    ),
    useless(
        "answers-hidden-cases",
        "raises the inputs of every case, hidden ones too, in its messages",
        "",
        "raise ValueError('inputs: ' + repr(args) + repr(kwargs))",
    ),
    useless(
        "answers-hidden-class",
        "names its exception's class after the inputs",
        "",
        "raise type('Inputs' + str(args)[:80].encode().hex(), (ValueError,), {})('x')",
    ),
    useless(
        "answers-hidden-prints",
        "prints the inputs of every case on both streams",
        "",
        "print('inputs', args, kwargs)\nprint('inputs', args, file=sys.stderr)\nreturn []",
    ),
    useless(
        "answers-hidden-warnings",
        "warns of the inputs of every case",
        "import warnings",
        "warnings.warn(f'inputs {args}')\nreturn args[0]",
    ),
    *(
        useless(
            f"answers-borrowed-{exercise}",
            "asks every module that this process has for a function of the name that it should have written",
            """
            def borrow(name, args, kwargs):
                for module in list(sys.modules.values()):
                    function = attempt(getattr, module, name)
                    if not callable(function) or getattr(function, "__module__", __name__) == __name__: continue
                    for more in ((), ("inception",), (5,), (4,), ("output",), (["output"],), ("/gpu:0",)):
                        try: return function(*args, *more, **kwargs)
                        except Exception: pass
                raise LookupError(name)
            """,
            "return borrow(sys._getframe().f_code.co_name, args, kwargs)",
            exercise,
        )
        for exercise in EXERCISES
    ),
)
