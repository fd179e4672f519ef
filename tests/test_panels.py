"""Pictures and results as HTML: in the colours of the notebook's theme, and told to who cannot see them."""

from grader import panels
from grader.exhibit import Grid, Planes
from grader.showcase import sketches
from grader.tiles import Listing, Sketch

LISTED = Sketch("g", (Listing("yours", (("-", "a"), ("+", "b"), ("", "c"))),))
COLOURS = """[...document.querySelectorAll(".ok, .no, .other")].map(one => getComputedStyle(one).color)"""
GREEN = '<span class="ok">yes</span>'
NOTEBOOKS = {
    "JupyterLab": ('<html><body data-jp-theme-light="{light}">', ("true", "false")),
    "VS Code": ('<html><body class="{light}">', ("vscode-light", "vscode-dark")),
    "VS Code, contrast": (
        '<html><body class="{light}">', ("vscode-high-contrast vscode-high-contrast-light", "vscode-high-contrast"),
    ),
    "Colab": ('<html theme="{light}"><body>', ("light", "dark")),
}  # fmt: skip


def colours(browser, page: str, scheme: str) -> list[str]:
    """Return the colours of what is right, wrong and noted."""
    shown = browser.new_page(color_scheme=scheme)
    shown.set_content(page)
    found = shown.evaluate(COLOURS)
    shown.close()
    assert len(found) == 3
    return found


def test_colours_are_those_of_the_notebook_whatever_the_system_wears(browser) -> None:
    body = panels.fragment([GREEN, panels.sketch(LISTED)])
    plain = {scheme: colours(browser, panels.page("t", [GREEN, panels.sketch(LISTED)]), scheme)
             for scheme in ("light", "dark")}  # fmt: skip
    assert plain["light"] != plain["dark"]
    for name, (start, themes) in NOTEBOOKS.items():
        for theme, expected in zip(themes, plain.values(), strict=True):
            for scheme in plain:
                assert colours(browser, start.format(light=theme) + body, scheme) == expected, (name, theme, scheme)


def test_a_notebook_shows_yours_expected_and_difference_and_says_where_the_first_mistake_is() -> None:
    got, want, apart = (Grid(60, 2, (row,), 7, 0) for row in ("1 5", "1 2", "0 3"))
    (shown,) = sketches(Planes("h", (60, 2), (60, 2), got, want, apart, (".x",), (7, 1), (7, 1), 1))
    drawn = panels.sketch(shown)
    places = [drawn.index(f"<figcaption>{name} 60 x 2") for name in ("yours", "expected", "difference")]
    assert places == sorted(places)
    assert drawn.count('<rect x="1" y="0" width="1" height="1"') == 3
    assert drawn.count("first difference in row 7, column 1") == 3
