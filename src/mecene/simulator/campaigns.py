"""Campaigns: what the association sends, when, at what cost, and how strongly it moves people.

The calendar is that of a French charity: a mailing every other month, twelve e-mails a year
and more in December, a telephone round in spring, canvassers in the street from April to
October. ``pull`` is the expected number of gifts one contact causes in a donor of attachment
0 who is as sensitive to the channel as most.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from mecene import period
from mecene.simulator import words
from mecene.simulator.recipe import Association

# (month, name, pull, day sent): assumed, then tuned to the seasons France générosités publishes.
_POST = (
    (1, "Vœux", 0.030, 12),
    (3, "Printemps", 0.040, 6),
    (5, "Campagne fiscale", 0.044, 12),
    (9, "Rentrée", 0.038, 8),
    (10, "Automne", 0.044, 6),
    (11, "Noël", 0.104, 10),
    (12, "Fin d'année", 0.108, 3),
)
_EMAIL = (0.002, 0.002, 0.003, 0.003, 0.005, 0.003, 0.002, 0.002, 0.004, 0.006, 0.013, 0.026)
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True)
class Campaign:
    """An appeal, in one month, by one channel.

    Attributes:
        number: Its place in the calendar, from 0.
        pull: Gifts one contact causes in a donor of attachment 0.
        b_effect: What version B multiplies the effect by; 1 where the versions do not differ.
        wants: ``gift``, ``recurring`` (a first commitment) or ``upgrade``.
        cost_minor: Cost of one contact, in cents.
        motive: Which motive it speaks to, among ``words.MOTIVES``; -1: none in particular.
    """

    number: int
    campaign_id: str
    name: str
    channel: int
    month: int
    sent_on: date
    pull: float
    b_effect: float
    wants: str
    cost_minor: int
    motive: int = words.NONE


def calendar(spec: Association) -> tuple[Campaign, ...]:
    """Return every campaign of the history, in order of month."""
    rng = spec.generator(2**31)
    found: list[Campaign] = []
    for month in range(spec.months):
        first = period.add_months(spec.starts_on, month)
        for draft in sorted(_of_month(first), key=lambda draft: draft[3]):
            b_effect = float(rng.choice([1.0, 1.0, 1.25, 0.85]))
            found.append(_numbered(draft, number=len(found), month=month, b_effect=b_effect))
    return _with_motives(spec, found) if spec.motives else tuple(found)


def emergencies(spec: Association) -> dict[int, float]:
    """Return the months of an emergency → share of new donors it brings, as the appeal airs."""
    return {int(spec.months * 0.38): 0.035, int(spec.months * 0.78): 0.025}


_Draft = tuple[str, str, int, date, float, str, int]


def _of_month(first: date) -> list[_Draft]:
    year, month = first.year, first.month
    drafts: list[_Draft] = [
        (f"M{year % 100:02d}{month:02d}", f"{name} {year}", words.BY_POST,
         first + timedelta(days=day - 1), pull, "gift", 62)
        for when, name, pull, day in _POST
        if when == month
    ]  # fmt: skip
    drafts.append(
        (f"E{year % 100:02d}{month:02d}", f"Courriel {_MONTHS[month - 1]} {year}", words.BY_EMAIL,
         first + timedelta(days=13), _EMAIL[month - 1], "gift", 1)
    )  # fmt: skip
    if month == 12:
        drafts.append(
            (f"E{year % 100:02d}99", f"Dernier jour {year}", words.BY_EMAIL,
             date(year, 12, 28), 0.026, "gift", 1)
        )  # fmt: skip
    if month == 4:
        drafts.append((f"T{year % 100:02d}04", f"Appels soutien régulier {year}", words.BY_PHONE,
                       date(year, 4, 3), 0.030, "recurring", 650))  # fmt: skip
    if month == 6:
        drafts.append((f"T{year % 100:02d}06", f"Appels augmentation {year}", words.BY_PHONE,
                       date(year, 6, 5), 0.16, "upgrade", 650))  # fmt: skip
    return drafts


def _numbered(draft: _Draft, *, number: int, month: int, b_effect: float) -> Campaign:
    campaign_id, name, channel, sent_on, pull, wants, cost_minor = draft
    return Campaign(
        number=number,
        campaign_id=campaign_id,
        name=name,
        channel=channel,
        month=month,
        sent_on=sent_on,
        pull=pull,
        b_effect=b_effect if wants == "gift" else 1.0,
        wants=wants,
        cost_minor=cost_minor,
    )


def _with_motives(spec: Association, found: list[Campaign]) -> tuple[Campaign, ...]:
    """Return the campaigns, one in three for each motive, and named so that it can be read."""
    rng = spec.generator(2**31, 1)
    drawn = rng.permutation(np.arange(len(found)) % len(words.MOTIVES))
    return tuple(
        replace(campaign, motive=motive, name=f"{campaign.name} [motif:{words.MOTIVES[motive]}]")
        for campaign, motive in zip(found, map(int, drawn), strict=True)
    )


def month_starts(spec: Association) -> np.ndarray:
    """Return the day number of the first of each month, and of the day after the last."""
    days = [period.add_months(spec.starts_on, month) for month in range(spec.months + 1)]
    return np.array([(day - date(1970, 1, 1)).days for day in days], dtype=np.int64)
