"""The doctor finds what is wrong, says what to mend in both languages, and ends as it should."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mecene.words import Lexicon

pytestmark = pytest.mark.django_db
CHECKS = {
    "home", "secret", "disk", "https", "mail", "backup", "database", "upgrade", "worker", "works",
    "night", "clock", "second", "log",
}  # fmt: skip


def states(now=None) -> dict[str, str]:
    from mecene_web import doctor

    return {found.check: found.state for found in doctor.examine(now=now or timezone.localtime())}


def test_every_check_is_made_and_every_finding_has_its_words():
    from mecene_web import doctor

    found = doctor.examine(now=timezone.localtime())
    assert {each.check for each in found} == CHECKS
    for each in found:
        for lang in ("fr", "en"):
            assert Lexicon("mecene_web").say(f"doctor.{each.key}", lang=lang, **each.values)


def test_a_new_installation_has_nothing_to_mend(settings):
    settings.ALLOWED_HOSTS = ["localhost"]

    assert "bad" not in states().values()


def test_a_secret_that_others_read_is_to_mend(settings):
    from pathlib import Path

    secret = Path(settings.HOME) / "secret_key"
    secret.chmod(0o644)
    try:
        assert states()["secret"] == "bad"
    finally:
        secret.chmod(0o600)


def test_pages_served_to_others_without_https_are_to_mend(settings):
    settings.ALLOWED_HOSTS = ["dons.example.org"]

    assert states()["https"] == "bad"


def test_a_clock_behind_the_database_is_to_mend():
    from mecene_web.tasks.models import Work

    now = timezone.localtime()
    Work.objects.create(kind="x", asked_at=now + timedelta(hours=2), due_at=now, state="done")

    assert states(now)["clock"] == "bad"


def test_a_log_that_was_changed_is_to_mend():
    from django.db import connection

    from mecene_web.audit import append_only
    from mecene_web.audit.write import write

    write("see", "trace", None, by=None, now=timezone.now())
    with connection.cursor() as cursor:
        for statement in append_only.DROP[connection.vendor]:
            cursor.execute(statement)
        cursor.execute("update audit_entry set verb = 'x'")

    assert states()["log"] == "bad"


def test_a_worker_that_said_nothing_for_a_while_is_to_look_at():
    from django.core.cache import cache

    now = timezone.localtime()
    cache.set("mecene.worker.alive", now, timeout=None)

    assert states(now)["worker"] == "good"
    assert states(now + timedelta(minutes=5))["worker"] == "warn"


def test_a_work_that_failed_is_named_with_its_reason():
    from mecene_web import doctor
    from mecene_web.tasks.models import Work

    now = timezone.localtime()
    told = {"asked_at": now, "due_at": now, "ended_at": now}
    Work.objects.create(kind="imports.load", state="failed", problem="the disk is full", **told)
    found = next(each for each in doctor.examine(now=now) if each.check == "works")

    assert (found.state, found.values["why"]) == ("warn", "the disk is full")
