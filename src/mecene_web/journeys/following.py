"""Following: a version as the core follows it, and what a journey may lead to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from mecene.journeys import publishing, vocabulary, writing
from mecene.journeys.assignment import HoldOut
from mecene.journeys.publishing import Published
from mecene.journeys.validate import Places
from mecene.journeys.vocabulary import Vocabulary
from mecene_web.journeys import models
from mecene_web.journeys.models import Journey, Speech, Version
from mecene_web.messages.texts import Template
from mecene_web.segments import columns
from mecene_web.segments.models import Segment

_OWN = "t"


class NoTemplate(LookupError):
    """A step says a template that is not there any more, or has no text for the channel."""


@cache
def words() -> Vocabulary:
    """Return what the conditions of a journey may say here: what a segment's may, and the event."""
    return vocabulary.of(columns.types())


def places() -> Places:
    """Return what there is to lead to."""
    return Places(
        templates=speaks(),
        segments=frozenset(_codes(Segment.objects.filter(archived_at=None))),
        journeys=frozenset(_codes(Journey.objects.exclude(state="archived"))),
    )


def speaks(numbers: Mapping[tuple[str, str], int] | None = None) -> dict[str, frozenset[str]]:
    """Return template, as journeys call it → the channels it has a text for.

    Args:
        numbers: ``templates()``, where it is known already.
    """
    found: dict[str, set[str]] = {}
    for code, channel in templates() if numbers is None else numbers:
        found.setdefault(code, set()).add(channel)
    return {code: frozenset(held) for code, held in found.items()}


def templates() -> dict[tuple[str, str], int]:
    """Return (template as journeys call it, channel) → its number; ``t12`` is template 12."""
    rows = Template.objects.filter(archived_at=None).exclude(channel="webhook")
    found = {(f"{_OWN}{number}", channel): number
             for number, channel in rows.values_list("pk", "channel")}  # fmt: skip
    told = Speech.objects.filter(template__archived_at=None)
    return found | {
        (code, channel): number
        for code, channel, number in told.values_list("code", "channel", "template_id")
    }


def of(version: Version, *, said: Mapping[str, frozenset[str]] | None = None) -> Published:
    """Return a version, ready to be followed; understood once.

    Args:
        version: Which.
        said: ``speaks()``, where it is known already.
    """
    held = _of(version.pk, version.number, version.text)
    return replace(held, speaks=speaks() if said is None else said)


def versions(numbers: Iterable[int]) -> dict[int, Version]:
    """Return number → version, each with its journey: a few, for many people."""
    return Version.objects.select_related("journey").in_bulk(set(numbers))


def live() -> list[Version]:
    """Return the latest version of each journey that people may enter now."""
    latest: dict[int, Version] = {}
    rows = Version.objects.filter(journey__state="live").select_related("journey")
    for version in rows.order_by("journey_id", "number"):
        latest[version.journey_id] = version
    return list(latest.values())


def latest(journey: Journey) -> Version | None:
    """Return the version of a journey that people enter; None before the first."""
    return journey.versions.order_by("-number").first()


def hold_out() -> HoldOut | None:
    """Return the households that no journey solicits now."""
    row = models.HoldOut.objects.order_by("-pk").first()
    return HoldOut(row.experiment, row.share) if row and row.share else None


def _codes(rows: Any) -> Iterable[str]:
    found: Iterable[str] = rows.values_list("code", flat=True)
    return found


@lru_cache(maxsize=256)
def _of(_pk: int, number: int, text: str) -> Published:
    # What was there to lead to was asked when it was published.
    return publishing.publish(writing.from_json(text), version=number, words=words())
