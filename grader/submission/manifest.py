"""The list of files and their hashes that `grader submit` puts beside them, to see later whether all came through."""

import hashlib
from collections.abc import Mapping

import msgspec

from grader.submission.member import shown

NAME = "grader-manifest.json"
_WORK = (".py", ".ipynb")


class Manifest(msgspec.Struct, frozen=True):
    """What was handed in: by relative path, the SHA-256 of each file in hex."""

    assignment: str
    grader: str
    files: dict[str, str]
    schema: int = 1


def make(files: Mapping[str, bytes], assignment: str, grader: str) -> bytes:
    """Return the manifest of some files as JSON, the same for the same files."""
    hashes = {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}
    return msgspec.json.format(msgspec.json.encode(Manifest(assignment, grader, hashes)), indent=1) + b"\n"


def differences(data: bytes, files: Mapping[str, bytes]) -> list[str]:
    """Return in what files differ from their manifest: a sentence each, none if all is as it was handed in.

    Files that it does not name are said only if they are work: an exchange adds files of its own.

    Args:
        data: the manifest, as it came; a student may have written it.
        files: by path, what came with it.
    """
    try:
        said = msgspec.json.decode(data, type=Manifest).files
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [f"manifest: {NAME} cannot be read"]
    found = []
    for path, digest in sorted(said.items()):
        if path not in files:
            found.append(f"manifest: {shown(path)} was handed in, but is not here")
        elif hashlib.sha256(files[path]).hexdigest() != digest:
            found.append(f"manifest: {shown(path)} is not as it was handed in")
    extra = sorted(path for path in files if path not in said and path.endswith(_WORK))
    return found + [f"manifest: {shown(path)} was not handed in with the rest" for path in extra]
