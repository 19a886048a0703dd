"""Sayings: how a reason is said, with the figure of the donor and the one it is compared with.

The sentences are in ``reasons.toml``; of a theme's, the one whose figure is farthest from the
usual is said. The usual figure is the one the score was asked again with, never another.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from mecene import money
from mecene.scores import neutral
from mecene.scores.model import ScoreModel
from mecene.scores.typical import running
from mecene.segments import wording

# A figure less than a tenth from the usual explains nothing to a reader.
_FAR = 0.095
_PERCENT = {"fr": "\u202f%", "en": "%"}
# Which figure says that there is more of a theme, for its direction over a file.
_FIGURES: Mapping[str, pl.Expr] = {
    "silence": pl.col("last_gift_age_days"),
    "frequency": pl.col("gifts"),
    "regularity": pl.col("repeat_years") / pl.col("yearly_opportunities"),
    "tenure": pl.col("first_gift_age_days"),
    "amount": pl.col("mean_gift_minor"),
    "trend": pl.col("last_gift_minor") / pl.col("mean_gift_minor"),
    "season": pl.col("gifts_last_quarter_share"),
    "recurring": running(),
    "payments": pl.col("failed_debits_6m"),
    "answers": pl.col("interactions_12m"),
    "contacts": pl.col("contacts_12m"),
    "refusals": pl.col("unsubscribes") + pl.col("objects_appeal").cast(pl.Int64).fill_null(0),
    "addresses": pl.col("has_email").cast(pl.Int64) + pl.col("has_phone").cast(pl.Int64),
    "membership": pl.col("membership_fees"),
}


@dataclass(frozen=True)
class _Saying:
    """One way to say a theme: which column it speaks of, in which unit, and when it may."""

    key: str
    column: str
    unit: str
    when: str
    words: Mapping[str, str]


def reasons(
    ranked: pl.DataFrame,
    summary: pl.DataFrame,
    *,
    ordinary: Mapping[str, pl.DataFrame],
    model: ScoreModel,
    lang: str,
) -> pl.DataFrame:
    """Return reasons with their sentences, in a column ``reason``; what cannot be said is left out.

    Args:
        ranked: ``place`` (row of the summary), ``theme``, ``effect``, and any other column.
        summary: The donors.
        ordinary: Theme → the donors made ordinary in it whom it moves, with their ``place``, in
            order: what they were compared with.
        model: Whose currency amounts are in, where a donor has none.
        lang: ``fr`` or ``en``.

    Raises:
        UnknownLanguage: ``lang`` is neither.
    """
    wording.load(lang)
    parts = [ranked.clear().with_columns(reason=pl.lit(None, dtype=pl.String))]
    for theme in neutral.THEMES:
        rows = ranked.filter(pl.col("theme") == theme.name)
        if not rows.height:
            continue
        before = summary[rows["place"]]
        made = ordinary[theme.name]
        after = made[made["place"].search_sorted(rows["place"].cast(made.schema["place"]))]
        told = _chosen(theme.name, before, after).with_columns(
            pl.when(rows["effect"] > 0).then(pl.lit("raises")).otherwise(pl.lit("lowers"))
            .alias("way")
        ).with_columns(_case=pl.concat_str("way", "key", separator="."))  # fmt: skip
        sayable = told["key"].is_not_null()
        said = wording.by_group(
            told.filter(sayable),
            lambda code, case: _sentence(case, currency=code, lang=lang),
            group="_case",
            currency=model.currency,
        )
        parts.append(rows.filter(sayable).with_columns(reason=said))
    return pl.concat(parts).sort("place", "rank")


def figure(theme: str, summary: pl.DataFrame) -> pl.Series:
    """Return, for each donor, how much of a theme there is. Null or NaN-free floats."""
    number = _FIGURES[theme].cast(pl.Float64)
    return summary.select(pl.when(number.is_finite()).then(number).alias(theme))[theme]


def driver(theme: str, kind: str, *, ratio: str, share: str, lang: str) -> str:
    """Return what a theme does over a whole file; ``kind`` is raises, lowers or both."""
    words = _table()
    named = words["theme"][theme]
    said = str(words["drives"][kind][lang]).format(
        theme=named[lang], more=named[f"more_{lang}"], ratio=ratio, share=share
    )
    return said[:1].upper() + said[1:]


def _chosen(theme: str, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return, for each donor, which saying is theirs and the figures it takes."""
    sayings = [saying for saying in _sayings().values() if saying.key.startswith(theme + ".")]
    both = before.hstack(
        after.select(pl.col(name).alias(f"_usual_{name}") for name in {s.column for s in sayings})
    )
    far = [
        pl.when(_may(saying)).then(_distance(saying)).alias(f"_far_{saying.key}")
        for saying in sayings
    ]
    table = both.with_columns(far)
    best = pl.max_horizontal(f"_far_{saying.key}" for saying in sayings)
    key: Any = pl.when(best.fill_null(0.0) < _FAR).then(None)
    own, usual = key, key
    for saying in sayings:
        here = pl.col(f"_far_{saying.key}") == best
        key = key.when(here).then(pl.lit(saying.key))
        own = own.when(here).then(pl.col(saying.column).cast(pl.Float64))
        usual = usual.when(here).then(pl.col(f"_usual_{saying.column}").cast(pl.Float64))
    return table.select(
        "currency",
        key=key,
        own=own,
        usual=usual,
        years=pl.col("yearly_opportunities"),
        monthly=pl.col("recurring_monthly_minor").fill_null(0),
    )


def _may(saying: _Saying) -> pl.Expr:
    own, usual = pl.col(saying.column), pl.col(f"_usual_{saying.column}")
    state = pl.col("recurring_state") == saying.when
    return {
        "own_rhythm": neutral.OWN_RHYTHM,
        "no_rhythm": ~neutral.OWN_RHYTHM.fill_null(value=False),
        "never": own.is_null() & usual.is_not_null(),
        "alone": own.is_not_null() & usual.is_null(),
        "any": own.is_not_null(),
        "yes": own.cast(pl.Boolean) & ~usual.cast(pl.Boolean),
        "no": ~own.cast(pl.Boolean) & usual.cast(pl.Boolean),
        "": own.is_not_null() & usual.is_not_null(),
    }.get(saying.when, state & own.is_not_null())


def _distance(saying: _Saying) -> pl.Expr:
    """Return how far the figure is from the usual: in logs, shares twice their difference."""
    if saying.when not in ("", "own_rhythm", "no_rhythm"):
        return pl.lit(1.0)
    own = pl.col(saying.column).cast(pl.Float64)
    usual = pl.col(f"_usual_{saying.column}").cast(pl.Float64)
    if saying.unit == "share":
        return (own - usual).abs() * 2
    return (own.log1p() - usual.log1p()).abs()


def _sentence(case: str, *, currency: str, lang: str) -> pl.Expr:
    way, _, key = case.partition(".")
    words = _table()
    saying = _sayings()[key]
    said = wording.filled(
        saying.words[lang],
        own=_written(pl.col("own"), saying.unit, currency, lang),
        usual=_written(pl.col("usual"), saying.unit, currency, lang),
        years=pl.col("years").cast(pl.String),
        monthly=wording.amount(pl.col("monthly"), currency=currency, lang=lang),
    )
    return wording.filled(str(words["says"][way][lang]), said=said)


def _written(value: pl.Expr, unit: str, currency: str, lang: str) -> pl.Expr:
    if unit == "days":
        return _duration(value, lang)
    if unit == "money":
        whole = 10 ** money.exponent(currency)
        rounded = (value / whole).round().cast(pl.Int64) * whole
        exact = pl.when(value < 10 * whole).then(value.round().cast(pl.Int64))
        return wording.amount(exact.otherwise(rounded), currency=currency, lang=lang)
    if unit == "share":
        percent = (value * 100).round().cast(pl.Int64).cast(pl.String)
        return pl.concat_str(percent, pl.lit(_PERCENT[lang]))
    return value.round().cast(pl.Int64).cast(pl.String)


def _duration(value: pl.Expr, lang: str) -> pl.Expr:
    """Return a duration in words; in months where years would make own and usual the same."""
    in_years = [wording.duration(pl.col(name), lang=lang) for name in ("own", "usual")]
    in_months = wording.duration(value, lang=lang, months_below=1200)
    alike = (in_years[0] == in_years[1]).fill_null(value=False)
    return pl.when(alike).then(in_months).otherwise(wording.duration(value, lang=lang))


@cache
def _sayings() -> Mapping[str, _Saying]:
    return {
        f"{theme}.{name}": _Saying(
            f"{theme}.{name}", told["column"], told["unit"], told.get("when", ""),
            {lang: told[lang] for lang in wording.LANGUAGES},
        )
        for theme, named in _table()["said"].items()
        for name, told in named.items()
    }  # fmt: skip


@cache
def _table() -> dict[str, Any]:
    text = resources.files("mecene.scores").joinpath("reasons.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
