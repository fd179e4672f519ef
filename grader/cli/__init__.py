"""The command `grader`. Only this package prints; each command is a module of its own, imported when it is called."""

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from grader import __version__
from grader.cli.help import in_language
from grader.language import for_libraries, known, translate, use

_COMMANDS = {
    "check": "Check your own work on the visible cases.",
    "hint": "Get one more hint.",
    "show": "Draw an exercise's expected pictures, or a graph.",
    "submit": "Hand in: look whether all is there, pack it.",
    "grade": "Grade a class of submissions behind walls.",
    "export": "Write the scores for nbgrader, Gradescope, Canvas, Moodle and others.",
    "replay": "Run one check of one submission again, everything shown.",
    "feedback": "Write pages for students and one for the class.",
    "diff": "Say whose score changed between two runs, and why.",
    "final": "Write what counts: attempts, deadlines, groups.",
    "history": "List every grading of a submission.",
    "release": "Write what students get: stubs, fixtures, their wheel.",
    "similar": "Show pairs of submissions that share unusual passages.",
    "validate": "Prove the checks: right answers keep all points, wrong ones lose their own.",
    "models": "List the models, or fetch one.",
}


class _Lazy(click.Group):
    """A group that imports a command's module when it is called, so that help is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in _COMMANDS if Path(__file__).with_name(f"{name}.py").exists()]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        if name not in self.list_commands(ctx):
            raise click.UsageError(f"`grader {name}` is for staff; a students' installation does not hold it")
        module: Any = importlib.import_module(f"grader.cli.{name}")
        return in_language(module.command)

    def get_help(self, ctx: click.Context) -> str:
        return click.Group.get_help(in_language(self), ctx)

    def main(self, *args: Any, **settings: Any) -> Any:
        for_libraries()
        return super().main(*args, **settings)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(translate("Commands")):
            formatter.write_dl([(name, translate(_COMMANDS[name])) for name in self.list_commands(ctx)])


def _speak(_ctx: click.Context, _option: click.Parameter, language: str | None) -> None:
    if language is None:
        return
    if language not in known():
        raise click.UsageError(f"there is no language {language!a}; there are {', '.join(known())}")
    use(language)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--language", metavar="CODE", is_eager=True, expose_value=False, callback=_speak,
    help="Language of what is said, such as en or de (default: that of your system).",
)  # fmt: skip
@click.version_option(__version__, prog_name="grader")
def main() -> None:
    """Exercises for learning convolutions, and their grader.

    \b
    grader check conv_2d                      a student checks own work
    grader grade submissions/ --out graded/   a class is graded
    grader feedback graded/                   pages for students, one for the class
    """


if __name__ == "__main__":
    sys.exit(main())
