"""Reach: how a donor is best reached, as a table tells it: what is not sure enough is left out."""

import polars as pl

from mecene.channels.sentences import SURE_ENOUGH

CHANNEL = ("best_channel", "channel_sure", "channel_learnt_from")
MOMENT = ("best_weekday", "best_hour")
DEVICES = ("best_read_device", "best_acted_device", "crosses_devices")
COLUMNS = (*CHANNEL, *MOMENT, *DEVICES)


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
