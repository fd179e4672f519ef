"""`grader diff`: whose score changed between two runs."""

from collections.abc import Sequence
from pathlib import Path

import click

from grader.changes import Change, compare
from grader.cli import terminal
from grader.record import read_all

_MOST_CHECKS = 4


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print a list of changes as JSON.")
def command(old: Path, new: Path, as_json: bool) -> None:
    """Say whose score changed between the output folders OLD and NEW, by how much and why.

    \b
    cp -r graded graded-before && grader grade submissions/ --out graded
    grader diff graded-before graded
    """
    try:
        before, after = read_all(old), read_all(new)
    except (OSError, ValueError) as error:
        raise click.UsageError(terminal.plain(str(error))) from error
    changes = compare(before, after)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(list(map(_escaped, changes))).decode()))
        return
    _show(changes, {record.submission for record in before} & {record.submission for record in after})


def _escaped(change: Change) -> Change:
    import msgspec

    name = change.submission.encode("utf-8", "backslashreplace").decode()
    return msgspec.structs.replace(change, submission=name)


def _show(changes: Sequence[Change], both: set[str]) -> None:
    shown = terminal.console()
    if changes:
        shown.print(terminal.table(["submission", "before", "now", "change"], list(map(_row, changes))))
    for change in changes:
        if change.kind == "changed":
            checks = [f"{one.id} {_number(one.old)} -> {_number(one.new)}" for one in change.checks[:_MOST_CHECKS]]
            more = len(change.checks) - len(checks)
            what = ", ".join(checks) + (f" and {more} more checks" if more > 0 else "")
            why = "; ".join(change.reasons) or "nothing that a record tells: were the checks or the solution edited?"
            shown.print(f"{terminal.one_line(change.submission)}: {what or 'same points'} ({why})")
    changed = sum(change.kind == "changed" for change in changes)
    gone, new = (sum(change.kind == kind for change in changes) for kind in ("gone", "new"))
    shown.print(f"{changed} changed, {len(both) - changed} the same, {new} new, {gone} gone")


def _row(change: Change) -> list[str]:
    both = change.old is not None and change.new is not None
    difference = f"{(change.new or 0) - (change.old or 0):+g}" if both else change.kind
    return [change.submission, _number(change.old), _number(change.new), difference]


def _number(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"
