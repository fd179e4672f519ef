"""A real browser that looks at the pages: Chromium, driven by Playwright, as `make test` has installed it."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fetch_browser import CHROMIUMS
from playwright.sync_api import Browser, Page, sync_playwright
from records import STRIDES
from viewing import DESK

from grader.feedback import write

FOLDER = Path(os.environ.get("GRADER_BROWSER", Path(sys.prefix) / "browser"))


def chromium() -> tuple[str, dict[str, str]]:
    """Return the path of a Chromium and the variables that it needs."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found:
        return found, {}
    own = FOLDER / "chromium"
    assert own.is_file(), f"no Chromium: run python {Path(__file__).with_name('fetch_browser.py')} {FOLDER}"
    return str(own), {"LD_LIBRARY_PATH": str(FOLDER / "al2023" / "lib"), "FONTCONFIG_PATH": str(FOLDER / "fonts")}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the browser."""
    path, variables = chromium()
    # No sandbox: as root there is none, and the pages are ours.
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], env=os.environ | variables)
        yield opened
        opened.close()


@pytest.fixture
def look(browser):
    """Return a function that opens a page and makes sure that it has no complaint and asks for nothing."""

    @contextmanager
    def opened(path: Path, width: int = DESK, scheme: str = "light") -> Iterator[Page]:
        said: list[str] = []
        asked: list[str] = []
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        assert said == []
        assert [url for url in asked if not url.startswith("blob:")] == [path.as_uri()]
        page.close()

    return opened


@pytest.fixture
def pages(tmp_path, everyone, pictured):
    """Return the pages of a small class, by submission; that of the class is `class`."""
    records = [*everyone, *pictured]
    written = write(tmp_path, records, [STRIDES], durations={"ada": 2.5})
    return dict(zip([*(record.submission for record in records), "class"], written, strict=True))


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script that knows the rules of accessibility."""
    path = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    assert path.is_file(), f"no axe-core: run python {Path(__file__).with_name('fetch_browser.py')} {FOLDER}"
    return path.read_text(encoding="utf-8")
