"""The students' pages as a person with a browser has them."""

import pytest
from records import HOSTILE
from viewing import DESK, OVERFLOW, PHONE, UNFOLD, VIOLATIONS

SHOWN = ["bela", "cyd", "gus", "ivy", "jon", "kim", "planes", "shapes", "graphs", "ranking", HOSTILE]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_page_fits_and_has_no_complaint(width, look, pages):
    for name in SHOWN:
        with look(pages[name], width) as page:
            assert page.evaluate(OVERFLOW) == 0, name
            assert page.locator("h1").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_keeps_the_rules_of_accessibility(scheme, look, pages, axe):
    for name in SHOWN:
        with look(pages[name], scheme=scheme) as page:
            page.evaluate(UNFOLD)
            page.evaluate(axe)
            assert page.evaluate(VIOLATIONS) == [], name


def test_dark_and_light_are_two_sights(look, pages):
    colours = []
    for scheme in ("light", "dark"):
        with look(pages["planes"], scheme=scheme) as page:
            colours.append([page.evaluate(f"getComputedStyle({of}).{what}") for of, what in (
                ("document.body", "backgroundColor"), ("document.body", "color"),
                ("document.querySelector('.drawing .cell')", "fill"))])  # fmt: skip
    assert all(light != dark for light, dark in zip(*colours, strict=True))


def test_hostile_text_stays_text(look, pages):
    with look(pages[HOSTILE]) as page:
        assert "<script>alert(1)</script>" in page.locator("h1").inner_text()
        assert page.locator("article.check").first.inner_text().count("<script>") >= 3
        assert page.locator("script").count() == 0


def test_the_keyboard_reaches_and_opens_everything(look, pages):
    with look(pages["cyd"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "A"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        for _ in range(20):
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
            page.keyboard.press("Tab")
        folded = page.locator("details li").first
        assert not folded.is_visible()
        page.keyboard.press("Enter")
        assert folded.is_visible()


def test_on_paper_nothing_is_folded_and_the_colours_are_light(look, pages):
    with look(pages["cyd"], scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.locator("details li").first.bounding_box()["height"] > 0
        assert page.pdf().startswith(b"%PDF")


def test_a_picture_is_seen_and_told(look, pages):
    with look(pages["planes"]) as page:
        names = [" ".join(name.split()) for name in page.locator(".panel-name").all_inner_texts()]
        assert names == ["Yours 2 × 3", "Expected 2 × 3", "Difference 2 × 3", "Colours", "Input 3 × 4", "Filter 2 × 2"]
        for drawing in page.locator("svg.drawing").all():
            assert drawing.bounding_box()["height"] > 20
        told = page.locator("svg.drawing").first.get_attribute("aria-label")
        assert told.startswith("Yours: 2 by 3. 0, 0, ")
        assert page.locator("figcaption").inner_text().startswith("The first wrong number is framed: row 0, column 0")


def test_pictures_of_graphs_and_rankings_say_what_is_wrong(look, pages):
    with look(pages["graphs"]) as page:
        assert page.locator(".node.more").count() == 1
        assert "+ loss" in page.locator("svg.drawing").first.text_content()
    with look(pages["ranking"]) as page:
        assert page.locator(".chart.wrong").count() == 4
