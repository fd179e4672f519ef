"""What a hostile submission is, and what must hold when it is graded beside ordinary ones."""

import os
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
EXERCISES = ("convolution_chain", "conv_2d", "subgraph", "top5")
Earns = Literal["full", "zero", "less", "any"]
"""All points of an exercise, none, not all, or whatever its answers are worth."""

LEFT = "left-by-an-attack"
"""Every attack that writes something outside names it so; the runner looks for it everywhere."""

PRELUDE = """
import ctypes, os, sys
def loot(*things): print("LO" + "OT:", *(repr(thing)[:200] for thing in things), flush=True)
def attempt(do, *arguments, **named):
    try: return do(*arguments, **named)
    except Exception: return None
libc = ctypes.CDLL(None, use_errno=True)
"""
"""What a probe has at hand: `loot` says what it got hold of, which nobody may."""


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Attributes:
        name: unique; the submission's name too, unless `called` says otherwise.
        about: what it tries, in a line.
        files: path to content, laid over the four right modules; None leaves a path out.
        earns: by exercise what it earns; the exercises that are not named earn all their points.
        status: the record's status, or `ignored` for what is no submission and has no record.
        prints: what its code must have printed, to show that the attack was really tried.
        notes: what the record's notes must hold.
        pack: "" for a folder, ".zip" for a zip of the files, or the ending of what `write` writes.
        write: writes the submission at a path by itself, instead of `files`.
        called: the submission's name as the file system has it, if it is part of the attack.
        fast: whether `make test` runs it.
    """

    name: str
    about: str
    files: Mapping[str, str | bytes | None] = field(default_factory=dict)
    earns: Mapping[str, Earns] = field(default_factory=dict)
    status: Literal["graded", "refused", "ignored"] = "graded"
    prints: str = ""
    notes: str = ""
    pack: str = ""
    write: Callable[[Path], None] | None = None
    called: bytes | None = None
    fast: bool = False

    @property
    def submission(self) -> bytes:
        """Return the submission's name, as the file system has it."""
        return self.called or self.name.encode()

    def place(self, folder: Path, alone: bool = False) -> None:
        """Write the submission into a folder of submissions; `alone` without the modules that it does not attack."""
        target = Path(os.fsdecode(os.fsencode(folder) + b"/" + self.submission + self.pack.encode()))
        if self.write is not None:
            self.write(target)
        elif self.pack == ".zip":
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for path, data in self.content(alone).items():
                    archive.writestr(path, data)
        else:
            write_folder(target, self.content(alone))

    def content(self, alone: bool = False) -> dict[str, bytes]:
        """Return what the submission holds: the right modules, and its own files over them."""
        held = {} if self._enough(alone) else {f"{one}.py": right(one).encode() for one in EXERCISES}
        own = {path: text.encode() if isinstance(text, str) else text for path, text in self.files.items()}
        return {path: data for path, data in (held | own).items() if data is not None}

    def expected(self, exercise: str, alone: bool = False) -> Earns:
        """Return what an exercise should earn."""
        there = not self._enough(alone) or f"{exercise}.py" in self.files
        return self.earns.get(exercise, "full" if there else "zero")

    def _enough(self, alone: bool) -> bool:
        """Say whether its own files are enough to be graded."""
        return alone and self.write is None and any(f"{one}.py" in self.files for one in EXERCISES)


def write_folder(target: Path, content: Mapping[str, bytes]) -> None:
    """Write files below a folder."""
    for path, data in content.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def right(exercise: str) -> str:
    """Return a right module of the sample class."""
    return (FIXTURES / "sample_modules" / exercise / "right.py").read_text("utf-8")


_WRONG = {
    "convolution_chain": ("chain_convolutions", "apply_filter"),
    "conv_2d": ("conv_2D",),
    "subgraph": ("extract_main_graph", "place_on_device", "load_into_graph"),
    "top5": ("top_k", "classify"),
}


def wrong(exercise: str, body: str = "return None") -> str:
    """Return a module whose functions do `body` (they have `args` and `kwargs`) and nothing else."""
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return "\n".join(f"def {name}(*args, **kwargs):\n{lines}\n" for name in _WRONG[exercise])


def probe(name: str, about: str, code: str, exercise: str = "top5", **more: object) -> Attack:
    """Return an attack that looks for what it can get when it is imported, and then answers rightly.

    It earns all points, has to reach its end, and has to come home empty-handed.
    """
    done = "\nprint('TRIED', flush=True)\n"
    source = PRELUDE + textwrap.dedent(code).strip("\n") + done + right(exercise)
    settings: dict[str, object] = {"prints": "TRIED", **more}
    return Attack(name, about, {f"{exercise}.py": source}, **settings)  # type: ignore[arg-type]


def useless(
    name: str, about: str, code: str, body: str = "return None", exercise: str = "top5", **more: object
) -> Attack:
    """Return an attack that runs code when it is imported and has no answers: it earns nothing."""
    source = PRELUDE + textwrap.dedent(code).strip("\n") + "\n" + wrong(exercise, body)
    settings: dict[str, object] = {"earns": {exercise: "zero"}, **more}
    return Attack(name, about, {f"{exercise}.py": source}, **settings)  # type: ignore[arg-type]
