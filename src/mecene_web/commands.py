"""Commands: what ``mecene`` can do once the platform is installed."""

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the installation / dossier de l’installation."),
]


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on / adresse d’écoute.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.", min=1, max=65_535)] = 8000,
    home: Home = None,
) -> None:
    """Start the platform on this machine / démarrer la plateforme sur cette machine."""
    _open(home)
    from mecene_web import serving, starting

    for line in starting.start(host=host, port=port):
        typer.echo(line)
    serving.serve(host=host, port=port)


def backup(
    into: Annotated[Path | None, typer.Option(help="Folder to write it into / dossier.")] = None,
    home: Home = None,
) -> None:
    """Write a backup of the whole installation / sauvegarder toute l’installation."""
    _open(home)
    from django.utils import timezone

    from mecene_web import backup as backups

    typer.echo(backups.backup(now=timezone.localtime(), into=into))


def restore(
    file: Annotated[Path, typer.Argument(help="A backup / une sauvegarde.")], home: Home = None
) -> None:
    """Put a backup back into an empty folder / remettre une sauvegarde dans un dossier vide."""
    _at(home)
    from mecene_web import backup as backups
    from mecene_web import home as homes

    backups.restore(file, into=homes.folder())
    _open(home)
    from django.utils import timezone

    from mecene_web import upgrade
    from mecene_web.rights import replay

    upgrade.upgrade(now=timezone.localtime())
    # Who was erased since the backup is remembered beside it.
    gone = replay.replay([file.parent / "erasures.jsonl"], now=timezone.now())
    if gone:
        typer.echo(f"Effacements rejoués / erasures replayed: {len(gone)}")
    typer.echo(homes.folder())


def _at(home: Path | None) -> None:
    import os

    if home is not None:
        os.environ["MECENE_HOME"] = str(home.expanduser().resolve())


def _open(home: Path | None) -> None:
    _at(home)
    from mecene_web import opening

    opening.ready()
