"""Regulate: the programs that journeys may tell, and the households no journey solicits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from mecene.journeys.assignment import HoldOut as Share
from mecene.journeys.assignment import InvalidHoldOut
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.experiments.declare import NoCap
from mecene_web.journeys import experiments, form
from mecene_web.journeys.models import Endpoint, HoldOut


class Unusable(ValueError):
    """A field cannot be used; ``field`` is which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def regulate(said: Mapping[str, Any], *, by: Staff, now: datetime) -> None:
    """Write down what one of the two forms says.

    Raises:
        Unusable: a name, an address or a share is none.
    """
    if "share" in said:
        _hold_out(said, by=by, now=now)
    else:
        _endpoint(said, by=by, now=now)


def settings() -> dict[str, Any]:
    """Return what the page of the settings shows."""
    return {"endpoints": Endpoint.objects.order_by("name"),
            "hold_out": HoldOut.objects.order_by("-pk").first()}  # fmt: skip


def _endpoint(said: Mapping[str, Any], *, by: Staff, now: datetime) -> None:
    name, url = form.key(str(said.get("name", ""))), str(said.get("url", "")).strip()
    if not name:
        raise Unusable("name")
    try:
        URLValidator(schemes=["https", "http"])(url)
    except ValidationError as wrong:
        raise Unusable("url") from wrong
    if len(url) > 500:
        raise Unusable("url")
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().filter(name=name).first()
        before = held and held.url
        Endpoint.objects.update_or_create(name=name, defaults={"url": url, "at": now, "by": by})
        audit.write("change", "endpoint", name, by=by, now=now, before={"url": before},
                    after={"url": url})  # fmt: skip


def _hold_out(said: Mapping[str, Any], *, by: Staff, now: datetime) -> None:
    text = str(said.get("share", "")).strip()
    if not text.isdecimal() or len(text) > 3:
        raise Unusable("share")
    name = form.key(str(said.get("experiment", ""))) or f"h_{now:%Y}"
    try:
        share = Share(name, int(text) / 100)
    except InvalidHoldOut as wrong:
        raise Unusable("share") from wrong
    with transaction.atomic():
        HoldOut.objects.create(experiment=share.experiment, share=share.share, at=now, by=by)
        try:
            experiments.declare_hold_out(by=by, now=now)
        except NoCap as wrong:
            raise Unusable("no_cap") from wrong
        audit.write("change", "hold_out", name, by=by, now=now, after={"share": share.share})
