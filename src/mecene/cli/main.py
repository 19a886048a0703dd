"""Main: the `mecene` program, its commands and those that applications add.

An application adds a command by an entry point in the group ``mecene.commands``: a function
that typer can read, under the command's name. Its help stands in the ``words.toml`` of the package
that the function is in (``help.NAME``, ``options.NAME``), where there is one.
"""

import os
import sys
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from importlib import metadata
from itertools import pairwise
from typing import Annotated, Any

import typer

from mecene.cli import (
    analyse,
    attribution,
    backtest,
    check,
    demo,
    explain,
    groups,
    helping,
    mistakes,
    models,
    score,
    simulate,
    spared,
    uplift,
    watch,
)
from mecene.cli.lexicon import LEXICON, say
from mecene.words import LANGUAGES, Lexicon, UnknownWords

COMMANDS: dict[str, Callable[..., None]] = {
    "analyse": analyse.analyse,
    "check": check.check,
    "explain": explain.explain,
    "watch": watch.watch,
    "groups": groups.groups,
    "attribution": attribution.attribution,
    "score": score.score,
    "backtest": backtest.backtest,
    "models": models.models,
    "uplift": uplift.uplift,
    "simulate": simulate.simulate,
    "demo": demo.demo,
}
GROUP = "mecene.commands"
INTERRUPTED = 130  # what a shell says of a program stopped with Ctrl-C


def application(*, lang: str, added: Iterable[metadata.EntryPoint] | None = None) -> Any:
    """Return the program, a click group, with its help in a language.

    Args:
        lang: ``fr`` or ``en``.
        added: The commands of applications; those installed by default.
    """
    app = typer.Typer(
        name="mecene",
        help=say("help.mecene", lang=lang),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_program)
    for name, command in COMMANDS.items():
        app.command(name, help=say(f"help.{name}", lang=lang))(command)
    lexicons = {}
    for entry in metadata.entry_points(group=GROUP) if added is None else added:
        command = entry.load()
        lexicons[entry.name] = own = Lexicon(command.__module__.rpartition(".")[0])
        app.command(entry.name, help=_added_help(own, entry.name, lang=lang))(command)
    group: Any = typer.main.get_command(app)
    for command in (group, *group.commands.values()):
        own = lexicons.get(command.name, LEXICON)
        for parameter in command.params:
            _word(parameter, own, command=command.name, lang=lang)
    helping.speak(group, lang=lang)
    return group


# Small matrices: a second thread waits more than it works, and waits by spinning.
_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def run() -> None:
    """Run the program; the exit code is 0 done, 1 nothing could be done, 2 asked wrongly."""
    # Read when NumPy and LightGBM are imported, which is not yet.
    for name, value in _THREADS.items():
        os.environ.setdefault(name, value)
    spared.prepare()
    lang = language(sys.argv[1:], dict(os.environ))
    arguments = sys.argv[1:]
    sys.exit(obey(arguments, lang=lang))


def obey(arguments: list[str], *, lang: str) -> int:
    """Do what is asked; return the exit code: 0 done, 1 nothing could be done, 2 asked wrongly."""
    program = application(lang=lang)
    if not arguments:
        arguments = ["--help"]
    unknown = _unknown_command(arguments, known=program.commands)
    if unknown:
        words = say(
            "mistakes.no_such_command", lang=lang, value=unknown, known=", ".join(program.commands)
        )
        typer.echo(words, err=True)
        return 2
    # The language found is the language of the whole run, so that it is said once.
    defaults = {name: {"lang": lang} for name in program.commands}
    try:
        found = program.main(
            args=arguments, prog_name="mecene", default_map=defaults, standalone_mode=False
        )
    except typer.TyperException as refused:
        typer.echo(mistakes.written(refused, lang=lang), err=True)
        return int(getattr(refused, "exit_code", 2))
    if found == INTERRUPTED:
        typer.echo(say("errors.interrupted", lang=lang), err=True)
    return found if isinstance(found, int) else 0


def _unknown_command(arguments: list[str], *, known: Container[str]) -> str | None:
    first = arguments[0]
    return None if first.startswith("-") or first in known else first


def language(arguments: list[str], environment: dict[str, str]) -> str:
    """Return the language to speak: ``--lang``, else MECENE_LANG, else LANG, else French."""
    asked = [after for flag, after in pairwise(arguments) if flag == "--lang"]
    asked += [flag.removeprefix("--lang=") for flag in arguments if flag.startswith("--lang=")]
    asked += [environment.get("MECENE_LANG", ""), environment.get("LANG", "")]
    known = [word[:2].lower() for word in asked if word[:2].lower() in LANGUAGES]
    return known[0] if known else "fr"


def _added_help(own: Lexicon, name: str, *, lang: str) -> str | None:
    """Return the help of a command that an application added; None: its docstring."""
    try:
        return own.say(f"help.{name}", lang=lang)
    except (UnknownWords, OSError, ImportError, ValueError):
        return None


def _word(parameter: Any, own: Lexicon, *, command: str, lang: str) -> None:
    """Give an option its help in a language; one that nobody gave words keeps its own."""
    for key in (f"{command}_{parameter.name}", parameter.name):
        for lexicon in (own, LEXICON):
            with suppress(UnknownWords, OSError, ImportError, ValueError):
                parameter.help = lexicon.say(f"options.{key}", lang=lang)
                return


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(metadata.version("mecene"))
        raise typer.Exit


def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Hear what is asked of the program itself."""
