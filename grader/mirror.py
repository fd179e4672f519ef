"""Folders that are elsewhere, by URL: fetched before a run, brought up to date after it.

Any URL that fsspec knows (`file://`, `memory://`, ...); those of object stores (`s3://`, `gs://`, `az://`) go through
obstore. All the rest of the grader works on a local folder, which mirrors what is there.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec
import platformdirs

_URL = re.compile(r"[a-z][a-z0-9+.-]+://")
_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "azure", "abfs", "abfss"})
_AT_ONCE = 8
# How many folders in folders are looked into: more than are read of a submission, less than Python can recurse.
_DEEPEST = 80
_INDEX, _AHEAD = ".mirror.json", ".ahead"
_STORE = "store.sqlite"
# What SQLite keeps beside an open store is of that store only: beside another it would be taken for its newest part.
_BESIDE = frozenset(f"{_STORE}{suffix}" for suffix in ("-wal", "-shm", "-journal"))
_NOT_KEPT = frozenset({".lock", _INDEX, _AHEAD, *_BESIDE})
_NOWHERE = "/dev/null/left-out"
_LONGEST_NAME = 2000
_TELLING = (
    "mtime", "created", "LastModified", "last_modified", "ETag", "e_tag", "etag", "CRC", "chksum", "modify", "modified",
    "modificationTime", "last_write_time", "sha", "hex",
)  # fmt: skip
ResultT = TypeVar("ResultT")


class MirrorError(Exception):
    """What is elsewhere cannot be reached, read or written; the message says what mends it."""


class There(msgspec.Struct, frozen=True):
    """A file that is elsewhere: its size, and what tells this content of it from the next.

    Args:
        token: "" where nothing but its size is known; then no copy is believed to be what is there.
        plain: it is a file; links, pipes and devices are never opened, for who hands in may have made them.
    """

    size: int
    token: str
    plain: bool = True


def is_url(text: str) -> bool:
    """Return whether an operator's path is a URL."""
    return _URL.match(text) is not None


class Mirror:
    """A local copy of a folder, or of one file, that is elsewhere.

    It is kept between runs, so that only what has changed is fetched or sent.

    Args:
        url: of the folder or file.
        cache: where local copies are kept.

    Attributes:
        path: of the local copy.
        lock: a file to be locked by who opens it for results, beside the copy.

    Raises:
        MirrorError: there is no such kind of URL, or its package is missing.
    """

    def __init__(self, url: str, cache: Path | None = None) -> None:
        self.url = url.rstrip("/")
        self._system, self._top = _system(self.url)
        place = cache or Path(platformdirs.user_cache_dir("convolution-grader", appauthor=False)) / "elsewhere"
        own = place / hashlib.sha256(self.url.encode()).hexdigest()[:16]
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._index_file = own / _INDEX
        self.lock = own / ".lock"
        self.path = own / (PurePosixPath(self._top).name or "folder")

    def fetch(self, most_bytes: int | None = None) -> Path:
        """Make the local copy what is there now, and return its path.

        Args:
            most_bytes: the most that is fetched of one file; of a larger one one byte more, so that it is seen to be.

        Raises:
            MirrorError: nothing is there, or it cannot be read.
        """
        there = self._tried("read", self._listed)
        if not there:
            raise MirrorError(f"nothing is at {self.url}; see that the URL is right, and run the command again")
        self._fetch(there, most_bytes)
        return self.path

    def open(self) -> Path:
        """Return the local copy of a folder for results, which need not be there yet.

        What was graded here and never got there, for a run was killed, is newer than what is there.

        Raises:
            MirrorError: it cannot be read.
        """
        self.path.mkdir(exist_ok=True)
        if not (self.path / _AHEAD).exists():
            self._fetch(self._tried("read", self._listed), None)
        (self.path / _AHEAD).touch()
        return self.path

    def send(self, last: bool = False) -> None:
        """Send what is new, the store only at the end: while it is open, its file is no whole one.

        Raises:
            MirrorError: it cannot be written.
        """
        whole = last and self._settled()
        known = self._index()
        files = {
            str(file.relative_to(self.path)): file
            for file in sorted(self.path.rglob("*"))
            if file.is_file() and file.name not in _NOT_KEPT and not file.name.endswith(".partial")
            and (whole or file.name != _STORE)
        }  # fmt: skip
        tokens = {name: _token_of(file) for name, file in files.items()}
        new = [name for name in files if known.get(name, ["", ""])[1] != tokens[name]]

        def send_one(name: str) -> None:
            self._system.pipe_file(f"{self._top}/{name}", files[name].read_bytes())

        self._tried("written", lambda: _each(send_one, new))
        if new or last:
            there = self._tried("read", self._listed) if new else {}
            self._keep(known | {name: [there[name].token if name in there else "", tokens[name]] for name in new})
        if whole:
            (self.path / _AHEAD).unlink(missing_ok=True)

    def _settled(self) -> bool:
        """Have SQLite put into the store's file what a killed run left beside it, and return whether it is whole."""
        store = self.path / _STORE
        if not store.exists() or not (self.path / f"{_STORE}-wal").exists():
            return True
        try:
            with contextlib.closing(sqlite3.connect(store)) as connection:
                busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    def _listed(self) -> dict[str, There]:
        """Return what is there, by name below the folder; by "" if it is a single file."""
        self._system.invalidate_cache()
        try:
            found: Mapping[str, Mapping[str, Any]] = self._system.find(self._top, maxdepth=_DEEPEST, detail=True)
        except FileNotFoundError:
            return {}
        top = self._top.strip("/")
        listed = {}
        for name, listing in found.items():
            if PurePosixPath(name).name in _NOT_KEPT:
                continue
            about = listing or self._system.info(name)  # A single file is found without being described.
            told = [str(about[key]) for key in _TELLING if about.get(key) is not None]
            token = "/".join([str(about["size"]), *told]) if told else ""
            plain = about.get("type", "file") == "file" and not about.get("islink")
            listed[name.strip("/").removeprefix(top).strip("/")] = There(int(about["size"] or 0), token, plain)
        return listed

    def _fetch(self, there: Mapping[str, There], most_bytes: int | None) -> None:
        known = self._index()
        single = set(there) == {""}
        wanted = {name: self.path / name if name else self.path for name in there if single or _safe(name, there)}
        old = [
            name
            for name, file in wanted.items()
            if not os.path.lexists(file)
            or not there[name].token
            or known.get(name, ["", ""]) != [there[name].token, _token_of(file)]
        ]

        def fetch_one(name: str) -> None:
            file = wanted[name]
            source = f"{self._top}/{name}" if name else self._top
            file.parent.mkdir(parents=True, exist_ok=True)
            # Beside the folder, under a name that is no other file's, however long or alike their own ones are.
            partial = self._index_file.with_name(f".{hashlib.sha256(os.fsencode(name)).hexdigest()}.partial")
            partial.unlink(missing_ok=True)
            if there[name].plain:
                cut = () if most_bytes is None or there[name].size <= most_bytes else (0, most_bytes + 1)
                partial.write_bytes(self._system.cat_file(source, *cut))
            else:
                partial.symlink_to(_NOWHERE)  # For who reads the folder to say that it was left out.
            for beside in _BESIDE if file.name == _STORE else ():
                file.with_name(beside).unlink(missing_ok=True)
            partial.replace(file)

        for name in known.keys() - wanted.keys():
            with contextlib.suppress(IsADirectoryError, NotADirectoryError):
                (self.path / name).unlink(missing_ok=True)
        for name in old:
            self._make_way(wanted[name])
        self._tried("read", lambda: _each(fetch_one, old))
        self._keep({name: [there[name].token, _token_of(file)] for name, file in wanted.items()})

    def _make_way(self, file: Path) -> None:
        """Remove what an earlier run left where a file is to be: a folder, or a file in the place of a folder."""
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        for parent in file.parents:
            if not parent.is_relative_to(self.path) or parent.is_dir():
                break
            parent.unlink(missing_ok=True)

    def _index(self) -> dict[str, list[str]]:
        """Return of each file that is in both places what tells its contents there, and here."""
        try:
            found = msgspec.convert(json.loads(self._index_file.read_bytes()), dict[str, list[str]])
        except (OSError, ValueError, msgspec.MsgspecError):
            return {}
        return {
            name: tokens
            for name, tokens in found.items()
            if len(tokens) == 2 and (not name or _safe(name)) and PurePosixPath(name).name not in _NOT_KEPT
        }

    def _keep(self, index: Mapping[str, list[str]]) -> None:
        # Names may not be UTF-8, which msgspec's JSON does not hold.
        self._index_file.write_text(json.dumps(index))

    def _tried(self, done: str, what: Callable[[], ResultT]) -> ResultT:
        try:
            return what()
        except Exception as error:  # Each file system has errors of its own.
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise MirrorError(
                f"{self.url} cannot be {done}: {first[:300]}. See that it is there and that you may; for s3://, "
                "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL say who you are and where "
                "it is. Then run the same command again"
            ) from error


def _system(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    scheme = url.partition("://")[0]
    try:
        import fsspec

        if scheme in _OBJECT_STORES:
            from obstore.fsspec import FsspecStore

            # A server of one's own may speak plain http; who wants that says so in its URL.
            store = FsspecStore(scheme, client_options={"allow_http": True})
            return store, url.partition("://")[2]
        system, path = fsspec.core.url_to_fs(url, **({"auto_mkdir": True} if scheme in ("file", "local") else {}))
        return system, path
    except ImportError as error:
        raise MirrorError(
            f"{url} needs a package that is not installed ({error}): pip install 'convolution-grader[remote]'"
        ) from error
    except ValueError as error:
        raise MirrorError(f"{url}: {error}; give a folder, or a URL such as s3://bucket/folder") from error


def _each(do: Callable[[str], None], names: Iterable[str]) -> None:
    """Do something with each name, several at once; what fails first is raised when the others are done."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(do, names):
            pass


def _safe(name: str, there: Collection[str] = ()) -> bool:
    """Return whether a name from elsewhere stays below the folder that it is put into; who may write there, may lie.

    Args:
        there: all names; what lies below a file, as it may in an object store, can't be put anywhere.
    """
    parts = name.split("/")
    if any("/".join(parts[:n]) in there for n in range(1, len(parts))):
        return False
    try:
        lengths = [len(os.fsencode(part)) for part in parts]
    except UnicodeEncodeError:
        return False
    if max(lengths) > 255 or sum(lengths) + len(lengths) > _LONGEST_NAME:
        return False
    return not any(part in ("", ".", "..") or "\0" in part for part in parts)


def _token_of(file: Path) -> str:
    about = file.lstat()
    return f"{about.st_size}/{about.st_mtime_ns}"
