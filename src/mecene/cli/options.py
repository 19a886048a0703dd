"""Options: what the commands can be told, said once."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from mecene.cli.lexicon import say
from mecene.words import LANGUAGES


def speaking(lang: str, name: str) -> str:
    """Return the help of an option."""
    return say(f"options.{name}", lang=lang)


def parse_day(text: str) -> date:
    """Return a day written ``2025-12-31`` or ``31/12/2025``.

    Raises:
        typer.BadParameter: it is neither.
    """
    parts = text.split("/")
    iso = "-".join(reversed(parts)) if len(parts) == 3 else text
    try:
        return date.fromisoformat(iso)
    except ValueError as wrong:
        raise typer.BadParameter(f"{text!r}: 2025-12-31 / 31/12/2025") from wrong


def parse_language(text: str) -> str:
    """Return ``fr`` or ``en``.

    Raises:
        typer.BadParameter: it is neither.
    """
    if text not in LANGUAGES:
        raise typer.BadParameter(f"{text!r}: {' | '.join(LANGUAGES)}")
    return text


Files = Annotated[list[Path], typer.Argument(exists=True, readable=True, show_default=False)]
File = Annotated[Path, typer.Argument(exists=True, readable=True, show_default=False)]
Table = Annotated[list[Path], typer.Option(exists=True, readable=True, show_default=False)]
AsOf = Annotated[Any, typer.Option(parser=parse_day, metavar="DATE", show_default=False)]
Out = Annotated[Path, typer.Option(file_okay=False)]
Lang = Annotated[str, typer.Option(parser=parse_language, metavar="fr|en")]
Json = Annotated[bool, typer.Option("--json")]
