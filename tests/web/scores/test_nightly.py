"""What the night works out is what the core says of the same files, brought back for the pages."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mecene import facts
from mecene.cli import analyse, collect, simulate
from mecene.sources import rejects, staging
from mecene_web.donors.models import Donor
from mecene_web.imports import check, load, receive
from mecene_web.imports.models import Import
from mecene_web.organisation.models import Organisation
from mecene_web.scores import kept, nightly
from mecene_web.scores.models import Run, Standing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
FILES = ("gifts", "donors", "recurring", "contacts", "interactions", "consents", "campaigns")


def asked(folder: Path) -> collect.Asked:
    tables = {"recurring": "recurring_gifts"}
    return collect.Asked(
        tables={tables.get(name, name): (folder / f"{name}.csv",) for name in FILES
                if (folder / f"{name}.csv").exists()}
    )  # fmt: skip


def test_the_night_says_what_the_command_line_says_of_the_same_files(tmp_path):
    # given the same exports, analysed from files and loaded into the database
    exports = tmp_path / "exports"
    simulate.write(exports, donors=400, years=5, seed=3, clean=True, names=True, lang="fr")
    as_of = date(2026, 1, 1)
    analyse.run(asked(exports), as_of=as_of, out=tmp_path / "report", lang="fr", quiet=True)
    with rejects.opened(tmp_path / "rejects.csv", lang="fr", delimiter=";") as ledger:
        staging.stage(collect.recognise(asked(exports)), into=tmp_path / "staging", ledger=ledger)
    Organisation.objects.create(pk=1)
    made = Import.objects.create(at=NOW, state="checked")
    load.load(made.pk, tmp_path / "staging", now=NOW, on_progress=lambda *told: None)

    # when the night works everything out
    run = nightly.run(as_of=as_of, on_progress=lambda *told: None)

    # then donor by donor, the figures are the same
    told = ["first_name", "last_name", "email", "segment", "gifts", "amount_minor", "last_gift_on"]
    wanted = pl.read_parquet(tmp_path / "report" / "donors.parquet").select(told).sort(told)
    held = pl.DataFrame(
        list(Standing.objects.values_list(
            "donor__first_name", "donor__last_name", "donor__email", "segment", "gifts",
            "amount_minor", "last_gift_on",
        )), schema=wanted.schema, orient="row",
    ).sort(told)  # fmt: skip
    assert_frame_equal(held, wanted)
    assert run.pk == Run.objects.latest().pk
    assert Donor.objects.count() == Standing.objects.count()
    assert (kept.folder_of(run) / "report" / "report.html").exists()


def test_the_chapter_on_what_was_read_says_what_the_command_line_says(tmp_path):
    # given a file with mistakes, doubles, a refund of nothing and a gift of nobody
    rows = [
        "12/05/2024;50,00;Martin;Alice;alice@exemple.fr;75011;A1",
        "12/05/2024;50,00;Martin;Alice;alice@exemple.fr;75011;",
        "12/05/2024;50,00;Martin;Alice;alice@exemple.fr;75011;",
        "13/05/2024;20,00;MARTIN;Alice;alice@exemple.fr;75012;A2",
        "14/05/2024;30,00;Petit;Zoé;;69003;A3",
        "15/05/2024;-99,00;Petit;Zoé;;69003;A4",
        "le 12;10,00;Petit;Zoé;;69003;A5",
        "16/05/2024;5,00;;;;;A6",
    ]
    file = tmp_path / "dons.csv"
    header = "Date;Montant;Nom;Prénom;E-mail;Code postal;Référence"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    as_of = date(2026, 1, 1)
    analyse.run(collect.Asked(tables={"gifts": (file,)}), as_of=as_of, out=tmp_path / "report",
                lang="en", quiet=True)  # fmt: skip
    wanted = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))

    # when it is imported, and the night works everything out
    Organisation.objects.create(pk=1, language="en")
    with file.open("rb") as sent:
        made = receive.receive([("dons.csv", sent)], by=None, now=NOW)
    check.check(made.pk, now=NOW, on_progress=lambda *told: None)
    load.load(made.pk, receive.folder_of(made.pk) / check.STAGED, now=NOW,
              on_progress=lambda *told: None)  # fmt: skip
    run = nightly.run(as_of=as_of, on_progress=lambda *told: None)

    # then files, rejects and people are the same, and each language has its own words
    run.refresh_from_db()
    for name in ("files", "rows_read", "facts", "rejects", "identity"):
        assert run.metrics[name] == wanted[name], name
    assert wanted["rejects"] == 2
    said = {
        lang: (kept.folder_of(run) / "pieces" / f"{lang}.json").read_text(encoding="utf-8")
        for lang in ("fr", "en")
    }
    (problem,) = [
        name for name in wanted["files"][0]["rejects_by_problem"] if "refund" in name.lower()
    ]
    assert problem in said["en"]
    assert problem not in said["fr"]
    assert "dons.csv" in said["fr"]


def test_an_empty_installation_has_a_night_without_donors():
    Organisation.objects.create(pk=1)

    run = nightly.run(as_of=date(2026, 1, 1), on_progress=lambda *told: None)

    assert Run.objects.latest() == run
    assert not Standing.objects.exists()


def test_the_facts_of_every_table_have_a_place():
    from mecene_web.scores import snapshot

    known = {*snapshot._BY_DONOR, "donors", "recurring_changes", "campaigns", "series"}
    assert known == set(facts.TABLES)
