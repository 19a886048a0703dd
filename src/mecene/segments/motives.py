"""Motives: does a donor answer to stories, to figures or to a call to act, where it can be told?

A weak score. Contents carry a motive tag (``docs/methods/motives.md``); a donor is held against
what they were sent, so that whoever received stories only is not taken for somebody who likes
stories. Expected answers follow the file's own rate for each motive and the donor's own readiness
to answer; what they answered beyond is drawn back to the group's, the more so the less is known.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaln

MOTIVES = ("emotional", "rational", "committed")

# Under this many answers, or with one motive only on offer, nobody's motive is told.
FEWEST_ANSWERS = 4
FEWEST_EXPECTED = 0.5
# One-sided normal quantiles: the motive leads with 80 % (weak) or 95 % (fair) probability.
_WEAK, _FAIR = 0.8416, 1.6449
# What a donor's own answers weigh against the group's: tried on a grid, in expected answers.
_STRENGTHS = np.geomspace(1.0, 200.0, 24)
# Answers a group must have before it speaks for itself rather than for the file.
_GROUP_STRENGTH = 50.0
_EVERYBODY = ""

_COUNTED = tuple(
    f"{motive}_{what}_24m" for what in ("sent", "answered", "chosen") for motive in MOTIVES
)
READS: tuple[str, ...] = ("donor_id", "declared_motive", "objects_profiling", *_COUNTED)
SCORED_SCHEMA = pl.Schema(
    {
        "donor_id": pl.Int64(),
        **{f"{motive}_score": pl.Float64() for motive in MOTIVES},
        "motive": pl.String(),
        "motive_confidence": pl.String(),
        "motive_unknown_because": pl.String(),
        "answers": pl.Int64(),
        "answered": pl.Int64(),
        "sent": pl.Int64(),
        "expected": pl.Float64(),
    }
)
_PARTS_SCHEMA = pl.Schema(
    {"group": pl.String()} | dict.fromkeys(_COUNTED, pl.Int64()) | {"donors": pl.Int64()}
)


@dataclass(frozen=True)
class MotiveModel:
    """What a file's donors do of contents of each motive; no donor is in it.

    Attributes:
        answer_rates: Of the contents sent, the share answered, by motive; 0 to 1.
        chosen_shares: Of the contents chosen, the share of each motive; 0 to 1, sums to 1 or 0.
        affinities: Group → how much more its donors answer each motive than the file; about 1.
        strength: How many expected answers the group's affinity weighs in a donor's, > 0.
    """

    answer_rates: tuple[float, ...]
    chosen_shares: tuple[float, ...]
    affinities: dict[str, tuple[float, ...]]
    strength: float


def parts(summary: pl.DataFrame, *, group: str | None = None) -> pl.DataFrame:
    """Return how many donors have each pattern of counts; two batches are joined by ``added``.

    Args:
        summary: One row a donor; those who refused profiling are left out.
        group: A column whose words are the groups donors are drawn back to; the whole file by
            default.
    """
    table = _complete(summary, group).filter(~_refused())
    told = table.filter(pl.sum_horizontal(_COUNTED) > 0)
    return _gathered(told.with_columns(donors=pl.lit(1, dtype=pl.Int64)))


def added(*batches: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of several batches of donors as those of one."""
    return _gathered(pl.concat([pl.DataFrame(schema=_PARTS_SCHEMA), *batches]))


def fit(counts: pl.DataFrame) -> MotiveModel:
    """Return what the file's donors do of each motive.

    ``strength`` is the one under which the donors' answers are likeliest (Dirichlet-multinomial,
    an empirical Bayes estimate on a grid); the strongest where nobody tells.

    Args:
        counts: ``parts`` of the whole file.
    """
    sums = counts.select(pl.col(_COUNTED) * pl.col("donors")).sum().row(0, named=True)
    rates = tuple(_rate(sums, "answered", "sent", motive) for motive in MOTIVES)
    chosen = np.array([sums[f"{motive}_chosen_24m"] or 0 for motive in MOTIVES], dtype=float)
    shares = tuple(float(share) for share in chosen / max(chosen.sum(), 1.0))
    answers, expected = _answers_and_expected(counts, rates, shares)
    donors = counts["donors"].to_numpy().astype(float)
    affinities = _affinities(counts["group"], answers, expected, donors)
    prior = np.array([affinities[name] for name in counts["group"]]).reshape(-1, len(MOTIVES))
    return MotiveModel(rates, shares, affinities, _strength(answers, expected * prior, donors))


def score(model: MotiveModel, summary: pl.DataFrame, *, group: str | None = None) -> pl.DataFrame:
    """Return each donor's motive profile, in the order given.

    Args:
        model: Fitted on the file.
        summary: One row a donor.
        group: The column ``parts`` was given.

    Returns:
        ``donor_id``; ``emotional_score``, ``rational_score``, ``committed_score`` (0 to 1, sum to
        1: what they would answer to if all three were offered alike; null without any content);
        ``motive`` (the one that leads; null: unknown) and ``motive_confidence`` (``declared``,
        ``fair``, ``weak``); ``motive_unknown_because`` (``refused``, ``no_content``,
        ``one_motive_only``, ``too_few_answers``, ``no_preference``; null when known); the evidence
        for the motive that scores highest: ``answers`` of any motive, ``answered`` and ``sent`` of
        this one, ``expected`` answers to it. A declared motive is taken as said.
    """
    table = _complete(summary, group)
    answers, expected = _answers_and_expected(table, model.answer_rates, model.chosen_shares)
    base = model.affinities.get(_EVERYBODY, (1.0,) * len(MOTIVES))
    prior = np.array([model.affinities.get(name, base) for name in table["group"]])
    prior = prior.reshape(-1, len(MOTIVES))
    shape, weight = model.strength * prior + answers, model.strength + expected
    affinity = shape / weight
    told = answers.sum(axis=1) + expected.sum(axis=1) > 0
    # A motive never offered can be neither preferred nor second: nothing is known of it.
    offered = expected >= FEWEST_EXPECTED
    held = np.where(offered, affinity, -np.inf)
    top = np.where(offered.any(axis=1), held.argmax(axis=1), affinity.argmax(axis=1))
    lead = _lead(held, np.sqrt(shape) / weight, top)
    counted = table.select(_COUNTED).to_numpy().astype(float).reshape(-1, 3, len(MOTIVES))
    found = table.select("donor_id", "declared_motive", refused=_refused()).with_columns(
        *(
            pl.Series(f"{motive}_score", affinity[:, at] / affinity.sum(axis=1))
            for at, motive in enumerate(MOTIVES)
        ),
        leading=pl.Series(np.array(MOTIVES, dtype=object)[top], dtype=pl.String),
        lead=pl.Series(lead),
        has_content=pl.Series(told),
        sent_at_all=pl.Series((counted[:, 0] + counted[:, 2]).sum(axis=1)),
        offered=pl.Series(offered.sum(axis=1)),
        answers=pl.Series(answers.sum(axis=1)),
        answered=pl.Series(_at(answers, top)),
        sent=pl.Series(_at(counted[:, 0], top)),
        expected=pl.Series(_at(expected, top)),
    )
    return _judged(found).select(SCORED_SCHEMA.names()).cast(SCORED_SCHEMA)


def _judged(found: pl.DataFrame) -> pl.DataFrame:
    declared = pl.col("declared_motive").is_not_null()
    unknown = (
        pl.when("refused")
        .then(pl.lit("refused"))
        .when(declared)
        .then(pl.lit(None, dtype=pl.String))
        .when(pl.col("sent_at_all") == 0)
        .then(pl.lit("no_content"))
        .when(pl.col("answers") < FEWEST_ANSWERS)
        .then(pl.lit("too_few_answers"))
        .when(pl.col("offered") < 2)
        .then(pl.lit("one_motive_only"))
        .when(pl.col("lead") < _WEAK)
        .then(pl.lit("no_preference"))
    )
    judged = found.with_columns(motive_unknown_because=unknown)
    known = pl.col("motive_unknown_because").is_null()
    shown = ~pl.col("refused") & pl.col("has_content")
    fair = pl.col("lead") >= _FAIR
    confidence = pl.when(declared).then(pl.lit("declared")).when(fair).then(pl.lit("fair"))
    scores = [pl.when(shown).then(f"{name}_score").alias(f"{name}_score") for name in MOTIVES]
    evidence = [
        pl.when(~pl.col("refused")).then(name).alias(name)
        for name in ("answers", "answered", "sent", "expected")
    ]
    return judged.with_columns(
        *scores,
        *evidence,
        motive=pl.when(known).then(pl.coalesce("declared_motive", "leading")),
        motive_confidence=pl.when(known).then(confidence.otherwise(pl.lit("weak"))),
    )


def _complete(summary: pl.DataFrame, group: str | None) -> pl.DataFrame:
    missing = [name for name in READS if name not in summary.columns]
    table = summary.with_columns(pl.lit(None).alias(name) for name in missing)
    words = pl.lit(_EVERYBODY) if group is None else pl.col(group).cast(pl.String)
    return table.select(
        "donor_id",
        pl.col("declared_motive").cast(pl.String),
        pl.col("objects_profiling").cast(pl.Boolean),
        *(pl.col(name).cast(pl.Int64).fill_null(0) for name in _COUNTED),
        group=words.fill_null(_EVERYBODY),
    )


def _refused() -> pl.Expr:
    return pl.col("objects_profiling").fill_null(value=False)


def _gathered(table: pl.DataFrame) -> pl.DataFrame:
    keys = ["group", *_COUNTED]
    return table.group_by(keys).agg(pl.col("donors").sum()).select(*keys, "donors").sort(keys)


def _rate(sums: dict[str, int | None], above: str, below: str, motive: str) -> float:
    sent = sums[f"{motive}_{below}_24m"] or 0
    return (sums[f"{motive}_{above}_24m"] or 0) / sent if sent else 0.0


_Counts = NDArray[np.float64]


def _answers_and_expected(
    table: pl.DataFrame, rates: tuple[float, ...], shares: tuple[float, ...]
) -> tuple[_Counts, _Counts]:
    """Return answers by motive, and those expected of somebody as ready and without preference.

    The answers of each donor are shared out as their contents would be at the file's rates; what
    they chose themselves, as the file's choices. Shapes (donors, motives).
    """
    counted = table.select(_COUNTED).to_numpy().astype(np.float64).reshape(-1, 3, len(MOTIVES))
    sent, answered, chosen = counted[:, 0], counted[:, 1], counted[:, 2]
    chances = sent * np.array(rates)
    whole = chances.sum(axis=1, keepdims=True)
    expected = np.divide(chances, whole, out=np.zeros_like(chances), where=whole > 0)
    expected *= answered.sum(axis=1, keepdims=True)
    expected += np.array(shares) * chosen.sum(axis=1, keepdims=True)
    return answered + chosen, expected


def _affinities(
    groups: pl.Series, answers: _Counts, expected: _Counts, donors: _Counts
) -> dict[str, tuple[float, ...]]:
    found = {_EVERYBODY: (1.0,) * len(MOTIVES)}
    names = groups.to_numpy()
    for name in sorted(set(groups.to_list()) - {_EVERYBODY}):
        mine = names == name
        got = (answers[mine] * donors[mine, None]).sum(axis=0)
        due = (expected[mine] * donors[mine, None]).sum(axis=0)
        found[name] = tuple(
            float(value) for value in (_GROUP_STRENGTH + got) / (_GROUP_STRENGTH + due)
        )
    return found


def _strength(answers: _Counts, expected: _Counts, donors: _Counts) -> float:
    # A donor tells something once two motives could have been answered.
    telling = (answers.sum(axis=1) >= 2) & ((expected > 0).sum(axis=1) >= 2)
    if not telling.any():
        return float(_STRENGTHS[-1])
    got, due, weight = answers[telling], expected[telling], donors[telling]
    total = got.sum(axis=1)
    share = due / due.sum(axis=1, keepdims=True)
    likelihoods = [
        float(weight @ _log_likelihood(got, total, share * strength * len(MOTIVES)))
        for strength in _STRENGTHS
    ]
    return float(_STRENGTHS[int(np.argmax(likelihoods))])


def _log_likelihood(got: _Counts, total: _Counts, alpha: _Counts) -> _Counts:
    """Return the Dirichlet-multinomial log-likelihood of each row, up to a constant."""
    # https://en.wikipedia.org/wiki/Dirichlet-multinomial_distribution, probability mass function
    safe = np.where(alpha > 0, alpha, 1.0)
    of_each = np.where(alpha > 0, gammaln(safe + got) - gammaln(safe), 0.0).sum(axis=1)
    whole = alpha.sum(axis=1)
    return np.asarray(gammaln(whole) - gammaln(whole + total) + of_each)


def _lead(affinity: _Counts, spread: _Counts, top: NDArray[np.int64]) -> _Counts:
    """Return by how many standard errors the first motive leads the second; 0 without one."""
    rows = np.arange(len(affinity))
    others = affinity.copy()
    others[rows, top] = -np.inf
    second = others.argmax(axis=1)
    held = np.isfinite(affinity).sum(axis=1) >= 2
    gap = np.where(held, affinity[rows, top], 0.0) - np.where(held, affinity[rows, second], 0.0)
    return np.asarray(gap / np.hypot(spread[rows, top], spread[rows, second]))


def _at(values: _Counts, top: NDArray[np.int64]) -> _Counts:
    return np.take_along_axis(values, top[:, None], axis=1)[:, 0]
