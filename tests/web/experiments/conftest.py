"""What experiments are tested with: an association large enough, a campaign, facts to come."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from drawn_tests import NOW, crowd, give, published


@pytest.fixture
def house(db: None) -> Any:
    from mecene_web.organisation.models import Organisation

    return Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})[0]


@pytest.fixture
def people(house: Any) -> Callable[[int], list[int]]:
    """So many donors, in a segment: ``people(2_000)`` returns their numbers."""

    def made(many: int) -> list[int]:
        donors, made.audience = crowd(many)
        return donors

    return made


@pytest.fixture
def template(house: Any) -> Callable[..., Any]:
    """A published template: ``template("B")``."""

    def made(name: str = "A", **told: Any) -> Any:
        return published(name, **told)

    return made


@pytest.fixture
def gifts(house: Any) -> Callable[..., None]:
    """Gifts of these donors, drawn by chance: ``gifts(donors, share=0.1, on=…, seed=1)``."""
    return give


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
