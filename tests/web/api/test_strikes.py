"""kill -9 at any instant: what was answered 2xx is there, and nothing is there twice.

``MECENE_STRIKES=200`` strikes as often as it says; ten times otherwise.
"""

import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.once]
ROOT = Path(__file__).parents[3]
STRIKES = int(os.environ.get("MECENE_STRIKES", "10"))
BATCH = 50
DONORS = 100
PREPARE = f"""
from mecene_web import opening
opening.ready()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0)
from mecene_web.api import keys
from mecene_web.donors.models import Donor, Record
Donor.objects.bulk_create([Donor() for _ in range({DONORS})])
Record.objects.bulk_create([Record(key=n, donor_id=n) for n in range(1, {DONORS} + 1)])
print(keys.make("x", source="x", scopes=["events:write"], now=timezone.now(), by=None)[1])
"""
SERVE = """
import sys
from mecene_web import opening
opening.ready()
from mecene_web import serving
serving.pages(host="127.0.0.1", port=int(sys.argv[1]))
"""


class Program(threading.Thread):
    """Sends batches, each until it is answered 2xx, and writes down what was: its own ledger."""

    def __init__(self, number, port, token):
        super().__init__(daemon=True)
        self.number, self.port, self.token = number, port, token
        self.ledger: set[str] = set()
        self.repeats = 0
        self.wrong: list[str] = []
        self.over = threading.Event()

    def run(self):
        turn = 0
        while not self.over.is_set():
            turn += 1
            refs = [f"{self.number}-{turn}-{n}" for n in range(BATCH)]
            events = [self.event(ref, n) for n, ref in enumerate(refs)]
            # Half of them name the request too; all of them name their rows.
            named = {"Idempotency-Key": f"{self.number}-{turn}"} if turn % 2 else {}
            self.send(json.dumps({"events": events}), named)
            self.ledger.update(refs)

    def event(self, ref, n):
        said = {"donor_id": 1 + n % DONORS, "at": "2026-03-01T10:00:00Z", "source_ref": ref}
        if n % 2:
            return said | {"type": "contact", "channel": "email"}
        return said | {"type": "interaction", "kind": "click"}

    def send(self, body, named):
        headers = {"Content-Type": "application/json",
                   "Authorization": f"Bearer {self.token}"} | named  # fmt: skip
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                line.request("POST", "/api/v1/events", body, headers)
                answer = line.getresponse()
                told = answer.read()
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # struck: nobody knows what became of it
                continue
            if 200 <= answer.status < 300:
                self.repeats += json.loads(told)["repeated"] > 0
                return
            if answer.status == 409:
                # Begun by who was struck: without its name, the rows' own names are enough.
                headers.pop("Idempotency-Key", None)
            else:
                self.wrong.append(f"{answer.status}: {told[:200]!r}")
                time.sleep(0.1)


def served(home: Path, port: int) -> subprocess.Popen:
    started = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], env=environment(home),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    for _ in range(600):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            line.request("GET", "/api/v1/events")
            line.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return started
    raise AssertionError("the server did not start")


def environment(home: Path) -> dict[str, str]:
    told = os.environ | {"MECENE_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    told.pop("DATABASE_URL", None)
    return told


def free() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="strikes the server on SQLite")
def test_nothing_answered_is_lost_and_nothing_is_doubled(tmp_path):
    prepared = subprocess.run([sys.executable, "-c", PREPARE], env=environment(tmp_path),
                              capture_output=True, text=True, check=True)  # fmt: skip
    port = free()
    programs = [Program(n, port, prepared.stdout.strip()) for n in range(2)]
    drawn = random.Random(7)
    for each in programs:
        each.start()
    for _ in range(STRIKES):
        server = served(tmp_path, port)
        time.sleep(drawn.uniform(0.0, 0.6))
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    server = served(tmp_path, port)
    for each in programs:
        each.over.set()
    for each in programs:
        each.join(timeout=60)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()

    assert [wrong for each in programs for wrong in each.wrong] == []
    answered = sorted(ref for each in programs for ref in each.ledger)
    with sqlite3.connect(tmp_path / "mecene.sqlite3") as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        kept = [ref for table in ("events_contact", "events_interaction")
                for (ref,) in database.execute(f"select source_ref from {table}")]  # fmt: skip
    assert len(answered) >= STRIKES * BATCH
    assert set(answered) - set(kept) == set()
    assert sorted(kept) == answered
    print(f"{STRIKES} strikes, {len(answered)} events answered, all there once; "
          f"{sum(each.repeats for each in programs)} batches had been kept unanswered")  # fmt: skip
