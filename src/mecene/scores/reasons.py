"""Reasons: why a donor's chance is what it is, as three sentences with figures.

The score is asked again about the same donor made ordinary in one respect (`neutral`): how far it
moves, in log-odds, is that respect's weight, and which way it moves is what is said. A reason
is thus true of the score that is shown, however it was learnt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from mecene import money
from mecene.scores import neutral, prediction, sayings, training
from mecene.scores.model import ScoreModel
from mecene.scores.neutral import Theme
from mecene.scores.typical import Typical

MOST_REASONS = 3
LEAST_EFFECT = 0.03  # log-odds: under a point of chance around a half. Less is no reason
_SPARE = 3  # themes tried beyond those asked for: one whose figures are ordinary is not said
_LITTLE = 0.02
_SURE = 1e-9
_RANK = (pl.int_range(pl.len()).over("place") + 1).alias("rank")
_CLEAR_DIRECTION = 0.15  # rank correlation from which a theme is said to go one way


@dataclass(frozen=True)
class _Asked:
    """Donors with their shown chance in log-odds, and how many there are of them."""

    summary: pl.DataFrame
    log_odds: np.ndarray


def of(
    model: ScoreModel,
    typical: Typical,
    summary: pl.DataFrame,
    *,
    lang: str,
    most: int = MOST_REASONS,
) -> pl.DataFrame:
    """Return the strongest reasons of each donor who may be profiled, in the summary's order.

    Columns: ``donor_id``; ``p_gives_12m``, the chance that is explained; then for each reason,
    strongest first, ``reason_1`` (a sentence), ``theme_1`` and ``effect_1``: the chance's log-odds
    less those of the same donor made ordinary in this theme, > 0 where it raises the chance.
    Empty where fewer themes than ``most`` move it by ``LEAST_EFFECT`` with a figure that is not
    about the usual one. Themes never repeat.

    Args:
        model: What is explained.
        typical: What donors are usually like, of the same file.
        summary: One row a donor.
        lang: ``fr`` or ``en``.
        most: How many reasons.

    Raises:
        UnknownLanguage: ``lang`` is neither.
    """
    asked = _ask(model, summary)
    told, ordinary = _effects(model, typical, asked)
    ranked = (
        told.filter(pl.col("effect").abs() >= LEAST_EFFECT)
        .with_columns(size=pl.col("effect").abs())
        .sort("place", "size", descending=[False, True], maintain_order=True)
        .with_columns(_RANK)
        .filter(pl.col("rank") <= most + _SPARE)
        .drop("size")
    )
    said = (
        sayings.reasons(ranked, asked.summary, ordinary=ordinary, model=model, lang=lang)
        .filter(pl.col("reason").is_not_null())
        .with_columns(_RANK)
    )
    found = asked.summary.select("donor_id").with_columns(
        pl.Series("p_gives_12m", special.expit(asked.log_odds))
    ).with_row_index("place")  # fmt: skip
    for rank in range(1, most + 1):
        one = said.filter(pl.col("rank") == rank).select(
            pl.col("place").cast(found.schema["place"]),
            pl.col("reason").alias(f"reason_{rank}"),
            pl.col("theme").alias(f"theme_{rank}"),
            pl.col("effect").alias(f"effect_{rank}"),
        )
        found = found.join(one, on="place", how="left", maintain_order="left")
    return found.drop("place")


def effects(model: ScoreModel, typical: Typical, summary: pl.DataFrame) -> pl.DataFrame:
    """Return the effect of every theme on every donor who is not ordinary in it.

    Columns: ``donor_id``, ``theme``, ``effect`` in log-odds; sorted as the summary, then by theme.
    """
    asked = _ask(model, summary)
    told, _ = _effects(model, typical, asked)
    return told.with_columns(donor_id=asked.summary["donor_id"].gather(told["place"])).select(
        "donor_id", "theme", "effect"
    )


def without(
    model: ScoreModel, typical: Typical, summary: pl.DataFrame, *, theme: str
) -> pl.DataFrame:
    """Return the chance that would be shown of donors, were they ordinary in one theme.

    Columns: ``donor_id``, ``p_gives_12m``; only donors the theme concerns.

    Raises:
        UnknownTheme: there is no such theme.
    """
    changed = neutral.of(_named(theme), training.seen(summary), typical=typical)
    chance = prediction.p_within_a_year(model, changed)
    return changed.select("donor_id").with_columns(pl.Series("p_gives_12m", chance))


def drivers(
    model: ScoreModel, typical: Typical, summary: pl.DataFrame, *, lang: str
) -> pl.DataFrame:
    """Return what drives loyalty over a whole file, the strongest theme first.

    Columns: ``theme``; ``effect``, the mean over all donors of its absolute effect (0 for those
    it does not concern); ``concerned``, the share of donors it moves by ``LEAST_EFFECT`` or more;
    ``direction`` in [-1, 1], the rank correlation of the effect with the theme's figure, null
    where it cannot be told; ``sentence``.

    Args:
        model: What is explained.
        typical: What donors are usually like.
        summary: One row a donor; a few thousand are enough.
        lang: ``fr`` or ``en``.
    """
    asked = _ask(model, summary)
    told, _ = _effects(model, typical, asked)
    donors = max(asked.summary.height, 1)
    moved = pl.col("effect").abs()
    found = told.group_by("theme", maintain_order=True).agg(
        effect=moved.sum() / donors,
        concerned=(moved >= LEAST_EFFECT).sum() / donors,
        _size=moved.filter(moved >= LEAST_EFFECT).mean(),
    )
    ways = {theme: _direction(told, asked, theme) for theme in found["theme"]}
    table = found.with_columns(
        direction=pl.col("theme").replace_strict(ways, default=None, return_dtype=pl.Float64)
    ).sort("effect", "theme", descending=[True, False])
    return table.with_columns(
        sentence=pl.Series([_driver(row, lang) for row in table.to_dicts()], dtype=pl.String)
    ).drop("_size")


class UnknownTheme(LookupError):
    """A theme was asked for that no reason is about."""


def _ask(model: ScoreModel, summary: pl.DataFrame) -> _Asked:
    seen = training.seen(summary)
    return _Asked(seen, _odds(model, seen))


def _odds(model: ScoreModel, summary: pl.DataFrame) -> np.ndarray:
    chance = prediction.p_within_a_year(model, summary)
    return np.asarray(special.logit(np.clip(chance, _SURE, 1 - _SURE)))


def _effects(
    model: ScoreModel, typical: Typical, asked: _Asked
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Return place (row of the donors asked about), theme and effect; and who was asked instead.

    The second is theme → the donors it moves made ordinary in it, with their ``place``, in order.
    """
    ordinary: dict[str, pl.DataFrame] = {}
    placed = asked.summary.with_row_index("place")
    parts = [pl.DataFrame(schema={"place": pl.UInt32, "theme": pl.String, "effect": pl.Float64})]
    for theme in neutral.THEMES:
        made = neutral.of(theme, placed, typical=typical)
        # Who already is ordinary has nothing to explain, and need not be asked about.
        was = placed[made["place"]]
        changed = made.filter(made.hash_rows() != was.hash_rows())
        if not changed.height:
            continue
        ordinary[theme.name] = changed
        rows = changed["place"].to_numpy()
        parts.append(
            pl.DataFrame({"place": changed["place"].cast(pl.UInt32)}).with_columns(
                theme=pl.lit(theme.name),
                effect=pl.Series(asked.log_odds[rows] - _odds(model, changed.drop("place"))),
            )
        )
    return pl.concat(parts).sort("place", maintain_order=True), ordinary


def _direction(told: pl.DataFrame, asked: _Asked, theme: str) -> float | None:
    """Return whether more of a theme's figure goes with a higher chance."""
    rows = told.filter(pl.col("theme") == theme)
    figure = sayings.figure(theme, asked.summary)[rows["place"]]
    pair = pl.DataFrame({"figure": figure, "effect": rows["effect"]}).drop_nulls()
    if pair.height < 3 or pair["figure"].n_unique() < 2 or pair["effect"].n_unique() < 2:
        return None
    return float(pair.select(pl.corr("figure", "effect", method="spearman")).item())


def _driver(row: Mapping[str, Any], lang: str) -> str:
    kind, way = "both", row["direction"]
    if row["effect"] < _LITTLE:
        kind = "little"
    elif way is not None and abs(way) >= _CLEAR_DIRECTION:
        kind = "raises" if way > 0 else "lowers"
    return sayings.driver(
        row["theme"],
        kind,
        ratio=money.number(float(np.exp(row["_size"] or 0.0)), lang=lang, decimals=1),
        share=money.percent(row["concerned"], lang=lang),
        lang=lang,
    )


def _named(theme: str) -> Theme:
    known: Sequence[Theme] = neutral.THEMES
    for one in known:
        if one.name == theme:
            return one
    raise UnknownTheme(f"theme {theme!r}; there are {', '.join(one.name for one in known)}")
