"""A real browser that looks at the pages: Chromium, driven by Playwright, as `make test` has installed it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chromium import axe_core
from playwright.sync_api import Page
from records import STRIDES
from viewing import DESK

from grader.feedback import write


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
    return axe_core()
