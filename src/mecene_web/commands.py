"""Commands: what ``mecene`` can do once the platform is installed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mecene.words import Lexicon

_WORDS = Lexicon("mecene_web")

Home = Annotated[Path | None, typer.Option("--home", metavar="FOLDER")]
Lang = Annotated[str, typer.Option("--lang", metavar="[fr|en]")]


def serve(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535)] = 8000,
    home: Home = None,
    lang: Lang = "fr",
) -> None:
    """Start the platform on this machine."""
    with _opened(home, lang):
        from mecene_web import serving, starting

        if serving.is_taken(host=host, port=port):
            _end(_WORDS.say("tell.busy", lang=lang, port=port))
        for line in starting.start(host=host, port=port, lang=lang):
            typer.echo(line)
        serving.serve(host=host, port=port)


def doctor(home: Home = None, lang: Lang = "fr") -> None:
    """Check the installation and say what to mend."""
    with _opened(home, lang):
        from django.utils import timezone

        from mecene_web import doctor as doctors

        found = doctors.examine(now=timezone.localtime())
        for each in found:
            mark = _WORDS.say(f"marks.{each.state}", lang=lang)
            typer.echo(f"{mark:<10} {_WORDS.say(f'doctor.{each.key}', lang=lang, **each.values)}")
        bad = sum(each.state == "bad" for each in found)
        warn = sum(each.state == "warn" for each in found)
        word = "to_mend" if bad or warn else "all_well"
        typer.echo(_WORDS.say(f"tell.{word}", lang=lang, bad=bad, warn=warn))
        raise typer.Exit(1 if bad else 0)


def backup(
    into: Annotated[Path | None, typer.Option("--into", metavar="FOLDER")] = None,
    home: Home = None,
    lang: Lang = "fr",
) -> None:
    """Write a backup of the whole installation."""
    with _opened(home, lang):
        from django.utils import timezone

        from mecene_web import backup as backups

        typer.echo(backups.backup(now=timezone.localtime(), into=into))


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")], home: Home = None, lang: Lang = "fr"
) -> None:
    """Put a backup back into an empty folder."""
    with _opened(home, lang, ready=False):
        from mecene_web import backup as backups
        from mecene_web import home as homes
        from mecene_web import restoring

        try:
            again = restoring.restore(file, into=homes.folder())
        except (backups.NoBackup, backups.NotEmpty) as refused:
            _end(str(refused))
        typer.echo(_WORDS.say("tell.restored", lang=lang, home=homes.folder()))
        typer.echo(_WORDS.say("tell.erased_again", lang=lang, n=len(again)))


@contextmanager
def _opened(home: Path | None, lang: str, *, ready: bool = True) -> Iterator[None]:
    """Have the installation open; say what is missing where the extra is not installed."""
    if home is not None:
        os.environ["MECENE_HOME"] = str(home.expanduser().resolve())
    try:
        from mecene_web import opening

        if ready:
            opening.ready()
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("mecene"):
            raise
        _end(_WORDS.say("tell.extra", lang=lang))
    yield


def _end(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(1)
