"""Tar archives, plain or gzipped, read front to back in bounded steps.

The standard library's `tarfile` follows links between headers by recursion, reads extended headers
of any size with backtracking expressions and seeks to negative offsets; a hostile archive can hang
it. All that a submission needs is regular files, so this reads those and leaves out the rest.

Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"; RFC 1952.
"""

import re
import zlib
from collections.abc import Iterator

from grader.submission.intake import Intake, RefusedError, in_words

_BLOCK = 512
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 14
_CHUNK = 1 << 16
_EXTENDED_MOST = 1 << 16
_OCTAL = re.compile(rb"[0-7]*")
_DECIMAL = re.compile(rb"[0-9]{1,18}")
_RECORD = re.compile(rb"([0-9]{1,18}) ([^=]*)=")
_LEFT_OUT = {b"1": "link", b"2": "link", b"3": "device", b"4": "device", b"6": "pipe", b"S": "sparse file"}
_EXTENSIONS = frozenset((b"L", b"K", b"x", b"X", b"g"))
_NO_DATA = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))
_CUT_SHORT = "it is a tar that is cut short"
_DAMAGED = "it is no readable tar: damaged or something else"


def take_tar(packed: bytes, intake: Intake, *, gzipped: bool) -> None:
    """Takes what a tar holds.

    Args:
        packed: the archive.
        intake: where files and notes go.
        gzipped: whether it is compressed.

    Raises:
        RefusedError: it is damaged, cut short or passes a limit.
    """
    limits = intake.limits
    stream = _Stream(_gunzipped(packed, limits.members) if gzipped else _pieces(packed), limits.stream_bytes)
    name: bytes | None = None
    extended: dict[bytes, bytes] = {}
    headers, room = 0, limits.header_bytes
    while (header := stream.block()) is not None and header.strip(b"\0"):
        headers += 1
        if headers > 3 * limits.members:
            raise RefusedError(f"it holds more than {limits.members} members")
        kind = _checked(header)
        if kind not in _EXTENSIONS:
            _take_member(header, kind, extended, name, stream, intake)
            name, extended = None, {}
            continue
        content = _extension(stream, _number(header[124:136]))
        room -= len(content)
        if room < 0:
            raise RefusedError(f"it is a tar whose extended headers hold more than {in_words(limits.header_bytes)}")
        if kind == b"L":
            name = content.rstrip(b"\0")
        elif kind in (b"x", b"X"):
            extended = _records(content)
    if headers == 0:
        raise RefusedError(_DAMAGED)
    # The checksum of a gzip stands behind its data, so the data has to be seen to its end.
    stream.drain()


def _take_member(
    header: bytes,
    kind: bytes,
    extended: dict[bytes, bytes],
    name: bytes | None,
    stream: "_Stream",
    intake: Intake,
) -> None:
    size = _number(header[124:136])
    if b"size" in extended:
        if not _DECIMAL.fullmatch(extended[b"size"]):
            raise RefusedError(_DAMAGED)
        size = int(extended[b"size"])
    raw = extended.get(b"path", _name(header) if name is None else name)
    regular = kind in (b"0", b"\0", b"7")
    if regular and raw.endswith(b"/"):
        kind, regular = b"5", False
    if kind == b"S":
        _skip_sparse_map(header, stream)
    unwanted = None if regular or kind == b"5" else _LEFT_OUT.get(kind, "member of unknown kind")
    if any(key.startswith(b"GNU.sparse.") for key in extended):
        unwanted = "sparse file"
    path = intake.meet(raw.decode("utf-8", "surrogateescape"), left_out=unwanted)
    if kind in _NO_DATA:
        return
    if path is None:
        stream.skip(size)
    else:
        content = stream.take(min(size, intake.room(path) + 1))
        intake.keep(path, content)
    stream.skip(-size % _BLOCK)


class _Stream:
    """Bytes that come in chunks, given out in the lengths that are asked for, counted."""

    def __init__(self, chunks: Iterator[bytes], most: int) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self._left = most
        self._most = most

    def _next(self) -> bool:
        self._rest = memoryview(next(self._chunks, b""))
        self._left -= len(self._rest)
        if self._left < 0:
            raise RefusedError(f"more than {in_words(self._most)} come out of it")
        return bool(self._rest)

    def take(self, size: int) -> bytes:
        parts = []
        while size > 0:
            if not self._rest and not self._next():
                raise RefusedError(_CUT_SHORT)
            part, self._rest = self._rest[:size], self._rest[size:]
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size > 0:
            if not self._rest and not self._next():
                raise RefusedError(_CUT_SHORT)
            step = min(size, len(self._rest))
            self._rest = self._rest[step:]
            size -= step

    def block(self) -> bytes | None:
        """The next header, None at the end of the stream."""
        if not self._rest and not self._next():
            return None
        return self.take(_BLOCK)

    def drain(self) -> None:
        while self._next():
            pass


def _pieces(packed: bytes) -> Iterator[bytes]:
    for start in range(0, len(packed), _CHUNK):
        yield packed[start : start + _CHUNK]


def _gunzipped(packed: bytes, members: int) -> Iterator[bytes]:
    if not packed.startswith(_GZIP):
        raise RefusedError("its name ends as a gzip's does, but it is none")
    pieces = (packed[at : at + _PIECE] for at in range(0, len(packed), _PIECE))
    inflate, met, pending = zlib.decompressobj(wbits=31), 1, b""
    while True:
        pending = pending or next(pieces, b"")
        if inflate.eof:
            pending = pending.lstrip(b"\0")
            if pending:
                met += 1
                if met > members:
                    raise RefusedError(f"it holds more than {members} members")
                inflate = zlib.decompressobj(wbits=31)
            elif not (pending := next(pieces, b"")):
                return
            continue
        try:
            out = inflate.decompress(pending, _CHUNK)
        except zlib.error:
            raise RefusedError("it is a gzip that is damaged") from None
        if not pending and not out and not inflate.eof:
            raise RefusedError("it is a gzip that is cut short")
        pending = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        if out:
            yield out


def _checked(header: bytes) -> bytes:
    """The kind of a header whose checksum is right; some old tars add signed bytes."""
    told = _number(header[148:156])
    blanked = header[:148] + b" " * 8 + header[156:]
    unsigned = sum(blanked)
    if told not in (unsigned, unsigned - 256 * sum(byte > 127 for byte in blanked)):
        raise RefusedError(_DAMAGED)
    return header[156:157]


def _number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip(b" ")
    if not _OCTAL.fullmatch(digits):
        raise RefusedError(_DAMAGED)
    return int(digits or b"0", 8)


def _name(header: bytes) -> bytes:
    name = header[:100].split(b"\0", 1)[0]
    # GNU tar keeps times where POSIX keeps the start of a long name.
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _extension(stream: _Stream, size: int) -> bytes:
    if size > _EXTENDED_MOST:
        raise RefusedError(f"it is a tar with an extended header of more than {in_words(_EXTENDED_MOST)}")
    content = stream.take(size)
    stream.skip(-size % _BLOCK)
    return content


def _records(content: bytes) -> dict[bytes, bytes]:
    """The `length key=value` records of a pax header."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(content) and content[at]:
        head = _RECORD.match(content, at)
        end = at + int(head[1]) if head else 0
        if head is None or not head.end() < end <= len(content) or content[end - 1] != ord("\n"):
            raise RefusedError(_DAMAGED)
        records[head[2]] = content[head.end() : end - 1]
        at = end
    return records


def _skip_sparse_map(header: bytes, stream: _Stream) -> None:
    more = header[482]
    while more:
        more = stream.take(_BLOCK)[504]
