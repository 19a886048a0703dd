"""Options: what the commands can be told, said once; their help stands in ``words.toml``."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from mecene.cli.mistakes import Mistake
from mecene.words import LANGUAGES

OVERLAPS = ("keep", "skip")
# Those of mecene.facts, which is heavy to import for a help text; a test keeps them alike.
TABLES = (
    "gifts", "donors", "recurring_gifts", "recurring_changes", "contacts", "interactions",
    "consents", "campaigns", "attributes", "series",
)  # fmt: skip
ACTS = ("gift", "subscription", "opt_in")  # of mecene.attribution.touches, likewise


def parse_day(text: str) -> date:
    """Return a day written ``2025-12-31`` or ``31/12/2025``.

    Raises:
        Mistake: it is neither.
    """
    parts = text.split("/")
    iso = "-".join(reversed(parts)) if len(parts) == 3 else text
    try:
        return date.fromisoformat(iso)
    except ValueError as wrong:
        raise Mistake("day", value=text) from wrong


def parse_language(text: str) -> str:
    """Return ``fr`` or ``en``.

    Raises:
        Mistake: it is neither.
    """
    return _one_of(LANGUAGES, text)


def parse_share(text: str) -> float:
    """Return a share written ``5%``, ``5 %``, ``0.05`` or ``0,05``, between 0 and 1 excluded.

    Raises:
        Mistake: it is none.
    """
    bare = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(",", ".")
    percent = bare.endswith("%")
    try:
        share = float(bare.removesuffix("%")) / (100 if percent else 1)
    except ValueError as wrong:
        raise Mistake("share", value=text) from wrong
    if not 0 < share < 1:
        raise Mistake("share", value=text)
    return share


def parse_named_amount(text: str) -> tuple[str, float]:
    """Return a name and a number of 0 or more, from ``letter=0.62``; no name before a bare one.

    Raises:
        Mistake: it is neither.
    """
    name, _, number = text.rpartition("=")
    percent = number.strip().endswith("%")
    try:
        amount = float(number.strip().removesuffix("%").strip().replace(",", "."))
    except ValueError as wrong:
        raise Mistake("named_amount", value=text) from wrong
    if not 0 <= amount < float("inf"):
        raise Mistake("named_amount", value=text)
    return name.strip(), amount / 100 if percent else amount


def parse_overlap(text: str) -> str:
    """Return ``keep`` or ``skip``.

    Raises:
        Mistake: it is neither.
    """
    return _one_of(OVERLAPS, text)


def parse_act(text: str) -> str:
    """Return ``gift``, ``subscription`` or ``opt_in``.

    Raises:
        Mistake: it is none of these.
    """
    return _one_of(ACTS, text)


def parse_currency(text: str) -> str:
    """Return an ISO 4217 code in capitals.

    Raises:
        Mistake: it is none that can be read.
    """
    from mecene.sources.amounts import CURRENCIES

    return _one_of(tuple(sorted(CURRENCIES)), text.upper())


def parse_table(text: str) -> str:
    """Return the name of a table a file can be.

    Raises:
        Mistake: there is no such table.
    """
    return _one_of(TABLES, text)


def parse_file(text: str) -> Path:
    """Return the path of a file that is there and can be read.

    Raises:
        Mistake: it is not.
    """
    path = Path(text)
    if path.is_dir():
        raise Mistake("a_folder", value=text)
    if not path.exists():
        raise Mistake("no_file", value=text)
    if not os.access(path, os.R_OK):
        raise Mistake("not_readable", value=text)
    return path


def parse_folder(text: str) -> Path:
    """Return the path of a folder, there or not.

    Raises:
        Mistake: a file is there.
    """
    if Path(text).is_file():
        raise Mistake("a_file", value=text)
    return Path(text)


def parse_source(text: str) -> Path:
    """Return the path of a file that can be read, or of a folder that is there.

    Raises:
        Mistake: it is not.
    """
    return Path(text) if Path(text).is_dir() else parse_file(text)


def parse_existing_folder(text: str) -> Path:
    """Return the path of a folder that is there.

    Raises:
        Mistake: there is none.
    """
    path = parse_folder(text)
    if not path.exists():
        raise Mistake("no_folder", value=text)
    return path


def parse_new_file(text: str) -> Path:
    """Return the path of a file to write.

    Raises:
        Mistake: a folder is there.
    """
    if Path(text).is_dir():
        raise Mistake("a_folder", value=text)
    return Path(text)


def _one_of(words: tuple[str, ...], text: str) -> str:
    if text not in words:
        raise Mistake("one_of", value=text, known=", ".join(words))
    return text


_READ: dict[str, Any] = {"parser": parse_file, "metavar": "FILE"}

Files = Annotated[
    list[Path], typer.Argument(show_default=False, parser=parse_file, metavar="FILES...")
]
File = Annotated[Path, typer.Argument(show_default=False, **_READ)]
Table = Annotated[list[Path], typer.Option(show_default=False, **_READ)]
AsOf = Annotated[Any, typer.Option(parser=parse_day, metavar="DATE", show_default=False)]
Out = Annotated[Path, typer.Option(parser=parse_folder, metavar="FOLDER")]
Lang = Annotated[str, typer.Option(parser=parse_language, metavar="fr|en")]
Json = Annotated[bool, typer.Option("--json")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", **_READ)]
RulesFile = Annotated[Path | None, typer.Option("--rules", **_READ)]
UndoFile = Annotated[Path | None, typer.Option("--undo-merges", **_READ)]
Overlap = Annotated[str, typer.Option(parser=parse_overlap, metavar="keep|skip")]
DiscountRate = Annotated[float, typer.Option(min=-0.5, max=1.0)]
ContactCost = Annotated[float | None, typer.Option(min=0, max=10_000, show_default=False)]
YearStart = Annotated[int, typer.Option(min=1, max=12)]
Currency = Annotated[str | None, typer.Option(metavar="ISO 4217", parser=parse_currency)]
Encoding = Annotated[str | None, typer.Option()]
Delimiter = Annotated[str | None, typer.Option()]
Sheet = Annotated[str | None, typer.Option()]
TableName = Annotated[
    str | None, typer.Option("--as", parser=parse_table, metavar="TABLE", show_default=False)
]
Donors = Annotated[int, typer.Option("--donors", min=1)]
Years = Annotated[int, typer.Option(min=1, max=60)]
Seed = Annotated[int, typer.Option()]
Clean = Annotated[bool, typer.Option("--clean")]
Names = Annotated[bool, typer.Option("--names/--no-names")]
Donor = Annotated[str, typer.Argument(show_default=False, metavar="DONOR")]
ReportFolder = Annotated[Path, typer.Option("--in", parser=parse_folder, metavar="FOLDER")]
Sources = Annotated[
    list[Path], typer.Argument(show_default=False, parser=parse_source, metavar="FILES...")
]
Folder = Annotated[
    Path, typer.Argument(show_default=False, parser=parse_existing_folder, metavar="FOLDER")
]
Models = Annotated[
    Path, typer.Argument(show_default=False, parser=parse_source, metavar="FOLDER|FILE")
]
CardFile = Annotated[
    Path | None,
    typer.Option("--card", parser=parse_new_file, metavar="FILE.html", show_default=False),
]
ModelFile = Annotated[Path | None, typer.Option("--model", **_READ)]
MaybeOut = Annotated[
    Path | None, typer.Option("--out", parser=parse_folder, metavar="FOLDER", show_default=False)
]
Months = Annotated[int, typer.Option(min=1, max=24)]
OriginCount = Annotated[int, typer.Option("--origins", min=1, max=20)]
FalseAlarms = Annotated[Any, typer.Option("--false-alarms", parser=parse_share, metavar="SHARE")]
GroupCount = Annotated[int | None, typer.Option("--number", min=1, max=8, show_default=False)]
ArmColumn = Annotated[str, typer.Option("--arm", metavar="TEXT", show_default=False)]
ControlArm = Annotated[str, typer.Option("--control", metavar="TEXT", show_default=False)]
OutcomeColumn = Annotated[str, typer.Option("--outcome", metavar="TEXT", show_default=False)]
_NAMED: dict[str, Any] = {"parser": parse_named_amount, "show_default": False}
ArmCosts = Annotated[list[Any], typer.Option("--cost", metavar="TEXT", **_NAMED)]
ArmShares = Annotated[list[Any] | None, typer.Option("--share", metavar="TEXT", **_NAMED)]
Worth = Annotated[float | None, typer.Option(min=0.0001, show_default=False)]
Budget = Annotated[float | None, typer.Option(min=0, show_default=False)]
HouseholdColumn = Annotated[
    str | None, typer.Option("--household", metavar="TEXT", show_default=False)
]
IgnoredColumns = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="TEXT", show_default=False)
]
NextList = Annotated[
    Path | None, typer.Option("--list", parser=parse_file, metavar="FILE", show_default=False)
]
Act = Annotated[str, typer.Option(parser=parse_act, metavar="gift|subscription|opt_in")]
WindowDays = Annotated[int, typer.Option("--window", min=1, max=1_000)]
Order = Annotated[int, typer.Option("--order", min=1, max=4)]
CausedFile = Annotated[Path | None, typer.Option("--caused", **_READ)]
