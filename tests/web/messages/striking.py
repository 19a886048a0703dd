"""Striking: 2,000 mails to a real SMTP server by workers that are killed (-9) where it hurts.

A program of its own, in a home of its own: ``python striking.py MAILS KILLS SEED`` prints one line
of JSON. What arrived is known from the server's own list, never from the platform.
"""

# ruff: noqa: E402 -- models ask for Django
import asyncio
import json
import multiprocessing
import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecene_web.settings")

import django

django.setup()

from aiosmtpd.smtp import SMTP
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from mecene_web.channels.email import send as mail
from mecene_web.donors.models import Donor
from mecene_web.events.models import Contact
from mecene_web.messages import check, claim, outcome, publish, queue, send, write
from mecene_web.messages.models import Outgoing
from mecene_web.organisation.models import Organisation

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
WINDOWS = ("before_claim", "claimed", "during_data", "after_250")
context = multiprocessing.get_context("fork")


class Server:
    """Takes mail, lists what it answered 250 to, and can be asked to say when it is in DATA."""

    def __init__(self, place, draw):
        self.place, self.draw = place, draw
        self.armed, self.reached, self.go = context.Value("i", 0), context.Event(), context.Event()

    async def handle_DATA(self, _server, _session, envelope):
        head = envelope.content.split(b"\r\n\r\n")[0].decode()
        key = head.partition("Message-ID: <")[2].partition("@")[0]
        if self.armed.value > 0:
            self.armed.value -= 1
            if self.armed.value == 0:
                self.reached.set()
                while not self.go.is_set():
                    await asyncio.sleep(0.002)
                # Its sender is dead: some servers have it by now, others do not.
                if self.draw.random() < 0.5:
                    return "451 gone"
        self.place.write(f"{key} {envelope.rcpt_tos[0]}\n")
        self.place.flush()
        return "250 taken"

    def serve(self, port):
        async def forever():
            loop = asyncio.get_running_loop()
            made = await loop.create_server(
                lambda: SMTP(self, hostname="test", loop=loop), "127.0.0.1", port
            )
            await made.serve_forever()

        asyncio.run(forever())


def worker(name, offset, window, after, reached):
    """Send what is due in a process that stops, to be killed, at a place of its own code."""
    count = iter(range(1, 1_000_000))

    def stop_here(armed):
        if armed == window and next(count) == after:
            reached.set()
            while True:
                signal.pause()

    def before_claim(*args, **told):
        stop_here("before_claim")
        return claim_(*args, **told)

    def checked(*args, **told):
        stop_here("claimed")
        return check_(*args, **told)

    def by_smtp(*args):
        sent = smtp_(*args)
        stop_here("after_250")
        return sent

    claim_, check_, smtp_ = claim.claim, check.check, mail._by_smtp
    claim.claim, check.check, mail._by_smtp = before_claim, checked, by_smtp

    def clock():
        return NOW + offset + timedelta(seconds=time.monotonic() - born)

    born = time.monotonic()
    claim.reap(now=clock())
    # One message a home, and one chunk at a time: several chunks before a kill.
    while send.send(worker=name, clock=clock, most=20, channels=["email"]):
        pass


def struck(server, window, after, offset):
    """Run a worker and kill it in a window; return whether it got there."""
    server.go.clear()
    server.reached.clear()
    server.armed.value = after if window == "during_data" else 0
    reached = server.reached if window == "during_data" else context.Event()
    running = context.Process(target=worker, args=(uuid4().hex, offset, window, after, reached))
    running.start()
    while not reached.wait(0.002) and running.is_alive():
        pass
    there = reached.is_set()
    if running.is_alive():
        os.kill(running.pid, signal.SIGKILL)
    running.join()
    server.armed.value = 0
    server.go.set()
    return there and running.exitcode == -signal.SIGKILL


def prepared(mails):
    """Write down an association, a template, donors and a message to each."""
    call_command("migrate", interactive=False, verbosity=0)
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    footer = {"id": "z", "kind": "footer", "text": "[Partir]({{ link.unsubscribe }})"}
    text = {"id": "a", "kind": "greeting", "text": "{{ donor.greeting }},\n\n.un point"}
    made = write.begin("Merci", channel="email", purposes=["appeal"], by=None, now=NOW,
                       token=uuid4(), contents={"fr": {"subject": "Merci {{ donor.name }}",
                                                       "blocks": [text, footer]}})  # fmt: skip
    version = publish.publish(made.versions.get().pk, by=None, now=NOW)
    Donor.objects.bulk_create(
        Donor(civility="Mme", first_name="Claire", last_name=f"Petit{n}", country="FR",
              email=f"c{n}@example.org") for n in range(mails)
    )  # fmt: skip
    queue.add(
        (queue.Decided(origin="strike", group="strike", donor_id=number, channel="email",
                       purposes=("appeal",), kind="ask", version_id=version.pk, due_at=NOW)
         for number in Donor.objects.values_list("pk", flat=True)), now=NOW,
    )  # fmt: skip


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def main(mails, kills, seed):
    draw = random.Random(seed)
    prepared(mails)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    # What every worker needs once is loaded here, before they are born.
    check.check(list(Outgoing.objects.all()[:1]), now=NOW)
    connections.close_all()
    heard = os.path.join(os.environ["MECENE_HOME"], "heard.txt")
    with open(heard, "w") as place:
        server = Server(place, random.Random(seed))
        serving = context.Process(target=server.serve, args=(settings.EMAIL_PORT,), daemon=True)
        serving.start()
        _until_it_answers(settings.EMAIL_PORT)
        struck_in, offset = Counter(), timedelta()
        began = time.monotonic()
        for window in draw.sample(WINDOWS * kills, k=len(WINDOWS) * kills):
            # A worker claims a chunk, then sends: so many messages of it leave before the kill.
            after = draw.randint(1, 2) if window in WINDOWS[:2] else draw.randint(1, 15)
            struck_in[window] += struck(server, window, after, offset)
            offset += claim.LEASE + timedelta(seconds=5)
        striking = time.monotonic() - began
        # Two at once do the rest.
        both = [context.Process(target=worker, args=(uuid4().hex, offset, "", 0, None))
                for _ in range(2)]  # fmt: skip
        for one in both:
            one.start()
        for one in both:
            one.join()
        elapsed = time.monotonic() - began
        serving.terminate()
        serving.join()
    print(json.dumps(reckoned(heard, struck_in, offset) | {
        "seconds": round(elapsed, 1), "seconds_striking": round(striking, 1)}))  # fmt: skip


def _until_it_answers(port):
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise TimeoutError("the server did not begin")


def reckoned(heard, struck_in, offset):
    """Count from the server's list what the platform says of each message."""
    end = NOW + offset + timedelta(hours=1)
    claim.reap(now=end)
    with open(heard) as listed:
        arrived = Counter(line.split()[0] for line in listed)
    states = dict(Outgoing.objects.values_list("key", "state"))
    unknown = {key for key, state in states.items() if state == "unknown"}
    told = {
        "mails": len(states), "arrived": len(arrived), "kills": dict(struck_in),
        "doubled": sum(times > 1 for times in arrived.values()),
        "lost": sum(key not in arrived and state != "unknown" for key, state in states.items()),
        "arrived_unsaid": sum(states[key] not in ("handed_over", "unknown") for key in arrived),
        "unknown": len(unknown), "unknown_that_arrived": len(unknown & set(arrived)),
        "contacts_before": Contact.objects.count(),
        "handed_over": sum(state == "handed_over" for state in states.values()),
    }  # fmt: skip
    # The provider says what it has; the rest waits for a human.
    for key in unknown & set(arrived):
        outcome.heard(key=key, event="delivered", at=end, now=end)
    told["contacts"] = Contact.objects.count()
    told["still_unknown"] = Outgoing.objects.filter(state="unknown").count()
    return told


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
