"""Downloading a model: only the pinned bytes get into the cache, whatever the network does."""

import hashlib
import io
import re
import socket
import threading
import zipfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from grader import models
from grader.models import Member, ModelError, Source

FILES = {
    "tensorflow_inception_graph.pb": bytes(range(256)) * 2000,
    "imagenet_comp_graph_label_strings.txt": b"dummy\nkit fox\n",
    "LICENSE": b"Apache\n",
}


def archive(files: Mapping[str, bytes] = FILES) -> bytes:
    """Zip files as inception5h.zip does, uncompressed, so that a download takes several reads."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in files.items():
            opened.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def source(content: bytes, url: str = "http://127.0.0.1:9/none") -> Mapping[str, Source]:
    members = tuple(Member(name=name, sha256=sha256(FILES[name])) for name in FILES if name != "LICENSE")
    return {"inception5h": Source(url=url, sha256=sha256(content), members=members)}


class Server:
    """A server on loopback that can break off, ignore ranges, or answer with an error."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.ranges = True
        self.status = 200
        self.break_after: list[int] = []  # bytes to send before breaking off, one entry a request
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/inception5h.zip"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.asked.append(asked)
        if self.status != 200:
            request.send_error(self.status)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if start >= len(self.content):
            request.send_error(416)
            return
        body = self.content[start:]
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.break_after.pop(0)] if self.break_after else body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    serving = Server(archive())
    thread = threading.Thread(target=serving.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield serving
    serving.http.shutdown()
    thread.join()
    serving.http.server_close()


def assert_installed(folder: Path) -> None:
    """The two pinned files are there, nothing else is, and no scrap is left beside them."""
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert there == {name: content for name, content in FILES.items() if name != "LICENSE"}
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_download_is_checked_kept_and_not_repeated(server: Server, tmp_path: Path) -> None:
    sources = source(server.content, server.url)
    told: list[tuple[int, int | None]] = []

    folder = models.fetch(
        "inception5h", cache=tmp_path / "new", sources=sources, progress=lambda *done: told.append(done)
    )
    again = models.fetch("inception5h", cache=tmp_path / "new", sources=sources)

    assert folder == again == tmp_path / "new/inception5h"
    assert_installed(folder)
    assert server.asked == [None]
    assert told[0] == (0, len(server.content))
    assert told[-1] == (len(server.content), len(server.content))
    assert told == sorted(told)
    assert len(told) > 3


def test_another_address_can_be_given(server: Server, tmp_path: Path) -> None:
    assert_installed(models.fetch("inception5h", url=server.url, cache=tmp_path, sources=source(server.content)))


def test_broken_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.break_after = [100_000, 50_000]

    folder = models.fetch("inception5h", cache=tmp_path, sources=source(server.content, server.url))

    assert_installed(folder)
    assert server.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_given_up_download_goes_on_at_the_next_run(server: Server, tmp_path: Path) -> None:
    server.break_after = [100_000, 0]
    sources = source(server.content, server.url)

    with pytest.raises(ModelError) as stopped:
        models.fetch("inception5h", cache=tmp_path, sources=sources)
    told: list[tuple[int, int | None]] = []
    folder = models.fetch("inception5h", cache=tmp_path, sources=sources, progress=lambda *done: told.append(done))

    assert str(stopped.value) == (
        f"the download of {server.url} stopped after 100,000 bytes: {len(server.content) - 100_000:,} of "
        f"{len(server.content):,} bytes did not come; run the command again, or download the archive elsewhere and "
        "run: grader models fetch inception5h --from FILE"
    )
    assert_installed(folder)
    assert server.asked == [None, "bytes=100000-", "bytes=100000-"]
    assert told[0] == (100_000, len(server.content))


def test_server_without_ranges_sends_all_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.break_after = [100_000]

    folder = models.fetch("inception5h", cache=tmp_path, sources=source(server.content, server.url))

    assert_installed(folder)
    assert server.asked == [None, "bytes=100000-"]


def test_part_of_something_else_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / "inception5h.zip.part").write_bytes(b"x" * 1000)

    folder = models.fetch("inception5h", cache=tmp_path, sources=source(server.content, server.url))

    assert_installed(folder)
    assert server.asked == ["bytes=1000-", None]


@pytest.mark.parametrize("extra", [b"", b"junk"])
def test_part_that_has_everything(server: Server, tmp_path: Path, extra: bytes) -> None:
    (tmp_path / "inception5h.zip.part").write_bytes(server.content + extra)

    folder = models.fetch("inception5h", cache=tmp_path, sources=source(server.content, server.url))

    assert_installed(folder)
    assert server.asked == [f"bytes={len(server.content + extra)}-"] + ([None] if extra else [])


def test_wrong_archive_is_not_kept(server: Server, tmp_path: Path) -> None:
    expected = archive({**FILES, "LICENSE": b"another\n"})

    with pytest.raises(ModelError) as refused:
        models.fetch("inception5h", cache=tmp_path, sources=source(expected, server.url))

    assert str(refused.value) == (
        f"what was downloaded is not the pinned archive of inception5h: SHA-256 {sha256(server.content)}, expected "
        f"{sha256(expected)}; run the command again, or download the archive elsewhere and run: "
        "grader models fetch inception5h --from FILE"
    )
    assert list(tmp_path.iterdir()) == []


def test_wrong_member_is_not_kept(tmp_path: Path) -> None:
    content = archive({**FILES, "imagenet_comp_graph_label_strings.txt": b"dummy\n"})
    file = tmp_path / "inception5h.zip"
    file.write_bytes(content)

    with pytest.raises(ModelError, match=r"imagenet_comp_graph_label_strings\.txt in .* is not the pinned file"):
        models.fetch("inception5h", from_file=file, cache=tmp_path / "cache", sources=source(content))

    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"no zip at all", archive({name: FILES[name] for name in FILES if "label" not in name})],
    ids=["no zip", "no labels"],
)
def test_pinned_file_that_is_no_such_archive(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "inception5h.zip"
    file.write_bytes(content)

    with pytest.raises(ModelError, match="is not the archive of inception5h"):
        models.fetch("inception5h", from_file=file, cache=tmp_path / "cache", sources=source(content))

    assert list((tmp_path / "cache").iterdir()) == []


def test_members_are_never_written_by_their_paths(tmp_path: Path) -> None:
    """An archive may hold anything beside the two members; none of it is unpacked, and a pin's own path is cut."""
    escaping = archive({**FILES, "../../escaped": b"x", "/absolute": b"x", "deep/labels.txt": b"dummy\n"})
    file = tmp_path / "inception5h.zip"
    file.write_bytes(escaping)
    members = (Member(name="deep/labels.txt", sha256=sha256(b"dummy\n")),)
    pinned = msgspec.structs.replace(source(escaping)["inception5h"], members=members)

    folder = models.fetch("inception5h", from_file=file, cache=tmp_path / "a/b", sources={"inception5h": pinned})

    assert [path.name for path in folder.iterdir()] == ["labels.txt"]
    assert not list(tmp_path.rglob("escaped"))


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(ModelError) as failed:
        models.fetch("inception5h", cache=tmp_path, sources=source(b"", f"http://127.0.0.1:{port}/x.zip"))

    message = str(failed.value)
    assert message.startswith(f"the download of http://127.0.0.1:{port}/x.zip stopped after 0 bytes: ")
    assert message.endswith("download the archive elsewhere and run: grader models fetch inception5h --from FILE")


def test_server_that_has_no_such_file(server: Server, tmp_path: Path) -> None:
    server.status = 404

    with pytest.raises(ModelError, match=re.escape(f"{server.url} answers 404 Not Found; run the command again")):
        models.fetch("inception5h", cache=tmp_path, sources=source(server.content, server.url))


def test_endless_download_is_stopped(server: Server, tmp_path: Path) -> None:
    pinned = msgspec.structs.replace(source(server.content, server.url)["inception5h"], max_bytes=200_000)

    with pytest.raises(ModelError, match="sends more than 200,000 bytes: not the pinned archive"):
        models.fetch("inception5h", cache=tmp_path, sources={"inception5h": pinned})

    assert (tmp_path / "inception5h.zip.part").stat().st_size == 0


def test_from_file_needs_no_network(tmp_path: Path) -> None:
    file = tmp_path / "got elsewhere.zip"
    file.write_bytes(archive())

    folder = models.fetch("inception5h", from_file=file, cache=tmp_path / "cache", sources=source(archive()))

    assert_installed(folder)
    assert file.read_bytes() == archive()


def test_from_wrong_file_leaves_it_alone(tmp_path: Path) -> None:
    file = tmp_path / "holiday.zip"
    file.write_bytes(b"beach")

    with pytest.raises(ModelError, match=r"holiday\.zip is not the pinned archive of inception5h: SHA-256 "):
        models.fetch("inception5h", from_file=file, cache=tmp_path / "cache", sources=source(archive()))

    assert file.read_bytes() == b"beach"


def test_from_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no file .*lost\.zip; give the archive's path"):
        models.fetch("inception5h", from_file=tmp_path / "lost.zip", cache=tmp_path, sources=source(archive()))


def test_spoiled_cache_is_mended(server: Server, tmp_path: Path) -> None:
    sources = source(server.content, server.url)
    folder = models.fetch("inception5h", cache=tmp_path, sources=sources)
    (folder / "tensorflow_inception_graph.pb").write_bytes(b"spoiled")

    models.fetch("inception5h", cache=tmp_path, sources=sources)

    assert_installed(folder)


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    archived = tmp_path / "inception5h.zip"
    archived.write_bytes(archive())

    with pytest.raises(ModelError, match=r"cannot write the model inception5h to .* GRADER_MODELS=FOLDER"):
        models.fetch("inception5h", from_file=archived, cache=tmp_path / "file", sources=source(archive()))


def test_unknown_name_and_unknown_scheme(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model 'resnet' to fetch; there are: inception5h"):
        models.fetch("resnet", cache=tmp_path)
    with pytest.raises(ModelError, match=r"file:///etc/passwd is not an http address"):
        models.fetch("inception5h", url="file:///etc/passwd", cache=tmp_path)


def test_available_says_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "inception5h.zip"
    file.write_bytes(archive())
    sources = source(archive())

    before = {model.name: model.present for model in models.available(cache=tmp_path / "cache", sources=sources)}
    models.fetch("inception5h", from_file=file, cache=tmp_path / "cache", sources=sources)
    after = {model.name: model.present for model in models.available(cache=tmp_path / "cache", sources=sources)}

    assert before == {"efficientnet_lite0": True, "tiny": True, "inception5h": False}
    assert after == {**before, "inception5h": True}


def test_pins_are_tensorflows() -> None:
    """The hashes that TensorFlow's own WORKSPACE has, and of the two members."""
    pinned = models.SOURCES["inception5h"]

    assert pinned.sha256 == "d13569f6a98159de37e92e9c8ec4dae8f674fbf475f69fe6199b514f756d4364"
    assert [member.sha256[:8] for member in pinned.members] == ["a39b08b8", "da2a31ec"]
    assert pinned.url == "https://storage.googleapis.com/download.tensorflow.org/models/inception5h.zip"


def test_cache_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_MODELS", str(tmp_path / "chosen"))
    assert models.cache_folder() == tmp_path / "chosen"
    assert models.cache_folder(tmp_path) == tmp_path
    monkeypatch.delenv("GRADER_MODELS")
    assert models.cache_folder().parts[-2:] == ("convolution-grader", "models")
