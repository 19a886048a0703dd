"""Consented: of some donors, whom one may address, how, and why not the others?

What the law, the donor's own words, the marks and the suppression list say together
(``consent.state``), for an appeal.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from mecene.law import consent as law
from mecene_web.consent import state

PURPOSES = ("appeal",)
CHANNELS = ("email", "post", "phone", "sms")
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Chosen:
    """Who may be addressed: (donor_id, may_email …), and reason → how many were left out."""

    rows: pl.DataFrame
    left_out: dict[str, int] = field(default_factory=dict)


def by(channel: str, donor_ids: Iterable[int], *, on: date) -> Chosen:
    """Return who may be addressed by one channel, and who may be known by what they do."""
    found: list[tuple[int, bool]] = []
    why: Counter[str] = Counter()
    for part in _parts(donor_ids):
        told = state.among(part, purposes=PURPOSES, channel=channel, on=on)
        profiled = state.among(part, purposes=("profiling",), channel=law.ANY, on=on)
        for donor, verdict in told.items():
            if verdict.allowed:
                found.append((donor, profiled[donor].allowed))
            else:
                why[verdict.reason] += 1
    schema = {"donor_id": pl.Int64, "profiled": pl.Boolean}
    return Chosen(pl.DataFrame(found, schema=schema, orient="row"), dict(why))


def anyhow(donor_ids: Iterable[int], *, on: date, everybody: bool = False) -> Chosen:
    """Return who may be addressed by some channel, and by which.

    Args:
        donor_ids: Of whom.
        on: The day.
        everybody: Whether those whom no channel is open to stay.
    """
    found: list[tuple[int, ...]] = []
    why: Counter[str] = Counter()
    for part in _parts(donor_ids):
        told = state.by_channel(part, purposes=PURPOSES, channels=CHANNELS, on=on)
        for donor, verdicts in told.items():
            if everybody or any(verdict.allowed for verdict in verdicts.values()):
                found.append((donor, *(verdicts[c].allowed for c in CHANNELS)))
            else:
                # Paper asks for the least: who is closed to it says best why.
                why[verdicts["post"].reason] += 1
    schema = {"donor_id": pl.Int64} | {f"may_{c}": pl.Boolean for c in CHANNELS}
    return Chosen(pl.DataFrame(found, schema=schema, orient="row"), dict(why))


def _parts(donor_ids: Iterable[int]) -> Iterable[Collection[int]]:
    wanted = list(dict.fromkeys(donor_ids))
    for first in range(0, len(wanted), _AT_ONCE):
        yield wanted[first : first + _AT_ONCE]
