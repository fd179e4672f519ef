"""Zip archives taken member by member, believing nothing that their headers say about sizes."""

import io
import re
import stat
import struct
import zipfile
import zlib

from grader.submission.intake import Intake, RefusedError
from grader.submission.member import shown

_ENTRY = b"PK\x01\x02"
_ENTRIES = re.compile(re.escape(_ENTRY))
_EXTRA = 4 << 20
_ENCRYPTED = 0x41
_UTF8 = 0x800
# What the standard library lets out when a zip lies about offsets, lengths, names or methods.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def take_zip(packed: bytes, intake: Intake) -> None:
    """Takes what a zip holds.

    Only stored and deflated members are read: the other methods may ask for any amount of memory.

    Args:
        packed: the archive.
        intake: where files and notes go.

    Raises:
        RefusedError: it is damaged, cut short, passes a limit, or is packed in another way.
    """
    # Each entry of the directory becomes an object of a kilobyte as soon as the archive is opened.
    # A stored zip inside the zip has entries of its own, hence the margin.
    if packed.count(_ENTRY) > 4 * intake.limits.members:
        raise RefusedError(f"it holds more than {intake.limits.members} members")
    # The standard library cuts each field off the front of all that follow it.
    lengths = (packed[entry.start() + 30 : entry.start() + 32] for entry in _ENTRIES.finditer(packed))
    if sum(int.from_bytes(one, "little") for one in lengths) > _EXTRA:
        raise RefusedError(f"the extra fields of its members are larger than {_EXTRA} bytes")
    try:
        archive = zipfile.ZipFile(io.BytesIO(packed))
    except _DAMAGED:
        raise RefusedError("it is no readable zip: damaged, cut short or something else") from None
    with archive:
        # What nothing comes out of costs time, too; who has one body read by many entries has it read many times.
        if sum(info.compress_size for info in archive.infolist()) > len(packed):
            raise RefusedError("packed, its members are larger than its file: they overlap, or it is damaged")
        for info in archive.infolist():
            name = _name(info)
            path = intake.meet(name, left_out=_unwanted(info))
            if path is not None and not name.endswith("/"):
                intake.keep(path, _content(archive, info, intake.room(path)))


def _name(info: zipfile.ZipInfo) -> str:
    # The standard library cuts names at NUL and takes what isn't marked as UTF-8 for code page 437,
    # although macOS marks nothing; the original bytes tell better.
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode()
        except ValueError:
            name = info.orig_filename
    # Old Windows tools write backslashes where the format asks for slashes.
    return name.replace("\\", "/") if info.create_system == 0 else name


def _unwanted(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if kind == stat.S_IFIFO:
        return "pipe"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "device"
    return "encrypted" if info.flag_bits & _ENCRYPTED else None


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError(
            f"{shown(info.filename)} is packed by method {info.compress_type}; pack it as an ordinary zip"
        )
    try:
        with archive.open(info) as file:
            # One byte more than fits: enough to know, and the checksum is tested where it ends.
            return file.read(room + 1)
    except _DAMAGED:
        raise RefusedError(f"{shown(info.filename)} in it is damaged or cut short") from None
