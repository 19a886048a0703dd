"""The dictionary: what each column of the summary means, and in what unit."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl

# Interactions that are nothing a person did: what machines did on the way, and saying no.
NOT_ENGAGEMENT = (
    "bounce", "soft_bounce", "hard_bounce", "blocked", "rejected", "failed", "dropped", "deferred",
    "queued", "sent", "delivered", "complaint", "unsubscribe", "open", "proxy_open",
)  # fmt: skip
_TYPES: dict[str, pl.DataType] = {
    "count": pl.Int64(),
    "minor": pl.Int64(),
    "mean_minor": pl.Float64(),
    "minor_per_year": pl.Float64(),
    "days": pl.Int64(),
    "mean_days": pl.Float64(),
    "months": pl.Int64(),
    "years": pl.Int64(),
    "share": pl.Float64(),
    "log": pl.Float64(),
    "month": pl.Int64(),
    "date": pl.Date(),
    "word": pl.String(),
    "text": pl.String(),
    "yes_no": pl.Boolean(),
    "donor": pl.Int64(),
}


@dataclass(frozen=True)
class FeatureColumn:
    """One column of the summary, with its unit and its meaning in two languages."""

    name: str
    family: str
    unit: str
    label_fr: str
    label_en: str
    meaning_fr: str
    meaning_en: str

    @property
    def type(self) -> pl.DataType:
        """Return the Polars type of the column."""
        return _TYPES[self.unit]


@cache
def columns(families: tuple[str, ...] | None = None) -> tuple[FeatureColumn, ...]:
    """Return the columns of the summary in order, or those of some families.

    ``donor_id`` always comes first.
    """
    chosen = tuple(
        column
        for column in _read()
        if families is None or column.family in families or column.name == "donor_id"
    )
    return tuple(sorted(chosen, key=lambda column: column.name != "donor_id"))


@cache
def families() -> tuple[str, ...]:
    """Return the families of columns, in order; each is a ``.sql`` file of the same name."""
    return tuple(dict.fromkeys(column.family for column in _read()))


def page() -> str:
    """Return the dictionary as Markdown tables, one a family, as ``docs/reference`` shows it."""
    lines = []
    for family in families():
        lines += [
            f"## {family}",
            "",
            "| Column | Unit | Meaning | Signification |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| `{column.name}` | {column.unit} | **{column.label_en}**: {column.meaning_en} "
            f"| **{column.label_fr}** : {column.meaning_fr} |"
            for column in _read()
            if column.family == family
        ]
        lines.append("")
    return "\n".join(lines)


@cache
def _read() -> tuple[FeatureColumn, ...]:
    source = resources.files("mecene.features").joinpath("columns.toml")
    entries = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(
        FeatureColumn(
            name=name,
            family=family,
            unit=entry["unit"],
            label_fr=entry["label_fr"],
            label_en=entry["label_en"],
            meaning_fr=entry["fr"],
            meaning_en=entry["en"],
        )
        for family, listed in entries.items()
        for name, entry in listed.items()
    )
