"""A later export says more of regular gifts already known; taken back, they are as before."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mecene_web.giving.models import Campaign, Commitment, CommitmentChange, Revision
from mecene_web.imports import resting
from web.imports.test_load import dump
from web.imports.test_undo import imported, undone

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "Nom;Email;ID engagement;Montant;Fréquence;Date de début;Date de fin;Motif de fin\n"


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    settings.MECENE_HEAVY = set()
    settings.MECENE_WORKS = settings.MECENE_WORKS | {"scores.nightly": "builtins.divmod"}


def export(*lines: str) -> bytes:
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


def alice(amount: str, end: str = ";", *, ref: str = "R1") -> str:
    return f"Martin;alice@exemple.fr;{ref};{amount};mensuel;01/02/2024;{end}"


def campaigns(name: str) -> bytes:
    header = "code campagne;nom campagne;canal;date début;date fin;coût total"
    return f"{header}\nN24;{name};email;01/11/2024;31/12/2024;100,00\n".encode()


def of(ref: str = "R1") -> tuple[int | None, date | None, str | None]:
    held = Commitment.objects.get(ref=ref)
    return held.amount_minor, held.ended_on, held.end_reason


def test_a_new_amount_and_an_end_are_taken_and_taken_back_to_the_letter(tmp_path: Path) -> None:
    imported(tmp_path / "one", engagements=export(alice("10,00"), alice("5,00", ref="R2")))
    january = dump()
    second = imported(
        tmp_path / "two",
        engagements=export(alice("15,00", "31/12/2025;volontaire"), alice("5,00", ref="R2")),
    )

    assert of() == (1_500, date(2025, 12, 31), "voluntary")
    assert of("R2") == (500, None, None)
    assert second.account["loaded"]["renewed_recurring_gifts"] == 1
    assert resting.facts(second.pk)["revisions"] == 1

    undone(second)

    assert dump() == january
    assert not Revision.objects.exists()


def test_what_a_file_leaves_empty_stays(tmp_path: Path) -> None:
    imported(tmp_path / "one", engagements=export(alice("10,00", "31/12/2025;volontaire")))

    imported(tmp_path / "two", engagements=export(alice("12,00")))

    assert of() == (1_200, date(2025, 12, 31), "voluntary")


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_taken_back_in_any_order_they_are_as_at_first(tmp_path: Path, order: tuple[int, ...]):
    first = imported(tmp_path / "one", engagements=export(alice("10,00")))
    at_first = dump()["Commitment"]
    made = [
        imported(tmp_path / "two", engagements=export(alice("15,00"))),
        imported(tmp_path / "three", engagements=export(alice("20,00", "31/12/2025;volontaire"))),
    ]
    with pytest.raises(resting.StillNeeded):
        resting.check(first.pk)

    undone(made[order[0] - 1])
    assert of()[0] == (2_000 if order[0] == 1 else 1_500)
    undone(made[order[1] - 1])

    assert dump()["Commitment"] == at_first
    undone(first)
    assert not Commitment.objects.exists()


def test_what_a_colleague_said_since_stays(tmp_path: Path) -> None:
    imported(tmp_path / "one", engagements=export(alice("10,00")))
    second = imported(tmp_path / "two", engagements=export(alice("15,00")))
    Commitment.objects.update(amount_minor=1_800)

    undone(second)

    assert of()[0] == 1_800


def test_a_campaign_is_described_further(tmp_path: Path) -> None:
    imported(tmp_path / "one", campagnes=campaigns("Noel"))
    before = dump()
    second = imported(
        tmp_path / "two",
        campagnes=campaigns("Noël 2024"),
    )

    assert Campaign.objects.get().name == "Noël 2024"
    undone(second)
    assert dump() == before


def test_the_same_change_said_every_month_is_one(tmp_path: Path) -> None:
    header = (
        "Nom;Email;ID engagement;Montant;Fréquence;Date de début;Nouveau montant;"
        "Date nouveau montant\n"
    )
    line = "Martin;alice@exemple.fr;R1;10,00;mensuel;01/02/2024;15,00;01/06/2025\n"
    imported(tmp_path / "one", engagements=(header + line).encode())
    assert CommitmentChange.objects.count() == 1

    imported(tmp_path / "two", engagements=(header + line + "\n").encode())

    assert CommitmentChange.objects.count() == 1
