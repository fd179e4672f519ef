"""Text that any program can hold: no control characters, valid UTF-8."""


def printable(text: str) -> str:
    """Return a line with what cannot be seen, or cannot be stored as UTF-8, written out: `\\x1b`, `\\udc80`."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def lines(text: str) -> str:
    """Return a text of several lines, each printable."""
    return "\n".join(printable(line) for line in text.split("\n"))


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many characters and a mark that there were more."""
    return text if len(text) <= longest else f"{text[:longest]} …"
