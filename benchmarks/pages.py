"""How long does a page take, over HTTP, in an association of a million donors?

    python -m benchmarks.pages --quick            20,000 donors
    python -m benchmarks.pages                    1,000,000 donors
    python -m benchmarks.pages --home FOLDER      an installation that is loaded already

An association is simulated and loaded by our own import into an installation of its own; one
donor then has 10,000 interactions. The server is the one that is started by `mecene serve`; one
browser at a time asks for the pages of 200 donors, that one among them, and searches 200 times.
With DATABASE_URL set, it is that PostgreSQL.
"""

import argparse
import http.client
import os
import random
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
from benchmarks import measuring

ASKED_MS = {"donor page": 150, "search": 100}
BUSY = 10_000
TIMES = 200
_SERVE = """
from mecene_web import opening
opening.ready()
from mecene_web import serving
serving.serve(host="127.0.0.1", port={port})
"""


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--load", metavar="DONORS", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    donors = 20_000 if asked.quick else 1_000_000
    home = asked.home or measuring.WORK / f"pages-{donors}"
    os.environ["MECENE_HOME"] = str(home)
    if asked.load:
        load(asked.load)
        return
    print("| What | Donors | p50 | p95 | Slowest | CPU of the server, a page | Asked (p95) |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    if not asked.home and not (home / "loaded").exists():
        made = measuring.process(
            measuring.module("benchmarks.pages", "--home", home, "--load", donors)
        )
        lines = [line for line in made.printed.splitlines() if line.startswith("|")]
        print("\n".join(lines))
        (home / "loaded").touch()
    visit()


def load(donors):
    """Simulate and load an association; print what the load cost."""
    from mecene_web import opening

    opening.ready()
    from django.utils import timezone

    from mecene.simulator import exports
    from mecene.simulator.recipe import Association
    from mecene_web import starting
    from mecene_web.imports import check, receive
    from mecene_web.imports import load as loading
    from mecene_web.imports.models import Import

    list(starting.start(host="127.0.0.1", port=8000, lang="en"))
    folder = measuring.WORK / f"exports-{donors}"
    if not folder.exists():
        exports.write(Association(donors=donors, years=4), folder, dirty=True, lang="fr")
    begun = time.perf_counter()
    now = timezone.now()
    with (folder / "gifts.csv").open("rb") as gifts, (folder / "donors.csv").open("rb") as people:
        made = receive.receive([("gifts.csv", gifts), ("donors.csv", people)], by=None, now=now)
    check.check(made.pk, now=now, on_progress=lambda *told: None)
    checked = time.perf_counter()
    Import.objects.filter(pk=made.pk, state="checked").update(state="loading")
    counts = loading.work(made.pk, lambda *told: None)
    ended = time.perf_counter()
    print(f"| import: check, {counts['gifts']:,} gifts | {counts['donors']:,} "
          f"| | | {checked - begun:.0f} s | | |")  # fmt: skip
    print(f"| import: load | {counts['donors']:,} | | | {ended - checked:.0f} s | | |")


def visit():
    """Serve the installation, visit its pages, print a row for each kind of page."""
    from mecene_web import opening

    opening.ready()
    from mecene_web.donors.models import Donor

    numbers, busy = somebody(), the_busy_one()
    cookie, known = signed_in(), Donor.objects.count()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(measuring.ROOT / "src")}
    served = subprocess.Popen([sys.executable, "-c", _SERVE.format(port=port)], env=environment)
    try:
        connection = ready(port, cookie)
        pages = {
            "donor page": [f"/donors/{number}/" for number in numbers],
            "donor page, 10,000 interactions": [f"/donors/{busy}/"] * 20,
            "search": [f"/donors/?q={text}" for text in searches()],
            "the morning": ["/"] * 20,
        }
        for name, addresses in pages.items():
            before = cpu(served.pid)
            seconds = [took(connection, address, cookie) for address in addresses]
            row(name, known, seconds, (cpu(served.pid) - before) / len(seconds))
    finally:
        served.terminate()
        served.wait(timeout=30)


def cpu(number):
    """Return the CPU seconds of the server: its pages, and the worker beside them."""
    everyone = [psutil.Process(number), *psutil.Process(number).children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in everyone)


def row(name, donors, seconds, cpu_s):
    """Print what one kind of page took."""
    p50, p95 = np.quantile(seconds, [0.5, 0.95]) * 1000
    asked = ASKED_MS.get(name.partition(",")[0])
    wanted = f"{asked} ms" if asked else ""
    print(f"| {name} | {donors:,} | {p50:.0f} ms | {p95:.0f} ms | {max(seconds) * 1000:.0f} ms "
          f"| {cpu_s * 1000:.0f} ms | {wanted} |", flush=True)  # fmt: skip


def took(connection, address, cookie):
    """Return the seconds until the whole page came."""
    begun = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": cookie, "HX-Request": "false"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{address}: {answer.status}")
    return time.perf_counter() - begun


def ready(port, cookie):
    """Return a connection to the server, once it answers."""
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            took(connection, "/donors/?q=anne", cookie)
        except OSError:
            time.sleep(0.2)
        else:
            return connection
    raise SystemExit("the server did not start within a minute")


def signed_in():
    """Return the cookie of a fundraiser who is signed in."""
    from django.test import Client

    from mecene_web.accounts.models import Staff

    address = "benchmark@example.org"
    who = Staff.objects.filter(email=address).first() or Staff(email=address, role="fundraiser")
    # Who came by a link and chose no password sees no page.
    who.set_password(secrets.token_hex(16))
    who.save()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}"


def somebody():
    """Return the numbers of 200 donors, drawn once and for all."""
    from mecene_web.donors.models import Donor

    last = Donor.objects.order_by("-pk").values_list("pk", flat=True)[0]
    drawn = random.Random(7).sample(range(1, last + 1), min(2 * TIMES, last))
    return list(Donor.objects.filter(pk__in=drawn).values_list("pk", flat=True))[:TIMES]


def the_busy_one():
    """Return a donor with 10,000 interactions, who is given them."""
    from datetime import timedelta

    from django.utils import timezone

    from mecene_web.events.models import Interaction

    donor, now = somebody()[0], timezone.now()
    held = Interaction.objects.filter(donor_id=donor, source_ref__startswith="benchmark:").count()
    Interaction.objects.bulk_create(
        [Interaction(donor_id=donor, at=now - timedelta(hours=n), kind="page_view",
                     source_ref=f"benchmark:{n}") for n in range(held, BUSY)], batch_size=1000,
    )  # fmt: skip
    return donor


def searches():
    """Return what 200 people type: names, beginnings of names, addresses, postcodes, references."""
    from urllib.parse import quote

    from mecene_web.donors.models import Donor

    drawn = Donor.objects.filter(pk__in=somebody())
    texts = []
    for number, donor in enumerate(drawn):
        told = [donor.last_name, donor.email, donor.postcode, f"{donor.last_name} {donor.city}",
                (donor.last_name or "")[:3], (donor.last_name or "")[:2]]  # fmt: skip
        known = [text for text in told if text]
        texts.append(quote(known[number % len(known)]) if known else "an")
    return texts


if __name__ == "__main__":
    main()
