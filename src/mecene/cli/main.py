"""Main: the `mecene` program, its commands and those that applications add.

An application adds a command by an entry point in the group ``mecene.commands``: a function
that typer can read, under the command's name.
"""

import os
import sys
from importlib import metadata

import typer

from mecene.cli import analyse, check, demo, explain, simulate
from mecene.cli.lexicon import say
from mecene.words import LANGUAGES

COMMANDS = {
    "analyse": analyse.analyse,
    "check": check.check,
    "explain": explain.explain,
    "simulate": simulate.simulate,
    "demo": demo.demo,
}
GROUP = "mecene.commands"


def application(*, lang: str) -> typer.Typer:
    """Return the program with its help in a language."""
    app = typer.Typer(
        name="mecene",
        help=say("help.mecene", lang=lang),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_version)
    for name, command in COMMANDS.items():
        app.command(name, help=say(f"help.{name}", lang=lang))(command)
    for entry in metadata.entry_points(group=GROUP):
        app.command(entry.name)(entry.load())
    return app


def run() -> None:
    """Run the program; the exit code is 0 done, 1 nothing could be done, 2 asked wrongly."""
    application(lang=language(sys.argv[1:], dict(os.environ)))()


def language(arguments: list[str], environment: dict[str, str]) -> str:
    """Return the language to speak before any option is read: ``--lang``, MECENE_LANG or LANG.

    French unless told otherwise.
    """
    asked = [
        after for flag, after in zip(arguments, arguments[1:], strict=False) if flag == "--lang"
    ]
    asked += [flag.removeprefix("--lang=") for flag in arguments if flag.startswith("--lang=")]
    asked += [environment.get("MECENE_LANG", ""), environment.get("LANG", "")]
    known = [word[:2].lower() for word in asked if word[:2].lower() in LANGUAGES]
    return known[0] if known else "fr"


def _version(
    version: bool = typer.Option(False, "--version", is_eager=True, help="0.1.0"),
) -> None:
    if version:
        typer.echo(metadata.version("mecene"))
        raise typer.Exit
