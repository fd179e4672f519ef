"""The class page as a person with a browser has it."""

import csv
import io

import pytest
from records import HOSTILE, STRIDES, check, exercise, record
from viewing import DESK, OVERFLOW, PHONE, UNFOLD, VIOLATIONS

from grader.feedback import write
from grader.feedback.overview import class_page
from grader.observation import Outcome

FAILED = Outcome.FAILED
NAMES = "#table tbody th"


@pytest.fixture
def table(tmp_path):
    """Return the class page of four with names that somebody chose with care."""
    mixed_up = check("a", FAILED, points=9.0, misconceptions=(STRIDES.id,))
    records = [
        record("=1+1", {"conv_2d": exercise(check("a", points=9.0), check("b", points=1.0))}),
        record("ada 10", {"conv_2d": exercise(mixed_up, check("b", points=1.0))}),
        record("ada 9", {"conv_2d": exercise(check("a", points=9.0), check("b", FAILED, points=1.0))}),
        record(HOSTILE, {}, status="refused", notes=("no module",)),
    ]
    return write(tmp_path, records, [STRIDES])[-1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_fits_and_keeps_the_rules_of_accessibility(width, scheme, look, pages, axe):
    with look(pages["class"], width, scheme) as page:
        assert page.evaluate(OVERFLOW) == 0
        page.evaluate(UNFOLD)
        page.evaluate(axe)
        assert page.evaluate(VIOLATIONS) == []


def names(page):
    return [name.strip() for name in page.locator(NAMES).all_inner_texts()]


def test_headings_sort_numbers_and_names_both_ways(look, table):
    with look(table) as page:
        page.get_by_role("button", name="Submission").click()
        assert names(page)[-2:] == ["ada 9", "ada 10"]
        heading = page.locator("#table thead th").nth(1)
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "ascending"
        assert names(page)[1:] == ["ada 10", "ada 9", "=1+1"]
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        assert names(page)[:3] == ["=1+1", "ada 9", "ada 10"]


def test_the_keyboard_sorts(look, table):
    with look(table) as page:
        page.locator("#table thead button").nth(1).focus()
        page.keyboard.press("Enter")
        assert names(page)[1] == "ada 10"
        assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_filters_leave_what_was_asked_for(look, table):
    with look(table) as page:
        page.get_by_label("Name contains").fill("ADA")
        assert names(page) == ["ada 10", "ada 9"]
        assert page.locator("#shown").inner_text() == "2 of 4 shown"
        page.locator("#filter-held").select_option(STRIDES.idea)
        assert names(page) == ["ada 10"]
        page.get_by_role("button", name="Clear").click()
        page.get_by_label("Did not pass").select_option("conv_2d.b")
        assert names(page) == ["ada 9"]
        page.get_by_role("button", name="Clear").click()
        page.get_by_label("Status").select_option("refused")
        assert page.locator("#shown").inner_text() == "1 of 4 shown"
        assert page.locator("script").count() == 1


def test_from_a_check_to_those_who_did_not_pass_it(look, table):
    with look(table) as page:
        page.get_by_role("link", name="who did not pass conv_2d.b").click()
        assert names(page) == ["ada 9"]


def test_a_failure_of_one_submission_has_its_command(look, table):
    with look(table) as page:
        assert not page.locator("#replay").is_visible()
        page.get_by_label("Did not pass").select_option("conv_2d.b")
        assert page.locator("#replay code").inner_text() == "grader replay DIR 'ada 9' conv_2d.b"
        page.get_by_role("button", name="Clear").click()
        assert not page.locator("#replay").is_visible()


def test_the_csv_file_has_what_is_filtered_and_no_formula(look, table):
    with look(table) as page:
        page.get_by_role("button", name="Submission").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as CSV").click()
        assert download.value.suggested_filename == "submissions.csv"
        rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
        assert len(rows) == 4
        assert {"submission": "'=1+1", "total": "10", "conv_2d": "10", "status": "graded"} in rows
        refused = next(row for row in rows if row["status"] == "refused")
        assert refused["submission"].startswith("<script>alert(1)</script>'\"&\\x1b")
        assert (refused["total"], refused["conv_2d"]) == ("", "")
        page.get_by_label("Name contains").fill("ada 1")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as CSV").click()
        assert download.value.path().read_text(encoding="utf-8").splitlines()[1:] == ['"ada 10","1","1","graded"']


def test_german_sorts_filters_and_fits_a_phone(look, tmp_path, everyone, axe, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    german = write(tmp_path, everyone, [STRIDES])[-1]
    with look(german, PHONE) as page:
        assert page.evaluate(OVERFLOW) == 0
        page.evaluate(UNFOLD)
        page.evaluate(axe)
        assert page.evaluate(VIOLATIONS) == []
        page.get_by_label("Name enthält").fill("ada")
        assert page.locator("#shown").inner_text() == f"1 von {len(everyone)} gezeigt"
        page.get_by_role("button", name="Zurücksetzen").click()
        assert page.locator("#shown").inner_text() == f"{len(everyone)} von {len(everyone)} gezeigt"


def test_links_lead_to_the_students_pages(look, pages, browser):
    with look(pages["class"]) as page:
        targets = [link.evaluate("one => one.href") for link in page.locator(f"{NAMES} a").all()]
    assert sorted(targets) == sorted(path.as_uri() for name, path in pages.items() if name != "class")


def test_paper_has_the_tables_and_no_controls(look, pages):
    with look(pages["class"]) as page:
        page.emulate_media(media="print")
        assert not page.locator("#controls").is_visible()
        assert page.locator("#table").is_visible()
        assert page.pdf().startswith(b"%PDF")


def test_five_thousand_can_be_searched_and_not_all_are_laid_out(look, tmp_path):
    held = exercise(check("a", FAILED, message="No.", misconceptions=("strides_on_wrong_axes",)))
    page_of_all = tmp_path / "index.html"
    records = [record(f"student {n:04}", {"conv_2d": held}) for n in range(5000)]
    page_of_all.write_bytes(class_page(records, {STRIDES.id: STRIDES}, {}))
    with look(page_of_all) as page:
        assert page.locator("#shown").inner_text() == "5000 of 5000 shown, the first 200 of them listed"
        assert page.locator(NAMES).count() == 200
        page.get_by_label("Name contains").fill("student 499")
        assert page.locator("#shown").inner_text() == "10 of 5000 shown"
        page.get_by_role("button", name="Clear").click()
        page.evaluate(
            f"addEventListener('beforeprint', () => window.printed = document.querySelectorAll({NAMES!r}).length)"
        )
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("printed") == 5000
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(NAMES).count() == 200
        page.get_by_role("button", name="Show all 5000").click()
        assert page.locator(NAMES).count() == 5000
