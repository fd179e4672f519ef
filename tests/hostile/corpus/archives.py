"""Hostile archives and files: what is handed in, before any of it runs."""
# ruff: noqa: E501

import gzip
import io
import json
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from hostile.attack import EXERCISES, Attack, Earns, right, write_folder

_RIGHT = {f"{one}.py": right(one).encode() for one in EXERCISES}
_ZERO: dict[str, Earns] = dict.fromkeys(EXERCISES, "zero")
_ANY: dict[str, Earns] = dict.fromkeys(EXERCISES, "any")


def _zip(
    members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], after: Callable[[bytes], bytes] = bytes, without: str = ""
) -> Callable[[Path], None]:
    """Return a writer of a zip of the right modules (without one, if so wanted) and more."""

    def write(path: Path) -> None:
        import warnings

        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, data in [*(one for one in _RIGHT.items() if one[0] != without), *members]:
                archive.writestr(name, data)
        path.write_bytes(after(packed.getvalue()))

    return write


def _with_extra_fields(members: int) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """Return members whose extra fields are as many as a header can hold."""
    made = []
    for number in range(members):
        info = zipfile.ZipInfo(f"{number}.txt")
        info.extra = b"\xfe\xca\0\0" * 16_000
        made.append((info, b""))
    return made


def _tar(
    *members: tuple[str, bytes | str, bytes],
    after: Callable[[bytes], bytes] = gzip.compress,
    pax: dict[str, str] | None = None,
) -> Callable[[Path], None]:
    """Return a writer of a tar of the right modules and more: (name, content or link's target, type)."""

    def write(path: Path) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, data, kind in [*((name, data, tarfile.REGTYPE) for name, data in _RIGHT.items()), *members]:
                info = tarfile.TarInfo(name)
                info.type, info.devmajor, info.devminor = kind, 1, 3
                info.pax_headers = pax or {}
                if isinstance(data, str):
                    info.linkname = data
                    archive.addfile(info)
                else:
                    info.size = len(data)
                    archive.addfile(info, io.BytesIO(data))
        path.write_bytes(after(packed.getvalue()))

    return write


def _mode(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def _encrypted(data: bytes) -> bytes:
    """Set the flag that says a zip's last member is encrypted, in both of its headers."""
    made = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.rfind(mark) + offset] |= 1
    return bytes(made)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.bin", bytes(8 << 20))


def _overlapping(data: bytes) -> bytes:
    """Have every entry of the directory point at the first member."""
    made = bytearray(data)
    at = 0
    while (at := made.find(b"PK\x01\x02", at)) >= 0:
        made[at + 42 : at + 46] = struct.pack("<I", 0)
        at += 4
    return bytes(made)


def _folder(extra: Callable[[Path], None]) -> Callable[[Path], None]:
    """Return a writer of a folder of the right modules, and of what `extra` puts there."""

    def write(path: Path) -> None:
        write_folder(path, _RIGHT)
        extra(path)

    return write


def _replaced(make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Return a writer of a folder whose top5.py is something else than a file."""

    def extra(path: Path) -> None:
        (path / "top5.py").unlink()
        make(path / "top5.py")

    return _folder(extra)


def _notebook(*cells: tuple[str, str], nbformat: int = 4) -> Callable[[Path], None]:
    """Return a writer of a notebook of the right modules, and of more cells: (grade id, source)."""

    def write(path: Path) -> None:
        made = [
            {"cell_type": "code", "source": source, "outputs": [], "execution_count": None,
             "metadata": {"nbgrader": {"grade_id": grade_id, "locked": False, "solution": True, "grade": False,
                                       "schema_version": 3, "task": False}}}
            for grade_id, source in [*((name[:-3], data.decode()) for name, data in _RIGHT.items()), *cells]
        ]  # fmt: skip
        path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": nbformat, "nbformat_minor": 4}))

    return write


def _device(path: Path) -> None:
    """Make a device where that is allowed (only root may), else a socket: neither is a file."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        os.mknod(path, stat.S_IFSOCK | 0o666)


def _entries(count: int) -> list[tuple[str | zipfile.ZipInfo, bytes]]:
    return [(f"f{number}.py", b"") for number in range(count)]


def _climbing(path: Path) -> None:
    write_folder(path, _RIGHT)
    place = os.fsencode(path)
    for name in (
        b"a\nb.py",
        b"-rf.py",
        b"J\xf6rg.py",
        b"x" * 250 + b".py",
        b"\x1b[2J.py",
        b"a\\b.py",
        b"c:.py",
        b"*.py",
        b"$(id).py",
    ):
        Path(os.fsdecode(place + b"/" + name)).write_bytes(b"import os; os._exit(0)")


def _extra(name: str, other: bytes) -> zipfile.ZipInfo:
    """Return a member with Info-ZIP's field for a name in Unicode, which says another."""
    info = zipfile.ZipInfo(name)
    content = struct.pack("<BI", 1, zlib.crc32(name.encode())) + other
    info.extra = struct.pack("<HH", 0x7075, len(content)) + content
    return info


def _smaller(data: bytes) -> bytes:
    """Say in both headers of a zip's last member that ten bytes come out of it."""
    made = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = made.rfind(mark) + offset
        made[at : at + 4] = struct.pack("<I", 10)
    return bytes(made)


def _bent(path: Path) -> None:
    """Write a notebook of the right modules whose other cells are not as Jupyter writes them."""
    _notebook()(path)
    notebook = json.loads(path.read_text())
    strange = [
        [],
        {"nbgrader": []},
        {"nbgrader": {"grade_id": ["top5"]}},
        {"nbgrader": {"grade_id": "top5-\x00\ud800"}},
    ]
    notebook["cells"] += [{"cell_type": "code", "source": "", "metadata": one} for one in strange]
    notebook["cells"] += [{"cell_type": "raw", "attachments": {}}, {"cell_type": "code", "source": ["", ""]}]
    path.write_text(json.dumps(notebook))


def _zip64(data: bytes) -> bytes:
    """Say in zip64's fields that a zip's last member has 2**63 bytes, far behind its end."""
    made = bytearray(data)
    at = made.rfind(b"PK\x01\x02")
    made[at + 20 : at + 28], made[at + 42 : at + 46] = b"\xff" * 8, b"\xff" * 4
    extra = struct.pack("<HHQQQ", 1, 24, 1 << 63, 1 << 63, 1 << 62)
    (name,) = struct.unpack("<H", made[at + 28 : at + 30])
    made[at + 30 : at + 32] = struct.pack("<H", len(extra))
    made[at + 46 + name : at + 46 + name] = extra
    end = made.rfind(b"PK\5\6")
    (size,) = struct.unpack("<I", made[end + 12 : end + 16])
    made[end + 12 : end + 16] = struct.pack("<I", size + len(extra))
    return bytes(made)


def _wrong_sum(data: bytes) -> bytes:
    """Say in both headers of a zip's last member that its checksum is another."""
    made = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = made.rfind(mark) + offset
        made[at : at + 4] = b"\1\2\3\4"
    return bytes(made)


def _json(before: bytes, after: bytes = b"") -> Callable[[Path], None]:
    """Return a writer of a notebook that is given as JSON, the right modules' cells in its middle."""

    def write(path: Path) -> None:
        _notebook()(path)
        cells = json.dumps(json.loads(path.read_text())["cells"]).encode()
        path.write_bytes(before + cells + after)

    return write


def _nothing(path: Path) -> None:
    """Write a zip of the right modules and of 2,000 entries on one body: a megabyte of blocks that hold nothing."""
    compress = zlib.compressobj(wbits=-15)
    body = compress.flush(zlib.Z_FULL_FLUSH) + b"\0\0\0\xff\xff" * 200_000 + compress.flush()
    _zip([("x.txt", b"")])(path)
    made = bytearray(path.read_bytes())
    local, at = made.rfind(b"PK\3\4"), made.find(b"PK\1\2")
    entry = made.rfind(b"PK\1\2")
    last = made[entry:-22]
    last[20:24] = struct.pack("<I", len(body))
    start = local + 35 + len(body)
    entries = made[at:entry] + last * 2000
    count = len(EXERCISES) + 2000
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(entries), start, 0)
    path.write_bytes(bytes(made[:local] + made[local : local + 35] + body + entries + end))


def _crowded(data: bytes) -> bytes:
    """Put a thousand extended headers of 16,384 records each before a tar, and pack it."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 16
    extended = header.tobuf() + b"4 =\n" * (1 << 14)
    return gzip.compress(extended * 1000 + data)


_OUT = b"import os; os._exit(0)  # left-by-an-attack"
_MANIFEST = "grader-manifest.json"
_FILES = b",".join(b'"%d\\u202e":""' % number for number in range(100_000))

ATTACKS: tuple[Attack, ...] = (
    Attack("zip-traversal", "climbs out of its archive", pack=".zip", notes="climbing path", fast=True,
           write=_zip([("../../left-by-an-attack", _OUT), ("a/../../left-by-an-attack", _OUT), ("..\\left-by-an-attack", _OUT)])),
    Attack("zip-absolute", "has absolute paths", pack=".zip", notes="absolute path",
           write=_zip([("/tmp/left-by-an-attack", _OUT), ("C:\\left-by-an-attack", _OUT), ("//tmp/left-by-an-attack", _OUT)])),
    Attack("zip-link", "links to a file outside", {}, {"top5": "full"}, pack=".zip", notes="link",
           write=_zip([(_mode("top5_link.py", stat.S_IFLNK | 0o777), b"/etc/passwd"), (_mode("d", stat.S_IFLNK | 0o777), b"/tmp"), ("d/left-by-an-attack", _OUT)])),
    Attack("zip-devices", "holds devices and pipes", pack=".zip", notes="device",
           write=_zip([(_mode("zero.py", stat.S_IFCHR | 0o666), b""), (_mode("pipe.py", stat.S_IFIFO | 0o666), b"")])),
    Attack("zip-bomb", "is 330 KB that become 320 MB", pack=".zip", status="refused", write=_bomb, fast=True),
    Attack("zip-many", "holds thirty thousand files", pack=".zip", status="refused", write=_zip(_entries(30_000))),
    Attack("zip-overlapping", "has members that overlap", {}, _ANY, pack=".zip", write=_zip(_entries(100), _overlapping), status="refused"),
    Attack("zip-encrypted", "has an encrypted member", pack=".zip", notes="encrypted", write=_zip([("secret.py", b"x")], _encrypted)),
    Attack("zip-truncated", "is cut short", pack=".zip", status="refused", write=_zip([("big.bin", os.urandom(4096))], lambda data: data[:-600])),
    Attack("zip-of-text", "is a web page", pack=".zip", status="refused", write=lambda path: _write(path, b"<html>" * 99)),
    Attack("zip-empty", "is empty", pack=".zip", status="refused", write=lambda path: _write(path, b"PK\5\6" + bytes(18))),
    Attack("zip-nothing", "has no bytes", pack=".zip", status="refused", write=lambda path: _write(path, b"")),
    Attack("zip-names", "has names with lines, dashes, 300 characters, none at all", pack=".zip", notes="name too long",
           write=_zip([("a\nb.py", _OUT), ("-rf", _OUT), ("x" * 300 + ".py", _OUT), ("/", b""), ("é\udc80".encode(errors="replace").decode(), b""), (".", b""), ("..", b"")])),
    Attack("zip-twice", "holds a module twice; the later counts", {}, {"top5": "zero"}, pack=".zip", notes="earlier copy",
           write=_zip([("top5.py", b"raise SystemExit")])),
    Attack("zip-nested", "holds itself in folders sixty deep", pack=".zip", write=_zip([("d/" * 60 + "x.py", b""), ("inner.zip", b"PK\3\4" * 99)])),
    Attack("zip-comment", "has a comment that looks like a directory", {}, _ANY, status="refused", pack=".zip",
           write=_zip([], lambda data: data[:-2] + struct.pack("<H", 44) + b"PK\5\6" + bytes(40))),
    Attack("zip-64", "says in its larger fields that a member lies far behind its end", pack=".zip", status="refused", write=_zip([("x.py", b"x")], _zip64), fast=True),
    Attack("zip-checksum", "holds what its checksum does not fit", pack=".zip", status="refused", write=_zip([("x.py", b"x" * 99)], _wrong_sum)),
    Attack("zip-file-and-folder", "has modules that are folders too", {}, _ANY, pack=".zip",
           write=_zip([("top5.py/", b""), ("top5.py/top5.py", _OUT), ("conv_2d.py/x/y.py", _OUT)])),
    Attack("zip-letters", "has names that look like its modules'", pack=".zip",
           write=_zip([(name, _OUT) for name in ("ｔｏｐ５.py", "conv_2d.pу", "Exercises/top5.py", "EXERCISES/TOP5.PY", "exercıses/top5.py", "CON.py", "top5.py ", "top5.py.", "top5\u200b.py")])),
    Attack("zip-manifest", "names a hundred thousand files that are not there", pack=".zip", notes="manifest",
           write=_zip([(_MANIFEST, b'{"assignment":"","grader":"","files":{' + _FILES + b"}}")])),
    Attack("zip-manifest-number", "has a list of files with a number of a million digits", pack=".zip", notes="manifest",
           write=_zip([(_MANIFEST, b'{"schema":' + b"9" * 1_000_000 + b',"assignment":"","grader":"","files":{}}')])),
    Attack("tar-to-itself", "has modules that are links to each other", {}, _ANY, pack=".tar", notes="link",
           write=_tar(("top5.py", "conv_2d.py", tarfile.LNKTYPE), ("conv_2d.py", "top5.py", tarfile.SYMTYPE), after=bytes)),
    Attack("tar-huge", "has a member of nine exabytes", pack=".tar", status="refused",
           write=_tar(after=lambda data: data[:124] + b"\x80" + bytes(3) + b"\x7f" + b"\xff" * 7 + data[136:])),
    Attack("tar-gzip-name", "is a gzip that says another name", pack=".tar.gz",
           write=_tar(after=lambda data: b"\x1f\x8b\x08\x0c" + bytes(6) + b"\x08\0evil\4\0pw../../left-by-an-attack\0" + gzip.compress(data)[10:])),
    Attack("tar-rubbish", "has something behind its end", pack=".tar.gz", status="refused", write=_tar(after=lambda data: gzip.compress(data) + b"rubbish" * 99)),
    Attack("tar-traversal", "climbs out of its archive", pack=".tar.gz", notes="climbing path",
           write=_tar(("../../left-by-an-attack", _OUT, tarfile.REGTYPE), ("./a/../../left-by-an-attack", _OUT, tarfile.REGTYPE))),
    Attack("tar-absolute", "has absolute paths", pack=".tar", notes="absolute path",
           write=_tar(("/tmp/left-by-an-attack", _OUT, tarfile.REGTYPE), after=bytes)),
    Attack("tar-link-then-file", "makes a link to a folder outside, and writes through it", pack=".tgz", notes="link",
           write=_tar(("out", "/tmp", tarfile.SYMTYPE), ("out/left-by-an-attack", _OUT, tarfile.REGTYPE), ("hard.py", "/etc/passwd", tarfile.LNKTYPE))),
    Attack("tar-devices", "holds devices and pipes", pack=".tar.gz", notes="device",
           write=_tar(("null.py", "", tarfile.CHRTYPE), ("disk.py", "", tarfile.BLKTYPE), ("pipe.py", "", tarfile.FIFOTYPE))),
    Attack("tar-bomb", "is a megabyte that becomes a gigabyte", pack=".tar.gz", status="refused", write=lambda path: _tar_bomb(path)),
    Attack("tar-truncated", "is cut short", pack=".tar.gz", status="refused", write=_tar(after=lambda data: gzip.compress(data)[:-900])),
    Attack("tar-negative", "has a member of negative size", pack=".tar", status="refused",
           write=_tar(after=lambda data: data[:124] + b"-0000000001\0" + data[136:])),
    Attack("tar-pax", "says its paths again in extended headers", {}, _ANY, pack=".tar", notes="climbing path",
           write=_tar(("x.py", b"x", tarfile.REGTYPE), after=bytes, pax={"path": "../../left-by-an-attack", "GNU.sparse.name": "/etc/x"}), status="refused"),
    Attack("tar-not-gzip", "is named as a gzip and is none", pack=".tar.gz", status="refused", write=_tar(after=bytes)),
    Attack("folder-link", "has a link for a module", {}, {"top5": "zero"}, notes="link", write=_replaced(lambda path: path.symlink_to("/etc/passwd")), fast=True),
    Attack("folder-link-out", "links to its neighbour's module", {}, {"top5": "zero"}, notes="link",
           write=_replaced(lambda path: path.symlink_to("../neighbour-right/top5.py"))),
    Attack("folder-links", "links to folders outside, and to itself", notes="link",
           write=_folder(lambda path: [(path / name).symlink_to(to) for name, to in (("up", ".."), ("root", "/"), ("self", "."), ("proc", "/proc"))])),  # type: ignore[func-returns-value]
    Attack("folder-pipe", "has a pipe for a module: who reads it waits for ever", {}, {"top5": "zero"}, notes="pipe", write=_replaced(os.mkfifo)),
    Attack("folder-device", "has a device for a module", {}, {"top5": "zero"}, write=_replaced(_device)),
    Attack("folder-folder", "has a folder for a module", {}, {"top5": "zero"}, write=_replaced(lambda path: write_folder(path, {"top5.py": b""}))),
    Attack("folder-names", "has files with hostile names", notes="left out", write=_climbing),
    Attack("folder-large", "has a file of 100 MB that holds nothing", status="refused",
           write=_folder(lambda path: os.truncate(os.open(path / "data.bin", os.O_CREAT | os.O_WRONLY, 0o644), 100 << 20))),
    Attack("folder-deep", "has folders a hundred deep", notes="deeper", write=_folder(lambda path: write_folder(path, {"d/" * 100 + "x": b""}))),
    Attack("folder-is-link", "is itself a link to a folder outside", status="refused", write=lambda path: path.symlink_to("/etc")),
    Attack("file-pipe", "is a pipe with the name of an archive", pack=".zip", status="refused", write=os.mkfifo),
    Attack("file-link-loop", "is a link to itself, with the name of an archive", pack=".zip", status="refused", write=lambda path: path.symlink_to(path.name)),
    Attack("zip-extra-fields", "has five million extra fields that hold nothing", pack=".zip", status="refused", write=_zip(_with_extra_fields(300))),
    Attack("file-link", "is a link with the name of an archive", pack=".zip", status="refused", write=lambda path: path.symlink_to("/dev/zero")),
    Attack("file-other", "is no submission at all", pack=".exe", status="ignored", write=lambda path: _write(path, b"MZ")),
    Attack("notebook-magics", "has magics and commands in its cells", pack=".ipynb", write=_notebook(
        ("top5-1", "!touch /tmp/left-by-an-attack\n%run /etc/passwd\n%load_ext evil\nx = !id\n%%time"), ("top5-2", "%%bash\ntouch /tmp/left-by-an-attack"))),
    Attack("notebook-imports", "has an import cell of its own", pack=".ipynb", write=_notebook(("imports", "import os; os._exit(0)"), ("other", "os._exit(0)"))),
    Attack("notebook-deep", "is JSON in JSON, a hundred thousand deep", pack=".ipynb", status="refused", write=lambda path: _write(path, b"[" * 100_000)),
    Attack("notebook-old", "is of another format", pack=".ipynb", status="refused", write=_notebook(nbformat=3)),
    Attack("notebook-number", "is of a format of five thousand digits", pack=".ipynb", status="refused",
           write=_json(b'{"nbformat": ' + b"4" * 5000 + b', "cells": ', b"}")),
    Attack("notebook-twice", "says twice what its cells and its format are", {}, _ANY, pack=".ipynb", write=_json(b'{"nbformat": 3, "cells": [], "nbformat": 4, "cells": ', b"}")),
    Attack("notebook-crowd", "has two hundred thousand cells", pack=".ipynb", status="refused",
           write=_json(b'{"nbformat": 4, "x": ', b', "cells": [' + b",".join([b'{"cell_type":"code"}'] * 200_000) + b"]}")),
    Attack("notebook-quotes", "has a NaN, and a text of a million escaped quotes that never ends", {}, {"top5": "zero"}, pack=".zip", notes="damaged",
           write=_zip([("x.ipynb", b'{"nbformat": 4, "cells": [], "x": NaN, "y": "' + b'\\"' * 1_000_000)], without="top5.py")),
    Attack("notebook-texts", "has a NaN, and two million empty texts", {}, {"top5": "zero"}, pack=".zip",
           write=_zip([("x.ipynb", b'{"nbformat": 4, "cells": [], "x": NaN, "y": [' + b'"",' * 2_000_000 + b'""]}')], without="top5.py")),
    Attack("notebook-lines", "has a million empty lines in a module", pack=".ipynb", status="refused", write=_notebook(("top5", "\n" * 900_000))),
    Attack("notebook-large", "is of forty megabytes", pack=".ipynb", write=_notebook(("x", "#" * (40 << 20)))),
    Attack("notebook-not-text", "is not UTF-8", pack=".ipynb", status="refused", write=lambda path: _write(path, b'{"cells": [], "x": "\xff"}')),
    Attack("zip-case", "holds modules whose names differ in case and in Unicode's forms", pack=".zip",
           write=_zip([("TOP5.py", _OUT), ("Top5.PY", _OUT), ("exercises/TOP5.py", _OUT), ("u\u0308.py", b""), ("\u00fc.py", b""), ("top5.py.", _OUT), ("top5.py ", _OUT)])),
    Attack("zip-other-name", "says another name in an extra field", pack=".zip", write=_zip([(_extra("harmless.py", b"../../left-by-an-attack"), _OUT)])),
    Attack("zip-lies", "says that its bomb is small", pack=".zip", status="refused", write=_zip([("bomb.bin", bytes(100 << 20))], _smaller)),
    Attack("tar-many-gzips", "is a thousand gzips, each of ten megabytes", pack=".tar.gz", status="refused",
           write=lambda path: _write(path, gzip.compress(bytes(10 << 20)) * 1000)),
    Attack("zip-empty-blocks", "is two thousand times the same megabyte that nothing comes out of", pack=".zip", status="refused", write=_nothing, fast=True),
    Attack("tar-pax-records", "has sixteen million records in extended headers", pack=".tar.gz", status="refused", write=_tar(after=_crowded), fast=True),
    Attack("folder-exercises", "is named as the folder in a submission where modules lie", called=b"exercises"),
    Attack("folder-like-nbgrader", "looks like nbgrader's tree", {}, _ANY, status="refused",
           write=lambda path: write_folder(path, {"convolutions/x.ipynb": b"{}"})),
    Attack("notebook-surrogates", "is of two million halves of surrogate pairs", pack=".ipynb", status="refused",
           write=_json(b'{"nbformat": 4, "x": "' + b"\\ud800" * 2_000_000 + b'", "cells": ', b"}")),
    Attack("notebook-many", "has fifty thousand cells", pack=".ipynb", write=_notebook(*[("", "")] * 50_000)),
    Attack("notebook-bent", "has cells whose metadata is bent", pack=".ipynb", write=_bent),
)  # fmt: skip


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _tar_bomb(path: Path) -> None:
    header = tarfile.TarInfo("zeros.bin")
    header.size = 1 << 30
    with gzip.open(path, "wb", 1) as file:
        file.write(header.tobuf())
        for _ in range(1 << 6):
            file.write(bytes(1 << 24))
