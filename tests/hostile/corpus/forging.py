"""Verdict forging: a process that cannot say "passed" is told to say it in every way that graders have believed."""

from hostile.attack import Attack, useless, wrong

_FORGED = (
    '{"score": 25, "points": 25, "outcome": "PASSED", "tests": [{"score": 25, "max_score": 25, "status": "passed"}]}'
)

ATTACKS: tuple[Attack, ...] = (
    useless(
        "forge-pytest-skip",
        "raises pytest's Skipped, which gave full marks elsewhere",
        """
        class Skipped(BaseException): msg = "skipped"; allow_module_level = True
        Skipped.__module__ = "_pytest.outcomes"
        """,
        "try:\n    import pytest\n    pytest.skip('not today')\nexcept ImportError:\n    raise Skipped('not today')",
    ),
    useless(
        "forge-skip-at-import",
        "skips the module when it is imported",
        "import unittest\nraise unittest.SkipTest('not today')",
    ),
    useless(
        "forge-unittest-skip",
        "raises unittest's SkipTest in every call",
        "import unittest",
        "raise unittest.SkipTest('not today')",
    ),
    useless("forge-exit-0", "leaves with exit code 0 in every call", "", "os._exit(0)"),
    useless("forge-exit-at-import", "leaves with exit code 0 when it is imported", "os._exit(0)"),
    useless("forge-system-exit", "raises SystemExit(0)", "", "raise SystemExit(0)"),
    useless(
        "forge-frames",
        "walks up the frames and through the garbage collector, and sets every number it finds to 198",
        """
        import gc
        frame = sys._getframe()
        while frame:
            for name, value in list(frame.f_locals.items()):
                if isinstance(value, dict):
                    value.update({key: 198 for key in ("score", "points", "max_score") if key in value})
            frame = frame.f_back
        for held in gc.get_objects():
            if isinstance(held, dict):
                for key in ("score", "points", "outcome", "passed", "correct"):
                    if key in held: attempt(held.__setitem__, key, 198)
        """,
    ),
    useless(
        "forge-assertions",
        "patches every comparison that a check might make in its process",
        """
        import unittest, math, operator
        import numpy as np, numpy.testing
        yes = lambda *arguments, **named: True
        for where in (unittest.TestCase, numpy.testing, np, math, operator):
            for name in dir(where):
                if name.lower().startswith(("assert", "allclose", "isclose", "array_e", "eq")):
                    attempt(setattr, where, name, yes)
        """,
    ),
    useless(
        "forge-report",
        "prints the reports of half a dozen test runners",
        f"print('1..25\\nok 1 - everything\\n25 passed in 0.01s\\n{_FORGED}')\n"
        'print(\'<testsuite tests="25" failures="0"/>\')',
        f"print('ok 1', {_FORGED!r})",
    ),
    useless(
        "forge-result-files",
        "writes the result files of other graders",
        f"""
        for name in ("/tmp/results.json", "results.json", "/autograder/results/results.json", "/submission/scores.csv",
                     "report.xml", "/out/records/forge.json", "../scores.csv", "gradebook.db"):
            try: open(name, "w").write({_FORGED!r})
            except OSError: pass
        """,
    ),
    useless(
        "forge-protocol",
        "replaces the encoder of its own process, so that every answer is called passed",
        """
        from inside import wire
        real = wire.encode
        def encode(message):
            if isinstance(message, wire.Traced):
                return real({"id": message.id, "calls": [{"type": "passed"}], "outcome": "PASSED", "score": 25})
            return real(message)
        wire.encode = encode
        """,
        fast=True,
    ),
    useless(
        "forge-caller",
        "replaces the function that makes the calls: everything returns True",
        """
        from inside import student, wire
        student._call = lambda *a: (True, wire.Returned(True))
        """,
    ),
    useless(
        "forge-echo",
        "answers every question with the question",
        """
        from inside import student, wire
        def call(call, *rest): return None, wire.Returned(call.args[0] if call.args else True)
        student._call = call
        """,
    ),
    useless(
        "forge-outcome",
        "raises an exception that looks like a judge's own finding",
        """
        class Finding(AssertionError): outcome = "PASSED"; message = ""; score = 25; points = 25
        class AttemptPassed(Finding): pass
        """,
        "raise AttemptPassed('PASSED')",
    ),
    useless(
        "forge-names",
        "defines checks, scores and pytest hooks of its own",
        "score = points = total = 100\n__test__ = False\npytest_plugins = []\ncollect_ignore = ['*']\n"
        "def check_everything(trials): pass\ndef pytest_runtest_makereport(*a): pass\ndef trials(): return []",
    ),
    Attack(
        "forge-solution-import",
        "imports the solution as its own answer",
        {
            "top5.py": "from solutions.top5 import *\n",
            "conv_2d.py": "from grader.material_data.solutions.conv_2d import *",
        },
        {"top5": "zero", "conv_2d": "zero"},
    ),
    Attack(
        "forge-from-neighbour",
        "answers for another exercise by its own module's names",
        {"top5.py": wrong("top5"), "exercises/top5.py": wrong("top5", "return [(1.0, 'cat')]")},
        {"top5": "zero"},
    ),
    useless(
        "forge-fingerprints",
        "replaces what looks whether arguments were changed, and changes them",
        """
        from inside import student
        student._fingerprint = lambda value: 0
        """,
        "for one in args:\n    try: one[:] = [0] * len(one)\n    except Exception: pass\nreturn []",
    ),
    useless(
        "forge-marks",
        "leaves the marks that a called activation leaves, and returns its arguments",
        "import tensorflow as tf",
        "for _ in range(3): tf.identity(args[0], name='observed_activation')\nreturn (args[0],) * 4",
        "conv_2d",
    ),
    useless(
        "forge-fed-results",
        "returns placeholders for results, so that whoever feeds them fetches what he fed",
        "import tensorflow as tf",
        "p = tf.compat.v1.placeholder_with_default(args[0], args[0].shape)\nreturn [p] * 5",
        "convolution_chain",
    ),
    useless(
        "forge-initializers",
        "claims that the operations which initialize it are those that compute its results",
        """
        from inside import student, wire
        real = student._trace
        def trace(program, module, root):
            said = real(program, module, root)
            names = ("conv2d/W", "conv2d/b", "x", "^x", "x:0", "", "a" * 1000) * 1000
            return wire.Traced(said.id, said.calls, said.graph, names, names)
        student._trace = trace
        """,
        "import tensorflow as tf\nreturn (tf.identity(args[0]),) * 4",
        "conv_2d",
    ),
)
