"""Vocabulary: which words the conditions of a journey may say, and of what type each is.

The columns of the summary, what is known of the person beside it, and the event at hand:
``event_amount_minor``, ``event_code`` … are those of the event a condition is asked of, or of the
one that started the journey. Whoever has more (scores, segments) adds its columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from mecene.conditions import language
from mecene.conditions.asked import NIGHTLY, SIGNATURES
from mecene.conditions.language import Condition
from mecene.features import dictionary

EVENT = {
    "event_name": pl.String(),  # which petition, which form, which segment
    "event_kind": pl.String(),  # of a gift: one_off, instalment …
    "event_amount_minor": pl.Int64(),
    "event_code": pl.String(),  # the bank's, upper case
    "event_channel": pl.String(),
    "event_campaign_id": pl.String(),
    "event_on": pl.Date(),
}
PERSON = {"birth_date": pl.Date()}
# What happened, as facts tell it; interactions (click, petition_signed …) add their own kinds.
FACTS = (
    "gift_received", "gift_refunded", "debit_failed", "recurring_started", "recurring_lowered",
    "recurring_raised", "recurring_paused", "recurring_resumed", "recurring_ended",
)  # fmt: skip
INTERACTIONS = (
    "click", "reply", "complaint", "unsubscribe", "page_view", "form_started", "form_abandoned",
    "petition_signed", "survey_answered", "event_registered", "event_attended", "call", "share",
    "referral", "volunteer_shift", "comment", "chat", "unsubscribe_page_seen",
)  # fmt: skip
# What a look at the day, or somebody's command, makes happen.
LOOKS = ("segment_entered", "segment_left", "date", "anniversary", "crossing", "manual", "api")


@dataclass(frozen=True)
class Vocabulary:
    """Columns with their types, and what may be asked of the log beyond them."""

    columns: tuple[tuple[str, pl.DataType], ...]
    asks: tuple[str, ...] = ()
    events: tuple[str, ...] = (*FACTS, *INTERACTIONS)

    def compile(self, text: str) -> Condition:
        """Return what a condition says.

        Raises:
            InvalidCondition: it cannot be understood.
        """
        return _compiled(self, text)


@cache
def usual() -> Vocabulary:
    """Return the columns of the summary, the person and the event, and what follows the day."""
    return of({column.name: column.type for column in dictionary.columns()})


def of(columns: Mapping[str, pl.DataType]) -> Vocabulary:
    """Return a vocabulary of these columns beside the person's and the event's."""
    asks = tuple(name for name in SIGNATURES if name not in NIGHTLY)
    return Vocabulary(tuple((dict(columns) | PERSON | EVENT).items()), asks)


@cache
def _compiled(vocabulary: Vocabulary, text: str) -> Condition:
    return language.compile(text, columns=dict(vocabulary.columns), asks=vocabulary.asks)
