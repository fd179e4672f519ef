"""The grader's own memory and time are bounded, whatever comes through the pipes."""

import os
import socket
import struct
import threading
import time
import tracemalloc

import msgspec
import pytest

from grader.inside import wire
from grader.walls import replies
from grader.walls.replies import Answers, WorkerDied, collect, tokens

JOB = wire.EvaluatorJob((), wire.Limits(total_wall_seconds=1.0, output_bytes=100))


def frame(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def test_frames_come_through_in_any_pieces():
    answers = Answers(most=3, longest=1000)
    stream = frame(b"one") + frame(b"") + frame(b"three")
    for number in range(len(stream)):
        answers.feed(stream[number : number + 1])
    assert answers.whole == [b"one", b"", b"three"]
    assert answers.overflow == ""


def test_more_answers_than_questions():
    answers = Answers(most=2, longest=1 << 30)
    tracemalloc.start()
    answers.feed(frame(b"a") * 2 + frame(b"xy") * 100_000)
    assert answers.whole == [b"a", b"a"]
    assert answers.overflow == "there were more answers than questions"
    tracemalloc.stop()


def test_too_many_bytes_in_all_and_in_one_message():
    answers = Answers(most=9, longest=100)
    answers.feed(frame(bytes(60)))
    answers.feed(frame(bytes(60)))
    assert len(answers.whole) == 1
    assert answers.overflow == "more than 100 bytes came back"
    announced = Answers(most=9, longest=100)
    announced.feed(b"\xff\xff\xff\xff")
    assert "a message of 4294967295 bytes" in announced.overflow


def test_few_bytes_that_become_many_objects():
    answers = Answers(most=9, longest=64 << 20, tokens=50_000)
    answers.feed(frame(b"\xa1x" * (1 << 20)))
    assert answers.whole == []
    assert answers.overflow == "more than 50000 numbers, texts and lists came back"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (None, 1), (5, 1), (-5, 1), (2**63, 1), (1.5, 1), (True, 1), ("abc", 1), ("x" * 40, 1), ("x" * 300, 1),
        ("x" * 70_000, 1), (b"x", 1), (b"x" * 300, 1), (b"x" * 70_000, 1), ([1, 2], 3), ([[]] * 20, 21),
        ([0] * 70_000, 70_001), ({"a": 1}, 3), ({str(n): n for n in range(20)}, 41), (-40, 1), (-200, 1), (-40_000, 1),
        (-(2**40), 1), (200, 1), (40_000, 1), (2**20, 1), (msgspec.msgpack.Ext(1, b"abc"), 1),
        (msgspec.msgpack.Ext(1, b"abcd"), 1), (msgspec.msgpack.Ext(1, bytes(300)), 1),
    ],
)  # fmt: skip
def test_tokens_are_counted_as_messagepack_has_them(value, count):
    data = msgspec.msgpack.encode([value, "end"])
    assert tokens(data, 10**6) == count + 2
    assert tokens(data, 1) == 1


def test_tokens_of_what_is_cut_short():
    assert tokens(b"\xdb\xff\xff\xff\xff", 10) == 1
    assert tokens(b"\xc6", 10) == 1
    assert tokens(b"\xdd\xff\xff\xff\xff", 10) == 1


def pipes():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return ours, theirs, os.pipe(), os.pipe()


ENDED = wire.encode(wire.Ended("exit", 0, 1, 0.0))


def test_whoever_keeps_the_pipes_open_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(replies, "_PIPE_SECONDS", 0.2)
    ours, theirs, (answers, answers_in), (output, output_in) = pipes()
    with ours, theirs:
        os.write(answers_in, frame(b"x"))
        os.write(output_in, b"y" * 500)
        theirs.send(ENDED)
        began = time.monotonic()
        report = collect(ours, answers, output, JOB)
    assert time.monotonic() - began < 2
    assert (report.answers, report.output) == ((b"x",), b"y" * 100)
    os.close(answers_in)
    os.close(output_in)


@pytest.mark.parametrize("said", [b"", b"\x90", wire.encode(wire.Prepared())])
def test_a_zygote_that_says_nothing_is_a_worker_that_died(said, monkeypatch):
    ours, theirs, (answers, answers_in), (output, output_in) = pipes()
    os.close(answers_in)
    os.close(output_in)
    with ours:
        if said:
            theirs.send(said)
        theirs.close()
        with pytest.raises(WorkerDied, match="went away during a job"):
            collect(ours, answers, output, JOB)


def test_silence_ends(monkeypatch):
    monkeypatch.setattr(replies, "_GRACE_SECONDS", 0.2 - 1 - wire.STANDSTILL)
    ours, theirs, (answers, answers_in), (output, output_in) = pipes()
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            try:
                os.write(output_in, b"x")
            except OSError:
                return
            time.sleep(0.01)

    flooding = threading.Thread(target=flood)
    flooding.start()
    with ours, theirs, pytest.raises(WorkerDied, match="did not answer in time"):
        collect(ours, answers, output, JOB)
    stop.set()
    flooding.join()
    os.close(answers_in)
    os.close(output_in)


@pytest.mark.parametrize("pieces", [1, 7, 64, 10_000])
def test_what_is_kept_does_not_depend_on_the_pieces(pieces):
    stream = frame(b"one") + frame(b"two") + b"\xff" * 50
    answers = Answers(most=9, longest=100)
    for start in range(0, len(stream), pieces):
        answers.feed(stream[start : start + pieces])
    assert answers.whole == [b"one", b"two"]
    assert answers.overflow
