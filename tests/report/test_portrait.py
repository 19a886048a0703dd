"""A donor is found by number, reference, e-mail or name, and told in words."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mecene.engine import store
from mecene.report import analysis, folder, portrait
from mecene.report.intake import Intake
from mecene.report.question import Question

pytestmark = pytest.mark.xdist_group("report_portrait")
PEOPLE = [
    (1, "person", "Aline", "Brumeval", None, "aline@exemple.org", ["R-1", "L9"]),
    (2, "person", "Bruno", "Lanterne", None, None, ["R-2"]),
    (3, "person", "Chloé", "Lanterne", None, None, ["R-3"]),
    (4, "organisation", None, None, "Fonderie du Val", None, ["3"]),
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("portrait")
    names = ("donor_id", "kind", "first_name", "last_name", "organisation_name", "email",
             "external_ids")  # fmt: skip
    gifts = [
        {
            "gift_id": number,
            "donor_id": who,
            "given_on": date(2020 + number, 3, 1),
            "amount_minor": 50_00 + number,
            "currency": "EUR",
            "kind": "one_off",
            "status": "refunded" if number == 3 else "received",
            "source_ref": f"g{number}",
        }
        for number, who in enumerate((1, 1, 1, 2, 4), start=1)
    ]
    facts = store.write_facts(
        {"donors": pl.DataFrame(PEOPLE, schema=names, orient="row"), "gifts": pl.DataFrame(gifts)},
        into / "facts",
    )
    found = analysis.analyse(Question(facts, date(2026, 1, 1), into / "work", "fr"))
    with pytest.MonkeyPatch.context() as patched:
        # Nobody looks at the page here, and its pictures take longer than all the rest.
        patched.setattr(folder, "_write_page", lambda *_: None)
        folder.write(found, Intake(), into)
    return into


@pytest.mark.parametrize(
    ("asked", "donor"),
    [
        ("1", 1),
        ("R-1", 1),
        (" L9 ", 1),
        ("ALINE@exemple.org", 1),
        ("aline brumeval", 1),
        ("Brumeval", 1),
        ("Chloé Lanterne", 3),
        ("fonderie du val", 4),
        ("3", 3),  # a donor's number comes before somebody else's reference
    ],
)
def test_a_donor_is_found_by_what_one_knows_of_them(finished: Path, asked: str, donor: int) -> None:
    assert portrait.find(finished, asked).row["donor_id"] == donor


def test_two_people_of_one_name_are_told_apart_by_their_numbers(finished: Path) -> None:
    with pytest.raises(portrait.SeveralFound, match="2, 3"):
        portrait.find(finished, "Lanterne")


@pytest.mark.parametrize("asked", ["personne", "99", "", "*"])
def test_nobody_is_nobody(finished: Path, asked: str) -> None:
    with pytest.raises(portrait.NobodyFound):
        portrait.find(finished, asked)


def test_a_folder_without_a_report_says_so(tmp_path: Path) -> None:
    with pytest.raises(portrait.NoReport, match=r"donors\.parquet"):
        portrait.find(tmp_path, "1")


def test_the_latest_gifts_come_first(finished: Path) -> None:
    found = portrait.find(finished, "1")

    assert [gift["given_on"].year for gift in found.gifts] == [2023, 2022, 2021]
    assert found.to_dict()["latest_gifts"][0]["status"] == "refunded"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_portrait_is_told_in_words(finished: Path, lang: str) -> None:
    said: Any = "\n".join(portrait.lines(portrait.find(finished, "1"), lang=lang))

    assert said.startswith("1  Aline Brumeval\n")
    assert ("remboursé" if lang == "fr" else "refunded") in said
    assert ("50,02\u00a0€" if lang == "fr" else "€50.02") in said
    assert "None" not in said
    assert "_minor" not in said


def test_a_donor_without_a_name_is_said_to_have_none(finished: Path) -> None:
    found = portrait.find(finished, "2")
    nameless = portrait.Portrait({**found.row, "first_name": None, "last_name": None}, ())

    assert portrait.lines(nameless, lang="en")[0] == "2  (no name)"


def test_a_donor_is_told_in_either_language_whatever_the_report(finished: Path) -> None:
    found = portrait.find(finished, "2")

    french, english = (portrait.lines(found, lang=lang) for lang in ("fr", "en"))

    assert "A fait un seul don" in french[1]
    assert "Gave once, €50.04, 22 months ago" in english[1]
    assert not any("sentence" in line for line in french + english)
    shown = (finished / "donors.csv").read_text("utf-8")
    assert "sentence_en" not in shown
