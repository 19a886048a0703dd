"""Erasure, proved: nothing of the person is left in the database, its file, or the home folder."""

import io
import json
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from mecene_web import backup
from mecene_web.audit import read
from mecene_web.consent import record, silence, state
from mecene_web.consent.models import Asked, Consent, Suppression
from mecene_web.donors.models import (
    ContactPerson,
    Donor,
    Following,
    Household,
    Merge,
    Note,
    Proposal,
    Record,
    Task,
    Touched,
)
from mecene_web.events.models import Contact, Interaction, Visitor
from mecene_web.giving.models import (
    Batch,
    Commitment,
    CommitmentChange,
    Correction,
    Entry,
    Gift,
)
from mecene_web.imports import receive
from mecene_web.imports.models import Import
from mecene_web.rights import access, archive, erase, remembered, replay, requests, wipe
from mecene_web.rights.models import Archive, Erasure, Request
from mecene_web.scores.models import Listed, Run, Standing, Why
from mecene_web.segments.models import Segment, Settled
from mecene_web.tasks.models import Work

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Words that only this person bears.
WORDS = ("Quetzalcoatl", "Wolframina", "wolframina@quetz.example", "0698765432", "+33698765432",
         "rue des Xylophages", "Xyloville", "REF-ZZ-777", "Tezcatlipoca")  # fmt: skip


@pytest.fixture(autouse=True)
def home():
    yield
    for name in ("uploads", "exports", "snapshots", "backups"):
        shutil.rmtree(Path(settings.HOME) / name, ignore_errors=True)
    (Path(settings.HOME) / "erasures.jsonl").unlink(missing_ok=True)


def known(key: int, **told) -> Donor:
    base = {"last_name": "Quetzalcoatl", "first_name": "Wolframina",
            "email": "wolframina@quetz.example", "phone": "+33698765432",
            "address": "3 rue des Xylophages", "postcode": "75011",
            "city": "Xyloville"}  # fmt: skip
    told = base | told
    donor = Donor.objects.create(**told, household=Household.objects.create(),
                                 sought="quetzalcoatl wolframina xyloville")  # fmt: skip
    Record.objects.create(key=key, donor=donor, external_id="REF-ZZ-777",
                          full_name="Wolframina Quetzalcoatl", **told)  # fmt: skip
    return donor


@pytest.fixture
def person(member) -> Donor:
    """Somebody of whom every table knows something."""
    donor, other = known(11), Donor.objects.create(last_name="Autre", first_name="Jean")
    Record.objects.create(key=12, donor=other, last_name="Autre")
    who = member("fundraiser")
    kept = donor.records.get()
    made = receive.receive(
        [("dons.csv", io.BytesIO(b"nom;mail\nQuetzalcoatl;wolframina@quetz.example\n"))],
        by=who, now=NOW,
    )  # fmt: skip
    Import.objects.filter(pk=made.pk).update(state="loaded", loaded_at=NOW,
                                             problem="Wolframina Quetzalcoatl")  # fmt: skip
    kept.mentions.create(import_id=made.pk)
    for n, amount in enumerate((5_000, 7_000)):
        Gift.objects.create(donor=donor, record=kept, given_on=date(2025 + n, 1, 5), kind="one_off",
                            amount_minor=amount, currency="EUR", source_ref="REF-ZZ-777",
                            in_memory_of="Tezcatlipoca", commitment_ref="REF-ZZ-777")  # fmt: skip
    Gift.objects.create(donor=other, payer=donor, given_on=date(2026, 2, 5), kind="one_off",
                        amount_minor=900, currency="EUR", source_ref="o")  # fmt: skip
    regular = Commitment.objects.create(ref="REF-ZZ-777", donor=donor, record=kept, currency="EUR",
                                        started_on=date(2025, 1, 1), source_ref="c")  # fmt: skip
    CommitmentChange.objects.create(commitment=regular, effective_on=date(2025, 2, 1),
                                    kind="pause", source_ref="c")  # fmt: skip
    Contact.objects.create(donor=donor, at=NOW, channel="email", source_ref="k")
    visitor = Visitor.objects.create(token="v-quetzalcoatl", donor=donor)
    Interaction.objects.create(visitor=visitor, at=NOW, kind="page_view", source_ref="i")
    Interaction.objects.create(donor=donor, record=kept, at=NOW, kind="reply", source_ref="i",
                               text="Je suis Wolframina de Xyloville",
                               properties={"from": "wolframina@quetz.example"})  # fmt: skip
    donor.attributes.create(name="cause", value="Xyloville", source_ref="a")
    Note.objects.create(donor=donor, by=who, at=NOW, text="Quetzalcoatl préfère le matin")
    Note.objects.create(donor=other, by=who, at=NOW,
                        text="Voisin de WOLFRAMINA QUETZALCOATL, 06 98 76 54 32")  # fmt: skip
    Proposal.objects.create(one=donor, other=other, score=0.9,
                            evidence={"fr": "Wolframina Quetzalcoatl"})  # fmt: skip
    run = Run.objects.create(as_of=date(2026, 11, 22), began_at=NOW, ended_at=NOW)
    Standing.objects.create(donor=donor, run=run, segment="new", reason="x",
                            sentence_fr="Wolframina a donné",
                            sentence_en="Wolframina gave")  # fmt: skip
    Listed.objects.create(run=run, list="thank", place=0, donor=donor, reason="Quetzalcoatl")
    Work.objects.create(kind="x", asked_at=NOW, due_at=NOW, state="failed", ended_at=NOW,
                        problem="wolframina@quetz.example was refused",
                        result={"Wolframina Quetzalcoatl": 1})  # fmt: skip
    Asked.objects.create(email="wolframina@quetz.example", at=NOW)
    record.record(donor, purpose="appeal", channel="email", status="objected", by=who, now=NOW,
                  occurred_at=NOW, source="letter", proof="lettre de Quetzalcoatl",
                  once="1")  # fmt: skip
    silence.silence(donor, kind="vulnerable", since=date(2026, 1, 1), by=who, now=NOW,
                    reason="Wolframina a demandé")  # fmt: skip
    requests.receive(kind="erasure", donor=donor, asked_by="Wolframina Quetzalcoatl, Xyloville",
                     received_on=date(2026, 11, 20), by=who, now=NOW, token="t")  # fmt: skip
    old = known(13, email="w.quetz@vieux.example")
    merge = Merge.objects.create(kept=donor, absorbed=old, at=NOW, evidence={"fr": "Quetzalcoatl"})
    merge.records.set(old.records.all())
    old.records.update(donor=donor)
    merge.moved = {"donors.Note.donor": [1]}
    merge.save()
    in_every_table_since(donor, other, who, Standing.objects.get())
    for name in ("snapshots/00000001", "exports"):
        folder = Path(settings.HOME) / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "donors.csv").write_text("Quetzalcoatl", encoding="utf-8")
    return donor


def in_every_table_since(donor: Donor, other: Donor, who, standing: Standing) -> None:
    """Have every table that came since know her, and others name her."""
    name = "Wolframina Quetzalcoatl"
    Touched.objects.create(donor_id=donor.pk, at=NOW)
    Settled.objects.create(donor_id=donor.pk, at=NOW)
    Why.objects.create(standing=standing, reasons_fr=[f"{name} donne"], alarm_fr="Quetzalcoatl")
    batch = Batch.objects.create(announced_count=1, announced_minor=1, currency="EUR", token="b",
                                 opened_at=NOW, opened_by=who)  # fmt: skip
    for nth, gift in enumerate(Gift.objects.filter(donor=donor)):
        Entry.objects.create(token=f"t{nth}", gift=gift, batch=batch, bank="Quetzalcoatl Bank",
                             number="REF-ZZ-777", at=NOW, by=who)  # fmt: skip
        Correction.objects.create(gift=gift, status_before="received", at=NOW, by=who,
                                  reason="pour Quetzalcoatl")  # fmt: skip
    theirs = Gift.objects.get(donor=other)
    Correction.objects.create(gift=theirs, status_before="received", reason=f"payé par {name}")
    Entry.objects.create(token="o", gift=theirs, bank=name, at=NOW, by=who)
    for whose in (donor, other):
        Task.objects.create(donor=whose, what=f"Appeler {name}", said=name, made_at=NOW,
                            outcome="done", done_at=NOW)  # fmt: skip
        Following.objects.create(donor=whose, next_step=f"Voir {name}", at=NOW, by=who)
        ContactPerson.objects.create(donor=whose, name=name, phone="+33698765432", at=NOW, by=who,
                                     email="wolframina@quetz.example")  # fmt: skip
        whose.attributes.create(name="parrain", value=name, source_ref="p")
    segment = Segment.objects.create(code="x", name="X", condition="gifts >= 1", made_at=NOW,
                                     members=2)  # fmt: skip
    for whose in (donor, other):
        segment.memberships.create(donor=whose, since=NOW)
    segment.passages.create(donor=donor, entered=True, at=NOW, why={"now": {"city": "Xyloville"}})


def rows() -> str:
    """Return every cell of every table, as JSON."""
    return json.dumps(
        [list(row) for model in apps.get_models(include_auto_created=True)
         for row in model._base_manager.values_list()],
        cls=Everything, ensure_ascii=False,
    )  # fmt: skip


class Everything(DjangoJSONEncoder):
    def default(self, o):
        if isinstance(o, bytes | memoryview):
            return bytes(o).decode("latin-1")
        return super().default(o)


def stored() -> bytes:
    """Return the bytes of the database: SQLite's own files, or all that PostgreSQL copies out."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(
            part.read_bytes() for part in file.parent.glob(f"{file.name}*") if part.is_file()
        )
    parts = []
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with cursor.cursor.copy(f'copy "{table}" to stdout') as told:
                parts += [bytes(part) for part in told]
    return b"".join(parts)


def files() -> str:
    home = Path(settings.HOME)
    return " ".join(
        f"{file.name} {file.read_bytes().decode('latin-1')}" for file in home.rglob("*")
        if file.is_file() and "test.sqlite3" not in file.name
    )  # fmt: skip


def left(text: str) -> list[str]:
    said = text.casefold()
    forms = {word: {word.casefold(), word.casefold().encode().decode("latin-1")} for word in WORDS}
    return [word for word, each in forms.items() if any(form in said for form in each)]


def test_nothing_of_the_person_is_left(person, member):
    assert set(left(rows())) >= {"Quetzalcoatl", "wolframina@quetz.example", "Xyloville"}
    assert "quetzalcoatl" in files().casefold()
    assert "Xyloville" in left(stored().decode("latin-1"))
    number = person.pk

    made = erase.erase(number, reason="request", by=member("fundraiser"), now=NOW)
    wipe.wipe(made.pk, now=NOW)

    assert left(rows()) == []
    assert left(files()) == []
    assert left(stored().decode("latin-1")) == []
    assert not Donor.objects.filter(pk=number).exists()
    assert Donor.objects.count() == 1
    assert Household.objects.count() == 0
    assert Erasure.objects.get().wiped_at == NOW
    assert Segment.objects.get().members == Segment.objects.get().memberships.count() == 1
    assert Entry.objects.count() == 3  # the cheques of the books, without who wrote them


def test_the_books_stay_right_and_say_nobody(person, member):
    before = sorted(Gift.objects.values_list("given_on", "amount_minor", "currency"))

    erase.erase(person.pk, reason="request", by=None, now=NOW)

    assert sorted(Gift.objects.values_list("given_on", "amount_minor", "currency")) == before
    assert Gift.objects.filter(donor=None).count() == 2
    assert not Gift.objects.exclude(payer=None).exists()


def test_what_the_law_keeps_is_sealed_and_opened_for_a_reason(person, member):
    erase.erase(person.pk, reason="request", by=None, now=NOW)

    held = Archive.objects.get()
    assert b"Quetzal" not in bytes(held.sealed)
    assert held.keep_until >= date(2036, 1, 5)
    with pytest.raises(archive.NoReason):
        archive.opened(held.pk, reason=" ", by=member("administrator"), now=NOW)
    told = archive.opened(held.pk, reason="Contrôle", by=member("administrator"), now=NOW)
    assert told["donor"]["last_name"] == "Quetzalcoatl"
    assert [gift["amount_minor"] for gift in told["gifts"]] == [5_000, 7_000]
    assert read.entries(verb="open_archive").count() == 1


def test_the_log_still_stands_and_says_nothing_of_them(person):
    erase.erase(person.pk, reason="request", by=None, now=NOW)

    lines = read.entries(donor_id=person.pk)
    assert lines.filter(verb="consent").exists()
    assert all(read.details(line).forgotten for line in lines if line.details)


def test_the_same_address_in_a_later_file_stays_silenced(person):
    erase.erase(person.pk, reason="request", by=None, now=NOW)
    back = Donor.objects.create(email="Wolframina@quetz.example ", phone="06 98 76 54 32")

    for channel in ("email", "sms", "phone"):
        found = state.may(back.pk, purposes=["appeal"], channel=channel, on=NOW.date())
        assert found.reason == "suppressed"
    assert Suppression.objects.count() == 3  # two addresses of hers, one number


def test_time_that_is_over_silences_only_what_was_refused(member):
    donor = known(21)

    erase.erase(donor.pk, reason="retention", by=None, now=NOW)

    assert not Suppression.objects.exists()


def test_who_was_erased_is_erased_once(person):
    erase.erase(person.pk, reason="request", by=None, now=NOW)

    with pytest.raises(erase.NobodyThere):
        erase.erase(person.pk, reason="request", by=None, now=NOW)
    assert Erasure.objects.count() == 1


def test_who_is_another_now_is_not_erased_alone(person):
    absorbed = Merge.objects.get().absorbed_id

    with pytest.raises(erase.NobodyThere):
        erase.erase(absorbed, reason="request", by=None, now=NOW)


def test_an_erasure_that_fails_erases_nothing(person, monkeypatch):
    before = rows()
    monkeypatch.setattr("mecene_web.rights.erase.keys.destroy", lambda number: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        erase.erase(person.pk, reason="request", by=None, now=NOW)

    assert rows() == before


def test_files_are_left_while_an_import_is_under_way(person):
    made = erase.erase(person.pk, reason="request", by=None, now=NOW)
    Import.objects.update(state="loading")

    with pytest.raises(wipe.ImportsUnderWay):
        wipe.wipe(made.pk, now=NOW)
    assert Erasure.objects.get().wiped_at is None


class TestReplay:
    def test_a_backup_put_back_forgets_them_again(self, person):
        kept = Record.objects.values_list("key", flat=True)
        assert set(kept) == {11, 12, 13}
        made = erase.erase(person.pk, reason="request", by=None, now=NOW)
        wipe.wipe(made.pk, now=NOW)
        ledger = Path(settings.HOME) / backup.FOLDER / remembered.LEDGER
        assert left(ledger.read_text()) == []
        Erasure.objects.all().delete()  # what a backup from before knows
        Suppression.objects.all().delete()
        again = known(11)

        assert replay.replay([ledger], now=NOW) == [again.pk]

        assert Donor.objects.count() == 1
        assert Suppression.objects.exists()
        assert replay.replay([ledger], now=NOW) == []

    def test_who_is_half_remembered_is_looked_at(self, person):
        made = erase.erase(person.pk, reason="request", by=None, now=NOW)
        wipe.wipe(made.pk, now=NOW)
        Erasure.objects.all().delete()
        again = known(11)
        Record.objects.create(key=99, donor=again, last_name="Une autre")

        assert replay.replay(now=NOW) == []
        assert Request.objects.filter(donor=again, kind="erasure", state="open").exists()

    def test_a_cut_ledger_does_no_harm(self, person):
        made = erase.erase(person.pk, reason="request", by=None, now=NOW)
        wipe.wipe(made.pk, now=NOW)
        file = Path(settings.HOME) / remembered.LEDGER
        file.write_text(file.read_text() + '{"uid": "x"}\n[1]\n{"cut', encoding="utf-8")

        assert len(remembered.read(file)) == 1


class TestAccess:
    def test_everything_is_handed_out_readable_by_both(self, person, member):
        kept = access.export(person.pk, lang="fr", by=member("fundraiser"), now=NOW)

        with zipfile.ZipFile(io.BytesIO(kept)) as opened:
            told = json.loads(opened.read("donnees.json"))
            page = opened.read("lisez-moi.html").decode()
        assert {"donors.Donor", "donors.Record", "giving.Gift", "giving.Commitment",
                "events.Interaction", "consent.Consent", "scores.Standing", "scores.Listed",
                "donors.Note", "sources", "permissions", "actions"} <= set(told)  # fmt: skip
        assert len(told["giving.Gift"]) == 3
        assert told["sources"][0]["file"] == "dons.csv"
        assert "Wolframina a donné" in page
        assert "Ce que vous avez accepté ou refusé" in page
        assert "Autre" not in json.dumps(told["donors.Donor"])

    def test_in_english_too(self, person, member):
        kept = access.export(person.pk, lang="en", by=member("fundraiser"), now=NOW)

        with zipfile.ZipFile(io.BytesIO(kept)) as opened:
            assert opened.namelist() == ["data.json", "read-me.html"]
            assert "Your gifts" in opened.read("read-me.html").decode()

    def test_what_they_wrote_is_shown_not_run(self, member):
        donor = known(31, last_name="<script>alert(1)</script>")

        kept = access.export(donor.pk, lang="fr", by=member("fundraiser"), now=NOW)

        with zipfile.ZipFile(io.BytesIO(kept)) as opened:
            assert "<script>" not in opened.read("lisez-moi.html").decode()

    def test_nobody_has_nothing(self, member):
        with pytest.raises(access.NobodyThere):
            access.export(404, lang="fr", by=member("fundraiser"), now=timezone.now())


def test_consent_rows_go_too(person):
    assert Consent.objects.exists()
    erase.erase(person.pk, reason="request", by=None, now=NOW)

    assert not Consent.objects.exists()
