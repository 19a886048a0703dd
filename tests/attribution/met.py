"""Invented touches and acts, for tests of attribution; days count from 1 January 2026."""

from datetime import date, datetime, timedelta

import polars as pl

from mecene.attribution import touches

AS_OF = date(2027, 1, 1)
FIRST = datetime.fromisoformat("2026-01-01T12:00")


def touch(donor_id, day, channel, kind="sent", device=None):
    at = FIRST + timedelta(days=day)
    return {"donor_id": donor_id, "at": at, "channel": channel, "kind": kind, "device": device}


def acted(donor_id, day, act="gift", value_minor=1_000):
    at = FIRST + timedelta(days=day)
    return {"donor_id": donor_id, "at": at, "act": act, "value_minor": value_minor}


def met(touched, acts):
    return touches.of(
        pl.DataFrame(touched, schema=touches.TOUCH), pl.DataFrame(acts, schema=touches.ACT)
    )
