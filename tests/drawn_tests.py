"""Drawn tests: a test as a form would ask for it, shared by those who try what becomes of it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np

# A Tuesday, 11 h in Paris.
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
BLOCKS = [
    {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},"},
    {"id": "d", "kind": "footer", "text": "[Non]({{ link.unsubscribe }})"},
]


def wanted(*texts, held_out=100, share=1.0, why="", primary="gave", rule=None):
    from mecene.experiments import plan as plans
    from mecene_web.experiments import measured, prepare

    return prepare.Wanted(
        "Test", tuple(prepare.Text(name, number) for name, number in texts), held_out, why, share,
        measured.measure(primary), 0.02, rule or plans.FixedHorizon(60, 1_000),
    )  # fmt: skip


def planned(campaign, said, member):
    from mecene_web.experiments import prepare

    return prepare.beside(campaign.pk, said, population="Tous", by=member("analyst"), now=NOW)


def by_arm(held):
    """Return arm → the donors drawn into it."""
    from mecene_web.experiments.models import Enrolment

    found: dict[str, list[int]] = {}
    for arm, donor in Enrolment.objects.filter(experiment=held).values_list("arm__name", "donor"):
        found.setdefault(arm, []).append(donor)
    return found


def crowd(many):
    """Make so many donors and a segment of them; return their numbers, and its audience."""
    from mecene_web.donors.models import Donor, Record
    from mecene_web.segments.models import Membership, Segment

    first = Donor.objects.count() + 1
    told = [{"first_name": "Claire", "last_name": f"Petit{first + n}", "country": "FR",
             "email": f"claire.{first + n}@example.org"} for n in range(many)]  # fmt: skip
    donors = Donor.objects.bulk_create([Donor(**one) for one in told], batch_size=500)
    Record.objects.bulk_create(
        [Record(key=9_000 + one.pk, donor=one, **it)
         for one, it in zip(donors, told, strict=True)], batch_size=500)  # fmt: skip
    segment = Segment.objects.create(name="Nouveaux donateurs", code=f"all_{first}", made_at=NOW,
                                     settled_version=1, members=many)  # fmt: skip
    Membership.objects.bulk_create(
        [Membership(segment=segment, donor=one, since=NOW - timedelta(days=9))
         for one in donors], batch_size=500)  # fmt: skip
    return [one.pk for one in donors], f"segment:{segment.pk}"


def published(name, *, purposes=("appeal",)):
    """Publish a template of e-mail; return it."""
    from mecene_web.messages import publish, write

    begun = write.begin(name, channel="email", purposes=purposes, by=None, now=NOW,
                        token=uuid4(), contents={"fr": {"subject": name, "blocks": BLOCKS}})  # fmt: skip # noqa: E501
    publish.publish(begun.versions.get().pk, by=None, now=NOW)
    return begun


def give(donors, *, share, on, seed, median=2_000):
    """Have some donors give, as chance has it."""
    from mecene_web.giving.models import Gift

    chance = np.random.default_rng(seed)
    who = [donor for donor in donors if chance.random() < share]
    amounts = np.maximum(100, chance.lognormal(np.log(median), 0.8, size=len(who)))
    Gift.objects.bulk_create(
        [Gift(donor_id=donor, given_on=on, amount_minor=int(amount), currency="EUR",
              kind="one_off", source_ref=f"g{seed}-{donor}")
         for donor, amount in zip(who, amounts, strict=True)], batch_size=500)  # fmt: skip
