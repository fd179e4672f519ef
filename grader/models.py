"""Models that don't ship: downloaded once, checked against pinned hashes, kept in the user's cache.

Nothing of an archive is believed before its hash is right, and its members are written under names of ours.
A download that breaks leaves its part behind and goes on from there the next time.
"""

import hashlib
import http.client
import os
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import msgspec
import platformdirs

from grader import material

Progress = Callable[[int, int | None], None]
"""Called with the bytes that have arrived and the bytes there will be (None where the server doesn't say)."""

CHUNK = 1 << 16
TIMEOUT_SECONDS = 30.0
ATTEMPTS = 3


class ModelError(Exception):
    """A model can't be had; the message says why and which command mends it."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A file inside an archive: its name there and in the cache, and its SHA-256."""

    name: str
    sha256: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model's zip archive comes from, and what must be in it; an archive above max_bytes is not read."""

    url: str
    sha256: str
    members: tuple[Member, ...]
    max_bytes: int = 200 * 1024 * 1024


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model that `get_inception_model` knows: its name, where it comes from, its folder, and whether it is there."""

    name: str
    origin: str
    folder: Path
    present: bool


SOURCES: Mapping[str, Source] = {
    "inception5h": Source(
        url="https://storage.googleapis.com/download.tensorflow.org/models/inception5h.zip",
        # TensorFlow's own WORKSPACE pins this archive by the same hash.
        sha256="d13569f6a98159de37e92e9c8ec4dae8f674fbf475f69fe6199b514f756d4364",
        members=(
            Member(
                name="tensorflow_inception_graph.pb",
                sha256="a39b08b826c9d5a5532ff424c03a3a11a202967544e389aca4b06c2bd8aef63f",
            ),
            Member(
                name="imagenet_comp_graph_label_strings.txt",
                sha256="da2a31ecfe9f212ae8dd07379b11a74cb2d7a110eba12c5fc8c862a65b8e6606",
            ),
        ),
    ),
}


def cache_folder(cache: Path | None = None) -> Path:
    """Return where downloaded models are kept: `cache`, else $GRADER_MODELS, else the user's cache folder."""
    if cache is not None:
        return cache
    if chosen := os.environ.get("GRADER_MODELS"):
        return Path(chosen)
    return Path(platformdirs.user_cache_dir("convolution-grader", appauthor=False)) / "models"


def available(cache: Path | None = None, sources: Mapping[str, Source] = SOURCES) -> list[Model]:
    """List the models there are, the shipped ones first."""
    shipped = material.fixtures() / "models"
    names = sorted(path.stem for path in shipped.glob("*.pb"))
    listed = [Model(name=name, origin="shipped", folder=shipped, present=True) for name in names]
    for name, source in sources.items():
        folder = cache_folder(cache) / name
        listed.append(Model(name=name, origin=source.url, folder=folder, present=_intact(folder, source)))
    return listed


def fetch(
    name: str,
    from_file: Path | None = None,
    url: str | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
    sources: Mapping[str, Source] = SOURCES,
) -> Path:
    """Return the folder with a model's files, downloading them unless they are there already.

    Args:
        name: one of `sources`.
        from_file: the archive, downloaded by other means; then no network is used.
        url: another place to download the same archive from.
        cache: the folder to keep models in; see `cache_folder`.
        progress: told how many bytes have arrived.
        sources: what can be fetched.

    Raises:
        ModelError: unknown name, no network, a file that isn't the pinned one, no place to write.
    """
    if name not in sources:
        raise ModelError(f"there is no model {name!r} to fetch; there are: {', '.join(sorted(sources))}")
    source, place = sources[name], cache_folder(cache)
    if _intact(place / name, source):
        return place / name
    try:
        place.mkdir(parents=True, exist_ok=True)
        if from_file is not None:
            _check(from_file, source.sha256, name, keep=True)
            _install(from_file, source, place / name)
        else:
            part = place / f"{name}.zip.part"
            _download(url or source.url, part, name, source, progress or _silent)
            _install(part, source, place / name)
            part.unlink()
    except OSError as error:
        raise ModelError(
            f"cannot write the model {name} to {place}: {error}; choose another folder with GRADER_MODELS=FOLDER and "
            f"run: grader models fetch {name}"
        ) from error
    return place / name


def _silent(_done: int, _total: int | None) -> None:
    """Tell nobody."""


def _offline(name: str) -> str:
    return f"run the command again, or download the archive elsewhere and run: grader models fetch {name} --from FILE"


def _intact(folder: Path, source: Source) -> bool:
    files = [(folder / member.name, member.sha256) for member in source.members]
    return all(path.is_file() and _sha256(path) == sha256 for path, sha256 in files)


def _download(url: str, part: Path, name: str, source: Source, progress: Progress) -> None:
    """Fill `part` with the archive, going on where an earlier download stopped."""
    if not url.startswith(("https://", "http://")):
        raise ModelError(f"{url} is not an http address; for a file, run: grader models fetch {name} --from FILE")
    resumed = part.is_file() and part.stat().st_size > 0
    for attempt in range(ATTEMPTS):
        before = part.stat().st_size if part.is_file() else 0
        try:
            _continue(url, part, source, progress)
            break
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416 and before:  # nothing lies beyond what there is: all has come, or the part is junk
                break
            raise ModelError(f"{url} answers {error.code} {error.reason}; {_offline(name)}") from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
            after = part.stat().st_size if part.is_file() else 0
            if attempt + 1 < ATTEMPTS and after > before:
                continue
            why = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ModelError(f"the download of {url} stopped after {after:,} bytes: {why}; {_offline(name)}") from error
    if resumed and _sha256(part) != source.sha256:
        # What lay there may have been another version's beginning; that is worth one download from the start.
        part.unlink()
        _download(url, part, name, source, progress)
        return
    _check(part, source.sha256, name, keep=False)


def _continue(url: str, part: Path, source: Source, progress: Progress) -> None:
    """Ask once for what is missing and append it; a body that ends early raises ConnectionError."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        goes_on = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if have and not goes_on:  # a server that doesn't know ranges sends everything
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length is not None and length.isdigit() else None
        with part.open("ab" if have else "wb") as file:
            progress(have, total)
            while chunk := _read(response):
                file.write(chunk)
                have += len(chunk)
                if have > source.max_bytes:
                    file.truncate(0)
                    raise ModelError(f"{url} sends more than {source.max_bytes:,} bytes: not the pinned archive")
                progress(have, total)
    if total is not None and have < total:
        raise ConnectionError(f"{total - have:,} of {total:,} bytes did not come")


def _read(response: http.client.HTTPResponse) -> bytes:
    """Read on, so that what fails on the network can't be taken for what fails on the disk."""
    try:
        return response.read(CHUNK)
    except OSError as error:
        raise ConnectionError(str(error)) from error


def _check(archive: Path, sha256: str, name: str, keep: bool) -> None:
    """Raise unless the archive is the pinned one; `keep` leaves a wrong file where it is."""
    if not archive.is_file():
        raise ModelError(f"there is no file {archive}; give the archive's path: grader models fetch {name} --from FILE")
    found = _sha256(archive)
    if found == sha256:
        return
    if not keep:
        archive.unlink()
    what = str(archive) if keep else "what was downloaded"
    difference = f"SHA-256 {found}, expected {sha256}"
    raise ModelError(f"{what} is not the pinned archive of {name}: {difference}; {_offline(name)}")


def _install(archive: Path, source: Source, folder: Path) -> None:
    """Write the members to `folder`, which appears with all of them right or not at all."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in source.members:
                target = fresh / Path(member.name).name
                with opened.open(member.name) as packed, target.open("wb") as file:
                    _copy(packed, file, source.max_bytes, member)
                if _sha256(target) != member.sha256:
                    raise ModelError(f"{member.name} in {archive} is not the pinned file; {_offline(folder.name)}")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{archive} is not the archive of {folder.name}: {error}; {_offline(folder.name)}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copy(packed: IO[bytes], file: IO[bytes], limit: int, member: Member) -> None:
    written = 0
    while chunk := packed.read(CHUNK):
        written += file.write(chunk)
        if written > limit:
            raise ModelError(f"{member.name} unpacks to more than {limit:,} bytes; that is not the pinned file")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
