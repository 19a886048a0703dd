"""How many travellers does the platform advance a second, saved whole?

    python -m benchmarks.travellers --quick     2,000 travellers
    python -m benchmarks.travellers             20,000 travellers

Invented donors stand at a wait that is over; the step after it is a message, then another wait.
*Advanced*: claimed, looked at with what is known of them (address, consent for the preferred
channel), their state, the row of the outbox and the reasons saved in one transaction, 500 at a
time, by one worker. *Heard*: a gift read by the SQL of the rehearsal, the donor let in and thanked.
*Waiting*: what a look costs when everybody waits and nobody is due.
"""

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
JOURNEY = """
code = "paced"
name = { fr = "Pas à pas", en = "Step by step" }
purpose = "newsletter"
start = "rest"
triggers = [{ on = "command" }]
[[steps]]
do = "wait"
key = "rest"
duration = { days = 3 }
next = "say"
[[steps]]
do = "message"
key = "say"
template = "TEMPLATE"
kind = "news"
next = "again"
[[steps]]
do = "wait"
key = "again"
duration = { days = 30 }
"""
THANKS = JOURNEY.replace('"paced"', '"thanks"').replace(
    '{ on = "command" }', '{ on = "event", event = "gift_received" }'
).replace('start = "rest"', 'start = "say"').replace('purpose = "newsletter"',
                                                     'purpose = "transactional"').replace(
    '[[steps]]\ndo = "wait"\nkey = "rest"\nduration = { days = 3 }\nnext = "say"\n', ""
)  # fmt: skip


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    people = 2_000 if parser.parse_args().quick else 20_000
    with tempfile.TemporaryDirectory() as home:
        os.environ["MECENE_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "mecene_web.settings"
        import django

        django.setup()
        donors, template = prepared(people)
        came = entering(template, donors)
        waits = waiting()
        advanced = advancing(people)
        heard = hearing(template, donors[:2_000])
    print("| What | Travellers | A second | Asked |")
    print("|---|--:|--:|--:|")
    print(f"| Let in by hand | {people:,} | {came:,.0f} | |")
    print(f"| Advanced, one worker | {people:,} | {advanced:,.0f} | 5,000 |")
    print(f"| Gifts heard, thanked | {min(people, 2_000):,} | {heard:,.0f} | |")
    print(f"| A look when nobody is due | {people:,} | {waits * 1_000:.1f} ms | |")


def prepared(people):
    """Write down an association, donors, and a template."""
    from django.core.management import call_command

    from mecene_web.donors.models import Donor, Record
    from mecene_web.messages import publish, write
    from mecene_web.organisation.models import Organisation

    call_command("migrate", interactive=False, verbosity=0)
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    rows = [{"first_name": "Claire", "last_name": "Petit", "country": "FR",
             "email": f"claire.{n}@example.org"} for n in range(people)]  # fmt: skip
    donors = Donor.objects.bulk_create(Donor(**row) for row in rows)
    Record.objects.bulk_create(
        Record(key=n, donor=donor, **row)
        for n, (donor, row) in enumerate(zip(donors, rows, strict=True))
    )
    made = write.begin("Merci", channel="email", purposes=("newsletter",), by=None, now=NOW,
                       token=uuid4(), contents={"fr": {"subject": "Merci", "blocks": [
                           {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},"},
                           {"id": "d", "kind": "footer", "text": "[Non]({{ link.unsubscribe }})"},
                       ]}})  # fmt: skip
    publish.publish(made.versions.get().pk, by=None, now=NOW)
    return [donor.pk for donor in donors], f"t{made.pk}"


def living(text):
    """Return a journey that lives since yesterday."""
    from mecene.journeys import writing
    from mecene_web.journeys import draft, publish

    graph, now = writing.from_toml(text), NOW - timedelta(days=1)
    made = draft.begin("Pas à pas", "Step by step", by=None, now=now, token=uuid4(), graph=graph)
    publish.publish(made.pk, by=None, now=now)
    return made


def entering(template, donors):
    """Let everybody in; return how many a second."""
    from mecene_web.journeys import enrol, hear

    made = living(JOURNEY.replace("TEMPLATE", template))
    enrol.enrol(donors, journey_id=made.pk, token=uuid4(), by=None, now=NOW)
    start = time.perf_counter()
    while hear.hear(now=NOW):
        pass
    return len(donors) / (time.perf_counter() - start)


def waiting():
    """Look twenty times when nobody is due; return the seconds of one look."""
    from mecene_web.journeys import advance

    start = time.perf_counter()
    for _ in range(20):
        assert advance.advance(now=NOW) == 0
    return (time.perf_counter() - start) / 20


def advancing(people):
    """Advance everybody by one worker; return how many a second."""
    from mecene_web.journeys import advance
    from mecene_web.messages.models import Outgoing

    later, start = NOW + timedelta(days=4), time.perf_counter()
    while advance.advance(now=later):
        pass
    took = time.perf_counter() - start
    assert Outgoing.objects.count() == people
    return people / took


def hearing(template, donors):
    """Hear a gift of each; return how many a second."""
    from mecene_web.giving.models import Gift
    from mecene_web.journeys import hear

    living(THANKS.replace("TEMPLATE", template))
    Gift.objects.bulk_create(
        Gift(donor_id=donor, given_on=NOW.date(), amount_minor=5_000, kind="one_off",
             currency="EUR", source_ref=f"g{donor}")
        for donor in donors
    )  # fmt: skip
    hear.tell(donors, now=NOW)
    start = time.perf_counter()
    while hear.hear(now=NOW):
        pass
    return len(donors) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
