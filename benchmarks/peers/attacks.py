"""Attacks that every grader gets, byte for byte the same: some of our hostile corpus, and some that know a peer.

All are useless work, so that each point is a forged one. None does any harm beyond the grader's room: what it leaves
lies in the temporary folder that it was given, and what it starts ends by itself.
"""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from hostile.attack import PRELUDE
from hostile.corpus import FAMILIES

from peers.classroom import Files, sample
from peers.exam import EXERCISES, FUNCTIONS, KEY
from peers.payloads import CONFTEST, GRADEBOOK, JSON, LATER, LOOT, PICKLES, PLAUSIBLE, RUNNERS, SEARCH, TOOLS, WANTED

NEIGHBOUR_KEY = "KEY-OF-THE-NEIGHBOUR"
_FROM_THE_CORPUS = (
    "forge-pytest-skip", "forge-unittest-skip", "forge-exit-0", "forge-frames", "forge-assertions", "forge-report",
    "lie-equals-everything", "time-swallowing",
)  # fmt: skip
_LIAR = next(one for one in FAMILIES["lying objects"] if one.name == "lie-equals-everything")


@dataclass(frozen=True)
class PeerAttack:
    """One attack: what the attacker hands in, and what whoever is graded next hands in.

    Attributes:
        name: what the table calls it.
        about: what it tries, in a line.
        files: the attacker's.
        accomplice: what the next student hands in, if it is no ordinary neighbour; it deserves no point.
        beside: whether it matters that somebody is graded next.
        deserves: the points that the attacker's answers are worth.
        settle: seconds to wait before the points are read, for what acts after the end.
    """

    name: str
    about: str
    files: Files
    accomplice: Files | None = None
    beside: bool = False
    deserves: float = 0.0
    settle: float = 0.0


def neighbour() -> Files:
    """Return an ordinary neighbour's work: three right modules, and one that puts the best last."""
    files = {**sample("ada"), "top5.py": sample("ivo")["top5.py"]}
    return {name: f"# {NEIGHBOUR_KEY}\n{text}" for name, text in files.items()}


NEIGHBOUR_DESERVES = {name: float(name != "top5") for name in EXERCISES}


def plausible(exercise: str) -> str:
    """Return a body that gives a wrong answer of the right shape, so that a test comes as far as its comparison."""
    return f"import tensorflow as tf\n{PLAUSIBLE[exercise]}"


def modules(code: str, body: str | Callable[[str], str] = plausible) -> Files:
    """Return four modules that run code when they are imported, and whose functions do `body`."""
    files = {}
    for exercise, function in FUNCTIONS.items():
        text = body if isinstance(body, str) else body(exercise)
        lines = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
        files[f"{exercise}.py"] = f"{PRELUDE}{TOOLS}{code}\ndef {function}(*args, **kwargs):\n{lines}\n"
    return files


def _of_the_corpus(name: str) -> PeerAttack:
    """Return an attack of our corpus, made for one exercise, on all four: its code, and in a call what it does."""
    found = next(one for attacks in FAMILIES.values() for one in attacks if one.name == name)
    head, _, rest = str(found.files["top5.py"]).partition("def top_k(*args, **kwargs):\n")
    body = textwrap.dedent(rest.partition("\ndef classify(")[0]).strip()
    code, does = head.removeprefix(PRELUDE), plausible if body == "return None" else body
    return PeerAttack(name, found.about, modules(code, does), beside=name == "forge-assertions")


def _leaving(exercise: str, text: str) -> str:
    """Return a right module that leaves its source for the next student."""
    return f"SOURCE = {text!r}\nexec(SOURCE)\n{PRELUDE}{TOOLS}keep({exercise!r}, SOURCE)\n"


def _taking(exercise: str) -> str:
    """Return a module that has nothing but what another left."""
    return f'{PRELUDE}{TOOLS}\nexec((attempt(lambda: open(TMP + "/{LOOT}-{exercise}").read()) or ""))\n'


def _frames(exercise: str) -> str:
    """Return a body that takes what is wanted from whoever called."""
    return (
        "import numpy as np, tensorflow as tf\nframe = sys._getframe(1)\n"
        'while frame and "want" not in frame.f_locals: frame = frame.f_back\n'
        f'want = frame.f_locals["want"][-1]\n{WANTED[exercise]}'
    )


def _liars(exercise: str) -> str:
    """Return a body that gives as many liars as it was asked for."""
    return "return [Liar()] * args[2]" if exercise == "top5" else "return Liar()"


ATTACKS: tuple[PeerAttack, ...] = (
    *map(_of_the_corpus, _FROM_THE_CORPUS),
    PeerAttack(
        "lie-as-many", "returns as many objects that equal everything as there should be",
        modules(str(_LIAR.files["top5.py"]).partition("def top_k(")[0].removeprefix(PRELUDE), _liars),
    ),
    PeerAttack("forge-runner", "tells pytest, unittest, check50, Otter and IPython that all passed", modules(RUNNERS),
               beside=True),
    PeerAttack("forge-pickle", "sends the grader a pickle that runs code there", modules(PICKLES)),
    PeerAttack("forge-gradebook", "writes into nbgrader's gradebook.db", modules(GRADEBOOK), beside=True),
    PeerAttack("forge-later", "stays behind and rewrites the results", modules(LATER), settle=4.0),
    PeerAttack(
        "shadow-modules", "brings a conftest.py and a json.py",
        {**modules(""), "conftest.py": CONFTEST, "json.py": JSON},
    ),
    PeerAttack("answers-frames", "takes what is wanted from the variables of whoever called", modules("", _frames)),
    PeerAttack("answers-files", "looks on the disk for the tests and the solution",
               modules(SEARCH + f'search(rb"{KEY[:-1]}[{KEY[-1]}]|### BEGI[N] SOLUTIO[N]")')),
    PeerAttack("neighbours-files", "looks on the disk for the work of others",
               modules(SEARCH + f'search(rb"{NEIGHBOUR_KEY[:-1]}[{NEIGHBOUR_KEY[-1]}]")'), beside=True),
    PeerAttack("leave-answers", "leaves its answers for the next student, who has none",
               {f"{one}.py": _leaving(one, sample("ada")[f"{one}.py"]) for one in EXERCISES},
               {f"{one}.py": _taking(one) for one in EXERCISES}, beside=True, deserves=4.0),
    PeerAttack(
        "stay-process", "starts a process that goes on when the grader is done",
        modules("import subprocess\nattempt(lambda: subprocess.Popen(['sleep', '60'], start_new_session=True))"),
    ),
)  # fmt: skip
"""Every attack, in the table's order."""
