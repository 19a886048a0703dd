"""How many personalised mails are written, and handed over, a second?

    python -m benchmarks.messages --quick     2,000 donors
    python -m benchmarks.messages             20,000 donors

Invented donors are given a mail of six blocks, in HTML and plain text, each with its greeting,
amounts, way out and signed links. *Written*: everything the outbox does before a server is spoken
to (consent, suppression, address, hours, template) on one core, and on two. *Handed over*: the
outbox whole, one worker, to an SMTP server of ours on the loopback that answers at once; every
message is marked on the disk before it leaves. listmonk sends 100 a second by default (10 workers
of 10; its i18n/en.json:522); Mautomic publishes about 667.
"""

import argparse
import asyncio
import multiprocessing
import os
import socket
import tempfile
import time
from datetime import UTC, datetime
from uuid import uuid4

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
LISTMONK, MAUTOMIC = 100, 667


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    donors = 2_000 if parser.parse_args().quick else 20_000
    with tempfile.TemporaryDirectory() as home:
        os.environ["MECENE_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "mecene_web.settings"
        import django

        django.setup()
        version = prepared(donors)
        filled, size = filling(version)
        one = written(donors)
        two = on_two_cores(donors)
        sent = handed_over(donors)
    print("| What | Mails | A second | A CPU-second | Beside |")
    print("|---|--:|--:|--:|---|")
    for what, count, rates, beside in (
        (f"Template filled in (HTML of {size // 1024} KB and text)", 2_000, filled, ""),
        ("Written whole: asked, filled in, links signed; one core", donors, one, ""),
        ("The same on two cores", donors, two, "asked: 1,000 a second"),
        ("Handed over by SMTP, one worker, SQLite", donors, sent,
         f"listmonk {LISTMONK}, Mautomic {MAUTOMIC} a second"),
    ):  # fmt: skip
        wall, cpu = rates
        print(f"| {what} | {count:,} | {wall:,.0f} | {f'{cpu:,.0f}' if cpu else ''} | {beside} |")


def timed(count, do):
    """Return how many of something are done a second, and a second of this process's own work."""
    wall, cpu = time.perf_counter(), time.process_time()
    do()
    return count / (time.perf_counter() - wall), count / (time.process_time() - cpu)


def prepared(donors):
    """Write down an association, a template of six blocks, and donors."""
    from django.core.management import call_command

    from mecene_web.donors.models import Donor
    from mecene_web.giving.models import Gift
    from mecene_web.messages import blocks, editing, publish, write
    from mecene_web.messages.models import Rules
    from mecene_web.organisation.models import Organisation

    call_command("migrate", interactive=False, verbosity=0)
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    Rules.objects.create(pk=1, donation_url="https://don.example.org/")
    told = editing.new_words("fr")
    words = {kind: dict(told[kind]) for kind in ("greeting", "story", "figures", "impact", "button",
                                                 "footer")}  # fmt: skip
    words["button"]["url"] = "{{ link.give }}"
    content = {"subject": "{{ donor.name }}, merci", "preheader": "Grâce à vous",
               "blocks": [blocks.new(kind, said) for kind, said in words.items()]}  # fmt: skip
    made = write.begin("Merci", channel="email", purposes=["appeal"], by=None, now=NOW,
                       token=uuid4(), contents={"fr": content})  # fmt: skip
    Donor.objects.bulk_create(
        [Donor(civility="Mme" if n % 2 else "M.", first_name="Claude", last_name=f"Petit{n}",
               email=f"c{n}@example.org", country="FR") for n in range(donors)], batch_size=2_000,
    )  # fmt: skip
    ids = list(Donor.objects.values_list("pk", flat=True))
    Gift.objects.bulk_create(
        [Gift(donor_id=number, given_on=f"2026-0{month}-10", amount_minor=5_000, currency="EUR",
              kind="one_off", source_ref=f"{number}-{month}") for number in ids
         for month in (1, 2)], batch_size=2_000,
    )  # fmt: skip
    return publish.publish(made.versions.get().pk, by=None, now=NOW)


def queue_all(version_id, label):
    """Write a message to every donor down."""
    from mecene_web.donors.models import Donor
    from mecene_web.messages import queue

    queue.add(
        (queue.Decided(origin=label, group=label, donor_id=number, channel="email",
                       purposes=("appeal",), kind="ask", version_id=version_id, due_at=NOW)
         for number in Donor.objects.values_list("pk", flat=True)), now=NOW,
    )  # fmt: skip


def filling(version, times=2_000):
    """Return how many times a second the template alone is filled in, and the size of its HTML."""
    from mecene_web.donors.models import Donor
    from mecene_web.messages import parts, values

    number = Donor.objects.values_list("pk", flat=True).first()
    reader = values.of([number], today=NOW.date(), site="https://m.org")[number]
    part = parts.chosen(version.pk, lang="fr")
    told = values.merged(reader, {"link": {"unsubscribe": "https://m.org/u"}})
    size = len(parts.fill(part, told).html)
    rates = timed(times, lambda: [parts.fill(part, told) for _ in range(times)])
    queue_all(version.pk, "benchmark")
    return rates, size


def written(donors, first=0, every=1):
    """Return how many messages a second are written whole, of every so many from the first."""
    from mecene_web.messages import check, ready
    from mecene_web.messages.models import Outgoing

    numbers = list(Outgoing.objects.order_by("pk").values_list("pk", flat=True))[first::every]

    def whole():
        made = 0
        for place in range(0, len(numbers), 200):
            rows = list(Outgoing.objects.filter(pk__in=numbers[place : place + 200]))
            cleared, refused = check.check(rows, now=NOW)
            assert not refused
            made += len([ready.parcel(one, now=NOW, count_clicks=True) for one in cleared])
        assert made == len(numbers)

    return timed(len(numbers), whole)


def on_two_cores(donors):
    """Return how many messages a second two processes write together."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        began = time.perf_counter()
        pool.starmap(written, [(donors, 0, 2), (donors, 1, 2)])
        return donors / (time.perf_counter() - began), None


class Answering:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802
        return "250 taken"


def serve(port):
    """Answer for ever."""
    from aiosmtpd.smtp import SMTP

    async def forever():
        loop = asyncio.get_running_loop()
        made = await loop.create_server(lambda: SMTP(Answering(), loop=loop), "127.0.0.1", port)
        await made.serve_forever()

    asyncio.run(forever())


def handed_over(donors):
    """Return how many messages a second one worker hands over."""
    from django.conf import settings
    from django.db import connections

    from mecene_web.messages import send
    from mecene_web.messages.models import Outgoing

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connections.close_all()
    serving = multiprocessing.get_context("fork").Process(target=serve, args=(port,), daemon=True)
    serving.start()
    time.sleep(1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

    def all_of_them():
        while send.send(worker="benchmark", clock=lambda: NOW):
            pass

    rates = timed(donors, all_of_them)
    serving.terminate()
    assert Outgoing.objects.filter(state="handed_over").count() == donors
    return rates


if __name__ == "__main__":
    main()
