import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission import SizeLimits

MODULE = ("conv_2d.py", b"x = 1\n")
NO_TAR = "it is no readable tar: damaged or something else"
CUT = "it is a tar that is cut short"


def _info(name, kind, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tgz", "TAR.GZ"])
@pytest.mark.parametrize("fmt", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_format_comes_out(tar_of, read_bytes, ending, fmt):
    long = "d" * 90 + "/" + "f" * 90
    packed = tar_of(_info("data", tarfile.DIRTYPE), ("./conv_2d.py", MODULE[1]), (long, bytes(513)), fmt=fmt)
    submission = read_bytes(f"a.{ending}", packed if ending == "tar" else gzip.compress(packed))
    assert submission.files == {"conv_2d.py": b"x = 1\n", long: bytes(513)}
    assert (submission.notes, submission.refused) == ((), None)


@pytest.mark.parametrize("fmt", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_beyond_ascii(tar_of, read_bytes, fmt):
    name = "größe" * 30 + ".py"
    assert name in read_bytes("a.tar", tar_of(MODULE, (name, b"1"), fmt=fmt)).files


@pytest.mark.parametrize(
    ("member", "note"),
    [
        (_info("top5.py", tarfile.SYMTYPE, "/etc/passwd"), "left out: link 'top5.py'"),
        (_info("top5.py", tarfile.LNKTYPE, "conv_2d.py"), "left out: link 'top5.py'"),
        (_info("top5.py", tarfile.FIFOTYPE), "left out: pipe 'top5.py'"),
        (_info("top5.py", tarfile.CHRTYPE), "left out: device 'top5.py'"),
        (_info("top5.py", tarfile.BLKTYPE), "left out: device 'top5.py'"),
        (_info("top5.py", b"Z"), "left out: member of unknown kind 'top5.py'"),
        (_info("../top5.py", tarfile.REGTYPE), "left out: climbing path '../top5.py'"),
        (_info("/top5.py", tarfile.REGTYPE), "left out: absolute path '/top5.py'"),
        (_info("a\udcff.py", tarfile.REGTYPE), "left out: name that isn't UTF-8: 'a\\udcff.py'"),
    ],
)
def test_what_is_no_plain_file_is_left_out(tar_of, read_bytes, member, note):
    submission = read_bytes("a.tar", tar_of(member, MODULE, fmt=tarfile.GNU_FORMAT))
    assert submission.files == {"conv_2d.py": b"x = 1\n"}
    assert submission.notes == (note,)


def test_nothing_is_read_through_a_link_to_a_folder(tar_of, read_bytes):
    submission = read_bytes("a.tar", tar_of(_info("out", tarfile.SYMTYPE, "/tmp"), ("out/top5.py", b"1"), MODULE))
    assert submission.files == {"conv_2d.py": b"x = 1\n", "out/top5.py": b"1"}
    assert submission.notes == ("left out: link 'out'",)


def test_sparse_files_are_left_out_and_what_follows_is_read(tar_of, read_bytes):
    info = tarfile.TarInfo("top5.py")
    info.size = 3
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "99999999999"}
    packed = tar_of(info)[: 3 * 512] + b"abc".ljust(512, b"\0") + tar_of(MODULE)
    assert read_bytes("a.tar", packed).notes == ("left out: sparse file 'top5.py'",)

    old = bytearray(_info("top5.py", b"S").tobuf())
    old[482] = 1
    more = bytearray(512)
    more[504] = 1
    packed = _summed(old) + bytes(more) + bytes(512) + tar_of(MODULE)
    submission = read_bytes("a.tar", packed)
    assert (list(submission.files), submission.notes) == (["conv_2d.py"], ("left out: sparse file 'top5.py'",))


def _summed(header):
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def _header(size: bytes, kind=b"0", name=b"conv_2d.py"):
    header = bytearray(512)
    header[: len(name)] = name
    header[124 : 124 + len(size)] = size
    header[156:157] = kind
    header[257:265] = b"ustar\x0000"
    return _summed(header)


@pytest.mark.parametrize(
    ("size", "refused"),
    [
        (b"-0000000001", NO_TAR),
        (b"\xff" * 12, NO_TAR),
        (b"0_1", NO_TAR),
        (b"zzz", NO_TAR),
        (b"77777777777", CUT),
        (b"\x80" + b"\xff" * 11, CUT),
    ],
)
def test_sizes_that_lie(read_bytes, size, refused):
    assert read_bytes("a.tar", _header(size) + bytes(2048)).refused == refused


@pytest.mark.parametrize("size", [b"-512", b"9" * 30, b"1e3", b""])
def test_extended_sizes_that_lie(read_bytes, size):
    record = b" size=" + size + b"\n"
    record = b"%d" % (len(record) + 2) + record
    packed = _header(b"%o" % len(record), b"x") + record.ljust(512, b"\0") + _header(b"0") + bytes(1024)
    assert read_bytes("a.tar", packed).refused == NO_TAR


@pytest.mark.parametrize("record", [b"9 path=x\n", b"0 a=b\n", b"99 path=x\n", b"x", b"1" * 400, b"7 path\n"])
def test_extended_records_that_lie(read_bytes, record):
    packed = _header(b"%o" % len(record), b"x") + record.ljust(512, b"\0") + _header(b"0") + bytes(1024)
    submission = read_bytes("a.tar", packed)
    assert submission.refused == (None if record == b"9 path=x\n" else NO_TAR)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_a_huge_extended_header_is_refused(read_bytes, kind):
    packed = gzip.compress(_header(b"%o" % (60 << 20), kind) + b"1" * (60 << 20))
    assert read_bytes("a.tgz", packed).refused == "it is a tar with an extended header of more than 65536 bytes"


def test_endless_extended_headers_are_refused(read_bytes):
    packed = (_header(b"1", b"L") + b"a".ljust(512, b"\0")) * 40
    assert read_bytes("a.tar", packed, SizeLimits(members=10)).refused == "it holds more than 10 members"


@pytest.mark.parametrize("kind", [b"x", b"X", b"g", b"L", b"K"])
def test_extended_headers_are_bounded_together(tar_of, read_bytes, kind):
    limits = SizeLimits(members=200)
    content = b"4 =\n" * (1 << 14) if kind in (b"x", b"X") else b"a" * (1 << 16)
    headers = limits.header_bytes // len(content) * (_header(b"%o" % len(content), kind) + content)
    last = _header(b"15", b"x") + b"13 path=a.py\n".ljust(512, b"\0")
    packed = headers + last + tar_of(MODULE)
    assert read_bytes("a.tar", packed, limits).refused is None
    more = _header(b"%o" % len(content), kind) + content + packed
    refused = "it is a tar whose extended headers hold more than 1099776 bytes"
    assert read_bytes("a.tar", more, limits).refused == refused


def test_extended_headers_as_archivers_write_them_are_taken(tar_of, read_bytes):
    members = []
    for number in range(2000):
        info = tarfile.TarInfo(f"{number}/" + "d" * 120)
        info.pax_headers = {"mtime": "1700000000.123456", "SCHILY.xattr.com.apple.quarantine": "q" * 60, "x": "y" * 300}
        members.append(info)
    assert read_bytes("a.tar", tar_of(*members[:1999], MODULE)).refused is None


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_bomb_is_refused_by_what_comes_out(tar_of, read_bytes, mode):
    packed = tar_of(*((f"{number}.bin", bytes(8 << 20)) for number in range(5)), mode=mode)
    assert read_bytes("a.tar" if mode == "w" else "a.tgz", packed).refused == "more than 32 MiB come out of it"


def test_a_gzip_bomb_behind_the_end_or_in_litter_is_refused(tar_of, read_bytes):
    limits = SizeLimits(members=100)
    most = f"more than {limits.stream_bytes} bytes come out of it"
    zeros = bytes(limits.stream_bytes)
    assert read_bytes("a.tgz", gzip.compress(tar_of(MODULE) + zeros, 1), limits).refused == most
    assert read_bytes("a.tgz", gzip.compress(tar_of((".x", zeros)), 1), limits).refused == most


@pytest.mark.parametrize(("limit", "refused"), [(6, None), (5, "more than 5 bytes come out of it")])
def test_the_limit_is_exact(tar_of, read_bytes, limit, refused):
    assert read_bytes("a.tar", tar_of(MODULE), SizeLimits(bytes=limit)).refused == refused


def test_many_members_are_refused(tar_of, read_bytes):
    packed = tar_of(*(_info(str(number), tarfile.DIRTYPE) for number in range(10)))
    assert read_bytes("a.tar", packed, SizeLimits(members=9)).refused == "it holds more than 9 members"


def test_a_gzip_of_several_members_with_padding_is_one(tar_of, read_bytes):
    packed = tar_of(MODULE)
    parts = b"".join(gzip.compress(packed[at : at + 700]) for at in range(0, len(packed), 700))
    assert read_bytes("a.tgz", parts + bytes(100_000)).files == {"conv_2d.py": b"x = 1\n"}


def test_endless_empty_gzip_members_are_refused(read_bytes):
    refused = read_bytes("a.tgz", gzip.compress(b"") * 200, SizeLimits(members=100)).refused
    assert refused == "it holds more than 100 members"


def test_the_later_copy_of_a_member_counts(tar_of, read_bytes):
    submission = read_bytes("a.tar", tar_of(("conv_2d.py", b"old"), MODULE))
    assert submission.files == {"conv_2d.py": b"x = 1\n"}
    assert submission.notes == ("left out: earlier copy of 'conv_2d.py'",)


@pytest.mark.parametrize(
    ("name", "packed", "refused"),
    [
        ("a.tar", b"", NO_TAR),
        ("a.tar", bytes(10240), NO_TAR),
        ("a.tar", b"x" * 600, NO_TAR),
        ("a.tar", b"x" * 100, CUT),
        ("a.tgz", b"\x1f\x8b", "it is a gzip that is cut short"),
        ("a.tar.gz", b"PK\3\4", "its name ends as a gzip's does, but it is none"),
        ("a.tar.gz", gzip.compress(b"x" * 600, mtime=0), NO_TAR),
    ],
)
def test_something_else_is_refused(read_bytes, name, packed, refused):
    assert read_bytes(name, packed).refused == refused


def test_archives_that_are_cut_short_or_damaged_are_refused(tar_of, read_bytes):
    packed = tar_of(("conv_2d.py", bytes(range(256)) * 8))
    assert read_bytes("a.tar", packed[:1000]).refused == CUT
    squeezed = gzip.compress(packed)
    for cut in (1, 8, len(squeezed) // 2):
        assert read_bytes("a.tgz", squeezed[:-cut]).refused == "it is a gzip that is cut short"
    wrong = squeezed[:-8] + b"\0" * 8
    assert read_bytes("a.tgz", wrong).refused == "it is a gzip that is damaged"


@given(st.data())
def test_a_damaged_tar_never_raises(tar_of, read_bytes, data):
    packed = bytearray(
        tar_of(MODULE, ("d" * 60 + "/" + "é" * 40, b"y"), fmt=data.draw(st.sampled_from([0, 1, 2])))[:5120]
    )
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.sampled_from([0, 32, 45, 49, 120, 255]))
    for at in range(0, len(packed), 512):
        if packed[at + 257 : at + 262] == b"ustar" and data.draw(st.booleans()):
            packed[at : at + 512] = _summed(packed[at : at + 512])
    squeezed = data.draw(st.booleans())
    submission = read_bytes("a.tgz" if squeezed else "a.tar", gzip.compress(packed) if squeezed else bytes(packed))
    assert submission.refused is None or not submission.files


@given(st.lists(st.tuples(st.text(max_size=120), st.binary(max_size=600)), max_size=4), st.sampled_from([1, 2]))
def test_any_names_give_safe_paths(tar_of, read_bytes, members, fmt):
    members = [(name.replace("\0", ""), content) for name, content in members]
    submission = read_bytes("a.tar", tar_of(*members, fmt=fmt))
    for path in submission.files:
        assert all(part not in ("", ".", "..") for part in path.split("/"))


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,80}(/[a-z]{1,80}){0,2}\.b", fullmatch=True), st.binary()), min_size=1)
)
def test_the_same_comes_out_as_from_the_standard_library(tar_of, read_bytes, members):
    members = [*dict(members).items()]
    packed = tar_of(*members, MODULE)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        theirs = {info.name: archive.extractfile(info).read() for info in archive}
    assert read_bytes("a.tar", packed).files == theirs
