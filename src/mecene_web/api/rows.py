"""Rows: what each resource is as JSON, in and out."""

import json
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from mecene import facts

MOST = 500
MOST_EVENTS = 1_000
_LARGEST = 2**63 - 1
_MOST_PROPERTIES = 8_000
_DEEPEST = 8
_HALF = re.compile("[\ud800-\udfff]")


def _plain(text: str) -> str:
    if (not text.isascii() and _HALF.search(text)) or "\x00" in text:
        raise ValueError("holds a character no database keeps (NUL, or half of a pair)")
    return text


def _our_days(day: date) -> date:
    if not 1900 <= day.year <= 2100:
        raise ValueError("is not between 1900 and 2100")
    return day


def _our_times(at: datetime) -> datetime:
    if not 1901 <= at.year <= 2099:
        raise ValueError("is not between 1901 and 2099")
    return at.astimezone(UTC)


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(told, ensure_ascii=False, allow_nan=False)
        _plain(text.encode().decode())
    except (ValueError, RecursionError) as wrong:
        raise ValueError("holds what JSON cannot write") from wrong
    if len(text) > _MOST_PROPERTIES or "\\u0000" in text or _depth(told) > _DEEPEST:
        raise ValueError(f"over {_MOST_PROPERTIES} characters or {_DEEPEST} levels, or holds NUL")
    return told


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(each) for each in inner), default=0) if inner else 0


def _text(longest: int, *, pattern: str | None = None) -> Any:
    limits = StringConstraints(
        strip_whitespace=True, min_length=1, max_length=longest, pattern=pattern
    )
    return Annotated[str, limits, AfterValidator(_plain)]


Id = Annotated[int, Field(ge=1, le=_LARGEST)]
Minor = Annotated[int, Field(ge=1, le=10**15)]
Cost = Annotated[int, Field(ge=0, le=10**15)]
Day = Annotated[date, AfterValidator(_our_days)]
Moment = Annotated[AwareDatetime, AfterValidator(_our_times)]
Word = _text(80)
Line = _text(300)
Long = _text(4_000)
Ref = _text(200)
Currency = _text(3, pattern=r"^[A-Z]{3}$")
Country = _text(2, pattern=r"^[A-Z]{2}$")
Language = _text(2, pattern=r"^[a-z]{2}$")
Email = _text(254, pattern=r"^[^@\s,;<>()]+@[^@\s,;<>()]+\.[A-Za-z0-9\-]{2,}$")
Properties = Annotated[dict[str, Any], AfterValidator(_kept)]
Purpose = Literal[facts.PURPOSES]
GiftKind = Literal[facts.GIFT_KINDS]
ConsentStatus = Literal[facts.CONSENT_STATUSES]
EndReason = Literal[facts.END_REASONS]


class Strict(BaseModel):
    """What is sent to us: a member we do not know is a mistake, not a detail."""

    model_config = ConfigDict(extra="forbid")


class Person(Strict):
    """What is said of a person, a household or an organisation."""

    external_id: Ref | None = None
    civility: Word | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    organisation_name: Line | None = None
    email: Email | None = None
    phone: Word | None = None
    address: Long | None = None
    postcode: Word | None = None
    city: Line | None = None
    country: Country | None = None
    birth_date: Day | None = None
    gender: Literal["f", "m", "x"] | None = None
    language: Language | None = None
    acquired_on: Day | None = None
    acquisition_channel: Line | None = None


class DonorIn(Person):
    """A donor to make known; whoever they are already, they stay."""

    source_ref: Ref


class DonorChange(Person):
    """What is to be said of a donor from now on; a member left out stays as it is."""

    external_id: None = Field(default=None, exclude=True)
    deceased_on: Day | None = None
    undeliverable_on: Day | None = None


class GiftIn(Strict):
    """A gift; anonymous without a donor."""

    donor_id: Id | None = None
    payer_id: Id | None = None
    given_on: Day
    given_at: Moment | None = None
    received_on: Day | None = None
    credited_on: Day | None = None
    amount_minor: Minor
    non_deductible_minor: Cost | None = None
    currency: Currency
    kind: GiftKind = "one_off"
    payment_method: Word | None = None
    campaign_code: Ref | None = None
    designation: Line | None = None
    commitment_ref: Ref | None = None
    status: Literal["received", "failed"] = "received"
    status_on: Day | None = None
    return_code: Word | None = None
    in_memory_of: Line | None = None
    source_ref: Ref


class Refund(Strict):
    """A gift given back whole."""

    refunded_on: Day


class CommitmentIn(Strict):
    """A standing commitment; ``ref`` is its own, everywhere."""

    donor_id: Id
    ref: Ref
    mandate_ref: Ref | None = None
    months_between: Annotated[int, Field(ge=1, le=120)] = 1
    amount_minor: Minor | None = None
    currency: Currency
    started_on: Day
    first_collected_on: Day | None = None
    ended_on: Day | None = None
    end_reason: EndReason | None = None
    payment_method: Word | None = None
    campaign_code: Ref | None = None
    source_ref: Ref


class End(Strict):
    """The end of a standing commitment."""

    ended_on: Day
    end_reason: EndReason


class ContactIn(Strict):
    """Something sent or said to a donor."""

    donor_id: Id
    at: Moment
    channel: Word
    purpose: Purpose | None = None
    campaign_code: Ref | None = None
    variant: Word | None = None
    cost_minor: Cost | None = None
    source_ref: Ref


class InteractionIn(Strict):
    """Something a donor, or nobody known, did."""

    donor_id: Id | None = None
    at: Moment
    kind: Word
    channel: Word | None = None
    device: Word | None = None
    campaign_code: Ref | None = None
    text: Long | None = None
    properties: Properties | None = None
    source_ref: Ref


class ConsentIn(Strict):
    """Something a person allowed, refused or took back."""

    donor_id: Id
    purpose: Purpose | None = None
    channel: Word | None = None
    status: ConsentStatus
    legal_basis: Word | None = None
    occurred_at: Moment
    source: Line | None = None
    text_version: Ref | None = None
    proof: Long | None = None
    source_ref: Ref


class CampaignIn(Strict):
    """An appeal or a programme, over [started_on, ended_on)."""

    code: Ref
    name: Line | None = None
    channel: Word | None = None
    started_on: Day | None = None
    ended_on: Day | None = None
    cost_minor: Cost | None = None
    purpose: Purpose | None = None
    source_ref: Ref


class ContactEvent(ContactIn):
    """A contact among events."""

    type: Literal["contact"]


class InteractionEvent(InteractionIn):
    """An interaction among events."""

    type: Literal["interaction"]


Event = Annotated[ContactEvent | InteractionEvent, Field(discriminator="type")]


class Events(Strict):
    """Events in the order they come."""

    events: Annotated[list[Event], Field(min_length=1, max_length=MOST_EVENTS)]


class Written(Schema):
    """What became of a row: ``repeated`` where the source told it before, and nothing was added."""

    id: int
    repeated: bool


class WrittenDonor(Written):
    """A donor made known; ``known`` where they were a donor already."""

    known: bool


class RefusedEvent(Schema):
    """An event nothing was kept of, and why; the others are kept."""

    index: int
    reason: str


class Ingested(Schema):
    """How many events were added, how many were told before, and those refused."""

    added: int
    repeated: int
    refused: list[RefusedEvent]


class ProblemOut(Schema):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
