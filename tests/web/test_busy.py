"""While something long is written, a page says so, loses nothing, and is answered later."""

import json
import sqlite3
import threading

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from mecene_web import database
from mecene_web.api import keys
from mecene_web.design import busy
from mecene_web.donors.models import Donor

pytestmark = pytest.mark.django_db(transaction=True)
GIFT = {"token": "0123456789abcdef0123456789abcdef", "amount": "12", "given_on": "2026-01-05",
        "last_name": "Martin"}  # fmt: skip


@pytest.fixture
def held():
    """Another connection that writes, and goes on; ours waits a moment only."""
    if connection.vendor != "sqlite":
        pytest.skip("one writes at a time on SQLite alone")
    with connection.cursor() as cursor:
        cursor.execute("pragma busy_timeout = 50")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("begin immediate")
    yield other
    if other.in_transaction:
        other.execute("rollback")
    other.close()
    connection.close()


@pytest.mark.parametrize(("lang", "words"), [
    ("fr", ("Un import important est en cours d’écriture", "rien n’est perdu")),
    ("en", ("A large import is being written", "nothing was lost")),
])  # fmt: skip
def test_a_page_says_so_and_the_same_form_is_taken_afterwards(browser, held, lang, words):
    held.execute("rollback")
    client = browser("fundraiser", lang=lang)
    client.get("/giving/enter/")
    held.execute("begin immediate")

    answer = client.post("/giving/enter/", GIFT)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert all(word in answer.content.decode() for word in words)
    assert not Donor.objects.exists()
    held.execute("rollback")
    assert client.post("/giving/enter/", GIFT).status_code == 302
    assert Donor.objects.count() == 1


def test_a_page_that_only_reads_is_shown_meanwhile(browser, held):
    held.execute("rollback")
    client = browser("fundraiser")
    held.execute("begin immediate")

    assert client.get("/donors/?q=mart").status_code == 200


def test_a_program_gets_a_problem(client, held):
    held.execute("rollback")
    _, secret = keys.make("essai", source="crm", scopes=["gifts:write"], by=None, now=_now())
    headers = {"authorization": f"Bearer {secret}"}
    told = {"given_on": "2026-01-05", "amount_minor": 500, "currency": "EUR", "source_ref": "a"}
    held.execute("begin immediate")

    answer = client.post("/api/v1/gifts", json.dumps(told), content_type="application/json",
                         headers=headers)  # fmt: skip

    assert answer.status_code == 503, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "30"
    held.execute("rollback")
    again = client.post("/api/v1/gifts", json.dumps(told), content_type="application/json",
                        headers=headers)  # fmt: skip
    assert again.status_code == 201


def test_what_breaks_outside_a_view_says_so_too():
    request = RequestFactory().get("/")
    try:
        raise OperationalError("database is locked")
    except OperationalError:
        assert busy.broken(request).status_code == 503
    assert busy.broken(request).status_code == 500


def test_another_mistake_of_the_database_is_a_mistake():
    middleware = busy.Busy(lambda request: None)
    request = RequestFactory().get("/")

    assert middleware.process_exception(request, OperationalError("disk I/O error")) is None
    assert middleware.process_exception(request, ValueError("database is locked")) is None


def test_postgresql_says_it_in_its_own_words():
    waited = OperationalError("canceling statement due to lock timeout")
    waited.__cause__ = type("LockNotAvailable", (Exception,), {"sqlstate": "55P03"})()

    assert busy.is_busy(waited)


def test_pages_wait_longer_than_the_worker(monkeypatch, tmp_path):
    monkeypatch.delenv(database.VARIABLE, raising=False)
    assert database.settings(tmp_path)["OPTIONS"]["timeout"] == 60
    monkeypatch.setenv(database.WAITS, str(database.WORKER_WAITS_SECONDS))
    told = database.settings(tmp_path)["OPTIONS"]
    assert told["timeout"] == 20
    assert "busy_timeout = 20000" in told["init_command"]
    monkeypatch.setenv(database.VARIABLE, "postgresql://u:p@h/mecene")
    assert "lock_timeout=20s" in database.settings(tmp_path)["OPTIONS"]["options"]


def test_who_waits_a_little_is_answered(browser, held):
    held.execute("rollback")
    client = browser("fundraiser")
    with connection.cursor() as cursor:
        cursor.execute("pragma busy_timeout = 20000")
    over = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None,
                           check_same_thread=False)  # fmt: skip
    over.execute("begin immediate")
    timer = threading.Timer(0.5, lambda: over.execute("rollback"))
    timer.start()

    assert client.post("/giving/enter/", GIFT).status_code == 302
    timer.join()
    over.close()


def _now():
    from django.utils import timezone

    return timezone.now()
