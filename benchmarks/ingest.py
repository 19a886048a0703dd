"""How many events a second does the API take, each on the disk before it is answered?

    python -m benchmarks.ingest [--seconds 20] [--batch 500] [--programs 2]

A server of its own (granian, SQLite, ``synchronous=full``), in a folder of its own, or on the
database that ``DATABASE_URL`` names, which must be empty; programs on the same machine send batches
one after the other, contacts and interactions mixed, of 20,000 donors. CPU seconds are those of
whoever serves pages, PostgreSQL's own left out.
"""

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from benchmarks import measuring

DONORS = 20_000
PREPARE = f"""
from mecene_web import opening
opening.ready()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0)
from mecene_web.api import keys
from mecene_web.donors.models import Donor, Record
Donor.objects.bulk_create([Donor(sought="") for _ in range({DONORS})])
Record.objects.bulk_create([Record(key=n, donor_id=n) for n in range(1, {DONORS} + 1)])
print(keys.make("load", source="load", scopes=["events:write"], now=timezone.now(), by=None)[1])
"""
SERVE = """
import sys
from mecene_web import opening
opening.ready()
from mecene_web import serving
serving.pages(host="127.0.0.1", port=int(sys.argv[1]))
"""


def main():
    """Start, send, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--programs", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "MECENE_HOME": home,
            "PYTHONPATH": os.pathsep.join((str(measuring.ROOT / "src"), str(measuring.ROOT))),
        }
        token = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, check=True, capture_output=True,
            text=True,
        ).stdout.strip()  # fmt: skip
        port = _free()
        server = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env=environment)
        try:
            _wait(port)
            took = _load(port, token, asked)
            cpu, memory = _cost(server.pid)
        finally:
            server.terminate()
            server.wait()
        size = sum(file.stat().st_size for file in Path(home).glob("mecene.sqlite3*")) / 1e6
    events = sum(map(len, took)) * asked.batch
    waits = sorted(wait for each in took for wait in each)
    print("| programs | events a batch | events | events/s | batch p50 ms | p95 ms "
          "| server CPU s | server MB | database MB |")  # fmt: skip
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(
        f"| {asked.programs} | {asked.batch} | {events:,} | {events / asked.seconds:,.0f} "
        f"| {1000 * waits[len(waits) // 2]:.0f} | {1000 * waits[int(len(waits) * 0.95)]:.0f} "
        f"| {cpu:.1f} | {memory:.0f} | {f'{size:.0f}' if size else ''} |"
    )


def _load(port, token, asked):
    """Return, program by program, how long each answered batch took."""
    end = time.monotonic() + asked.seconds
    took = [[] for _ in range(asked.programs)]

    def program(number):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        turn = 0
        while time.monotonic() < end:
            turn += 1
            body = json.dumps({"events": [_event(number, turn, n) for n in range(asked.batch)]})
            began = time.monotonic()
            line.request("POST", "/api/v1/events", body, {
                "Content-Type": "application/json", "Authorization": f"Bearer {token}",
            })  # fmt: skip
            answer = line.getresponse()
            told = answer.read()
            if answer.status != 200 or json.loads(told)["added"] != asked.batch:
                raise SystemExit(f"{answer.status}: {told[:300]}")
            took[number].append(time.monotonic() - began)

    threads = [threading.Thread(target=program, args=(n,)) for n in range(asked.programs)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return took


def _event(program, turn, n):
    said = {
        "donor_id": 1 + (turn * 7919 + n * 31) % DONORS,
        "at": f"2026-03-{1 + n % 28:02}T10:{n % 60:02}:00Z",
        "source_ref": f"{program}-{turn}-{n}",
        "campaign_code": "PRINTEMPS",
    }
    if n % 3:
        properties = {"link": "https://exemple.fr/don", "place": n % 5}
        return said | {"type": "interaction", "kind": "click", "properties": properties}
    return said | {"type": "contact", "channel": "email", "purpose": "appeal"}


def _cost(number):
    everyone = [psutil.Process(number), *psutil.Process(number).children(recursive=True)]
    times = [each.cpu_times() for each in everyone]
    cpu = sum(each.user + each.system for each in times)
    return cpu, sum(each.memory_info().rss for each in everyone) / 1e6


def _free():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def _wait(port):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
