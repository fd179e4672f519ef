"""What we export, looked at and corrected by hand in formgrader: its real server, in a real browser."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import NAME, OURS, RUBRIC, graded, hand_in, source
from playwright.sync_api import Browser, Locator, Page, expect

from grader import material
from grader.export import gradebook
from grader.export.book import Course
from grader.export.cells import cell_id
from grader.record import Record

pytestmark = [pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"), pytest.mark.usefixtures("activated")]

ONE = OURS.check_ids("conv_2d")[0]
POINTS = RUBRIC["conv_2d"][ONE]
ATTACK = "It is 3, not 2.\n# <img src=x onerror=alert(1)> </pre><script>alert(1)</script>"
COMMENT = '[id="conv_2d-comment"]'
PATIENCE = 60_000


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    source(folder)
    modules = {name: (material.exercises() / f"{name}.py").read_text() for name in OURS.exercises}
    hand_in(folder, "bela", modules)
    export(folder, graded("ada"), graded("bela", {ONE: ATTACK}))
    return folder


def export(folder: Path, *records: Record) -> None:
    gradebook.write(records, Course(folder, NAME), RUBRIC)


@pytest.fixture(scope="module")
def address(course: Path) -> Iterator[str]:
    """Start formgrader's server on the course and return where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
        "--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True",
    ]  # fmt: skip
    with (course / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=course, stdout=log, stderr=log)
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=100).close()
                break
            except OSError:
                assert server.poll() is None, (course / "log").read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/formgrader"
    finally:
        server.terminate()
        server.wait(60)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page that reaches formgrader and nobody else; what a student wrote must open no dialogue."""
    said: list[str] = []
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    opened.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    ours = address.removesuffix("/formgrader")
    opened.route(re.compile(f"^(?!{re.escape(ours)}/)http"), lambda route: route.abort())
    yield opened
    opened.close()
    assert said == []


def opened(page: Page, address: str) -> Locator:
    """Go to bela's notebook as a person does, and return the box of the failed check's score."""
    page.goto(f"{address}/manage_students/bela/{NAME}")
    page.locator("#main-table").get_by_role("link", name=NAME, exact=True).click()
    box = page.locator(f'[id="{cell_id(ONE)}"]')
    # Until formgrader has asked for grades and comments, it forgets what is typed.
    for field in (box, page.locator(COMMENT)):
        expect(field).to_have_attribute("placeholder", re.compile("."))
    return box


def total(page: Page, address: str, student: str) -> Locator:
    """Go to the students' table and return the cell with a student's points."""
    page.goto(f"{address}/manage_students")
    return page.locator("#main-table tr", has=page.get_by_role("gridcell", name=student, exact=True)).locator(".score")


def test_scores_and_findings_are_shown_and_nothing_of_a_student_runs(page: Page, address: str) -> None:
    expect(total(page, address, "ada")).to_have_text("100 / 100")
    expect(total(page, address, "bela")).to_have_text(f"{100 - POINTS:g} / 100")
    box = opened(page, address)
    expect(box).to_have_attribute("placeholder", "0")
    expect(box).to_have_value("")
    passed = OURS.check_ids("top5")[0]
    expect(page.locator(f'[id="{cell_id(passed)}"]')).to_have_attribute("placeholder", f"{RUBRIC['top5'][passed]:g}")
    shown = page.locator(".output_error")
    for line in ATTACK.splitlines():
        expect(shown).to_contain_text(line)
    assert page.locator("img[src=x]").count() == 0
    comment = page.locator(COMMENT).get_attribute("placeholder")
    assert comment is not None
    assert "It is 3, not 2." in comment


def test_what_a_person_types_stays_however_often_we_export(course: Path, page: Page, address: str) -> None:
    box, comment = opened(page, address), page.locator(COMMENT)
    for field, said, kind in ((box, "0.5", "grade"), (comment, "well tried", "comment")):
        with page.expect_response(lambda answer, kind=kind: f"/api/{kind}/" in answer.url):
            field.fill(said)
            field.press("Tab")
    # No page in between: formgrader would remember what it has read.
    export(course, graded("bela", {ONE: ATTACK}))
    export(course, graded("bela"))
    box = opened(page, address)
    expect(box).to_have_attribute("placeholder", f"{POINTS:g}")
    expect(box).to_have_value("0.5")
    expect(page.locator(COMMENT)).to_have_value("well tried")
    resolve = page.locator(".nbgrader_cell", has=box).locator(".mark-graded")
    expect(resolve).to_be_visible()
    with page.expect_response(lambda answer: "/api/grade/" in answer.url):
        resolve.click()
    expect(resolve).to_be_hidden()
    expect(total(page, address, "bela")).to_have_text(f"{100 - POINTS + 0.5:g} / 100")
