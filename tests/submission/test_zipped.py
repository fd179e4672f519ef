import io
import stat
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission import SizeLimits

MODULE = ("conv_2d.py", b"x = 1\n")


def _info(name, mode=0, system=3):
    info = zipfile.ZipInfo(name)
    info.create_system = system
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_members_come_out(zip_of, read_bytes, compression):
    submission = read_bytes("a.zip", zip_of(MODULE, ("data/", b""), ("data/a.txt", b"1"), compression=compression))
    assert submission.files == {"conv_2d.py": b"x = 1\n", "data/a.txt": b"1"}
    assert (submission.notes, submission.refused) == ((), None)


@pytest.mark.parametrize(
    ("member", "note"),
    [
        (_info("top5.py", stat.S_IFLNK | 0o777), "left out: link 'top5.py'"),
        (_info("top5.py", stat.S_IFIFO), "left out: pipe 'top5.py'"),
        (_info("top5.py", stat.S_IFCHR), "left out: device 'top5.py'"),
        (_info("../top5.py"), "left out: climbing path '../top5.py'"),
        (_info("/top5.py"), "left out: absolute path '/top5.py'"),
        (_info("..\\top5.py", system=0), "left out: climbing path '../top5.py'"),
        (_info("C:\\top5.py", system=0), "left out: absolute path 'C:/top5.py'"),
        (_info("a\\top5.py"), "left out: backslash in the name of 'a\\\\top5.py'"),
    ],
)
def test_what_is_no_plain_file_is_left_out(zip_of, read_bytes, member, note):
    submission = read_bytes("a.zip", zip_of(MODULE, (member, b"/etc/passwd")))
    assert submission.files == {"conv_2d.py": b"x = 1\n"}
    assert submission.notes == (note,)


def test_a_nul_does_not_end_a_name(zip_of, read_bytes):
    packed = zip_of(MODULE, ("top5.py#.txt", b"x")).replace(b"top5.py#", b"top5.py\0")
    submission = read_bytes("a.zip", packed)
    assert submission.notes == ("left out: control character in the name of 'top5.py\\x00.txt'",)


def test_old_windows_backslashes_are_folders(zip_of, read_bytes):
    packed = zip_of((_info("exercises\\", system=0), b""), (_info("exercises\\conv_2d.py", system=0), b"x"))
    assert read_bytes("a.zip", packed).modules == {"conv_2d": "exercises/conv_2d.py"}


def test_utf8_names_that_macos_does_not_mark(zip_of, read_bytes):
    packed = zip_of(MODULE, ("gr____e.py", b"y")).replace(b"gr____e.py", "größe.py".encode())
    assert set(read_bytes("a.zip", packed).files) == {"conv_2d.py", "größe.py"}


def test_the_later_copy_of_a_member_counts(zip_of, read_bytes):
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed = zip_of(("conv_2d.py", b"first"), ("./conv_2d.py", b"second"), ("conv_2d.py", b"third"))
    submission = read_bytes("a.zip", packed)
    assert submission.files == {"conv_2d.py": b"third"}
    assert submission.notes == ("left out: earlier copy of 'conv_2d.py'",)


def test_a_file_wins_over_a_folder_of_its_name(zip_of, read_bytes):
    submission = read_bytes("a.zip", zip_of(("conv_2d.py/x/y", b"1"), MODULE))
    assert submission.files == {"conv_2d.py": b"x = 1\n"}
    assert submission.notes == ("left out: what lies below a file: 'conv_2d.py/x/y'",)


def test_an_encrypted_member_is_left_out(zip_of, read_bytes):
    packed = bytearray(zip_of(MODULE, ("top5.py", b"x")))
    local, central = packed.find(b"PK\3\4", 5), packed.find(b"PK\1\2", packed.find(b"PK\1\2") + 1)
    packed[local + 6] |= 1
    packed[central + 8] |= 1
    submission = read_bytes("a.zip", bytes(packed))
    assert (list(submission.files), submission.notes) == (["conv_2d.py"], ("left out: encrypted 'top5.py'",))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_refused_by_name(zip_of, read_bytes, compression):
    refused = read_bytes("a.zip", zip_of(MODULE, compression=compression)).refused
    assert refused == f"'conv_2d.py' is packed by method {compression}; pack it as an ordinary zip"


def test_a_bomb_is_refused_by_what_comes_out(zip_of, read_bytes):
    packed = zip_of(MODULE, *((f"{number}.bin", bytes(8 << 20)) for number in range(5)))
    assert len(packed) < 50_000
    assert read_bytes("bomb.zip", packed).refused == "more than 32 MiB come out of it"


def test_a_bomb_that_lies_about_its_size_is_refused(zip_of, read_bytes):
    packed = zip_of(("conv_2d.py", bytes(9 << 20)))
    assert read_bytes("a.zip", packed).refused == "'conv_2d.py' is larger than 8 MiB"
    lying = packed.replace(struct.pack("<L", 9 << 20), struct.pack("<L", 10))
    assert lying != packed
    assert read_bytes("a.zip", lying).refused == "'conv_2d.py' in it is damaged or cut short"


@pytest.mark.parametrize(("limit", "refused"), [(6, None), (5, "more than 5 bytes come out of it")])
def test_the_limit_is_exact(zip_of, read_bytes, limit, refused):
    assert read_bytes("a.zip", zip_of(MODULE), SizeLimits(bytes=limit)).refused == refused


def test_litter_is_never_unpacked(zip_of, read_bytes):
    packed = zip_of(MODULE, ("__MACOSX/._conv_2d.py", bytes(1 << 20)), (".git/x", b"1"))
    submission = read_bytes("a.zip", packed, SizeLimits(bytes=6))
    assert (list(submission.files), submission.notes) == (["conv_2d.py"], ())


@pytest.mark.parametrize("members", [SizeLimits(members=9), SizeLimits(members=2)])
def test_many_members_are_refused(zip_of, read_bytes, members):
    packed = zip_of(*((f"{number}/", b"") for number in range(10)))
    assert read_bytes("a.zip", packed, members).refused == f"it holds more than {members.members} members"


def _many_entries(packed, count):
    """Have `count` entries of the directory point to the one body of a zip."""
    start = packed.find(b"PK\1\2")
    body, entry, end = packed[:start], packed[start:-22], packed[-22:]
    end = end[:8] + struct.pack("<HHLL", count, count, count * len(entry), start) + end[20:]
    return body + entry * count + end


OVERLAP = "packed, its members are larger than its file: they overlap, or it is damaged"


def test_overlapping_members_are_refused(zip_of, read_bytes):
    random = bytes(number * number * 7919 >> 5 & 255 for number in range(1 << 14))
    packed = zip_of(("a", random))
    assert read_bytes("a.zip", _many_entries(packed, 1)).refused is None
    assert read_bytes("a.zip", _many_entries(packed, 500)).refused == OVERLAP


def test_nothing_that_comes_out_many_times_is_not_read(zip_of, read_bytes):
    # Blocks of deflate that hold nothing: they take time, and no room.
    compress = zlib.compressobj(wbits=-15)
    empty = b"".join(compress.flush(zlib.Z_FULL_FLUSH) or b"\0\0\0\xff\xff" for _ in range(100_000))
    body = empty + compress.flush()
    packed = bytearray(zip_of(("a", b"")))
    local, central = packed.find(b"PK\3\4"), packed.find(b"PK\1\2")
    for at in (local + 18, central + 20):
        packed[at : at + 4] = struct.pack("<L", len(body))
    packed[local + 31 : central] = body
    packed[-6:-2] = struct.pack("<L", local + 31 + len(body))
    assert read_bytes("a.zip", _many_entries(bytes(packed), 1)).refused is None
    assert read_bytes("a.zip", _many_entries(bytes(packed), 2000)).refused == OVERLAP


@pytest.mark.parametrize("cut", [1, 22, 60])
def test_a_zip_that_is_cut_short_is_refused(zip_of, read_bytes, cut):
    packed = zip_of(MODULE, ("big", b"0123456789" * 100))
    refused = read_bytes("a.zip", packed[:-cut]).refused
    assert refused == "it is no readable zip: damaged, cut short or something else"


def test_a_wrong_checksum_is_refused(zip_of, read_bytes):
    packed = zip_of(MODULE, compression=zipfile.ZIP_STORED).replace(b"x = 1", b"x = 2")
    assert read_bytes("a.zip", packed).refused == "'conv_2d.py' in it is damaged or cut short"


@pytest.mark.parametrize("packed", [b"", b"PK", b"not a zip", b"Rar!\x1a\x07\x00"])
def test_something_else_is_refused(read_bytes, packed):
    assert read_bytes("a.zip", packed).refused == "it is no readable zip: damaged, cut short or something else"


@given(st.data())
def test_a_damaged_zip_never_raises(zip_of, read_bytes, data):
    packed = bytearray(zip_of(MODULE, ("a/b", b"y" * 50), ("c/", b""), compression=data.draw(st.sampled_from([0, 8]))))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    submission = read_bytes("a.zip", bytes(packed))
    assert submission.refused is None or not submission.files


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), st.binary(max_size=5))))
def test_any_names_give_safe_paths(read_bytes, members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {name.split("\0")[0]: content for name, content in members}.items():
            archive.writestr(zipfile.ZipInfo(name), b"" if name.endswith("/") else content)
    submission = read_bytes("a.zip", buffer.getvalue())
    for path in submission.files:
        assert all(part not in ("", ".", "..") for part in path.split("/"))
        assert not any(other.startswith(f"{path}/") for other in submission.files)
