"""Looking: who drifts away from their own habits today, and how each donor is best reached.

Two passes over the donors, batch by batch: the first keeps their summaries on disk and learns what
they have in common, the second holds every donor against it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from mecene.channels import evidence as habit_evidence
from mecene.channels import habits as habits_of_all
from mecene.channels import preferences, traits
from mecene.channels import sentences as reach_sentences
from mecene.channels.habits import Habits
from mecene.channels.sentences import SURE_ENOUGH
from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.lifetime_value import evidence as value_evidence
from mecene.lifetime_value import histories, value
from mecene.report.watch import lexicon, past
from mecene.report.watch.past import Past
from mecene.segments import audience
from mecene.signals import alarms, learning, watched
from mecene.signals import sentences as alarm_sentences
from mecene.signals.learning import Learnt
from mecene.signals.surprises import SIGNALS

Progress = Callable[[str, int, int], None]

FAMILIES = tuple(dict.fromkeys((*watched.FAMILIES, *traits.FAMILIES)))
# What is not known where nobody has it → the column that would tell.
UNKNOWN = {
    "contacts": "recent_contacts", "interactions": "recent_clicks",
    "visits": "web_granted_age_days", "opens": "open_granted_age_days",
    "regular": "recurring_state", "card": "card_expires_in_days",
}  # fmt: skip


class NobodyToWatch(ValueError):
    """Nobody who may be profiled had given anything on that day."""


@dataclass(frozen=True)
class Asked:
    """What is looked at.

    Attributes:
        store: The facts.
        as_of: The day.
        lang: Of the sentences.
        into: An empty folder for the tables of donors.
        false_alarm_rate: Share of those who stay that may be alarmed, in (0, 1).
        worth: ``donor_id`` and ``expected_value_12m_minor`` where a report has said it; None: work
            it out.
        tried: Whether alarms are tried on an earlier day, which costs more than all the rest.
    """

    store: FactStore
    as_of: date
    lang: str
    into: Path
    false_alarm_rate: float = alarms.FALSE_ALARM_RATE
    worth: pl.DataFrame | None = None
    tried: bool = True


@dataclass(frozen=True)
class Watch:
    """What was found.

    Attributes:
        asked: What was looked at.
        learnt: What alarms are raised with.
        donors: A folder of Parquet parts, one row a donor who may be profiled.
        alarmed: A row for each donor in alarm, what is at stake first; ``kept_out`` says what keeps
            them out of a list.
        counts: Donors by ``group`` (null: never gave), ``state`` and ``level``.
        chance: How many would be alarmed by chance alone: the rate, of those who should stay.
        reach: Donors by ``trait``, ``choice`` and where it was learnt.
        acts: Acts of all by ``trait`` and ``choice``.
        sure: Trait → donors whose own ``weekday`` or ``hour`` is sure enough to be told.
        unknown: Which of ``UNKNOWN`` the file says nothing of.
        past: How alarms held on an earlier day; None where not tried, or the file is too young.
        currency: ISO 4217 code of most donors.
    """

    asked: Asked
    learnt: Learnt
    donors: Path
    alarmed: pl.DataFrame
    counts: pl.DataFrame
    chance: float
    reach: pl.DataFrame
    acts: pl.DataFrame
    sure: dict[str, int]
    unknown: tuple[str, ...]
    past: Past | None
    currency: str

    def number(self, *conditions: pl.Expr) -> int:
        """Return how many donors answer to conditions on ``counts``."""
        return int(self.counts.filter(*conditions)["donors"].sum())


@dataclass(frozen=True)
class _Known:
    habits: Habits
    acts: pl.DataFrame
    worth: value.ValueModel | None
    learnt: Learnt


def look(asked: Asked, *, on_progress: Progress) -> Watch:
    """Return what there is to see.

    Raises:
        NobodyToWatch: nobody had given, or nobody may be profiled.
    """
    parts, known, unknown = _first_pass(asked, on_progress)
    found, alarmed = [], []
    for place, part in enumerate(parts):
        on_progress("alarms", place, len(parts))
        told = _told(pl.read_parquet(part), known, asked)
        told.write_parquet(_folder(asked) / part.name)
        found.append(told.select(_COUNTED))
        alarmed.append(told.filter(pl.col("level").is_in(["alarm", "strong"])))
    on_progress("alarms", len(parts), len(parts))
    donors = pl.concat(found)
    stays = donors.filter(pl.col("state") == "watched").select((1 - pl.col("alarm")).sum())
    return Watch(
        asked=asked,
        learnt=known.learnt,
        donors=_folder(asked),
        alarmed=pl.concat(alarmed).sort("at_stake_minor", "donor_id", descending=[True, False]),
        counts=donors.group_by("group", "state", "level").agg(donors=pl.len()),
        chance=asked.false_alarm_rate * float(stays.item() or 0.0),
        reach=_reach(donors),
        acts=known.acts,
        sure={trait: _sure(donors, trait) for trait in ("weekday", "hour")},
        unknown=unknown,
        past=past.of(
            asked.store,
            as_of=asked.as_of,
            false_alarm_rate=asked.false_alarm_rate,
            on_progress=on_progress,
        )
        if asked.tried
        else None,
        currency=_currency(donors),
    )


_COUNTED = (
    "group", "state", "level", "alarm", "currency", "best_channel", "channel_learnt_from",
    "best_weekday", "weekday_learnt_from", "weekday_sure", "best_hour", "hour_learnt_from",
    "hour_sure", "best_read_device", "read_device_learnt_from", "best_acted_device",
    "acted_device_learnt_from", "crosses_devices",
)  # fmt: skip


def _first_pass(asked: Asked, on_progress: Progress) -> tuple[list[Path], _Known, tuple[str, ...]]:
    """Write the summary of each batch; return the files, and what they say together."""
    folder = asked.into / "summary"
    folder.mkdir(parents=True)
    _folder(asked).mkdir()
    parts: list[Path] = []
    habits = habit_evidence.Evidence({})
    worth: value_evidence.Evidence | None = None
    given, told = 0, dict.fromkeys(UNKNOWN, 0)
    on_progress("features", 0, 0)
    for batch in summary.batches(asked.store, as_of=asked.as_of, families=FAMILIES):
        batch = batch.sort("donor_id")
        habits += habit_evidence.of(batch)
        mine = value_evidence.of(batch)
        worth = mine if worth is None else worth + mine
        given += watched.of(batch).height
        for name, column in UNKNOWN.items():
            told[name] += batch[column].count()
        parts.append(folder / f"{len(parts):06}.parquet")
        batch.write_parquet(parts[-1])
    if not given or worth is None:
        raise NobodyToWatch(f"nobody to watch as of {asked.as_of}")
    on_progress("habits", 0, 0)
    learnt = learning.on(asked.store, as_of=asked.as_of)
    known = _Known(habits_of_all.fit(habits), _acts(habits), _value_model(worth), learnt)
    return parts, known, tuple(name for name, count in told.items() if not count)


def _told(batch: pl.DataFrame, known: _Known, asked: Asked) -> pl.DataFrame:
    """Return one row a donor who may be profiled: their alarm, what is at stake, their habits."""
    raised = alarms.of(
        batch,
        rhythm=known.learnt.rhythm,
        calibration=known.learnt.calibration,
        false_alarm_rate=asked.false_alarm_rate,
    )
    told = alarm_sentences.written(raised, lang=asked.lang)
    slight = pl.when(pl.col("level").is_in(["alarm", "strong"])).then(
        pl.lit(lexicon.say("words.slight", lang=asked.lang))
    )
    raised = raised.with_columns(evidence_sentence=pl.coalesce(told, slight)).rename(
        {"currency": "alarm_currency"}
    )
    reached = preferences.of(batch, habits=known.habits).rename({"group": "pays"})
    reached = reached.with_columns(reach_sentence=reach_sentences.written(reached, lang=asked.lang))
    worth = _worth(batch, known, asked)
    causes = batch.select(
        "donor_id", "currency", kept_out=audience.barred(by_profile=True, by_debit=False)
    )
    return (
        reached.join(raised, on="donor_id", how="left", validate="1:1", maintain_order="left")
        .drop("alarm_currency")
        .join(worth, on="donor_id", how="left", validate="1:1", maintain_order="left")
        .join(causes, on="donor_id", how="left", validate="1:1", maintain_order="left")
        .with_columns(
            at_stake_minor=(pl.col("expected_value_12m_minor").fill_null(0) * pl.col("alarm"))
            .round()
            .cast(pl.Int64)
        )
    )


def _worth(batch: pl.DataFrame, known: _Known, asked: Asked) -> pl.DataFrame:
    if asked.worth is not None:
        return asked.worth.select("donor_id", pl.col("expected_value_12m_minor").cast(pl.Float64))
    if known.worth is None:
        return pl.DataFrame(schema={"donor_id": pl.Int64, "expected_value_12m_minor": pl.Float64})
    return value.predict(known.worth, batch).select("donor_id", "expected_value_12m_minor")


def _value_model(known: value_evidence.Evidence) -> value.ValueModel | None:
    try:
        return value.learn(known)
    except histories.TooFewDonors:
        return None


def _reach(donors: pl.DataFrame) -> pl.DataFrame:
    found = [
        donors.filter(pl.col(f"best_{trait}").is_not_null())
        .group_by(
            trait=pl.lit(trait),
            choice=pl.col(f"best_{trait}").cast(pl.String),
            learnt_from=pl.col(f"{trait}_learnt_from"),
        )
        .agg(donors=pl.len())
        for trait in ("channel", "weekday", "hour", "read_device", "acted_device")
    ]
    return pl.concat(found).sort("trait", "choice", "learnt_from")


def _acts(habits: habit_evidence.Evidence) -> pl.DataFrame:
    """Return how many acts of all donors fall on each choice of each trait."""
    rows = [
        {"trait": trait.name, "choice": choice, "acts": int(acts)}
        for trait in traits.TRAITS
        for choice, acts in zip(
            trait.choices,
            zip(*(habits.sums[trait.name, group] for group in traits.GROUPS), strict=True),
            strict=False,  # after the choices come the sums that tell how alike donors are
        )
        for acts in (sum(acts),)
    ]
    return pl.DataFrame(rows)


def _sure(donors: pl.DataFrame, trait: str) -> int:
    own = (pl.col(f"{trait}_learnt_from") == "own") & (pl.col(f"{trait}_sure") >= SURE_ENOUGH)
    return donors.filter(own).height


def _currency(donors: pl.DataFrame) -> str:
    ranked = donors["currency"].drop_nulls().value_counts(sort=True)
    return str(ranked["currency"][0]) if ranked.height else "EUR"


def _folder(asked: Asked) -> Path:
    return asked.into / "donors"


def signals_of(alarmed: pl.DataFrame) -> pl.DataFrame:
    """Return how many donors in alarm each sign speaks of: ``signal``, ``leading``, ``beside``."""
    names = (*SIGNALS, "standing")
    signs = alarmed.filter(pl.col("signals").list.len() > 0)
    leading = signs.select(signal=pl.col("signals").list.first())["signal"].value_counts()
    every = signs.select(signal="signals").explode("signal")["signal"].value_counts()
    return (
        pl.DataFrame({"signal": names})
        .join(every.rename({"count": "every"}), on="signal", how="inner")
        .join(leading.rename({"count": "leading"}), on="signal", how="left")
        .with_columns(leading=pl.col("leading").fill_null(0).cast(pl.Int64))
        .with_columns(beside=pl.col("every").cast(pl.Int64) - pl.col("leading"))
        .select("signal", "leading", "beside")
        .sort(pl.col("leading") + pl.col("beside"), "signal", descending=[True, False])
    )
