"""Scores in nbgrader's gradebook, read back through nbgrader itself: its API, its commands."""

import csv
import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from courses import NAME, OURS, RUBRIC, graded, hand_in, nbgrader, position, source
from nbgrader.api import Gradebook
from postgres import Postgres
from records import HOSTILE

from grader import material
from grader.cli.export import command
from grader.export import gradebook, pages
from grader.export.book import Course, GradebookError
from grader.export.cells import cell_id
from grader.record import Record, file_name, to_json

# nbgrader 0.9.6 draws warnings from the newest SQLAlchemy.
pytestmark = [pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"), pytest.mark.usefixtures("activated")]

ONE = OURS.check_ids("conv_2d")[0]
POINTS = RUBRIC["conv_2d"][ONE]
MODULES = {name: (material.exercises() / f"{name}.py").read_text() for name in OURS.exercises}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    source(folder)
    return folder


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'gradebook.db'}"


def write(folder: Path, *records: Record, **more: str) -> gradebook.Written:
    return gradebook.write(records, Course(folder, NAME, **more), RUBRIC)


def scores(book: Gradebook) -> dict[str, tuple[float, float]]:
    return {one.student.id: (one.score, one.max_score) for one in book.find_assignment(NAME).submissions}


def test_scores_points_and_comments_arrive_check_by_check(released: Path) -> None:
    written = write(released, graded("ada"), graded("bela", {ONE: "It is 3, not 2."}))
    assert (written.students, written.left) == (2, ())
    with Gradebook(url(released)) as book:
        assert scores(book)["ada"] == (100, 100)
        assert scores(book)["bela"] == (100 - POINTS, 100)
        lost = book.find_grade(cell_id(ONE), NAME, NAME, "bela")
        assert (lost.auto_score, lost.max_score, lost.needs_manual_grade) == (0, POINTS, False)
        comment = book.find_comment("conv_2d", NAME, NAME, "bela").comment
        assert "It is 3, not 2." in comment
        assert book.find_comment("conv_2d", NAME, NAME, "ada").comment is None


def test_what_a_person_gave_stays(released: Path) -> None:
    write(released, graded("carl", {ONE: "no"}))
    with Gradebook(url(released)) as book:
        grade = book.find_grade(cell_id(ONE), NAME, NAME, "carl")
        grade.manual_score, grade.extra_credit = 1.5, 0.25
        book.find_comment("conv_2d", NAME, NAME, "carl").manual_comment = "well tried"
        book.db.commit()
    write(released, graded("carl", {ONE: "no"}))
    with Gradebook(url(released)) as book:
        assert book.find_grade(cell_id(ONE), NAME, NAME, "carl").needs_manual_grade is False
    write(released, graded("carl"))
    with Gradebook(url(released)) as book:
        grade = book.find_grade(cell_id(ONE), NAME, NAME, "carl")
        assert (grade.manual_score, grade.extra_credit, grade.auto_score) == (1.5, 0.25, POINTS)
        assert (grade.score, grade.needs_manual_grade) == (1.75, True)
        assert book.find_comment("conv_2d", NAME, NAME, "carl").comment == "well tried"


def test_refused_is_nothing_and_an_error_changes_nothing(released: Path) -> None:
    write(released, graded("dora"), graded("emil"))
    written = write(
        released,
        graded("dora", status="refused", notes=("it is a link",)),
        graded("emil", status="error"),
        graded("bad\udcff"),
        graded("x" * 129),
    )
    assert written.students == 1
    assert [line.partition(": ")[2][:20] for line in written.left] == [
        "the grader failed on", "its name isn't UTF-8", "its name is longer t",
    ]  # fmt: skip
    with Gradebook(url(released)) as book:
        assert scores(book)["dora"] == (0, 100)
        assert scores(book)["emil"] == (100, 100)
        assert book.find_comment("top5", NAME, NAME, "dora").comment == "    Not graded: it is a link"


def test_a_student_has_one_result(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    for name in ("ada", "ada@2026-03-01T10-00-00", "Bela", "bela", "José", "jose\u0301", "carl@uni.ch"):
        (tmp_path / "records" / file_name(name)).write_bytes(to_json(graded(name)))
    done = CliRunner().invoke(command, [str(tmp_path), "--to", "nbgrader", "--course", str(tmp_path)])
    assert done.exit_code == 1
    assert "left out: ada@2026-03-01T10-00-00: its name has a time" in done.stderr
    assert "left out: 'Bela' and 'bela' mean one student" in done.stderr
    assert "left out: 'Jos\\xe9' and 'jose\\u0301' mean one student" in done.stderr
    with Gradebook(url(tmp_path)) as book:
        assert scores(book).keys() == {"ada", "carl@uni.ch"}


def test_an_assignment_that_the_gradebook_does_not_know_is_made(tmp_path: Path) -> None:
    assert write(tmp_path, graded("ada")).students == 1
    with Gradebook(url(tmp_path)) as book:
        assert scores(book) == {"ada": (100, 100)}


def test_somebody_elses_notebook_is_left_alone(tmp_path: Path) -> None:
    with Gradebook(url(tmp_path)) as book:
        book.add_assignment(NAME)
        book.add_notebook("other", NAME)
        book.add_grade_cell("question-1", "other", NAME, max_score=3, cell_type="code")
    with pytest.raises(GradebookError, match="has other cells than the checks that were graded"):
        write(tmp_path, graded("ada"))


def test_one_graded_cell_an_exercise_will_do(tmp_path: Path) -> None:
    with Gradebook(url(tmp_path)) as book:
        book.add_assignment(NAME)
        book.add_notebook("old", NAME)
        for exercise in OURS.exercises:
            book.add_grade_cell(exercise, "old", NAME, max_score=10, cell_type="code")
    write(tmp_path, graded("ada", {ONE: "no"}))
    with Gradebook(url(tmp_path)) as book:
        assert book.find_grade("top5", "old", NAME, "ada").auto_score == 10
        assert book.find_grade("conv_2d", "old", NAME, "ada").auto_score == pytest.approx(10 * (35 - POINTS) / 35)


def late(folder: Path) -> None:
    (folder / "nbgrader_config.py").write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(folder)!r})\n"
        "c = get_config()\n"
        "c.AssignLatePenalties.plugin_class = 'ten_points.TenPoints'\n"
    )
    (folder / "ten_points.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class TenPoints(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 10 if total_seconds_late > 3600 else None\n"
    )


def test_late_penalties_feedback_and_export_go_on_as_after_autograde(tmp_path: Path) -> None:
    source(tmp_path)
    late(tmp_path)
    with Gradebook(url(tmp_path)) as book:
        book.update_or_create_assignment(NAME, duedate="2026-11-20 10:00:00 UTC")
    hand_in(tmp_path, "ada", MODULES, moment="2026-11-20 10:30:00 UTC")
    hand_in(tmp_path, "bela", MODULES, moment="2026-11-20 12:00:00 UTC")
    attack = f"{HOSTILE}\n# <img src=x onerror=alert(1)> [a](javascript:alert(1))"
    written = write(tmp_path, graded("ada", {ONE: attack}), graded("bela"))
    assert (written.students, written.notebooks) == (2, 2)
    nbgrader(tmp_path, "generate_feedback", NAME)
    nbgrader(tmp_path, "export")
    rows = {row["student_id"]: row for row in csv.DictReader((tmp_path / "grades.csv").read_text().splitlines())}
    assert [float(rows[name]["score"]) for name in ("ada", "bela")] == [100 - POINTS, 90]
    assert float(rows["bela"]["late_submission_penalty"]) == 10
    page = (tmp_path / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert f"(Score: {100 - POINTS} / 100.0)" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("moment", ["2026-11-20 12:00:00 {zone}", "2026-11-20 12:00:00 {climbing}{zone}", "∞", ""])
def test_a_time_is_not_read_with_a_file_that_it_names(tmp_path: Path, moment: str) -> None:
    """Zones are looked for as files: this one is small, but what a student names may be of any size."""
    zone = struct.pack(">4s16x6l", b"TZif", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb", 3600, 0, 0) + b"CET\0"
    (tmp_path / "zone").write_bytes(zone)
    (tmp_path / "timestamp.txt").write_text(moment.format(zone=tmp_path / "zone", climbing="../" * 9))
    assert pages.timestamp(tmp_path) is None


@pytest.mark.parametrize(
    "moment",
    ["2026-11-20 12:00:00 UTC", "2026-11-20 13:00:00.0 Europe/Zurich", "2026-11-20 13:00 +0100", "2026-11-20T12:00Z"],
)
def test_times_as_nbgrader_writes_them(tmp_path: Path, moment: str) -> None:
    (tmp_path / "timestamp.txt").write_text(f"{moment}\n")
    found = pages.timestamp(tmp_path)
    assert found is not None
    assert (found.day, found.hour) in {(20, 12), (20, 13)}


@pytest.mark.parametrize("linked", ["submitted/eve/{name}", "submitted/eve"])
def test_a_link_to_somebody_elses_notebook_is_not_shown(tmp_path: Path, linked: str) -> None:
    source(tmp_path)
    hand_in(tmp_path, "ada", MODULES)
    place = tmp_path / linked.format(name=NAME)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(tmp_path / "submitted" / "ada" / (NAME if "{name}" in linked else ""))
    refused = graded("eve", status="refused", notes=("it is a link",))
    assert write(tmp_path, graded("ada"), refused).notebooks == 1
    assert not (tmp_path / "autograded" / "eve").exists()


@pytest.mark.parametrize("how", ["split", "deleted", "huge", "halved", "bent", "crowded", "talkative"])
def test_notebooks_that_students_changed_have_pages_or_a_reason(tmp_path: Path, released: Path, how: str) -> None:
    def change(notebook: dict) -> None:
        cells = notebook["cells"]
        at = position(notebook, "conv_2d")
        match how:
            case "split":
                cells.insert(at, cells[at] | {"id": "half", "source": "import math"})
            case "deleted":
                del cells[position(notebook, cell_id(ONE))]
            case "huge":
                cells[at]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}]
            case "bent":
                notebook["cells"] = {"no": "list"}
            case "crowded":
                notebook["cells"] += [{"cell_type": "raw", "metadata": {}, "source": "", "id": "x"}] * 5000
            case "halved":
                cells[at]["source"] += "\n# \ud800"
            case "talkative":
                cells[at]["metadata"]["tags"] = ["word"] * 300_000

    hand_in(released, how, MODULES, change)
    written = write(released, graded(how, {ONE: "It is 3, not 2."}))
    assert written.students == 1
    page = released / "autograded" / how / NAME / f"{NAME}.ipynb"
    if how in ("bent", "crowded", "talkative"):
        assert written.left[0].startswith(f"{how}: formgrader cannot show its notebook")
        assert (how == "bent") != (": it has more than " in written.left[0])
        assert not page.exists()
    else:
        assert (written.notebooks, written.left) == (1, ())
        assert page.stat().st_size < 1_000_000
        notebook = json.loads(page.read_text())
        shown = notebook["cells"][position(notebook, cell_id(ONE))]["outputs"]
        assert "It is 3, not 2." in shown[0]["traceback"]


def test_a_real_postgresql_holds_the_scores_and_may_stop_in_between(released: Path, short_tmp: Path) -> None:
    with Postgres(short_tmp) as server:
        assert write(released, graded("ada"), db=server.url).students == 1

        calls = 0

        def stop() -> None:
            nonlocal calls
            calls += 1
            if calls == 2:
                server.stop()

        everyone = [graded(name) for name in ("bela", "carl", "dora")]
        with pytest.raises(GradebookError, match="2 of 3 students are written"):
            gradebook.write(everyone, Course(released, NAME, server.url), RUBRIC, stop)
        server.start()
        with Gradebook(server.url) as book:
            assert scores(book) == dict.fromkeys(("ada", "bela", "carl"), (100, 100))
        assert write(released, *everyone, db=server.url).students == 3
        with Gradebook(server.url) as book:
            assert len(scores(book)) == 4


def test_the_command_says_what_it_did_and_what_to_mend(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    for record in (graded("ada"), graded("emil", status="error")):
        (tmp_path / "records" / file_name(record.submission)).write_bytes(to_json(record))

    def export(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "grader", "export", tmp_path, "--to", "nbgrader", *arguments]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=1500, check=False)

    done = export("--course", tmp_path)
    assert done.returncode == 1
    assert done.stdout == "1 students' scores in the gradebook, 0 notebooks for formgrader\n"
    assert done.stderr == "left out: emil: the grader failed on it, so its old scores stay; grade it again\n"
    assert "say where the course lies" in export().stderr
    wrong = export("--course", tmp_path, "--db", "postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert wrong.returncode == 2
    assert "run the same command again" in wrong.stderr
    assert "secret" not in wrong.stderr
    assert "Traceback" not in wrong.stderr
