"""The peers' virtual environment, and what this machine is in words."""

import importlib.metadata
import os
import platform
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
VENV = HERE.parent / ".peers"
PYTHON = VENV / "bin" / "python"
_REQUIREMENTS = HERE / "requirements.txt"
_READY = VENV / "ready"
_QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1", "LANG": "C.UTF-8", "NO_COLOR": "1",
}  # fmt: skip
"""TensorFlow as our own forks have it, so that nobody is faster by a setting."""


def set_up() -> None:
    """Make the peers' environment, if it isn't there as the requirements say.

    It sees the project's packages through a path file, so that TensorFlow is installed once and is the same for all;
    what the peers need in other versions goes before it.
    """
    wanted = f"{sys.executable}\n{_REQUIREMENTS.read_text()}"
    if _READY.is_file() and _READY.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    purelib = Path(subprocess.check_output([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                                           text=True).strip())  # fmt: skip
    (purelib / "project.pth").write_text(sysconfig.get_path("purelib") + "\n")
    done = subprocess.run([PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "-r", _REQUIREMENTS],
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The peers can't be installed; every package in {_REQUIREMENTS} is needed:\n{done.stderr}")
    subprocess.run([PYTHON, "-m", "ipykernel", "install", "--sys-prefix"], check=True, capture_output=True)
    _READY.write_text(wanted)


def variables(tmp: Path, home: Path | None = None) -> dict[str, str]:
    """Return the environment variables of a grader: no one's settings, and a temporary folder that can be looked into.

    Args:
        tmp: its temporary folder.
        home: its home; the user's own if None (ours keeps its frozen cases there).
    """
    ours = {"PATH": os.pathsep.join(map(str, [VENV / "bin", Path(sys.executable).parent, os.environ["PATH"]]))}
    ours |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if home else {"PYTHONPATH": str(REPOSITORY)}
    kept = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}
    return _QUIET | kept | ours | {"TMPDIR": str(tmp)} | ({"HOME": str(home)} if home else {})


@cache
def version(package: str) -> str:
    """Return the version of a package in the peers' environment; of our own grader for `grader`."""
    if package == "grader":
        return importlib.metadata.version("convolution-grader")
    code = f"import importlib.metadata; print(importlib.metadata.version({package!r}))"
    return subprocess.check_output([PYTHON, "-c", code], text=True).strip()


def machine() -> str:
    """Say in words what this runs on."""
    described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    models = [line.partition(":")[2].strip() for line in described.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    cores = len(os.sched_getaffinity(0))
    who = "root" if os.getuid() == 0 else "an ordinary user"
    return (
        f"{cores} cores of {models[0] if models else platform.processor()}, {memory:.0f} GiB, Linux "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}, "
        f"TensorFlow {importlib.metadata.version('tensorflow')}, started by {who}"
    )
