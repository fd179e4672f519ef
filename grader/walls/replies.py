"""Reading what a fork says: two pipes that hostile code fills, drained within bounds that protect our own memory."""

import os
import selectors
import socket
import time

import msgspec

from grader.inside import frames, wire

_GRACE_SECONDS = 15.0
_PIPE_SECONDS = 3.0
_CHUNK = 1 << 18
_UNCOUNTED_BYTES = 1 << 16
_MOST_TOKENS = 2_000_000
# What a student's code returns is judged, check after check, by Python loops that nothing interrupts. Right answers,
# with every picture as a list of lists, hold 30,000.
_MOST_RETURNED = 200_000


class WorkerDied(Exception):
    """A zygote ended or stopped answering: our fault, never the student's."""


class Report(msgspec.Struct, frozen=True):
    """What a job's fork left: its answers, whole frames only; what it printed, cut; how it ended.

    Args:
        overflow: why reading its answers was given up, "" if it was not.
    """

    answers: tuple[bytes, ...]
    output: bytes
    ended: wire.Ended
    overflow: str = ""


def answers_asked(job: wire.Job) -> int:
    """Return how many answers a job's fork gives: that it is prepared, that it imported, one a program or request."""
    return 2 + len(job.programs) if isinstance(job, wire.StudentJob) else 1 + len(job.requests)


class Answers:
    """The frames that came through a pipe, as long as they are as many and as large as was asked for.

    A message is also bounded by the objects that decoding it will make: two bytes can become sixty.
    """

    def __init__(self, most: int, longest: int, tokens: int = _MOST_TOKENS) -> None:
        self._most = most
        self._longest = longest
        self._most_tokens = tokens
        self._pending = bytearray()
        self._bytes = 0
        self._tokens = 0
        self.whole: list[bytes] = []
        self.overflow = ""

    def feed(self, data: bytes) -> None:
        """Take in what was read; `overflow` says why no more of it is wanted."""
        self._pending += data
        try:
            while whole := frames.take(self._pending, self._longest):
                for frame in whole:
                    self._take(frame)
        except wire.WireError as error:
            self.overflow = self.overflow or str(error)
        if self._bytes + len(self._pending) > self._longest:
            self.overflow = self.overflow or f"more than {self._longest} bytes came back"

    def _take(self, frame: bytes) -> None:
        """Keep a frame, or none from this one on: whatever the pieces were that the frames came in."""
        if self.overflow:
            return
        self._bytes += len(frame)
        if len(self.whole) == self._most:
            self.overflow = "there were more answers than questions"
        elif self._bytes > self._longest:
            self.overflow = f"more than {self._longest} bytes came back"
        elif self._bytes > _UNCOUNTED_BYTES:
            self._tokens += tokens(frame, self._most_tokens - self._tokens)
            if self._tokens >= self._most_tokens:
                self.overflow = f"more than {self._most_tokens} numbers, texts and lists came back"
        if not self.overflow:
            self.whole.append(frame)


def _widths() -> tuple[list[int], dict[int, int]]:
    """Return for each first byte of a MessagePack token how many bytes it has, and how many of them are a length."""
    fixed = [1] * 256
    for byte in range(0xA0, 0xC0):
        fixed[byte] = 1 + byte - 0xA0
    for byte, size in {
        0xCA: 5, 0xCB: 9, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9,
        0xD4: 3, 0xD5: 4, 0xD6: 6, 0xD7: 10, 0xD8: 18, 0xDC: 3, 0xDD: 5, 0xDE: 3, 0xDF: 5,
        0xC7: 2, 0xC8: 2, 0xC9: 2,
    }.items():  # fmt: skip
        fixed[byte] = size
    lengths = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
    return fixed, lengths


_FIXED, _LENGTHS = _widths()


def tokens(data: bytes, most: int) -> int:
    """Return how many MessagePack tokens (numbers, texts, list and map headers) there are, or `most` if that is fewer.

    Source: the MessagePack specification, section "Formats".
    """
    position, count, end = 0, 0, len(data)
    while position < end and count < most:
        byte = data[position]
        count += 1
        width = _LENGTHS.get(byte)
        if width is not None:
            position += width + int.from_bytes(data[position + 1 : position + 1 + width], "big")
        position += _FIXED[byte]
    return count


def collect(control: socket.socket, answers_fd: int, output_fd: int, job: wire.Job) -> Report:
    """Drain both pipes until nothing holds them any more, and take the zygote's word on how the fork ended.

    Once the zygote has spoken the fork is gone, so the pipes end at once; where there are no walls something else
    may hold them, and is not waited for.

    Raises:
        WorkerDied: the zygote went away or did not answer in time.
    """
    limits = job.limits
    tokens_taken = _MOST_RETURNED if isinstance(job, wire.StudentJob) else _MOST_TOKENS
    answers, output = Answers(answers_asked(job), limits.message_bytes, tokens_taken), bytearray()
    ended: wire.Ended | None = None
    deadline = time.monotonic() + (1 + wire.STANDSTILL) * limits.total_wall_seconds + _GRACE_SECONDS
    open_fds = {answers_fd, output_fd}
    with selectors.DefaultSelector() as selector:
        for source in (control, answers_fd, output_fd):
            selector.register(source, selectors.EVENT_READ)
        try:
            while selector.get_map():
                left = deadline - time.monotonic()
                ready = selector.select(left) if left > 0 else []
                if not ready:
                    break
                for key, _ in ready:
                    if key.fileobj is control:
                        ended = _ended(control)
                        selector.unregister(control)
                        deadline = time.monotonic() + _PIPE_SECONDS
                        continue
                    data = os.read(key.fd, _CHUNK)
                    if key.fd == output_fd:
                        output += data[: limits.output_bytes - len(output)]
                    else:
                        answers.feed(data)
                    if not data or (answers.overflow and key.fd == answers_fd):
                        selector.unregister(key.fd)
                        open_fds.discard(key.fd)
                        os.close(key.fd)
        finally:
            for fd in open_fds:
                os.close(fd)
    if ended is None:
        raise WorkerDied("the zygote did not answer in time")
    return Report(tuple(answers.whole), bytes(output), ended, answers.overflow)


def _ended(control: socket.socket) -> wire.Ended:
    try:
        message = wire.decode(control.recv(1 << 16), wire.Ended)
    except (OSError, wire.WireError) as error:
        raise WorkerDied(f"the zygote went away during a job: {error}") from error
    assert isinstance(message, wire.Ended)
    return message
