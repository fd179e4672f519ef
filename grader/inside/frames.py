"""How messages follow each other in a pipe: each behind its length, four bytes, the highest first."""

import struct
from typing import Any, Protocol

from . import wire

_HEADER = struct.Struct(">I")


class Answers(Protocol):
    """Where answers are written: a binary stream, or what acts like one."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""

    def flush(self) -> object:
        """Pass them on."""


def write(stream: Answers, message: Any) -> None:
    """Write a message with its length in front, and flush."""
    data = wire.encode(message)
    stream.write(_HEADER.pack(len(data)) + data)
    stream.flush()


def take(buffer: bytearray, longest: int) -> list[bytes]:
    """Take the complete frames out of the front of `buffer`, up to one that announces too much.

    Raises:
        WireError: the first frame announces more than `longest` bytes.
    """
    found: list[bytes] = []
    start = 0
    while len(buffer) - start >= _HEADER.size:
        (length,) = _HEADER.unpack_from(buffer, start)
        if length > longest and found:
            break
        if length > longest:
            raise wire.WireError(f"a message of {length} bytes, of which at most {longest} are read")
        if len(buffer) - start - _HEADER.size < length:
            break
        start += _HEADER.size
        found.append(bytes(buffer[start : start + length]))
        start += length
    del buffer[:start]
    return found
