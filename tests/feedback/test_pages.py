"""The pages as a browser and a screen reader get them."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from records import HIDDEN_TEXT, HOSTILE, STRIDES, check, exercise, record

from grader.evidence import Numbers, exhibit_of
from grader.feedback import write
from grader.feedback.overview import class_page, page_name
from grader.feedback.student import student_page
from grader.inside.wire import Program
from grader.observation import Outcome
from grader.record import file_name
from grader.score import DROPPED

FAILED = Outcome.FAILED
VOID = {"meta", "input", "br"}
INLINE = {"span", "bdi", "strong", "code", "a"}
ESCAPED = "<script>alert(1)</script>'\"&\\x1b[31m\\u202eexe.gpj\\udcff{{ 7 * 7 }}"


class Page(HTMLParser):
    """A page, parsed: its elements with their attributes, its text, and that every element is closed."""

    def __init__(self, content):
        super().__init__()
        self.elements, self.open, self.parts = [], [], []
        self.raw = {"style": [], "script": [], "title": []}
        self.feed(content.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in INLINE:
            self.parts.append(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag not in INLINE:
            self.parts.append(" ")

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        self.raw.get(inside, self.parts).append(data)

    @property
    def text(self):
        return " ".join("".join(self.parts).split())

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def student(catalogue):
    return lambda found, titles=None: Page(student_page(found, catalogue, titles or {}))


@pytest.fixture
def overview(catalogue):
    return lambda records, titles=None: Page(class_page(records, catalogue, titles or {}))


def hashed(content):
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def test_write_makes_a_page_a_record_and_one_for_the_class(tmp_path, everyone):
    told = []
    pages = write(tmp_path, everyone, [STRIDES], lambda done, total: told.append((done, total)))
    names = [file_name(one.submission).replace(".json", ".html") for one in everyone]
    assert [page.name for page in pages] == [*names, "index.html"]
    assert sorted(pages) == sorted((tmp_path / "feedback").iterdir())
    assert told == [(done, len(pages)) for done in range(1, len(pages) + 1)]
    for page in pages:
        Page(page.read_bytes())


def test_writing_twice_writes_the_same(tmp_path, everyone):
    first = [page.read_bytes() for page in write(tmp_path, everyone, [STRIDES])]
    assert [page.read_bytes() for page in write(tmp_path, everyone, [STRIDES])] == first


def test_nothing_is_loaded_and_only_pages_are_linked(tmp_path, everyone):
    pages = write(tmp_path, everyone, [STRIDES])
    names = {page.name for page in pages}
    for page in pages:
        parsed = Page(page.read_bytes())
        for _, attributes in parsed.elements:
            assert not {"src", "srcset", "data", "poster", "action", "style"} & set(attributes)
            assert not [name for name in attributes if name.startswith("on")]
            target = attributes.get("href", "#")
            assert target in names or target.startswith("#")
        assert parsed.of("link") == []
        assert "url(" not in page.read_text()
        assert "@import" not in page.read_text()


@pytest.mark.parametrize("kind", ["student", "class"])
def test_the_policy_allows_this_style_and_this_script_only(kind, everyone, student, overview):
    page = student(everyone[0]) if kind == "student" else overview(everyone)
    (policy,) = [one["content"] for one in page.of("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    allowed = {directive.split()[0]: directive.split()[1:] for directive in policy.split("; ")}
    assert allowed["default-src"] == ["'none'"]
    assert allowed["style-src"] == [hashed("".join(page.raw["style"]))]
    assert len(page.of("style")) == 1
    if kind == "student":
        assert page.of("script") == []
        assert "script-src" not in allowed
    else:
        assert allowed["script-src"] == [hashed("".join(page.raw["script"]))]
        assert len(page.of("script")) == 1
    assert "unsafe" not in policy


def test_hostile_text_stays_text(everyone, student, overview):
    page = student(everyone[-1])
    assert page.of("script") == []
    assert page.text.count(ESCAPED) == 7
    assert "".join(page.raw["title"]) == f"{ESCAPED} · convolutions"
    classroom = overview(everyone)
    assert len(classroom.of("script")) == 1
    assert ESCAPED in classroom.text


def test_hostile_names_of_exercises_and_misconceptions_stay_text(student, overview):
    found = record("ada", {HOSTILE: exercise(check("a", FAILED, message="No.", misconceptions=(HOSTILE,)), check("b"))})
    assert student(found).of("script") == []
    assert len(overview([found]).of("script")) == 1


def test_a_page_has_landmarks_a_language_and_one_first_heading(everyone, student, overview):
    for page in (*map(student, everyone), overview(everyone)):
        assert page.of("html") == [{"lang": "en"}]
        assert len(page.of("main")) == len(page.of("h1")) == 1
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
        assert len(page.of("caption")) == len(page.of("table"))
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _, attributes in page.elements:
            assert attributes.get("aria-labelledby") in {None, *ids}
            target = attributes.get("href", "")
            assert not target.startswith("#") or target[1:] in ids
        for svg in page.of("svg"):
            assert svg.get("aria-hidden") == "true" or svg.get("role") == "img"


def test_a_student_reads_total_and_exercises(student, everyone):
    text = student(everyone[0], {"conv_2d": "A convolution layer"}).text
    assert "ada 100 of 100 points Everything passed. Well done!" in text
    assert "A convolution layer 100 of 100" in text
    assert "✓ Passed: 2 checks, 100 points" in text
    assert "Try again" not in text


def test_every_outcome_is_told_in_words(student, everyone):
    text = student(everyone[1]).text
    for said in (
        "Title of failed ✗ Not yet 0 of 4 points What FAILED says. Hint: Hint for FAILED.",
        "Title of raised ! Exception 0 of 4 points What RAISED says. Hint: Hint for RAISED.",
        "◷ Too slow 0 of 4 points What TIMED_OUT says. Your code was stopped when its time was up",
        "↯ Crashed 0 of 4 points What CRASHED says. Your code took the whole Python process down",
        "▲ Out of memory 0 of 4 points What OUT_OF_MEMORY says. Your code wanted more memory",
        "▲ Too large 0 of 4 points What TOO_LARGE says. What your code gave back is larger",
        "– Not run: 1 check Your code was ended twice in this exercise",
        "✓ Passed: 1 check, 4 points",
        "Hidden checks: 1 not passed yet These are other checks than those at home: grader check does not run them",
        "Title of hidden 0 of 4 points Hint: Look again.",
        "Try again at home: grader check conv_2d",
        "About your files none of its files is a module Left out, and not looked at: link 'a'",
    ):
        assert said in text


def test_failures_come_before_what_passed(student, everyone):
    text = student(everyone[2]).text
    assert text.index("h should be 3.") < text.index("✓ Passed")


def test_a_mix_up_behind_several_checks_is_explained_once_on_top(student, everyone):
    text = student(everyone[2]).text
    assert text.count(STRIDES.explanation) == 1
    assert text.index(STRIDES.explanation) < text.index("Title of one")
    assert "Read on: Tutorial IV, section 2 It explains 2 of the checks below." in text
    assert text.count(f"See the mix-up above: “{STRIDES.idea}”") == 1
    assert "Title of three 0 of 4 points The mix-up above explains this one too." in text


def test_a_mix_up_behind_one_check_is_explained_there(student, everyone):
    text = student(everyone[3]).text
    assert text.index("Title of one") < text.index(STRIDES.explanation) < text.index("Title of two")
    assert "Told here." in text
    assert "Without a name." in text


def test_an_example_is_shown_for_visible_checks_only(student):
    def page(visible):
        failed = check("a", FAILED, visible=visible, message="No.", example="conv_2D(x, 3)")
        return student(record("ada", {"conv_2d": exercise(failed, check("b"))})).text

    assert "What was called conv_2D(x, 3)" in page(True)
    assert "conv_2D(x, 3)" not in page(False)


def test_what_only_hidden_checks_found_is_not_to_be_looked_for_at_home(student):
    hidden = check("stride_order", FAILED, visible=False, message=HIDDEN_TEXT)
    text = student(record("ada", {"conv_2d": exercise(check("four"), hidden)})).text
    assert "grader check does not run them" in text
    assert "Try again at home" not in text
    assert "Title of stride_order 0 of 4 points More hints: grader hint conv_2d stride_order" in text


def test_each_failure_has_the_command_for_hints_where_there_are_any(student):
    failed = [check(name, FAILED, message=name) for name in ("four", "unheard_of")]
    text = student(record("ada", {"conv_2d": exercise(*failed)})).text
    assert "More hints: grader hint conv_2d four Title of unheard_of" in text
    assert text.count("More hints") == 1
    assert "Try again at home: grader check conv_2d" in text


def test_a_dropped_check_gave_its_points_and_is_nothing_to_mend(student, overview):
    broken = check("a", FAILED, score=4.0, message=DROPPED, misconceptions=(STRIDES.id,), hint="Look again.")
    found = record("ada", {"conv_2d": exercise(broken, check("b", visible=False))})
    text = student(found).text
    assert "conv_2d 2 of 2 8 of 8" in text
    assert (
        "✓ Dropped: 1 check This check was dropped after grading: everybody has its points. Title of a 4 of 4" in text
    )
    for said in ("Look again.", "Not yet", "not passed", "Try again", STRIDES.idea):
        assert said not in text
    page = overview([found, record("bela", {"conv_2d": exercise(check("a"), check("b", FAILED))})])
    assert page.text.index("conv_2d.b conv_2d") < page.text.index("Title of a dropped conv_2d.a conv_2d 4 1 of 2")
    assert STRIDES.idea not in page.text
    assert [one["data-lost"] for one in page.of("tr") if "data-lost" in one] == ["", "1"]
    assert "who did not pass conv_2d.a" not in page.text


def test_what_the_grader_failed_on_has_its_command(overview):
    oops = exercise(check("a", Outcome.GRADER_ERROR))
    page = overview([record("ada", {}), record("bela b's", {"conv_2d": oops}, status="error")])
    assert """grader replay DIR 'bela b'"'"'s'.""" in page.text
    page = overview([record("--help", {"conv_2d": oops}, status="error")])
    assert "grader replay DIR -- --help." in page.text


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (4, "✗ There is no conv_2d.py in your submission. Name the file exactly conv_2d.py"),
        (5, "✗ conv_2d.py could not be imported. Importing the module failed: SyntaxError: '(' was never closed"),
        (6, "✗ This exercise is not written yet. conv_2D(x, 3) raised NotImplementedError"),
        (7, "✗ All checks of this exercise fail in the same way. Same. Mend this first"),
    ],
)
def test_one_reason_is_said_once(place, said, student, everyone):
    found = everyone[place]
    text = student(found).text
    assert said in text
    number = len(found.exercises["conv_2d"].checks)
    assert (f"{number} checks wait for this" if number > 1 else "1 check waits for this") in text
    assert "✗ Not yet" not in text


def test_what_fails_in_the_same_way_keeps_its_hints_and_its_meaning(student):
    slow = [check(name, Outcome.TIMED_OUT, message="Same.", hint=f"Hint for {name}.") for name in "ab"]
    text = student(record("ada", {"conv_2d": exercise(*slow)})).text
    assert "Same. Your code was stopped when its time was up" in text
    assert "Title of b 0 of 4 Hint: Hint for b." in text


def test_an_error_holds_the_score_back_and_says_whose_fault_it_is(student, everyone):
    text = student(everyone[8]).text
    assert "Score held back The grader failed on your submission" in text
    assert "conv_2d 1 of 2 held back" in text
    assert "? Grader failed held back This is our fault, not yours" in text
    assert "of 100 points" not in text
    assert "KeyError" not in text
    assert "Try again" not in text


def test_a_refusal_has_its_reason_and_what_to_do(student, everyone):
    text = student(everyone[9]).text
    assert "The reason: it holds more than 2000 files Put your modules into one folder" in text
    assert "Left out, and not looked at: link 'b'" in text


def test_no_walls_are_told_on_both_pages(student, overview, everyone):
    assert "Graded without walls (--isolation none)" in student(everyone[10]).text
    assert "Graded without walls" not in student(everyone[0]).text
    assert "1 submission graded without walls (--isolation none)" in overview(everyone).text


def test_the_class_page_tells_what_the_class_did_not_understand(overview, everyone):
    page = overview(everyone, {"conv_2d": "A convolution layer"})
    text = page.text
    assert "Submissions 12 Mean" in text
    assert "Graded 10 Refused 1 Grader failed 1" in text
    assert "0 to 10: 9; 10 to 20: 0;" in "".join(page.raw["title"])
    assert "The strides of height and width come last. In NHWC the last axis holds the channels." in text
    assert "Module missing A convolution layer 1 eve" in text
    assert "Not written yet A convolution layer 1 gus" in text
    assert "Title of two conv_2d.two A convolution layer 4 1 of 2 (50 %) 0.50 –" in text
    assert "jon – – refused ivy" not in text
    assert "ivy – – grader failed jon – – refused" in text
    assert {one["href"] for one in page.of("a")} >= {page_name(one.submission) for one in everyone}


def test_many_submissions_in_one_group_are_folded(overview):
    missing = exercise(check("a", FAILED, message="There is no such module in the submission."))
    page = overview([record(f"s{place}", {"conv_2d": missing}) for place in range(9)])
    assert "show all 9" in page.text
    assert len([one for one in page.of("a") if one["href"] == page_name("s8")]) == 2


def test_a_class_of_nobody_has_a_page(overview):
    page = overview([])
    assert "Submissions 0" in page.text
    assert "Mean" not in page.text


def test_a_class_page_of_five_thousand_stays_small(catalogue):
    found = {name: exercise(check("a"), check("b", FAILED, message="No.", misconceptions=("strides_on_wrong_axes",)))
             for name in ("convolution_chain", "conv_2d", "subgraph", "top5")}  # fmt: skip
    content = class_page([record(f"student {place}", found) for place in range(5000)], catalogue, {})
    assert content.count(b"<tr data-status") == 5000
    assert len(content) < 6_000_000


def test_a_page_stays_under_a_megabyte_however_many_large_pictures_there_are(student, catalogue):
    chance = np.random.default_rng(0)
    want = chance.normal(size=(900, 900))
    checks = []
    for at in range(30):
        got = chance.normal(size=(900, 900))
        shown = exhibit_of(Numbers("x" * 5000, got, want, np.zeros(want.shape, bool)), Program("", ()))
        checks.append(check(f"c{at}", FAILED, message="m" * 600 + str(at), exhibit=shown))
    content = student_page(record("ada", {"conv_2d": exercise(*checks, check("right"))}), catalogue, {})
    pictures = len([one for one in Page(content).of("svg") if one.get("class") == "drawing"])
    assert 20 < pictures < 4 * 30
    assert len(content) < 1_000_000


def test_rare_misconceptions_are_folded(overview):
    checks = [check(f"c{at}", FAILED, message=f"No {at}.", misconceptions=(f"idea {at}",)) for at in range(13)]
    page = overview([record("ada", {"conv_2d": exercise(*checks)})])
    assert "3 rarer ones" in page.text
