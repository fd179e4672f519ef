"""The allow-list: what is shown is what students may import and need, whatever the system looks like."""

import importlib.metadata
from pathlib import Path

import pytest

from grader.walls import bubblewrap
from grader.walls.bubblewrap import Bind


def test_nothing_of_ours_is_shown_but_what_runs_inside():
    shown = bubblewrap.binds()
    package = Path(bubblewrap.__file__).parent.parent
    ours = [bind for bind in shown if Path(bind.source).is_relative_to(package)]
    assert ours == [Bind(str(package / "inside"), "/inside/inside")]
    covered = bubblewrap.command("bwrap", shown, 7)
    for bind in shown:
        if package.is_relative_to(bind.source):
            inner = package.relative_to(bind.source).parts[0]
            assert f"{bind.target}/{inner}" in covered, f"{bind.source} shows all of us"
    assert not {bind.target for bind in shown} & {"/", "/site", "/home", "/root", "/etc", "/usr", "/usr/share", "/var"}
    tops = {Path(bind.target).name.lower() for bind in shown if bind.target.startswith("/site/")}
    assert {"tensorflow", "numpy", "scipy", "pil", "matplotlib", "ipython", "msgspec"} <= tops
    assert not {"grader", "pytest", "_pytest", "nbgrader", "hypothesis", "pyseccomp.py", "solutions"} & tops


@pytest.mark.parametrize("name", ["numpy", "six", "tensorflow", "typing_extensions"])
def test_what_a_distribution_holds_is_found_without_a_look_at_each_file(name):
    distribution = importlib.metadata.distribution(name)
    assert bubblewrap._top_level(distribution) == {file.parts[0] for file in distribution.files}


def test_a_distribution_without_a_record_is_found_by_its_files(tmp_path):
    (tmp_path / "old.egg-info").mkdir()
    (tmp_path / "old.egg-info" / "SOURCES.txt").write_text("old/__init__.py\nsingle.py\n")
    (tmp_path / "old").mkdir()
    for file in ("old/__init__.py", "single.py"):
        (tmp_path / file).touch()
    distribution = importlib.metadata.Distribution.at(tmp_path / "old.egg-info")
    assert bubblewrap._top_level(distribution) == {"old", "single.py"}


def test_every_bind_is_read_only_and_the_environment_is_cleared():
    shown = [Bind("/usr/lib", "/usr/lib")]
    command = bubblewrap.command("bwrap", shown, 7)
    assert "--clearenv" in command
    assert "--unshare-all" in command
    assert "--bind" not in command
    assert command[command.index("--ro-bind") + 1 :][:2] == ["/usr/lib", "/usr/lib"]
    assert "/dev/zero" not in command
    assert command[-1] == "7"


def test_packages_inside_a_library_folder_are_covered(tmp_path):
    for folder in ("python3.13/site-packages/grader", "python3/dist-packages", "python3.13/json", "x86"):
        (tmp_path / folder).mkdir(parents=True)
    command = bubblewrap.command("bwrap", [Bind(str(tmp_path), "/usr/lib")], 7)
    covered = [command[at + 1] for at, word in enumerate(command) if word == "--tmpfs"]
    assert covered == ["/tmp", "/usr/lib/python3/dist-packages", "/usr/lib/python3.13/site-packages"]
    read_only = [command[at + 1] for at, word in enumerate(command) if word == "--remount-ro"]
    assert read_only == [*covered[1:], "/"]


def test_advice_names_what_to_do():
    text = bubblewrap.advice("bwrap: setting up uid map: Permission denied")
    for word in ("Permission denied", "kernel.apparmor_restrict_unprivileged_userns=0", "--isolation none"):
        assert word in text


def test_an_interpreter_that_is_a_shared_library_finds_it_inside() -> None:
    command = bubblewrap.command("bwrap", [], 3)
    place = command[command.index("LD_LIBRARY_PATH") + 1]
    libraries = [bind.target for bind in bubblewrap.binds() if Path(bind.target).name.startswith("libpython3")]
    assert place == f"{bubblewrap.PYTHON}/lib"
    assert all(str(Path(target).parent) == place for target in libraries)
