"""Reach: how a donor is best reached, as a table tells it: what is not sure enough is left out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from mecene.channels import evidence, habits, preferences, traits
from mecene.channels.habits import Habits
from mecene.channels.sentences import SURE_ENOUGH
from mecene.segments.lists import Built

CHANNEL = ("best_channel", "channel_sure", "channel_learnt_from")
MOMENT = ("best_weekday", "best_hour")
DEVICES = ("best_read_device", "best_acted_device", "crosses_devices")
COLUMNS = (*CHANNEL, *MOMENT, *DEVICES)


# Of a line of a list, what it takes to choose how and when to write or call.
_IN_A_LIST = ("best_channel", "channel_sure", *MOMENT)


def learnt(parts: Sequence[Path]) -> Habits | None:
    """Return the habits of all donors of some summaries; None where these do not tell of any."""
    known = evidence.Evidence({})
    for part in parts:
        if not set(traits.COLUMNS) <= set(pl.read_parquet_schema(part)):
            return None
        known += evidence.of(pl.read_parquet(part, columns=list(traits.COLUMNS)))
    return habits.fit(known) if known.sums else None


def fitted(summary: pl.DataFrame) -> Habits | None:
    """Return the habits of all donors of one summary; None where nobody ever acted."""
    known = evidence.of(summary)
    return habits.fit(known) if known.sums else None


def of(summary: pl.DataFrame, known: Habits | None) -> pl.DataFrame | None:
    """Return ``told`` of the donors of a summary; None where no habits are known."""
    return None if known is None else told(preferences.of(summary, habits=known))


def joined(donors: pl.DataFrame, reached: pl.DataFrame | None) -> pl.DataFrame:
    """Return donors with how each is best reached; as they are where that is not known."""
    if reached is None:
        return donors
    return donors.join(reached, on="donor_id", how="left", validate="1:1", maintain_order="left")


def beside(built: Built, reached: pl.DataFrame | None) -> Built:
    """Return lists with channel and moment beside each donor; as they are where not known."""
    if reached is None:
        return built
    wanted = reached.select("donor_id", *_IN_A_LIST)
    lists = {
        name: table.join(wanted, on="donor_id", how="left", maintain_order="left")
        for name, table in built.lists.items()
    }
    return replace(built, lists=lists)


def told(preferences: pl.DataFrame) -> pl.DataFrame:
    """Return ``donor_id`` and ``COLUMNS`` of donors, in their order.

    A day and an hour are told from 80 % sure on, a device where the donor was seen on it.

    Args:
        preferences: What ``channels.preferences.of`` returned.
    """
    moments = [
        pl.when(pl.col(f"{trait}_sure") >= SURE_ENOUGH).then(f"best_{trait}").alias(f"best_{trait}")
        for trait in ("weekday", "hour")
    ]
    devices = [
        pl.when(pl.col(f"{trait}_learnt_from") == "own")
        .then(f"best_{trait}")
        .alias(f"best_{trait}")
        for trait in ("read_device", "acted_device")
    ]
    return preferences.with_columns(*moments, *devices).select("donor_id", *COLUMNS)
