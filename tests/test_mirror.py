"""Folders elsewhere: fetched, sent, kept between runs; on three kinds of file systems."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest
from faults.kills import cheap_class
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.implementations.zip import ZipFileSystem
from s3 import s3

from grader.mirror import Mirror, MirrorError, is_url
from grader.submission import SizeLimits, find, read

EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Return the URL of a bucket, with the environment set so that it is found."""
    with s3("class") as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield "s3://class"


@pytest.fixture(params=["file", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> str:
    """Return the URL of a folder that is not there yet, on each kind of file system."""
    name = request.node.name.replace("[", "-").replace("]", "")
    return {"file": f"file://{tmp_path}/{name}", "memory": f"memory://{name}", "s3": f"{bucket}/{name}"}[request.param]


def test_what_is_a_url() -> None:
    assert [is_url(text) for text in ("s3://a/b", "file:///a", "a/b", "C:/a", "a://", "/s3://x")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip


def test_there_and_back(url: str, tmp_path: Path) -> None:
    here = Mirror(url, tmp_path / "here")
    folder = here.open()
    (folder / "records").mkdir()
    (folder / "records" / "a b+ü.json").write_bytes(b"record")
    (folder / "empty").touch()
    (folder / "store.sqlite").write_bytes(b"half a store")
    here.send()
    other = Mirror(url, tmp_path / "other")
    assert content(other.fetch()) == {"records/a b+ü.json": b"record", "empty": b""}
    (folder / "store.sqlite").write_bytes(b"a store")
    here.send(last=True)
    assert content(other.fetch())["store.sqlite"] == b"a store"
    (folder / "empty").write_bytes(b"no more")
    here.send(last=True)
    assert content(other.fetch())["empty"] == b"no more"


def test_one_file_and_no_more_of_it_than_may_be(url: str, tmp_path: Path) -> None:
    here = Mirror(url, tmp_path / "here")
    (here.open() / "ada.zip").write_bytes(b"0123456789")
    here.send(last=True)
    assert Mirror(f"{url}/ada.zip", tmp_path / "other").fetch(10).read_bytes() == b"0123456789"
    cut = Mirror(f"{url}/ada.zip", tmp_path / "another").fetch(4)
    assert (cut.name, cut.read_bytes()) == ("ada.zip", b"01234")


def test_nothing_there(url: str, tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match=f"nothing is at {url}; see that the URL is right"):
        Mirror(url, tmp_path / "here").fetch()


def test_what_has_gone_there_goes_here(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for name in ("ada.zip", "bo.zip"):
        (there / name).write_bytes(name.encode())
    mirror = Mirror(f"file://{there}", tmp_path / "here")
    mirror.fetch()
    (there / "bo.zip").unlink()
    assert content(mirror.fetch()) == {"ada.zip": b"ada.zip"}


def test_a_killed_runs_results_are_not_overwritten(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "store.sqlite").write_bytes(b"old")
    killed = Mirror(f"file://{there}", tmp_path / "here")
    (killed.open() / "store.sqlite").write_bytes(b"new")
    again = Mirror(f"file://{there}", tmp_path / "here")
    assert content(again.open()) == {"store.sqlite": b"new"}
    again.send(last=True)
    assert (there / "store.sqlite").read_bytes() == b"new"


def test_only_the_file_of_the_store_is_sent_and_fetched(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "store.sqlite").write_bytes(b"newer")
    (there / "store.sqlite-wal").write_bytes(b"sent by a grader of old")
    mirror = Mirror(f"file://{there}", tmp_path / "here")
    mirror.path.mkdir()
    for beside in ("-wal", "-shm", "-journal"):
        (mirror.path / f"store.sqlite{beside}").write_bytes(b"of an older store")
    assert content(mirror.open()) == {"store.sqlite": b"newer"}
    (mirror.path / "store.sqlite-shm").touch()
    mirror.send(last=True)
    assert (there / "store.sqlite-wal").read_bytes() == b"sent by a grader of old"
    assert not (there / "store.sqlite-shm").exists()


def test_what_a_killed_run_left_beside_the_store_goes_into_it(tmp_path: Path) -> None:
    there = f"file://{tmp_path}/there"
    killed = Mirror(there, tmp_path / "here")
    folder, copy = killed.open(), tmp_path / "copy"
    with contextlib.closing(sqlite3.connect(folder / "store.sqlite")) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("CREATE TABLE told (it)")
        shutil.copytree(folder, copy)
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    Mirror(there, tmp_path / "here").send(last=True)
    fetched = Mirror(there, tmp_path / "other").fetch()
    assert content(fetched).keys() == {"store.sqlite"}
    with contextlib.closing(sqlite3.connect(fetched / "store.sqlite")) as store:
        assert store.execute("SELECT name FROM sqlite_master").fetchall() == [("told",)]


def test_a_store_that_is_not_whole_stays_here(tmp_path: Path) -> None:
    mirror = Mirror(f"file://{tmp_path}/there", tmp_path / "here")
    for name in ("store.sqlite", "store.sqlite-wal", "scores.csv"):
        (mirror.open() / name).write_bytes(b"damaged")
    mirror.send(last=True)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["scores.csv"]
    assert (mirror.path / ".ahead").exists()


def test_locks_are_not_fetched(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for name in (".lock", ".ahead", "scores.csv"):
        (there / name).touch()
    folder = Mirror(f"file://{there}", tmp_path / "here").fetch()
    assert [path.name for path in folder.iterdir()] == ["scores.csv"]


def test_a_file_that_changes_but_not_its_size_is_fetched_again(tmp_path: Path) -> None:
    for text in ("return 1", "return 2"):
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as packed:
            packed.writestr("class/ada/conv_2d.py", text)
        ZipFileSystem.clear_instance_cache()
        mirror = Mirror(f"zip://class::file://{tmp_path}/class.zip", tmp_path / "here")
        assert content(mirror.fetch()) == {"ada/conv_2d.py": text.encode()}


def test_a_copy_is_believed_only_where_something_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sizes_only(system: MemoryFileSystem, *arguments: object, **named: object) -> dict[str, dict[str, object]]:
        found = everything(system, *arguments, **named)
        return {name: {key: about[key] for key in ("name", "size", "type")} | {"mtime": None}
                for name, about in found.items()}  # fmt: skip

    everything = MemoryFileSystem.find
    monkeypatch.setattr(MemoryFileSystem, "find", sizes_only)
    memory, mirror = fsspec.filesystem("memory"), Mirror("memory://untold", tmp_path / "here")
    for text in (b"return 1", b"return 2"):
        memory.pipe_file("/untold/conv_2d.py", text)
        assert content(mirror.fetch()) == {"conv_2d.py": text}


def test_names_that_lead_elsewhere_are_left_alone(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/hostile/ada.zip", b"ada")
    memory.store["/hostile/../../../evil.zip"] = memory.store["/hostile/ada.zip"]
    assert content(Mirror("memory://hostile", tmp_path / "here").fetch()) == {"ada.zip": b"ada"}
    assert not list(tmp_path.rglob("evil.zip"))


def test_names_of_any_length_and_bytes(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    alike = [f"{'q' * 100}{number}".encode() for number in range(20)]
    names = {os.fsdecode(name): name for name in (b"\xff.py", "\u8a9e".encode() * 83, *alike)}
    for name, data in names.items():
        (there / name).write_bytes(data)
    mirror = Mirror(f"file://{there}", tmp_path / "here")
    for _ in range(2):
        assert content(mirror.fetch()) == names


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    there = tmp_path / "there"
    (there / "a").mkdir(parents=True)
    (there / "a" / "b").write_bytes(b"folder")
    mirror = Mirror(f"file://{there}", tmp_path / "here")
    assert content(mirror.fetch()) == {"a/b": b"folder"}
    (there / "a" / "b").unlink()
    (there / "a").rmdir()
    (there / "a").write_bytes(b"file")
    assert content(mirror.fetch()) == {"a": b"file"}
    (there / "a").unlink()
    (there / "a" / "b").parent.mkdir()
    (there / "a" / "b").write_bytes(b"folder again")
    assert content(mirror.fetch()) == {"a/b": b"folder again"}


def test_what_lies_below_a_file_is_left_out(tmp_path: Path) -> None:
    system, top = fsspec.filesystem("memory"), f"/{tmp_path.name}"
    system.pipe_file(f"{top}/ada/a", b"file")
    system.store[f"{top}/ada/a/b"] = system.store[f"{top}/ada/a"]
    assert content(Mirror(f"memory:/{top}", tmp_path / "here").fetch()) == {"ada/a": b"file"}


def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    there, secret = tmp_path / "there", tmp_path / "secret"
    (there / "ada").mkdir(parents=True)
    secret.write_text("the operator's own")
    (there / "ada" / "top5.py").symlink_to(secret)
    (there / "ada" / "loop").symlink_to("loop")
    (there / "ada" / "folder").symlink_to(tmp_path)
    os.mkfifo(there / "ada" / "pipe")
    (there / "bo.zip").symlink_to(secret)
    (there / "ada" / "conv_2d.py").write_text("pass")
    mirror = Mirror(f"file://{there}", tmp_path / "here")
    for _ in range(2):
        folder = mirror.fetch()
        assert content(folder) == {"ada/conv_2d.py": b"pass"}
    (ada, bo), _ = find([folder], EXERCISES)
    assert "left out: link 'top5.py'" in read(ada, EXERCISES, SizeLimits()).notes
    assert read(bo, EXERCISES, SizeLimits()).refused == "it is a link, a pipe or a device, not a file"


def test_folders_deeper_than_anybody_reads_stop_nobody(tmp_path: Path, dig: Callable[[Path], int]) -> None:
    there = tmp_path / "there"
    (there / "ada").mkdir(parents=True)
    (there / "ada" / "conv_2d.py").write_text("pass")
    here = dig(there / "ada")
    os.close(os.open("far", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
    os.close(here)
    (there / "ada" / Path(*["e"] * 70)).mkdir(parents=True)
    (there / "ada" / Path(*["e"] * 70) / "near").touch()
    folder = Mirror(f"file://{there}", tmp_path / "here").fetch()
    (ada,), _ = find([folder], EXERCISES)
    assert read(ada, EXERCISES, SizeLimits()).notes == ("left out: folders deeper than 64",)


def test_errors_say_what_to_do(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match=r"no-such-bucket cannot be read: .*AWS_ENDPOINT_URL say who you are"):
        Mirror("s3://no-such-bucket", tmp_path).fetch()
    with pytest.raises(MirrorError, match=r"Protocol not known: carrier.* give a folder, or a URL such as s3://"):
        Mirror("carrier-pigeon://class", tmp_path)


def test_a_class_in_a_bucket_is_graded_into_it(bucket: str, tmp_path: Path) -> None:
    submissions = Mirror(f"{bucket}/handed-in", tmp_path / "students")
    cheap_class(submissions.open(), 2)
    submissions.send(last=True)
    out = f"{bucket}/graded"
    first = grader(tmp_path, "grade", f"{bucket}/handed-in", "--out", out, "--jobs", "1")
    assert f"scores: {out}/scores.csv" in first
    elsewhere = grader(tmp_path / "another machine", "grade", f"{bucket}/handed-in", "--out", out, "--jobs", "1")
    assert elsewhere.count("(unchanged)") == 2
    assert f"pages: {out}/feedback/index.html" in grader(tmp_path, "feedback", out)
    there = content(Mirror(out, tmp_path / "reader").fetch())
    assert {"scores.csv", "store.sqlite", "origins.json", "feedback/index.html"} <= there.keys()
    assert sum(name.startswith("records/") for name in there) == 2


def grader(machine: Path, *arguments: str) -> str:
    """Run a command with caches of its own, but for the frozen cases, and return what it says."""
    cases = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "convolution-grader" / "cases"
    ours = machine / "cache" / "convolution-grader"
    ours.mkdir(parents=True, exist_ok=True)
    if not (ours / "cases").exists():
        (ours / "cases").symlink_to(cases)
    done = subprocess.run(
        [sys.executable, "-m", "grader", *arguments], env=os.environ | {"XDG_CACHE_HOME": str(machine / "cache")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a mirror."""
    own = (".ahead", ".lock", ".mirror.json")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in own]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
