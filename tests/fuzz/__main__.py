"""Fuzz one target with atheris, or all of them one after the other.

    PYTHONPATH=tests python -m fuzz [TARGET] [--seconds N]

New inputs that reach new code go to build/fuzz/TARGET; what fails is written there too, and the exit code is not 0. The
kept inputs in tests/fuzz/corpus/TARGET are where it begins.
"""

import argparse
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
FOUND = Path(__file__).parent.parent.parent / "build" / "fuzz"
NAMES = ("frames", "evaluated", "zip", "tar", "gzip", "notebook", "names", "graph")
_LONGEST_INPUT = 1 << 14


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target in this process; never returns."""
    import atheris

    include = ["grader", "fuzz", "zipfile", "json"]
    if name == "graph":
        import tensorflow  # noqa: F401  # imported first, so that it is not instrumented

        with atheris.instrument_imports(include=include):
            from fuzz.graphs import fuzz_graph as target
    else:
        with atheris.instrument_imports(include=include):
            from fuzz.targets import TARGETS
        target = TARGETS[name]
    place = FOUND / name
    place.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-max_len={_LONGEST_INPUT}", "-timeout=20", "-rss_limit_mb=4096",
        f"-artifact_prefix={place}-failure-", "-verbosity=0", "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(place), str(CORPUS / name)], target)
    atheris.Fuzz()


def main() -> int:
    """Do what was asked for; with no target, run each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args()
    if given.target:
        fuzz(given.target, given.seconds)
    failed = []
    for name in NAMES:
        print(f"{name}: {given.seconds} s", flush=True)
        command = [sys.executable, "-m", "fuzz", name, "--seconds", str(given.seconds)]
        if subprocess.run(command).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}: see {FOUND}" if failed else "nothing was found", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
