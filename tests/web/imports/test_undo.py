"""An undo leaves the base as it was before the import, on an association like a real one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mecene.simulator import exports
from mecene.simulator.recipe import Association
from mecene_web.giving.models import Campaign, Commitment, CommitmentChange, Gift
from mecene_web.imports import approve, receive, resting, retract
from mecene_web.imports.models import Import
from mecene_web.tasks import worker
from web.imports.test_load import dump

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    settings.MECENE_HEAVY = set()
    settings.MECENE_WORKS = settings.MECENE_WORKS | {"scores.nightly": "builtins.divmod"}


@pytest.fixture(scope="module")
def association(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("association")
    exports.write(Association(donors=250, years=4, seed=5), into)
    return into


def halves(file: Path) -> tuple[bytes, bytes]:
    """Return a file cut in two, each half with the header: gifts of the same donors in both."""
    header, *lines = file.read_bytes().splitlines(keepends=True)
    return header + b"".join(lines[::2]), header + b"".join(lines[1::2])


def imported(into: Path, **contents: bytes) -> Import:
    into.mkdir()
    for name, content in contents.items():
        (into / f"{name}.csv").write_bytes(content)
    opened = [(f"{name}.csv", (into / f"{name}.csv").open("rb")) for name in contents]
    made = receive.receive(opened, by=None, now=NOW)
    worker.work(once=True)
    approve.approve(made.pk, overlap="keep", by=None, now=NOW)
    worker.work(once=True)
    made.refresh_from_db()
    assert made.state == "loaded", (made.state, made.problem)
    return made


def undone(made: Import) -> None:
    retract.retract(made.pk, by=None, now=NOW)
    worker.work(once=True)
    made.refresh_from_db()
    assert made.state == "undone", (made.state, made.problem)


def test_a_second_import_of_everything_is_taken_back_to_the_letter(
    association: Path, tmp_path: Path
) -> None:
    empty = dump()
    one, other = halves(association / "gifts.csv")
    donors, more = halves(association / "donors.csv")
    first = imported(tmp_path / "one", gifts=one, donors=donors)
    before = dump()

    rest = {
        name: (association / f"{name}.csv").read_bytes()
        for name in ("recurring", "contacts", "interactions", "consents", "campaigns")
    }
    second = imported(tmp_path / "two", gifts=other, donors=more, **rest)
    assert all(model.objects.filter(import_id=second.pk).exists() for model in (Gift, Campaign))
    assert len(dump()["Donor"]) > len(before["Donor"])
    undone(second)

    assert dump() == before
    undone(first)
    assert dump() == empty


def test_a_first_import_is_taken_back_from_under_a_second(
    association: Path, tmp_path: Path
) -> None:
    one, other = halves(association / "gifts.csv")
    first = imported(tmp_path / "one", gifts=one)
    second = imported(tmp_path / "two", gifts=other)
    told = Gift.objects.filter(import_id=second.pk).count()

    undone(first)

    assert Gift.objects.count() == told
    assert not Gift.objects.filter(donor=None, record__isnull=False).exists()


def test_what_a_later_import_rests_on_is_not_taken_away(tmp_path: Path) -> None:
    made = imported(
        tmp_path / "one",
        engagements="Nom;Email;Référence engagement;Montant;Fréquence;Date de début\n"
        "Martin;alice@exemple.fr;R1;10,00;mensuel;01/02/2024\n".encode(),
    )
    commitment = Commitment.objects.get()
    CommitmentChange.objects.create(
        commitment=commitment, effective_on="2025-01-01", kind="amount", amount_minor=1_500,
        source_ref="main",
    )  # fmt: skip

    with pytest.raises(resting.StillNeeded):
        resting.check(made.pk)
    retract.retract(made.pk, by=None, now=NOW)
    worker.work(once=True)

    made.refresh_from_db()
    assert (made.state, made.problem) == ("loaded", "still_needed")
    assert Commitment.objects.exists()
