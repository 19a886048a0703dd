"""What messages are tested with: an association, donors, templates, a server that hears."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 11 h in Paris
BLOCKS = {
    "fr": [
        {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},"},
        {"id": "b", "kind": "story", "title": "L’eau", "text": "Merci pour le **puits**.",
         "image": "", "image_says": ""},
        {"id": "c", "kind": "button", "label": "Voir", "url": "https://example.org/puits?a=1&b=2"},
        {"id": "d", "kind": "footer", "text": "[Ne plus recevoir]({{ link.unsubscribe }})"},
    ],
    "en": [
        {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},"},
        {"id": "d", "kind": "footer", "text": "[Leave]({{ link.unsubscribe }})"},
    ],
}  # fmt: skip
_NUMBERS = count(1)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    from mecene_web.messages import parts

    parts.forget()
    yield
    parts.forget()


@pytest.fixture(autouse=True)
def unpressed(settings: Any) -> Any:
    """Nothing is held back for pressure but where a test is about it."""
    settings.MECENE_PRESSURE = ""
    return settings


@pytest.fixture
def house(db: None) -> Any:
    from mecene_web.organisation.models import Organisation

    return Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})[0]


@pytest.fixture
def donor(house: Any) -> Callable[..., Any]:
    """A donor with a record of their own: ``donor(first_name="Claire")``."""
    from mecene_web.donors.models import Donor, Record

    def made(**told: Any) -> Any:
        number = next(_NUMBERS)
        portrait = {
            "civility": "Mme", "first_name": "Claire", "last_name": "Petit",
            "email": f"claire.{number}@example.org", "country": "FR",
        } | told  # fmt: skip
        kind = portrait.pop("kind", "person")
        home = portrait.pop("household", None)
        person = Donor.objects.create(kind=kind, household=home, **portrait)
        Record.objects.create(key=1_000 + number, donor=person, **portrait)
        return person

    return made


@pytest.fixture
def template(house: Any) -> Callable[..., Any]:
    """A published version: ``template()``, ``template(purposes=["newsletter"])``."""
    from mecene_web.messages import publish, write

    def made(contents: Any = None, *, channel: str = "email", purposes: Any = ("appeal",)) -> Any:
        told = contents or {
            lang: {"subject": f"Merci {{{{ donor.name }}}} ({lang})", "blocks": BLOCKS[lang]}
            for lang in ("fr", "en")
        }
        begun = write.begin("Merci", channel=channel, purposes=purposes, by=None, now=NOW,
                            token=uuid4(), contents=told)  # fmt: skip
        return publish.publish(begun.versions.get().pk, by=None, now=NOW)

    return made


@pytest.fixture
def queued(template: Any, donor: Any) -> Callable[..., Any]:
    """A message that waits: ``queued(donor())``."""
    from mecene_web.messages import queue
    from mecene_web.messages.models import Outgoing

    def made(person: Any = None, *, version: Any = None, **told: Any) -> Any:
        version = version or template()
        person = person or donor()
        origin = told.pop("origin", f"test:{next(_NUMBERS)}")
        asked = {
            "origin": origin, "group": "test", "donor_id": person.pk,
            "channel": version.template.channel, "purposes": tuple(version.template.purposes),
            "kind": version.template.kind,
            "version_id": version.pk, "due_at": NOW,
        } | told  # fmt: skip
        queue.add([queue.Decided(**asked)], now=NOW)
        return Outgoing.objects.get(origin=origin, donor=person)

    return made


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mail server that hears everything and answers as it is told: ``post.answers``."""
    from mecene_web.channels.email import send as mail
    from mecene_web.channels.parcel import Sent

    class Post:
        def __init__(self) -> None:
            self.heard: list[Any] = []
            self.answers: list[Any] = []

        @contextmanager
        def opened(self) -> Iterator[Any]:
            yield self.carry

        def carry(self, parcel: Any) -> Any:
            self.heard.append(parcel)
            answer = self.answers.pop(0) if self.answers else None
            if isinstance(answer, BaseException):
                raise answer
            return Sent("test", f"ref-{parcel.key}")

    told = Post()
    monkeypatch.setattr(mail, "opened", told.opened)
    return told
