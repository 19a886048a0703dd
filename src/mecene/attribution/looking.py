"""Looking: all that is told of the paths of an association, read bucket by bucket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from mecene.attribution import credit, devices, paths, tallies, touches, travelled
from mecene.attribution.credit import Caused, Gap, SideBySide
from mecene.attribution.devices import Devices
from mecene.attribution.held import Beside
from mecene.engine.store import BUCKETS, FactStore

SEED = 1901


@dataclass(frozen=True)
class Asked:
    """What is asked of a store.

    Attributes:
        act: ``gift``, ``subscription`` or ``opt_in``.
        as_of: The day one looks from.
        currency: ISO 4217 code of what acts are worth.
        within_days: How long before an act a touch counts.
        order: How many last steps the chain remembers.
        seed: Of chance, for the uncertainty.
        caused: Channel → what its hold-out says, where there was one.
    """

    act: str
    as_of: date
    currency: str
    within_days: int = paths.WITHIN_DAYS
    order: int = 1
    seed: int = SEED
    caused: Mapping[str, Caused] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        asked: What was asked.
        rules: What each rule credits each channel with; None: no touch preceded any act.
        most: ``travelled.most``.
        jumps: ``travelled.jumps``.
        flows: ``travelled.flows``.
        devices: On what people read, and acted.
        gaps: How far each rule is from the hold-outs.
        held: The same of what was sent to people of whom some were held out, over its own days.
    """

    asked: Asked
    rules: SideBySide | None
    most: pl.DataFrame
    jumps: pl.DataFrame
    flows: pl.DataFrame
    devices: Devices
    gaps: tuple[Gap, ...] = ()
    held: tuple[Beside, ...] = ()


def of(store: FactStore, asked: Asked, *, on_progress: Callable[[str, int, int], None]) -> Found:
    """Return all that is told of the paths in a store.

    Args:
        store: Where the facts lie.
        asked: What is asked.
        on_progress: Told ``("paths", done, total)``.

    Raises:
        paths.UnknownAct: there is no such act.
        credit.UnknownChannel: a hold-out is of a channel that is on no path.
    """
    known, used = [], []
    for done, bucket in enumerate(BUCKETS):
        on_progress("paths", done, len(BUCKETS))
        met = touches.of_store(store, as_of=asked.as_of, currency=asked.currency, bucket=bucket)
        of_acts = {"act": asked.act, "as_of": asked.as_of, "within_days": asked.within_days}
        known.append(paths.to(met, **of_acts))  # type: ignore[arg-type]
        used.append(devices.of(met, **of_acts))  # type: ignore[arg-type]
    on_progress("paths", len(BUCKETS), len(BUCKETS))
    return of_paths(paths.added(*known), asked, used=devices.added(*used))


def of_paths(known: pl.DataFrame, asked: Asked, *, used: Devices) -> Found:
    """Return all that is told of some paths.

    Args:
        known: Of the schema ``paths.PATHS``.
        asked: What is asked.
        used: The devices of their acts.

    Raises:
        credit.UnknownChannel: a hold-out is of a channel that is on no path.
    """
    met = known.filter(pl.col("path").list.len() > 0)["conversions"].sum()
    rules: SideBySide | None = None
    gaps: tuple[Gap, ...] = ()
    if met:
        counts = tallies.of(known, order=asked.order)
        rules = credit.side_by_side(counts, rng=np.random.default_rng(asked.seed))
        gaps = credit.against(rules, caused=asked.caused)
    return Found(
        asked, rules, travelled.most(known), travelled.jumps(known),
        travelled.flows(known, act=asked.act), used, gaps,
    )  # fmt: skip
