"""Model: everything learnt of a file, as one frozen value without any donor in it.

Learnt from what donors did after days of the past; `prediction` holds today's donors against it,
`saved` writes it down.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from mecene import period
from mecene.engine.store import FactStore
from mecene.features import dictionary
from mecene.lifetime_value.attrition import Attrition
from mecene.scores import (
    amounts,
    chance,
    commitment,
    continuation,
    frequency,
    habit,
    history,
    leaks,
    targets,
    timing,
    training,
    years,
)
from mecene.scores.amounts import Amounts
from mecene.scores.chance import Chance, Lesson
from mecene.scores.continuation import Continuation
from mecene.scores.frequency import Frequency
from mecene.scores.history import History, Progress, silent
from mecene.scores.learners import Sample
from mecene.scores.targets import Target
from mecene.scores.timing import Timing
from mecene.scores.training import Rows

_LATEST = 3  # origins that teach amounts, frequency and timing: older euros are other euros
_DAYS_A_MONTH = 30.4375
# What files lose from the years taught to the next: all at hand did (docs/methods/scores.md).
_USUAL_SHIFT = -0.1  # log-odds a year


@dataclass(frozen=True)
class ScoreModel:
    """What was learnt, on ``as_of``, from ``origins``; ``fingerprint`` is of the features.

    ``year_effect``: how far a whole year may be above or below what is foretold, as a share (one
    standard deviation); ``group_effect``: how much further donors who are alike may be.
    ``donors``: how many were learnt from, over all origins. ``economy``: the changes of external
    series as of that day, where it reads them.
    """

    as_of: date
    origins: tuple[date, ...]
    period_months: int
    currency: str
    fingerprint: str
    donors: int
    giving: Chance
    continuation: Continuation
    timing: Timing
    frequency: Frequency
    amounts: Amounts
    lasting: Attrition
    targets: Mapping[str, Chance]
    year_effect: float
    group_effect: float
    warnings: tuple[str, ...]
    economy: Mapping[str, float]


def fit(
    store: FactStore,
    *,
    as_of: date,
    seed: int = 0,
    most_rows: int = training.ROWS_PER_ORIGIN,
    series_lags_months: tuple[int, ...] = (),
    on_progress: Progress = silent,
) -> ScoreModel:
    """Return the model learnt from a store of facts; an empty one gives the published answers.

    Args:
        store: The facts.
        as_of: Facts dated on or after it are not seen.
        seed: Of what is drawn.
        most_rows: Donors learnt from on one origin, about.
        series_lags_months: Read the changes of external series over these months too.
        on_progress: Told ``(stage, done, total)``.
    """
    known = history.read(
        store, as_of=as_of, most_rows=most_rows, series_lags_months=series_lags_months,
        on_progress=on_progress,
    )  # fmt: skip
    return taught(known, seed=seed, on_progress=on_progress)


def taught(
    known: History,
    *,
    seed: int = 0,
    on_progress: Progress = silent,
    aims: tuple[Target, ...] | None = None,
) -> ScoreModel:
    """Return the model learnt from a history that was read; ``aims`` as for ``learn``.

    Raises:
        LeakingColumn: a column of its rows knows what happened after their origin.
    """
    return learn(
        known.rows, known.today, as_of=known.as_of, period_months=known.period_months,
        currency=known.currency, seed=seed, on_progress=on_progress, now=known.economy,
        aims=aims,
    )  # fmt: skip


def learn(
    rows: Sequence[Rows],
    today: pl.DataFrame,
    *,
    as_of: date,
    period_months: int,
    currency: str,
    seed: int = 0,
    on_progress: Progress = silent,
    now: Mapping[str, float] | None = None,
    aims: tuple[Target, ...] | None = None,
    doubts: tuple[str, ...] | None = None,
) -> ScoreModel:
    """Return the model learnt from training rows.

    Args:
        rows: Donors on each origin, oldest first; may be empty.
        today: The same donors as of ``as_of``.
        as_of: The day they are known on.
        period_months: What the outcomes of ``rows`` are counted over.
        currency: Of the amounts.
        seed: Of what is drawn.
        on_progress: Told ``(stage, done, total)``.
        now: Columns of ``economy`` that ``rows`` have too, as of today.
        aims: Targets to learn beside giving; all those declared by default.
        doubts: What ``leaks.check`` said of these rows, where it was asked before.

    Raises:
        LeakingColumn: a column of ``rows`` knows what happened after their origin.
    """
    further, samples = tuple(now or ()), [_gave(part) for part in rows]
    doubts = leaks.check(rows, further=further) if doubts is None else doubts
    rng = np.random.default_rng(seed)
    known = samples[-1].summary if samples else today.filter(pl.col("gifts") > 0)
    giving, foretold = chance.learnt(samples, _lesson(known, period_months, further), rng=rng)
    looked = _years(rows, today, as_of) if period_months == targets.HORIZON_MONTHS else []
    learnt = _targets(targets.declared() if aims is None else aims, looked, rng, on_progress)
    givers = [years.givers_of(part) for part in rows[-_LATEST:]]
    often = pl.concat(givers) if givers else today.head(0)
    strays = years.strays(rows, foretold, currency=currency)
    return ScoreModel(
        as_of=as_of,
        origins=tuple(part.origin for part in rows),
        period_months=period_months,
        currency=currency,
        fingerprint=fingerprint(),
        donors=sum(len(sample.outcome) for sample in samples),
        giving=giving,
        continuation=continuation.fit(_followed(rows, giving)),
        timing=_timing(rows, givers, period_months, as_of),
        frequency=frequency.fit(often, _numbers(often, "period_gifts")),
        amounts=amounts.learnt(often, currency=currency),
        lasting=commitment.fit(today),
        targets=learnt,
        year_effect=strays.year,
        group_effect=strays.group,
        warnings=(*_warnings(rows, giving, period_months), *doubts),
        economy=dict(now or {}),
    )


def _lesson(known: pl.DataFrame, period_months: int, further: tuple[str, ...]) -> Lesson:
    return Lesson(
        habit.fit(known, period_months=period_months),
        period_days=period_months * _DAYS_A_MONTH,
        further=further,
        usual_shift=_USUAL_SHIFT * period_months / 12,
    )


def fingerprint() -> str:
    """Return a word that changes when the meaning of a feature does."""
    told = "\n".join(f"{c.name} {c.unit} {c.meaning_en}" for c in dictionary.columns())
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _targets(
    aims: tuple[Target, ...],
    looked: list[tuple[date, pl.DataFrame, pl.DataFrame]],
    rng: np.random.Generator,
    on_progress: Progress,
) -> dict[str, Chance]:
    learnt: dict[str, Chance] = {}
    steps = len(aims) + 1
    for target in aims:
        on_progress("scores_learning", 1 + len(learnt), steps)
        learnt[target.name] = targets.fit(target, looked, rng=rng)
    on_progress("scores_learning", steps, steps)
    return learnt


def _gave(part: Rows) -> Sample:
    donors = years.gave(part)
    return Sample(part.origin, donors, (donors["period_gifts"] > 0).to_numpy().astype(np.float64))


def _timing(
    rows: Sequence[Rows], givers: list[pl.DataFrame], period_months: int, as_of: date
) -> Timing:
    told = [(part.origin, gave) for part, gave in zip(rows[-_LATEST:], givers, strict=True)]
    return timing.fit(told, period_months=period_months, as_of=as_of)


def _years(
    rows: Sequence[Rows], today: pl.DataFrame, as_of: date
) -> list[tuple[date, pl.DataFrame, pl.DataFrame]]:
    """Return the donors of each origin with what is known of them a year later."""
    columns = [column.name for column in dictionary.columns(training.FAMILIES)]
    frames = {part.origin: part.frame.select(columns) for part in rows}
    later = frames | {as_of: today.select(columns)}
    pairs = []
    for origin, before in frames.items():
        end = period.add_months(origin, targets.HORIZON_MONTHS)
        if end in later:
            pairs.append((origin, before, later[end]))
    return pairs[-_LATEST:]


def _followed(
    rows: Sequence[Rows], giving: Chance
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    parts = []
    for part in [part for part in rows if part.next_is_over][-_LATEST:]:
        donors = part.frame.filter(pl.col("gifts") > 0)
        if donors.height:
            gave, again = (
                (donors[name] > 0).to_numpy().astype(np.float64)
                for name in ("period_gifts", "next_period_gifts")
            )
            parts.append((giving.log_odds(donors), gave, again))
    return parts


def _numbers(frame: pl.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        return np.empty(0)
    return frame[name].to_numpy().astype(np.float64)


def _warnings(rows: Sequence[Rows], giving: Chance, period_months: int) -> tuple[str, ...]:
    """Return the doubts, by the name their sentence has in ``words.toml``."""
    doubts = []
    if not rows:
        doubts.append("no_past")
    elif period_months < targets.HORIZON_MONTHS:
        doubts.append("short_past")
    if rows and not giving.outcomes:
        doubts.append("one_outcome")
    if giving.confidence == "low":
        doubts.append("few_outcomes")
    if giving.tests and giving.method != "mixture":
        doubts.append("baseline_better")
    return tuple(doubts)
