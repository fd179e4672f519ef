"""The student's commands as a student types them: what is said, shown and remembered, and the exit codes."""

import getpass
import html
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from records import check, exercise
from rich.console import Console

from grader import catalogue, material, notebook, reason
from grader.cli import report, submit
from grader.observation import Outcome
from grader.score import DROPPED
from grader.selfcheck import Checked

CLASS = material.fixtures() / "sample_class"
WRONG = Path(material.__file__).parent / "misconceptions"
FAILED = Outcome.FAILED


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what commands remember apart from ours."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def grader(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=600, env=os.environ | environment
    )


def work(folder: Path, **misconceptions: str) -> Path:
    folder.mkdir()
    for module, name in misconceptions.items():
        (folder / f"{module}.py").write_bytes((WRONG / module / f"{name}.py").read_bytes())
    return folder


@pytest.mark.parametrize("command", ["check", "hint", "show", "submit", "replay"])
def test_every_command_has_help_with_an_example_and_its_exit_codes(command: str) -> None:
    done = grader(command, "--help")
    assert done.returncode == 0
    assert f"grader {command} " in done.stdout.replace("Usage: ", "")
    assert "Exit codes: 0" in done.stdout


def test_check_shows_what_went_wrong_and_hint_goes_on_from_there(home: Path) -> None:
    folder = work(home / "ada", conv_2d="strides_on_wrong_axes", convolution_chain="same_padding")
    done = grader("check", "conv_2d", "convolution_chain", "--path", folder, "--prints")
    assert done.returncode == 1, done.stderr
    assert "input 7 x 4   filter 1 x 1" in done.stdout
    assert "expected 3 x 4   yours 7 x 2" in done.stdout
    assert re.search(r"^ +[·░▒▓█]+ +[·░▒▓█]+ *$", done.stdout, re.MULTILINE)
    assert done.stdout.count("The list of strides follows the axes of the images") == 1
    assert "Stuck? grader hint conv_2d" in done.stdout
    first, second = (grader("hint", "conv_2d").stdout for _ in range(2))
    assert first.startswith("conv_2d: strides\nA question (1 of 3): ")
    assert second.startswith("conv_2d: strides\nWhere to look (2 of 3): ")
    assert "That was the last hint on this." in grader("hint", "conv_2d").stdout


def test_check_in_ascii_and_without_a_module(home: Path) -> None:
    folder = work(home / "ada", convolution_chain="same_padding")
    done = grader("check", "convolution_chain", "top5", "--path", folder, PYTHONIOENCODING="ascii:replace")
    assert done.returncode == 1
    assert "There is no top5.py in your submission." in done.stdout
    assert "Name the file exactly top5.py" in done.stdout
    assert re.search(r"^ +[.:=+*#%@-]+ +[.:=+*#%@-]+", done.stdout, re.MULTILINE)


def told(checked: Checked) -> str:
    text = io.StringIO()
    report.show(Console(file=text, width=400, markup=False), checked)
    return text.getvalue()


def fragment(checked: Checked) -> str:
    return html.unescape(re.sub("<[^>]+>", " ", notebook._section(checked)))


@pytest.mark.parametrize("shown", [told, fragment])
def test_a_failure_is_explained_as_on_the_page(shown: Callable[[Checked], str]) -> None:
    known = next(one for one in catalogue.load("conv_2d") if one.id == "strides_on_wrong_axes")
    wrong = check(
        "stride_order", FAILED, message="No.", misconceptions=(known.id,), explanation=known.explanation, hint="Look."
    )
    slow = check("four", Outcome.TIMED_OUT, message="No end.")
    ended = check("defaults", Outcome.SKIPPED, message="Not run.")
    ours = check("equivariant", Outcome.GRADER_ERROR, message="Oh.", hint="None of this.")
    text = shown(Checked("conv_2d", "A layer", exercise(wrong, slow, ended, ours, check("b")), {}, ""))
    for said in (
        f"a mix-up that gives just these answers: {known.idea}", known.explanation, f"read on: {known.pointer}",
        "hint: Look.", "more: grader hint conv_2d stride_order", reason.ADVICE[Outcome.TIMED_OUT],
    ):  # fmt: skip
        assert text.count(said) == 1, said
    for unsaid in (reason.ADVICE[FAILED], reason.ADVICE[Outcome.SKIPPED], "None of this.", "conv_2d equivariant"):
        assert unsaid not in text


@pytest.mark.parametrize("shown", [told, fragment])
def test_stubs_and_missing_modules_are_told_once(shown: Callable[[Checked], str]) -> None:
    raised = [check(f"c{n}", Outcome.RAISED, message=f"f({n}) raised NotImplementedError: your turn") for n in (1, 2)]
    text = shown(Checked("conv_2d", "A layer", exercise(*raised), {}, ""))
    assert "This exercise is not written yet." in text
    assert "Put your code in its place" in text
    assert "f(2)" not in text
    absent = [check(f"c{n}", FAILED, message="There is no such module in the submission.") for n in (1, 2)]
    text = shown(Checked("conv_2d", "A layer", exercise(*absent), {}, ""))
    assert "There is no conv_2d.py in your submission." in text
    assert "There is no such module" not in text
    assert "Name the file exactly conv_2d.py" in text


@pytest.mark.parametrize("shown", [told, fragment])
def test_a_dropped_check_is_no_failure(shown: Callable[[Checked], str]) -> None:
    dropped = check("a", FAILED, score=4.0, message=DROPPED, hint="Look.")
    text = shown(Checked("conv_2d", "A layer", exercise(dropped, check("b")), {}, ""))
    assert "✓" in text
    assert "✗" not in text
    assert DROPPED in text
    assert "Look." not in text


def test_a_notebook_shows_what_was_printed() -> None:
    text = notebook._section(Checked("conv_2d", "A layer", exercise(check("b")), {}, "printed <b>\n" * 50))
    assert "<summary>what your code printed:</summary>" in text
    assert text.count("printed &lt;b&gt;") == 40
    assert "... and 10 lines more" in text


def test_watch_and_json_do_not_go_together() -> None:
    done = grader("check", "--watch", "--json")
    assert done.returncode == 2
    assert "leave one out" in done.stderr


def test_watch_checks_again_what_is_saved(home: Path) -> None:
    folder = work(home / "ada", convolution_chain="same_padding")
    # Whoever runs the tests in the background has Ctrl-C ignored, and so had their children.
    start = "import signal; signal.signal(2, signal.default_int_handler); from grader.cli import main; main()"
    command = [sys.executable, "-u", "-c", start, "check", "convolution_chain", "--watch", "--path", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            waits = sum(one.startswith("Watching: ") for one in said)
            if line.startswith("Watching: ") and waits == 1:
                (folder / "convolution_chain.py").unlink()
            elif line.startswith("Watching: ") and waits == 2:
                right = material.solutions() / "convolution_chain.py"
                (folder / "convolution_chain.py").write_bytes(right.read_bytes())
            elif line.startswith("Watching: "):
                break
        assert any("go to the folder that holds exercises/" in line for line in said)
        process.send_signal(2)
        try:
            assert process.wait(timeout=120) == 0
        finally:
            process.kill()
    totals = [line.strip() for line in said if "visible points; " in line]
    assert totals == ["3.5 of 6 visible points; 14 hidden, not run", "6 of 6 visible points; 14 hidden, not run"]


def test_show_draws_an_exercise_and_a_graph(home: Path) -> None:
    done = grader("show", "top5")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ +0\.5 [a-z]+ ", done.stdout, re.MULTILINE)
    page = home / "top5.html"
    assert grader("show", "top5", "--html", page).returncode == 0
    text = page.read_text("utf-8")
    assert "Content-Security-Policy" in text
    assert "<script" not in text
    assert ">0.5</text>" in text

    done = grader("show", "efficientnet_lite0")
    assert "training_only/  [69 nodes]" in done.stdout
    assert grader("show", "efficientnet_lite0", "--html", home / "graph.html").returncode == 0
    assert '<script type="application/json" id="graph">' in (home / "graph.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "resnet"), "there are convolution_chain, conv_2d, subgraph, top5, efficientnet_lite0, tiny"),
        (("show", "missing.pb"), "missing.pb cannot be read"),
        (("hint", "conv_3d"), "there are convolution_chain, conv_2d"),
        (("hint", "conv_2d", "order"), "there is no check 'order' in conv_2d"),
        (("submit", "--out", "a.zip", "--exchange", "."), "leave one out"),
        (("submit", "--out", "ada.tar.gz"), "ada.tar.gz does not end in .zip, as an archive to hand in must"),
        (("replay", ".", "ada"), "holds no record of 'ada'"),
    ],
)
def test_a_wrong_command_is_told_so_in_a_sentence(arguments: tuple[str, ...], words: str, home: Path) -> None:
    done = grader(*arguments)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_submit_says_what_is_missing_and_packs_it_all_the_same(home: Path) -> None:
    folder = work(home / "ada", conv_2d="strides_on_wrong_axes")
    done = grader("submit", "--path", folder, "--out", home / "ada.zip")
    assert done.returncode == 1
    assert "✓ conv_2d.py\n" in done.stdout
    assert "✗ top5.py is not there\n" in done.stdout
    assert "incomplete: convolution_chain, subgraph, top5" in done.stdout
    assert zipfile.ZipFile(home / "ada.zip").namelist() == ["conv_2d.py", "grader-manifest.json"]
    whole = grader("submit", "--path", CLASS / "ada", "--out", home / "whole.zip")
    assert whole.returncode == 0
    assert "4 files and a list of hashes" in whole.stdout


def test_submit_says_what_it_leaves_out_and_overwrites_no_work(home: Path) -> None:
    folder = work(home / "ada", conv_2d="strides_on_wrong_axes")
    (folder / "table\x1b.gz").write_text("")
    (folder / "helper.py").symlink_to(folder / "conv_2d.py")
    before = (folder / "conv_2d.py").read_bytes()
    assert grader("submit", "--path", folder, "--out", folder / "conv_2d.py").returncode == 2
    assert (folder / "conv_2d.py").read_bytes() == before
    done = grader("submit", "--path", folder, "--out", home / "ada.ZIP")
    assert "⚠ left out: control character in the name of 'table\\x1b.gz'\n⚠ left out: link 'helper.py'\n" in done.stdout
    german = grader("--language", "de", "submit", "--path", folder, "--out", home / "ada.ZIP")
    assert "⚠ weggelassen: Link 'helper.py'\n" in german.stdout


def test_submit_asks_who_you_are_where_your_login_has_no_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr(getpass, "getuser", nobody)
    folder = work(home / "ada", conv_2d="strides_on_wrong_axes")
    asked = CliRunner().invoke(submit.command, ["--path", str(folder)])
    assert asked.exit_code == 2
    assert "Your login has no name here: say who you are with --student ID" in " ".join(asked.output.split())
    told = CliRunner().invoke(submit.command, ["--path", str(folder), "--out", str(home / "ada.zip")])
    assert told.exit_code == 1, told.output


def test_names_cannot_disturb_the_terminal(home: Path) -> None:
    folder = home / "ada\x1b[31m"
    folder.mkdir()
    (folder / "conv_2d.py").write_text("def conv_2D(*args, **kwargs):\n    raise ValueError('\\x1b[2J')\n")
    done = grader("check", "conv_2d", "--path", folder, "--prints")
    assert done.returncode == 1
    assert "ValueError" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


RUBRIC = """
name = "convolutions"
title = "Small"
public_seed = 2019
imports = ""

[limits]
[sizes]

[exercises.convolution_chain]
title = "Chained convolutions"
points = 2

[exercises.convolution_chain.checks.shapes]
points = 1
visible = true
hint = "Count."

[exercises.convolution_chain.checks.correlation]
points = 1
visible = false
hint = "Look."
"""


def test_replay_runs_a_check_of_a_graded_submission_again(home: Path) -> None:
    (home / "rubric.toml").write_text(RUBRIC)
    folder = work(home / "ada", convolution_chain="same_padding")
    out = home / "graded"
    assert grader("submit", "--path", folder, "--out", home / "bea.zip").returncode == 1
    with zipfile.ZipFile(home / "bea.zip", "a") as archive:
        archive.writestr("later.py", "")
    graded = grader(
        "grade", folder, home / "bea.zip", "--out", out, "--assignment", home / "rubric.toml", "--seed", "7"
    )
    assert graded.returncode == 0, graded.stderr
    assert "bea: manifest: 'later.py' was not handed in with the rest" in graded.stderr
    records = [json.loads(path.read_bytes()) for path in (out / "records").iterdir()]
    assert {record["submission"]: record["score"] for record in records} == {"ada": 1, "bea": 1}

    done = grader("replay", out, "ada")
    assert done.returncode == 0, done.stderr
    assert "✗ convolution_chain.shapes: A stage is smaller by the filter's height" in done.stdout
    assert "FAILED, as recorded; 1 points, visible" in done.stdout
    assert "misconceptions: same_padding" in done.stdout
    assert "got: " in done.stdout
    assert "convolution_chain.correlation" not in done.stdout
    one = grader("replay", out, "ada", "convolution_chain.correlation")
    assert "PASSED, as recorded; 1 points, hidden" in one.stdout
    (folder / "convolution_chain.py").unlink()
    gone = grader("replay", out, "ada", "convolution_chain.shapes")
    assert "The submission has changed since it was graded." in gone.stdout
    assert "recorded as FAILED" in gone.stdout or "there is no such module" in gone.stdout
    folder.rmdir()
    assert "is not there any more" in " ".join(grader("replay", out, "ada").stderr.split())
    wrong = grader("replay", out, "bea", "convolution_chain.order")
    assert wrong.returncode == 2
    assert "there are convolution_chain.shapes, convolution_chain.correlation" in " ".join(wrong.stderr.split())


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    script = "import sys, grader.cli; grader.cli.main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"numpy", "rich", "msgspec", "hypothesis", "watchfiles", "google.protobuf"} & set(done.stdout.split())
