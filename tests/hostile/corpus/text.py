"""Hostile text: in messages, prints, names, docstrings. It is text in a record, a page, a spreadsheet, a terminal."""
# ruff: noqa: E501

from hostile.attack import Attack, right, useless

_SCRIPT = "<script>alert('left-by-an-attack')</script><img src=x onerror=alert(1)>"
_ANSI = "\\x1b[2J\\x1b]0;owned\\x07\\x1b[31mPASSED\\x1b[0m\\x9b1m\\r\\x08"
_RICH = "[red]x[/] [link=http://x]y[/link] [/nothing] [bold"
_TEMPLATE = "{{ 7 * 191 }} {% include '/etc/passwd' %} ${7*191} %s %n {0.__class__}"
_BIDI = "\\u202e\\u2066\\u200b\\ufeff\\ud800\\x00\\u2028"


def _raised(name: str, about: str, text: str, fast: bool = False) -> Attack:
    return useless(name, about, "", f'raise ValueError("""{text}""")', fast=fast)


def _called(name: str, about: str, called: bytes, fast: bool = False) -> Attack:
    """Return right work of a student with a hostile name."""
    return Attack(name, about, called=called, fast=fast)


ATTACKS: tuple[Attack, ...] = (
    _raised("text-script", "raises a message of HTML and script", _SCRIPT, fast=True),
    _raised("text-ansi", "raises a message that a terminal would obey", _ANSI),
    _raised("text-rich", "raises a message of markup", _RICH),
    _raised("text-template", "raises a message of templates", _TEMPLATE),
    _raised("text-bidi", "raises a message that reads backwards, with halves of characters", _BIDI),
    useless("text-long", "raises a message of a hundred megabytes", "", "raise ValueError('<b>' * (32 << 20))"),
    useless(
        "text-class",
        "names its exception's class as a script",
        "",
        f'raise type("""{_SCRIPT}""", (Exception,), {{}})("x")',
    ),
    useless(
        "text-line",
        "has the line that raises say something else",
        "",
        "raise ValueError('x')  # </code></pre><script>alert(1)</script> \x1b[2J [/red] =cmd|' /C calc'!A0",
    ),
    useless("text-import", "raises markup when it is imported", f'raise ImportError("""{_SCRIPT}{_ANSI}""")'),
    Attack(
        "text-syntax",
        "has a syntax error in a line of script",
        {"top5.py": f'x = "{_SCRIPT}" "\x1b[31m\n'},
        {"top5": "zero"},
    ),
    useless(
        "text-type",
        "returns an object whose type's name is a script",
        f'T = type("""{_SCRIPT}{_ANSI}""" * 99, (), {{}})',
        "return T()",
    ),
    Attack(
        "text-prints",
        "prints script and colours, and answers rightly",
        {
            "top5.py": f'"""{_SCRIPT}"""\nprint("""{_SCRIPT}{_ANSI}{_RICH}""")\nimport sys\nsys.stdout.buffer.write(bytes(range(256)))\n'
            + right("top5")
        },
    ),
    Attack(
        "text-docstrings",
        "has docstrings and names of script",
        {
            "conv_2d.py": right("conv_2d").replace(
                "def conv_2D", f'__doc__ = """{_SCRIPT}"""\n__name__ = "{_ANSI}"\ndef conv_2D'
            )
        },
    ),
    useless(
        "text-graph",
        "names its operations as a script",
        "import tensorflow as tf",
        "g = tf.compat.v1.GraphDef(); g.node.add(name='output', op='''"
        + _SCRIPT
        + "''', input=['''"
        + _ANSI
        + "''']); return g",
        "subgraph",
    ),
    _called("text-name-formula", "is named as a formula of a spreadsheet", b'=HYPERLINK("http:x","y")', fast=True),
    _called("text-name-at", "is named as another formula", b"@SUM(1+1)*cmd|' C calc'!A0"),
    _called("text-name-minus", "is named as a number, or an option", b"-2+3"),
    _called("text-name-option", "is named as an option of ours", b"--isolation=none"),
    _called("text-name-script", "is named as a script", b"<script>alert(1)<"),
    _called("text-name-ansi", "is named as a terminal's command", b"\x1b[2J\x1b]0;x\x07"),
    _called("text-name-newline", "has lines in its name", b"a\nb,100,100\r\nc"),
    _called("text-name-latin", "has a name that is not UTF-8", b"J\xf6rg\xff\xfe"),
    _called("text-name-template", "is named as a template", b"{{7*191}}%s${x}"),
    _called("text-name-rich", "is named as markup", b"[red]x[bold]"),
    _called("text-name-sql", "is named as a database's command", b"x'); DROP TABLE results;--"),
    _called("text-name-long", "has a name of 250 bytes", b"n" * 250),
    _called("text-name-bidi", "has a name that reads backwards", "\u202etxt.evil\u2066".encode()),
    useless(
        "text-labels",
        "returns labels of script and of commands for terminals",
        "",
        f'return [(0.5, """{_SCRIPT}{_ANSI}{_BIDI}{_RICH}""")] * 3',
        fast=True,
    ),
    _called("text-name-spaces", "has blanks and dots around its name", b" ada. "),
    _called(
        "text-name-decomposed", "is named as another is, in another of Unicode's forms", "J\u006f\u0308rg".encode()
    ),
    _called("text-name-composed", "is named as another is, in another of Unicode's forms", "J\u00f6rg".encode()),
    _called("text-name-index", "is named as a page of ours", b"index"),
    _called("text-name-store", "is named as our store", b"store.sqlite"),
    _called("text-name-capitals", "is named as its neighbour is, in capitals", b"A-NEIGHBOUR"),
    _called("text-name-separator", "has a formula behind another separator in its name", b"a;=1+1|b"),
    _called(
        "text-name-wide", "is named as a formula in wide letters, behind wide blanks", "\u3000\u00a0＝1＋1".encode()
    ),
    _called("text-name-time", "is named as an attempt at the end of time", b"ada@9999-12-31T23-59-59"),
    _called("text-name-device", "is named as a device of Windows", b"NUL.con"),
)
