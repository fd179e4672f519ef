"""What is fuzzed: each target takes any bytes, lets out no exception but what is promised, and checks what holds.

The check of graphs is in `graphs.py`, because it imports TensorFlow.
"""

import csv
import io
import re
from collections.abc import Callable

from grader import evaluation, observe, testimony
from grader.cli import terminal
from grader.export.spreadsheet import cell
from grader.feedback.text import printable
from grader.inside import wire
from grader.observation import Observed
from grader.record import file_name
from grader.submission import SizeLimits
from grader.submission.intake import Intake, RefusedError
from grader.submission.member import UnsafeNameError, is_litter, safe_path, shown
from grader.submission.notebook import NotebookError, extract
from grader.submission.tarred import take_tar
from grader.submission.zipped import take_zip
from grader.walls.replies import Answers

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")
_SMALL = SizeLimits(files=20, folders=20, members=50, bytes=1 << 16, file_bytes=1 << 15, notebook_bytes=1 << 16)
_LONGEST = 1 << 20
_PROGRAM = wire.Program(
    "x",
    (wire.Call("f"), wire.Call("g")),
    in_graph=True,
    runs=(
        wire.Run((wire.Result(0), wire.Result(1, (0, 2)), wire.Input("x"))),
        wire.Run(("output:0",), assign=((wire.Result(0, (2,)), wire.Array("<f4", (), bytes(4))),)),
        wire.Run(("output:0",), graph=wire.Result(1)),
    ),
)


def says_why(error: Exception) -> None:
    """See that a refusal has its reason."""
    assert str(error)


def fuzz_frames(data: bytes) -> None:
    """A student's pipe: frames in pieces, each decoded, cut to size, and made a question for the evaluator."""
    answers = Answers(most=3, longest=_LONGEST, tokens=10_000)
    size = 1 + data[0] if data else 1
    for start in range(1, len(data), size):
        answers.feed(data[start : start + size])
    assert len(answers.whole) <= 3
    for frame in answers.whole:
        for kind in (wire.Imported, wire.Traced):
            try:
                said = testimony.heard(wire.decode(frame, kind))
            except wire.WireError:
                continue
            _use(said)


def _use(said: wire.Imported | wire.Traced) -> None:
    """Do with a message what observing does."""
    if isinstance(said, wire.Imported) or not observe._in_order([said], [_PROGRAM]):
        return
    request = evaluation.request(_PROGRAM, said)
    assert len(request.runs) == len(_PROGRAM.runs)
    empty = tuple(wire.Nodes(()) for _ in request.graphs)
    seen = evaluation.observation(_PROGRAM, said, {_PROGRAM.id: wire.Evaluated("x", empty, ())})
    assert isinstance(seen, Observed)
    for outcome in seen.calls:
        if isinstance(outcome, wire.Returned):
            wire.from_wire(outcome.value)
    assert wire.encode(wire.decode(wire.encode(seen), Observed)) == wire.encode(seen)


def fuzz_evaluated(data: bytes) -> None:
    """An evaluator's answer; a graph that took it over may say anything."""
    try:
        said = wire.decode(data, wire.Evaluated)
    except wire.WireError:
        return
    for run in said.runs:
        for value in run.values if isinstance(run, wire.Ran) else ():
            try:
                wire.numpy(value)
            except wire.WireError:
                continue


def fuzz_zip(data: bytes) -> None:
    """A zip."""
    _taken(lambda intake: take_zip(data, intake))


def fuzz_tar(data: bytes) -> None:
    """A tar; gzipped if its first byte is odd."""
    if data[:1] and data[0] % 2:
        import gzip

        data = gzip.compress(data[1:], 1)
        _taken(lambda intake: take_tar(data, intake, gzipped=True))
    else:
        _taken(lambda intake: take_tar(data[1:], intake, gzipped=False))


def fuzz_gzip(data: bytes) -> None:
    """What says that it is a gzipped tar."""
    _taken(lambda intake: take_tar(b"\x1f\x8b" + data, intake, gzipped=True))


def _taken(take: Callable[[Intake], None]) -> None:
    """See that what was taken is within its limits and below its folder."""
    intake = Intake(_SMALL)
    try:
        take(intake)
    except RefusedError as refusal:
        says_why(refusal)
    assert len(intake.files) + len(intake.notebooks) <= _SMALL.files
    assert sum(map(len, intake.files.values())) <= _SMALL.bytes
    for path in (*intake.files, *intake.notebooks):
        assert safe_path(path) == path
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        path.encode()
    for note in intake.notes():
        assert note.encode().isascii() or note.isprintable()


def fuzz_notebook(data: bytes) -> None:
    """A notebook."""
    try:
        found = extract(data, EXERCISES, "import numpy as np\n", most=1 << 16)
    except NotebookError as error:
        says_why(error)
        return
    for exercise, source in found.modules.items():
        assert source.startswith(f"# coding: utf-8 ({exercise} from the notebook)\n")
        assert "\r" not in source
        source.encode()


def fuzz_names(data: bytes) -> None:
    """A name: of a submission, of a file in one."""
    name = data.decode("utf-8", "surrogateescape")
    try:
        path = safe_path(name)
    except UnsafeNameError:
        path = ""
    assert ".." not in path.split("/")
    assert not path or (safe_path(path) == path and "\0" not in path)
    is_litter(path)
    assert shown(name).isprintable()
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,60}\.json", file_name(name))
    for text in (terminal.plain(name), printable(name)):
        text.encode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([cell(name), "1"])
    out.getvalue().encode()
    assert not re.match(r"[=+@\t\r-]", cell(name))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frames": fuzz_frames,
    "evaluated": fuzz_evaluated,
    "zip": fuzz_zip,
    "tar": fuzz_tar,
    "gzip": fuzz_gzip,
    "notebook": fuzz_notebook,
    "names": fuzz_names,
}
