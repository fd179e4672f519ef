"""Text as Markdown in which nothing of it is mark-up."""

from grader.export.printable import printable


def fenced(text: str) -> str:
    """Return text as a fenced code block; the fence is longer than any row of backticks in it."""
    lines = [printable(line) for line in text.split("\n")]
    longest = run = 0
    for character in "\n".join(lines):
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *lines, fence])
