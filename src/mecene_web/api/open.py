"""Open: the API as programs call it; each handler parses, makes one call, and answers."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, NinjaAPI, Path, Query, Router
from ninja.security import HttpBearer

from mecene_web.accounts import doors
from mecene_web.api import (
    correct,
    enrolling,
    ingest,
    keys,
    limits,
    people,
    reading,
    refusals,
    replies,
    rows,
    write,
)
from mecene_web.api.models import Key
from mecene_web.api.problems import Problem
from mecene_web.consent.models import Consent
from mecene_web.donors.models import Donor
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Campaign, Commitment, Gift

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
_MANY = Body(min_length=1, max_length=rows.MOST)
_REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500})


class Scoped(HttpBearer):
    """Lets in who holds a key of a scope, as often as a key may call."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:
        """Return the key; refuse one without the scope, and one that calls too often."""
        key = keys.recognise(token, now=timezone.now())
        if key is None:
            return None
        try:
            limits.spend(f"key:{key.pk}", per_minute=limits.PER_KEY_MINUTE)
        except limits.TooOften as wait:
            raise Problem(429, str(wait), retry_after_seconds=wait.seconds) from wait
        if self._scope not in key.scopes:
            raise Problem(403, f"this key has not the scope {self._scope}")
        return key


api = NinjaAPI(
    title="Mécène",
    version="1",
    urls_namespace="api-v1",
    description="Amounts are whole numbers of minor units (cents); donors' numbers are ours.",
    docs_url=None,
)


_SHAPES = {
    model: reading.shape(model)
    for model in (Gift, Commitment, Contact, Interaction, Consent, Campaign)
}


def _source(request: HttpRequest) -> str:
    return f"api:{request.auth.source}"  # type: ignore[attr-defined]


def _said(status: int, schema: Any) -> dict[Any, Any]:
    return {status: schema, _REFUSALS: rows.ProblemOut}


def _router(name: str, model: type[Model], row: type[rows.Strict]) -> Router:
    """Return the addresses that every resource has."""
    router = Router(tags=[name])
    shape = _SHAPES[model]
    can_read, can_write = Scoped(f"{name}:read"), Scoped(f"{name}:write")
    has_donor = any(field.attname == "donor_id" for field in model._meta.concrete_fields)
    asked = reading.AskedOf if has_donor else reading.Asked

    @router.get(
        "", auth=can_read, response=_said(200, reading.page_of(shape)), operation_id=f"list_{name}"
    )
    def listed(request: HttpRequest, asked: Query[asked]) -> HttpResponse:  # type: ignore[valid-type]
        """List rows in the order of their numbers; ``next`` is the next page's ``after``."""
        found = model._default_manager.all()
        if getattr(asked, "donor_id", None):
            found = found.filter(donor_id=asked.donor_id)
        items, following = reading.page(found, after=asked.after, limit=asked.limit)
        return _json({"items": items, "next": following})

    @router.get(
        "/{int:number}", auth=can_read, response=_said(200, shape), operation_id=f"get_{name}"
    )
    def got(request: HttpRequest, number: Number) -> HttpResponse:
        """Return one row."""
        found = reading.one(model, number)
        if found is None:
            raise Problem(404, f"there is no row {number} here")
        return _json(found)

    @router.post("", auth=can_write, response=_said(201, rows.Written),
                 operation_id=f"create_{name}")  # fmt: skip
    def created(request: HttpRequest, row: row) -> HttpResponse:  # type: ignore[valid-type]
        """Add a row; told before by this source, it adds nothing (200)."""
        return replies.once(request, lambda now: _one(_written(request, model, [row], now)))

    @router.post("/bulk", auth=can_write, response=_said(200, list[rows.Written]),
                 operation_id=f"create_many_{name}")  # fmt: skip
    def many(
        request: HttpRequest,
        body: Annotated[list[row], _MANY],  # type: ignore[valid-type]
    ) -> HttpResponse:
        """Add rows, all of them or none."""
        return replies.once(request, lambda now: (200, _written(request, model, body, now)))

    return router


def _written(
    request: HttpRequest, model: type[Model], told: list[Any], now: datetime
) -> list[dict[str, Any]]:
    said = [row.model_dump() for row in told]
    return [vars(row) for row in write.write(model, said, source=_source(request), now=now)]


def _one(told: list[dict[str, Any]]) -> replies.Done:
    return (200 if told[0]["repeated"] else 201), told[0]


donors = Router(tags=["donors"])
_DONOR = reading.shape(Donor, external_ids=list[str])
_READ, _WRITE = Scoped("donors:read"), Scoped("donors:write")


@donors.get("", auth=_READ, response=_said(200, reading.page_of(_DONOR)))
def list_donors(request: HttpRequest, asked: Query[reading.AskedDonors]) -> HttpResponse:
    """List donors in the order of their numbers."""
    found = reading.donors()
    for name in ("email", "postcode"):
        if getattr(asked, name):
            value = getattr(asked, name)
            found = found.filter(**{name: value.lower() if name == "email" else value})
    if asked.external_id:
        found = found.filter(records__external_id=asked.external_id).distinct()
    items, following = reading.page(found, after=asked.after, limit=asked.limit)
    return _json({"items": reading.with_references(items), "next": following})


@donors.get("/{int:number}", auth=_READ, response=_said(200, _DONOR))
def get_donor(request: HttpRequest, number: Number) -> HttpResponse:
    """Return a donor; one who was erased is not there."""
    people.donor(number)
    return _json(_shown(number))


@donors.post("", auth=_WRITE, response=_said(201, rows.WrittenDonor))
def create_donor(request: HttpRequest, row: rows.DonorIn) -> HttpResponse:
    """Make a donor known; ``known`` where they were a donor already (200)."""

    def work(now: datetime) -> replies.Done:
        told = _welcomed(request, [row], now)[0]
        return (200 if told["known"] or told["repeated"] else 201), told

    return replies.once(request, work)


@donors.post("/bulk", auth=_WRITE, response=_said(200, list[rows.WrittenDonor]))
def create_many_donors(
    request: HttpRequest,
    body: Annotated[list[rows.DonorIn], _MANY],
) -> HttpResponse:
    """Make donors known, all of them or none."""
    return replies.once(request, lambda now: (200, _welcomed(request, body, now)))


@donors.patch("/{int:number}", auth=_WRITE, response=_said(200, _DONOR))
def change_donor(request: HttpRequest, number: Number, body: rows.DonorChange) -> HttpResponse:
    """Say something of a donor by hand: it wins over what files say; null takes it back."""
    said = body.model_dump(exclude_unset=True)

    def work(now: datetime) -> replies.Done:
        people.change(number, said, source=_source(request), now=now)
        return 200, _shown(number)

    return replies.once(request, work)


def _welcomed(request: HttpRequest, told: list[Any], now: datetime) -> list[dict[str, Any]]:
    said = [row.model_dump() for row in told]
    return [
        {"id": each.donor_id, "repeated": each.repeated, "known": each.known}
        for each in people.welcome(said, source=_source(request), now=now)
    ]


def _shown(number: int) -> dict[str, Any]:
    row = reading.one(Donor, number)
    assert row is not None
    return reading.with_references([row])[0]


gifts = _router("gifts", Gift, rows.GiftIn)
commitments = _router("recurring_gifts", Commitment, rows.CommitmentIn)


@gifts.post("/{int:number}/refund", auth=Scoped("gifts:write"), response=_said(200, _SHAPES[Gift]))
def refund_gift(request: HttpRequest, number: Number, body: rows.Refund) -> HttpResponse:
    """Say that a gift was given back whole: a correction, the gift itself stays."""

    def work(now: datetime) -> replies.Done:
        correct.correct(
            number, status="refunded", on=body.refunded_on, source=_source(request), now=now
        )
        return 200, reading.one(Gift, number)

    return replies.once(request, work)


@commitments.post(
    "/{int:number}/end",
    auth=Scoped("recurring_gifts:write"),
    response=_said(200, _SHAPES[Commitment]),
)
def end_recurring_gift(request: HttpRequest, number: Number, body: rows.End) -> HttpResponse:
    """Say that a standing commitment ended, and why."""

    def work(now: datetime) -> replies.Done:
        correct.end(
            number, on=body.ended_on, reason=body.end_reason, source=_source(request), now=now
        )
        return 200, reading.one(Commitment, number)

    return replies.once(request, work)


events = Router(tags=["events"])


@events.post("", auth=Scoped("events:write"), response=_said(200, rows.Ingested))
def add_events(request: HttpRequest, body: rows.Events) -> HttpResponse:
    """Add contacts and interactions, mixed; once answered they are on the disk."""
    return replies.once(
        request,
        lambda now: (200, ingest.ingest(body.events, source=_source(request), now=now)),
    )


api.add_router("/donors", donors)
api.add_router("/gifts", gifts)
api.add_router("/recurring_gifts", commitments)
api.add_router("/contacts", _router("contacts", Contact, rows.ContactIn))
api.add_router("/interactions", _router("interactions", Interaction, rows.InteractionIn))
api.add_router("/consents", _router("consents", Consent, rows.ConsentIn))
api.add_router("/campaigns", _router("campaigns", Campaign, rows.CampaignIn))
api.add_router("/events", events)
_enrol = enrolling.router(auth=Scoped("journeys:write"), said=_said(200, enrolling.EnrolOut))
api.add_router("/journeys", _enrol)


def _json(told: Any, status: int = 200) -> HttpResponse:
    return api.create_response(None, told, status=status)  # type: ignore[arg-type]


refusals.install(api)


def addresses() -> Any:
    """Return the API's addresses, for ``urls``; its description is for anybody."""
    patterns, app, space = api.urls
    for each in patterns:
        if isinstance(each.callback, partial):  # ninja's own: the description, and the root
            doors.open_to_all(each.callback)
    return patterns, app, space
