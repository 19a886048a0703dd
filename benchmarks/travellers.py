"""How many travellers does the platform advance a second, saved whole?

    python -m benchmarks.travellers --quick     4,000 travellers, 100,000 who wait
    python -m benchmarks.travellers             40,000 travellers, a million who wait

Invented donors stand at a wait that is over. *With a message each*: the step after it is a message,
then another wait. *Without*: a wait, a choice by what is known of the event, another wait.
*Advanced*: claimed, looked at with what is known of them (address, consent for the preferred
channel), their state, the row of the outbox and the reasons saved in one transaction, a thousand at
a time, by one worker, then by two processes. *Heard*: a gift read by the SQL of the rehearsal, the
donor let in and thanked. *Waiting*: what a look costs when everybody waits and nobody is due, and
how long after a gift its thanks are written down meanwhile. *CPU*: microseconds of a processor for
each, of our own processes and of the server's that serve them, which another program beside hardly
changes. ``DATABASE_URL`` names a PostgreSQL of this machine; without it, SQLite.
"""

import argparse
import gc
import multiprocessing
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


CHOICE = """
code = "chosen"
name = { fr = "Au choix", en = "By choice" }
purpose = "newsletter"
start = "rest"
triggers = [{ on = "command" }]
[[steps]]
do = "wait"
key = "rest"
duration = { days = 3 }
next = "choose"
[[steps]]
do = "branch"
key = "choose"
paths = [{ when = "event_amount_minor >= 5000", next = "again" }]
otherwise = "again"
[[steps]]
do = "wait"
key = "again"
duration = { days = 30 }
"""


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    people, many = (4_000, 100_000) if quick else (40_000, 1_000_000)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MECENE_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "mecene_web.settings"
        import django

        django.setup()
        from django.db import connection

        from mecene_web.journeys import always

        donors, template = prepared(people)
        gc.collect()
        always.at_rest()
        engine = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
        print("| What | Travellers | A second | CPU µs each, ours + server's | Asked |")
        print("|---|--:|--:|--:|--:|")
        for row in (*_rows(donors, template, people, engine),
                    *_waited(donors, many, engine)):  # fmt: skip
            print(f"| {' | '.join(row)} |", flush=True)


def _rows(donors, template, people, engine):
    asked = {"SQLite": "5,000 (one worker)", "PostgreSQL": "10,000 (two workers)"}[engine]
    came, cpu = timed(people, lambda: entering(template, donors))
    yield f"Let in by hand, {engine}", f"{people:,}", f"{came:,.0f}", cpu, ""
    for what, text in (("a message each", JOURNEY), ("no message", CHOICE)):
        for workers in (1, 2):
            if (what, workers) != ("a message each", 1):
                standing(text.replace("TEMPLATE", template), donors)
            rate, cpu = advancing(people, workers)
            told = f"Advanced, {what}, {workers} worker{'s' * (workers > 1)}, {engine}"
            yield told, f"{people:,}", f"{rate:,.0f}", cpu, asked
    some = donors[:2_000]
    living(THANKS.replace("TEMPLATE", template))
    giving(some, "g")
    heard, cpu = timed(len(some), hearing)
    yield f"Gifts heard, thanked, {engine}", f"{len(some):,}", f"{heard:,.0f}", cpu, ""


def _waited(donors, many, engine):
    """Have many wait: what a look takes when nobody is due, and how soon a gift is thanked."""
    from mecene_web.journeys import advance

    standing(CHOICE.replace("3 }", "700 }"), donors, times=many // len(donors))
    before, start = _peak(), time.perf_counter()
    for _ in range(50):
        assert advance.advance(now=NOW + timedelta(days=20)) == 0
    took = (time.perf_counter() - start) / 50 * 1_000
    told = f"{took:.1f} ms a look, {(_peak() - before) / 1024:.0f} MB more"
    yield f"A look when nobody is due, {engine}", f"{many:,}", told, "", "nothing"
    took = []
    for turn, donor in enumerate(donors[-20:]):
        giving([donor], f"late{turn}-")
        start = time.perf_counter()
        hearing()
        took.append((time.perf_counter() - start) * 1_000)
    told = f"{sorted(took)[10]:.0f} ms, {max(took):.0f} at most"
    yield f"A gift, then its thanks in the outbox, {engine}", f"{many:,}", told, "", "1,000 ms"


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def timed(count, do):
    """Return how many of something are done a second, and the work of a processor for each."""
    start, ours, server = time.perf_counter(), time.process_time(), _server()
    do()
    took = time.perf_counter() - start
    return count / took, _told(count, time.process_time() - ours, _server() - server)


def _told(count, ours, server):
    each = f"{ours / count * 1e6:,.0f}"
    return f"{each} + {server / count * 1e6:,.0f}" if server else each


def _server():
    """Return for how many seconds the process of the server that serves us has worked."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (number,) = cursor.fetchone()
    told = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


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
    """Return a journey that lives since long ago."""
    from mecene.journeys import writing
    from mecene_web.journeys import draft, publish

    graph, now = writing.from_toml(text), NOW - timedelta(days=10)
    made = draft.begin("Pas à pas", "Step by step", by=None, now=now, token=uuid4(), graph=graph)
    publish.publish(made.pk, by=None, now=now)
    return made


def standing(text, donors, *, times=1):
    """Have everybody stand at the first wait of a journey of their own; it began three days ago."""
    from mecene_web.journeys.models import Traveller
    from mecene_web.organisation import many

    made = living(text)
    version = made.versions.get()
    began = NOW - timedelta(days=1)
    days = 700 if "700" in text else 3
    state = {"event": {"kind": "manual", "at": began.isoformat(), "learnt_at": began.isoformat(),
                       "values": {"event_name": made.code}}, "visits": [], "arms": []}  # fmt: skip
    names = ("journey_id", "version_id", "donor_id", "entry", "unit", "event_ref", "entered_at",
             "step", "arrived_at", "due_at", "state", "alone")  # fmt: skip
    many.insert(Traveller, names, (
        (made.pk, version.pk, donor, n + 1, f"donor:{donor}", f"m{n}", began, "rest", began,
         began + timedelta(days=days), state, False)
        for n in range(times) for donor in donors
    ))  # fmt: skip


def entering(template, donors):
    """Let everybody in by hand."""
    from mecene_web.journeys import enrol, hear

    made = living(JOURNEY.replace("TEMPLATE", template))
    enrol.enrol(donors, journey_id=made.pk, token=uuid4(), by=None, now=NOW)
    while hear.hear(now=NOW):
        pass


def advancing(people, workers):
    """Advance everybody; return how many a second, and the work of a processor for each."""
    from django.db import connections

    if workers == 1:
        return timed(people, _advance)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready, go = context.Barrier(workers + 1), context.Barrier(workers + 1)
    told = context.SimpleQueue()
    held = [context.Process(target=_worker, args=(ready, go, told)) for _ in range(workers)]
    for each in held:
        each.start()
    ready.wait()
    start = time.perf_counter()
    go.wait()
    worked = [told.get() for _ in held]
    took = time.perf_counter() - start
    for each in held:
        each.join()
    assert not any(each.exitcode for each in held)
    return people / took, _told(
        people, sum(our for our, _ in worked), sum(its for _, its in worked)
    )


def _worker(ready, go, told):
    before = _server()
    ready.wait()
    go.wait()
    ours = time.process_time()
    _advance()
    told.put((time.process_time() - ours, _server() - before))


def _advance():
    from django.db import OperationalError

    from mecene_web.journeys import advance

    while True:
        try:
            if not advance.advance(now=NOW + timedelta(days=4)):
                return
        except OperationalError:
            pass  # the other one is writing


def giving(donors, ref):
    """Write down a gift of each, and that something is new of them."""
    from mecene_web.giving.models import Gift
    from mecene_web.journeys import hear

    Gift.objects.bulk_create(
        Gift(donor_id=donor, given_on=NOW.date(), amount_minor=5_000, kind="one_off",
             currency="EUR", source_ref=f"{ref}{donor}")
        for donor in donors
    )  # fmt: skip
    hear.tell(donors, now=NOW)


def hearing():
    """Hear what is new of everybody."""
    from mecene_web.journeys import hear

    while hear.hear(now=NOW):
        pass


if __name__ == "__main__":
    main()
