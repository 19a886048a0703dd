"""An import is loaded whole or not at all, joins those who are known, and is taken back exactly."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps

from mecene.cli import collect
from mecene.sources import rejects, staging
from mecene_web.donors.models import Donor, Record
from mecene_web.giving.models import Gift
from mecene_web.imports import load, undo
from mecene_web.imports.models import Import

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
HEADER = "Nom;Prénom;Email;Code postal;Date du don;Montant;Référence"


def staged(folder: Path, *lines: str, header: str = HEADER) -> Path:
    folder.mkdir()
    file = folder / "dons.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    asked = collect.Asked(tables={"gifts": (file,)})
    with rejects.opened(folder / "rejects.csv", lang="fr", delimiter=";") as ledger:
        staging.stage(collect.recognise(asked), into=folder / "staging", ledger=ledger)
    return folder / "staging"


def loaded(folder: Path) -> Import:
    made = Import.objects.create(at=NOW, state="checked")
    load.load(made.pk, folder, now=NOW, on_progress=lambda *told: None)
    return made


def dump() -> dict[str, list]:
    """Return every row of every table but what tells of the imports themselves."""
    return {
        model.__name__: sorted(map(str, model._default_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label in ("donors", "giving", "consent", "events")
        # Who waits to be looked at again is no fact.
        if model._meta.label != "donors.Touched"
    }


FIRST = (
    "Martin;Alice;alice@exemple.fr;75011;12/05/2024;50,00;A1",
    "Petit;Zoé;zoe@exemple.fr;69003;13/05/2024;20,00;A2",
    ";;;;14/05/2024;5,00;A3",
)
SECOND = (
    "MARTIN;Alice;alice@exemple.fr;75012;02/01/2025;60,00;B1",
    "Durand;Luc;luc@exemple.fr;33000;03/01/2025;30,00;B2",
    "Petit;Zoé;zoe@exemple.fr;69003;13/05/2024;-20,00;B3",
)


def test_gifts_belong_to_donors_and_those_of_nobody_to_nobody(tmp_path):
    loaded(staged(tmp_path / "one", *FIRST))

    assert sorted(map(str, Donor.objects.all())) == ["Alice Martin", "Zoé Petit"]
    assert Gift.objects.filter(donor__email="alice@exemple.fr").get().amount_minor == 5_000
    assert Gift.objects.filter(donor=None).get().amount_minor == 500


def test_who_comes_back_is_the_donor_they_were(tmp_path):
    loaded(staged(tmp_path / "one", *FIRST))
    before = set(Donor.objects.values_list("pk", flat=True))
    loaded(staged(tmp_path / "two", *SECOND))

    assert before < set(Donor.objects.values_list("pk", flat=True))
    alice = Donor.objects.get(email="alice@exemple.fr")
    assert alice.pk in before
    assert sorted(alice.gifts.values_list("amount_minor", flat=True)) == [5_000, 6_000]
    assert Record.objects.filter(donor=alice).count() == 2


def test_two_records_of_one_file_are_told_as_merged_whoever_was_there_before(tmp_path):
    loaded(staged(tmp_path / "one", *FIRST))
    made = loaded(staged(
        tmp_path / "two",
        "Blanc;Inès;ines@exemple.fr;75011;02/01/2025;60,00;C1",
        "BLANC;Inès;ines@exemple.fr;44000;03/01/2025;30,00;C2",
    ))  # fmt: skip

    made.refresh_from_db()
    assert made.account["loaded"]["merged"] == 1
    assert made.account["loaded"]["donors"] == 1


def test_a_refund_undoes_a_gift_of_an_earlier_file(tmp_path):
    loaded(staged(tmp_path / "one", *FIRST))
    loaded(staged(tmp_path / "two", *SECOND))

    assert Gift.objects.get(source_ref="A2").status == "refunded"


def test_undone_it_leaves_everything_as_it_was_before(tmp_path):
    loaded(staged(tmp_path / "one", *FIRST))
    before = dump()
    second = loaded(staged(tmp_path / "two", *SECOND))
    assert dump() != before

    undo.undo(second.pk, now=NOW)

    assert dump() == before
    with pytest.raises(undo.NotToUndo):
        undo.undo(second.pk, now=NOW)


def test_an_earlier_import_undone_leaves_what_the_later_one_tells_alone(tmp_path):
    first = loaded(staged(tmp_path / "one", *FIRST))
    loaded(staged(tmp_path / "two", *SECOND))

    undo.undo(first.pk, now=NOW)

    assert sorted(Gift.objects.values_list("source_ref", flat=True)) == ["B1", "B2"]
    # As the later file writes them, and nobody else.
    assert {str(donor) for donor in Donor.objects.all()} == {
        "Alice MARTIN", "Luc Durand", "Zoé Petit",
    }  # fmt: skip


def test_loaded_once_it_cannot_be_loaded_again(tmp_path):
    folder = staged(tmp_path / "one", *FIRST)
    made = loaded(folder)

    with pytest.raises(load.NotToLoad):
        load.load(made.pk, folder, now=NOW, on_progress=lambda *told: None)
    assert Gift.objects.count() == 3


def test_one_that_breaks_on_the_way_leaves_nothing_and_can_be_loaded_later(tmp_path, monkeypatch):
    folder = staged(tmp_path / "one", *FIRST)
    made = Import.objects.create(at=NOW, state="checked")

    def broken(*told, **more):
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(load.correct, "correct", broken)
        with pytest.raises(OSError, match="disk"):
            load.load(made.pk, folder, now=NOW, on_progress=lambda *told: None)
    assert not Donor.objects.exists()

    load.load(made.pk, folder, now=NOW, on_progress=lambda *told: None)
    assert Gift.objects.count() == 3
