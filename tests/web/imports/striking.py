"""Striking: imports loaded and taken back by worker processes that are killed at random instants.

A program of its own, in a home of its own: ``python striking.py ROUNDS SEED`` prints one line of
JSON. It never asks the platform what should be there: the ledger is the file it wrote.
"""

# ruff: noqa: E402 -- models ask for Django
import csv
import io
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecene_web.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from mecene_web.donors.models import Donor, Mention, Record
from mecene_web.giving.models import Gift
from mecene_web.imports import approve, receive, retract
from mecene_web.tasks import reap, worker
from mecene_web.tasks.models import Work

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
GIFTS = 120
settings.MECENE_WORKS = {
    name: place for name, place in settings.MECENE_WORKS.items() if name.startswith("imports.")
} | {"scores.nightly": "striking.nothing"}
# The strikes fall on the very process that writes.
settings.MECENE_HEAVY = set()
LEDGER: dict[str, int] = {}


def nothing(_subject_id, _report):
    return {}


def ready():
    """Do what is left to do, in a process that may die."""
    worker.work(once=True)


def table(number, draw):
    """Return a file of gifts: some donors come back from one to the next, some do not."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(
        ["Nom", "Prénom", "Email", "Code postal", "Date du don", "Montant", "Référence"]
    )
    for line in range(GIFTS):
        who = draw.randrange(60) if draw.random() < 0.5 else 1_000 * (number + 1) + line
        cents = draw.randrange(100, 99_999)
        ref = f"R{number}-{line}"
        LEDGER[ref] = cents
        amount = f"{cents // 100},{cents % 100:02}"
        writer.writerow([f"Nom{who}", "Alix", f"a{who}@exemple.fr", f"{who % 90 + 1:02}000",
                         f"{draw.randrange(1, 28):02}/03/2024", amount, ref])  # fmt: skip
    return text.getvalue().encode()


def struck(context, seconds):
    """Start a worker and kill it after so long; return whether it was still alive."""
    connections.close_all()
    process: BaseProcess = context.Process(target=ready)
    process.start()
    process.join(seconds)
    alive = process.is_alive()
    if alive and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return alive


def to_the_end(context):
    """Let a new worker take up what the killed one left: an hour later, its lease is over."""
    past = timezone.now() - timedelta(hours=1)
    Work.objects.filter(state="running").update(leased_until=past)
    # It may have died between taking the message and taking the work.
    Work.objects.filter(state="waiting").update(due_at=past)
    reap.reap(now=timezone.now())
    struck(context, 120)


def whole_or_absent(made):
    """Return whether the facts of an import are those of its file, or none at all."""
    made.refresh_from_db()
    found = dict(Gift.objects.filter(import_id=made.pk).values_list("source_ref", "amount_minor"))
    mine = {ref: cents for ref, cents in LEDGER.items() if ref.startswith(f"R{made.token}-")}
    there = found == mine and Mention.objects.filter(import_id=made.pk).exists()
    gone = not found and not Mention.objects.filter(import_id=made.pk).exists()
    return there if made.state in ("loaded", "undoing") else gone


def counted():
    return {
        "donors": Donor.objects.count(), "records": Record.objects.count(),
        "gifts": Gift.objects.count(),
    }  # fmt: skip


def main(rounds, seed):
    draw = random.Random(seed)
    call_command("migrate", interactive=False, verbosity=0)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["striking"])
    told = {"struck": 0, "loads": 0, "undone": 0, "torn": [], "wrong": [], "before": 0}
    longest = 2.0
    for number in range(rounds):
        content = table(number, draw)
        made = receive.receive(
            [("dons.csv", io.BytesIO(content))], by=None, now=NOW, token=str(number)
        )
        struck(context, 120)  # the check
        before = counted()
        approve.approve(made.pk, overlap="keep", by=None, now=NOW)
        if number == 0:
            began = time.monotonic()
            struck(context, 120)
            longest = time.monotonic() - began
        else:
            told["struck"] += struck(context, draw.uniform(0, longest))
            made.refresh_from_db()
            told["before"] += made.state == "loading"
        if not whole_or_absent(made):
            told["torn"].append(number)
        to_the_end(context)
        made.refresh_from_db()
        if made.state != "loaded" or not whole_or_absent(made):
            told["wrong"].append([number, made.state])
        told["loads"] += 1
        if number % 3 == 2:
            retract.retract(made.pk, by=None, now=NOW)
            told["struck"] += struck(context, draw.uniform(0, longest))
            if not whole_or_absent(made):
                told["torn"].append(-number)
            to_the_end(context)
            made.refresh_from_db()
            if made.state != "undone" or counted() != before:
                told["wrong"].append([-number, made.state])
            for ref in [ref for ref in LEDGER if ref.startswith(f"R{number}-")]:
                del LEDGER[ref]
            told["undone"] += 1
    held = dict(Gift.objects.values_list("source_ref", "amount_minor"))
    told |= {"equal": held == LEDGER, "gifts": len(LEDGER), "longest": round(longest, 2)}
    told["doubled"] = Gift.objects.count() - len(held)
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
