"""What experiments are tested with: an association large enough, a campaign, facts to come."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from drawn_tests import NOW

BLOCKS = [
    {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},"},
    {"id": "d", "kind": "footer", "text": "[Non]({{ link.unsubscribe }})"},
]


@pytest.fixture
def house(db: None) -> Any:
    from mecene_web.organisation.models import Organisation

    return Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})[0]


@pytest.fixture
def people(house: Any) -> Callable[[int], list[int]]:
    """So many donors, in a segment: ``people(2_000)`` returns their numbers."""
    from mecene_web.donors.models import Donor, Record
    from mecene_web.segments.models import Membership, Segment

    def made(many: int) -> list[int]:
        first = Donor.objects.count() + 1
        told = [{"first_name": "Claire", "last_name": f"Petit{first + n}", "country": "FR",
                 "email": f"claire.{first + n}@example.org"} for n in range(many)]  # fmt: skip
        donors = Donor.objects.bulk_create([Donor(**one) for one in told], batch_size=500)
        Record.objects.bulk_create(
            [Record(key=9_000 + one.pk, donor=one, **it)
             for one, it in zip(donors, told, strict=True)], batch_size=500)  # fmt: skip
        segment = Segment.objects.create(name="Tous", code=f"all_{first}", made_at=NOW,
                                         settled_version=1, members=many)  # fmt: skip
        Membership.objects.bulk_create(
            [Membership(segment=segment, donor=one, since=NOW - timedelta(days=9))
             for one in donors], batch_size=500)  # fmt: skip
        made.audience = f"segment:{segment.pk}"
        return [one.pk for one in donors]

    return made


@pytest.fixture
def template(house: Any) -> Callable[..., Any]:
    """A published template: ``template("B")``."""
    from mecene_web.messages import publish, write

    def made(name: str = "A", *, purposes: Any = ("appeal",)) -> Any:
        begun = write.begin(name, channel="email", purposes=purposes, by=None, now=NOW,
                            token=uuid4(),
                            contents={"fr": {"subject": name, "blocks": BLOCKS}})  # fmt: skip
        publish.publish(begun.versions.get().pk, by=None, now=NOW)
        return begun

    return made


@pytest.fixture
def gifts(house: Any) -> Callable[..., None]:
    """Gifts of these donors, drawn by chance: ``gifts(donors, share=0.1, on=…, seed=1)``."""
    from mecene_web.giving.models import Gift

    def given(donors: Any, *, share: float, on: date, seed: int, median: float = 2_000) -> None:
        chance = np.random.default_rng(seed)
        who = [donor for donor in donors if chance.random() < share]
        amounts = np.maximum(100, chance.lognormal(np.log(median), 0.8, size=len(who)))
        Gift.objects.bulk_create(
            [Gift(donor_id=donor, given_on=on, amount_minor=int(amount), currency="EUR",
                  kind="one_off", source_ref=f"g{seed}-{donor}")
             for donor, amount in zip(who, amounts, strict=True)], batch_size=500)  # fmt: skip

    return given


@pytest.fixture
def appeal(people: Any, template: Any, member: Any) -> Callable[..., Any]:
    """A campaign that waits for somebody to agree: ``appeal(2_000)``."""
    from mecene_web.messages import campaigns

    def made(many: int = 2_000, *, name: str = "Appel de mars") -> Any:
        people(many)
        return campaigns.prepare(
            name, template_id=template().pk, audience=people.audience, due_at=NOW,
            by=member("fundraiser"), now=NOW, token=uuid4(), cost_each_minor=60,
        )  # fmt: skip

    return made


@pytest.fixture
def gone(member: Any) -> Callable[[Any], None]:
    """Have a campaign agreed to and begun: ``gone(campaign)``."""
    from mecene_web.messages import campaigns

    def left(campaign: Any, now: Any = NOW) -> None:
        campaigns.agree(campaign.pk, by=member("fundraiser"), now=now)
        campaigns.follow(now=now)

    return left
