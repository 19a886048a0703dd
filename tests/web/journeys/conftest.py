"""What journeys are tested with: an association, donors, what happens to them, templates."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 11 h in Paris
TODAY = date(2026, 3, 3)
_NUMBERS = count(1)
THANKS = """
code = "thanks"
name = { fr = "Merci", en = "Thanks" }
purpose = "transactional"
start = "say"
reentry = { allowed = "each_event" }
triggers = [{ on = "event", event = "gift_received" }]
[[steps]]
do = "message"
key = "say"
template = "TEMPLATE"
kind = "thanks"
channel = "email"
next = "rest"
[[steps]]
do = "wait"
key = "rest"
duration = { days = 3 }
next = "mark"
[[steps]]
do = "add_tag"
key = "mark"
tag = "thanked"
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    from mecene_web.journeys import following, hearing
    from mecene_web.messages import parts

    parts.forget()
    following._of.cache_clear()
    yield
    parts.forget()
    hearing.close()


@pytest.fixture
def house(db: None) -> Any:
    from mecene_web.journeys.models import HoldOut
    from mecene_web.organisation.models import Organisation

    # Nobody is held out but where a test is about it.
    HoldOut.objects.create(experiment="nobody", share=0, at=NOW - timedelta(days=30))
    told = {"name": "Les Puits", "privacy_contact": "contact@puits.example"}
    return Organisation.objects.update_or_create(pk=1, defaults=told)[0]


@pytest.fixture
def linked(house: Any) -> Any:
    """Pages of the association's for everything that texts lead to."""
    from mecene_web.messages import regulate
    from mecene_web.messages.models import Rules

    pages = {name: f"https://puits.example/{name}" for name in regulate.LINKS}
    return Rules.objects.create(pk=1, donation_url="https://puits.example/don", links=pages)


@pytest.fixture
def donor(house: Any) -> Callable[..., Any]:
    """A donor with a record of their own: ``donor(first_name="Claire")``."""
    from mecene_web.donors.models import Donor, Record

    def made(**told: Any) -> Any:
        number = next(_NUMBERS)
        portrait = {"civility": "Mme", "first_name": "Claire", "last_name": "Petit",
                    "email": f"claire.{number}@example.org", "country": "FR"} | told  # fmt: skip
        home = portrait.pop("household", None)
        person = Donor.objects.create(household=home, **portrait)
        Record.objects.create(key=7_000 + number, donor=person, **portrait)
        return person

    return made


@pytest.fixture
def gift(house: Any) -> Callable[..., Any]:
    """A gift just written down, whose donor stands in the line: ``gift(donor, amount=2000)``."""
    from mecene_web.giving.models import Gift
    from mecene_web.journeys import hear

    def given(who: Any, *, amount: int = 5_000, on: date = TODAY, now: datetime = NOW,
              **told: Any) -> Any:  # fmt: skip
        number = next(_NUMBERS)
        columns = {"kind": "one_off", "currency": "EUR", "source_ref": f"g{number}"} | told
        made = Gift.objects.create(donor=who, given_on=on, amount_minor=amount, **columns)
        hear.tell([who.pk], now=now)
        return made

    return given


@pytest.fixture
def template(house: Any) -> Callable[..., Any]:
    """A published template of e-mail; as journeys call it: ``template()``."""
    from mecene_web.messages import publish, write

    def made(*, channel: str = "email", purposes: Any = ("transactional",)) -> str:
        blocks = [
            {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},"},
            {"id": "d", "kind": "footer", "text": "[Non]({{ link.unsubscribe }})"},
        ]
        told = {"subject": "Merci", "blocks": blocks} if channel == "email" else {"text": "Merci"}
        begun = write.begin("Merci", channel=channel, purposes=purposes, by=None, now=NOW,
                            token=uuid4(), contents={"fr": told})  # fmt: skip
        publish.publish(begun.versions.get().pk, by=None, now=NOW)
        return f"t{begun.pk}"

    return made


@pytest.fixture
def journey(house: Any) -> Callable[..., Any]:
    """A journey that lives, from its TOML: ``journey(THANKS.replace("TEMPLATE", "t1"))``."""
    from mecene.journeys import writing
    from mecene_web.journeys import draft, publish

    def made(text: str, *, now: datetime = NOW - timedelta(days=1)) -> Any:
        graph = writing.from_toml(text)
        begun = draft.begin(graph.name.fr, graph.name.en, by=None, now=now, token=uuid4(),
                            graph=graph)  # fmt: skip
        publish.publish(begun.pk, by=None, now=now)
        begun.refresh_from_db()
        return begun

    return made


@pytest.fixture
def thanking(journey: Any, template: Any) -> Callable[..., Any]:
    """The journey of thanks, living: ``thanking()``."""
    return lambda **told: journey(THANKS.replace("TEMPLATE", template()), **told)
