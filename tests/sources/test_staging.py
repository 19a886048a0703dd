"""From files to facts: every row is a fact or a reject, and nothing is counted twice in silence."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mecene import facts
from mecene.sources import files, gifts, people, recognition, rejects, staging

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
AVERAGE = (
    "Civilité;Nom;Prénom;Adresse 1;Adresse 2;CP;Ville;Email;Tél;Date don;Montant;Mode;Campagne;"
    "N° reçu;Commentaire\r\n"
    "M.;DUPONT;Jean;1 rue de l’Été;;75001;Paris;jean@exemple.fr;0612345678;24/12/23;1 234,50 €;"
    "CHQ;NOEL23;1;\r\n"
    "M. et Mme;DURAND;Léa et Max;;;1000;Bourg;;;25/12/23;50,00 €;PRLV;;2;merci\r\n"
    ";;;;;;;;;26/12/23;20,00 €;ESP;;3;\r\n"
    ";Garage Petit SARL;;;;69001;Lyon;;;27/12/23;300,00 €;VIR;;4;\r\n"
    "Mme;PETIT;Anne;;;;;;;31/02/23;10,00 €;CB;;5;\r\n"
    "Mme;PETIT;Anne;;;;;;;28/12/23;dix;CB;;6;\r\n"
    "Mme;PETIT;Anne;;;;;;;28/12/23;-10,00 €;CB;;7;\r\n"
    ";;;;;;;;TOTAL;;1 604,50 €;;;;\r\n"
)


def test_the_average_file_is_read_whole(stage) -> None:
    story = stage(AVERAGE.encode("cp1252"))  # what a French spreadsheet saves

    found = story.table("gifts").sort("source_row")
    columns = ("given_on", "amount_minor", "kind", "payment_method", "campaign_id")
    assert found.select(columns).rows() == [
        (date(2023, 12, 24), 123_450, "one_off", "cheque", "NOEL23"),
        (date(2023, 12, 25), 5_000, "instalment", "direct_debit", None),
        (date(2023, 12, 26), 2_000, "one_off", "cash", None),
        (date(2023, 12, 27), 30_000, "one_off", "transfer", None),
    ]
    assert found["person_key"].is_null().to_list() == [False, False, True, False]
    assert story.table("corrections")["amount_minor"].to_list() == [1_000]
    assert story.account.rejects == {
        "date_impossible": 1,
        "amount_unreadable": 1,
        "date_missing": 1,
        "unread": 0,
    }
    assert story.account.rows == 8


def test_a_reject_says_where_what_and_what_to_do(stage) -> None:
    story = stage(AVERAGE.encode("cp1252"))

    line = next(line for line in story.rejects if line["row"] == "5")
    assert (line["file"], line["column"], line["value"]) == ("dons.csv", "Date don", "31/02/23")
    assert "calendrier" in line["reason"]
    assert line["remedy"]


def test_staged_gifts_keep_the_contract_once_they_have_their_ids(stage) -> None:
    staged = stage(AVERAGE.encode("cp1252")).table("gifts")

    numbered = staged.with_columns(
        gift_id=pl.int_range(1, staged.height + 1), donor_id=pl.lit(1), payer_id=None
    ).drop("person_key", "payer_key", "source_file", "source_row")

    assert facts.check(numbered, facts.GIFTS).height == staged.height


def test_persons_have_the_columns_agreed(stage) -> None:
    persons = stage(AVERAGE.encode("cp1252")).table("persons")

    assert persons.columns == [*people.PERSON, "declared", "records", "first_source"]
    assert persons["person_key"].is_sorted()


def test_a_file_with_a_column_a_year(stage) -> None:
    story = stage(
        "Nom;Prénom;Ville;2021;2022;2023\n"
        "Dupont;Jean;Paris;50;;100,50\nDurand;Léa;Lyon;;0;-\nPetit;Max;Nice;;beaucoup;\n"
    )

    found = story.table("gifts").sort("source_row", "given_on")
    assert found.select("source_row", "given_on", "amount_minor").rows() == [
        (1, date(2021, 12, 31), 5_000),
        (1, date(2023, 12, 31), 10_050),
    ]
    assert found["source_ref"].n_unique() == 2
    assert (story.account.records, story.account.rows) == (3, 4)
    assert story.account.facts == {"gifts": 2, "corrections": 0, "donors": 1}
    assert story.account.rejects == {"amount_unreadable": 1, "unread": 0}
    assert (story.rejects[0]["column"], story.rejects[0]["value"]) == ("2022", "beaucoup")
    assert story.account.identical == 0
    assert "year_columns" in [note.code for note in story.account.notes]
    assert story.staged.persons == 2


def test_identical_rows_are_kept_and_reported(stage) -> None:
    story = stage("Email;Date don;Montant\n" + "a@exemple.fr;24/12/2023;20\n" * 3)

    assert story.table("gifts").height == 3
    assert story.account.identical == 2
    report = pl.read_csv(story.staged.directory / "identical.csv")
    assert report.rows() == [("dons.csv", 2, 1), ("dons.csv", 3, 1)]


TWO = {
    "2023.csv": "Email;Date don;Montant\n" + "a@exemple.fr;24/12/2023;20\n" * 2,
    "tout.csv": "Email;Date;Montant\na@exemple.fr;24/12/2023;20,00\nb@exemple.fr;24/12/2023;5\n",
}


def test_overlap_without_references_is_counted_and_kept(stage) -> None:
    story = stage(TWO)

    assert story.table("gifts").height == 4
    assert [account.overlapping for account in story.staged.files] == [0, 1]


def test_overlap_is_left_out_when_asked(stage) -> None:
    story = stage(TWO, overlap="skip")

    assert story.table("gifts").height == 3
    assert story.staged.files[1].facts["gifts"] == 1
    assert story.staged.files[1].rejects["overlap_skipped"] == 1
    assert [line["row"] for line in story.rejects] == ["1"]


def test_the_same_reference_in_two_files_is_one_gift(stage) -> None:
    one = "N° don;Email;Date don;Montant\nD1;a@exemple.fr;24/12/2023;20\n"
    story = stage({"a.csv": one, "b.csv": one + "D2;a@exemple.fr;25/12/2023;20\n"})

    assert sorted(story.table("gifts")["source_ref"]) == ["D1", "D2"]
    assert story.staged.files[1].rejects["already_read"] == 1
    assert "a.csv, 1" in story.rejects[0]["reason"]


def test_a_gift_that_a_later_file_says_was_given_back_is_refunded(stage) -> None:
    head = "N° don;Email;Date don;Montant;Statut\n"
    received, refunded = (
        head + f"D1;a@exemple.fr;24/12/2023;20;{status}\n" for status in ("Payé", "Remboursé")
    )

    for texts in ({"a.csv": received, "b.csv": refunded}, {"a.csv": refunded, "b.csv": received}):
        assert stage(texts).table("gifts")["status"].to_list() == ["refunded"]


def test_a_reference_that_another_file_uses_for_another_gift_stays(stage) -> None:
    story = stage(
        {
            "a.csv": "N° don;Email;Date don;Montant\n1;a@exemple.fr;24/12/2022;20\n",
            "b.csv": "N° don;Email;Date don;Montant\n1;b@exemple.fr;24/12/2023;30\n",
        }
    )

    assert story.table("gifts").height == 2


def test_the_same_file_twice_counts_once(stage) -> None:
    text = "Email;Date don;Montant\na@exemple.fr;24/12/2023;20\n"
    story = stage({"a.csv": text, "copie.csv": text})

    assert story.table("gifts").height == 1
    assert story.staged.files[1].rejects["file_already_read"] == 1
    assert "a.csv" in story.rejects[0]["reason"]


def test_a_failed_payment_is_a_gift_row_that_is_not_received(stage) -> None:
    story = stage(
        "Email;Date don;Montant;Statut;Motif rejet;Date rejet\n"
        "a@exemple.fr;05/12/2023;20;Payé;;\na@exemple.fr;05/01/2024;20;Rejeté;AM04;09/01/2024\n"
        "a@exemple.fr;05/02/2024;20;Étrange;;\n"
    )

    columns = ("status", "status_on", "return_code")
    assert story.table("gifts").sort("source_row").select(columns).rows() == [
        ("received", None, None),
        ("failed", date(2024, 1, 9), "AM04"),
    ]
    assert story.account.rejects == {"status_unknown": 1, "unread": 0}


CELLS = st.sampled_from(
    ["", "24/12/2023", "31/02/2023", "2023-01-05", "45284", "50", "50,00 €", "-20", "0", "(5)",
     "abc", "a@exemple.fr", "DUPONT", "Anonyme", "1.234", "=1+1", '"', "oui", "Payé", "en attente"],
)  # fmt: skip


# A file costs as much whatever its length: few of them, and long.
@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=48))
def test_facts_and_rejects_are_the_rows_whatever_the_file(tmp_path_factory, cells) -> None:
    place = tmp_path_factory.mktemp("messy")
    path = place / "dons.csv"
    lines = [";".join(row) for row in [["Nom", "Email", "Date don", "Montant", "Statut"], *cells]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        reading = files.inspect(path)
        known = recognition.recognise(reading, table="gifts")
    except ValueError:
        return  # a refusal of the whole file, told as such
    ledger = rejects.Ledger()

    staged = staging.stage([(reading, known)], into=place / "staging", ledger=ledger)

    account = staged.files[0]
    assert account.facts.total() + account.rejects.total() == account.rows
    assert account.rejects.total() == ledger.rows["dons.csv"]
    parts = sorted((place / "staging" / "gifts").glob("*.parquet"))
    assert sum(pl.read_parquet(part).height for part in parts) == account.facts["gifts"]
    for part in parts:
        assert pl.read_parquet(part)["amount_minor"].min() > 0


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not here")
def test_a_marathon_of_real_gifts(tmp_path: Path) -> None:
    # PROVENANCE.md: 291,885 donations, 65,659 anonymous, 97,919 donors, 17 events; event totals
    # e.g. agdq2015 1,576,085.00. Rows less distinct rows of the raw text: 244.
    found, account, staged = _staged(DATA / "gdq-charity-donations" / "donations.csv.gz", tmp_path)

    assert account.facts == {"gifts": 291_885, "corrections": 0}
    assert found["person_key"].null_count() == 65_659
    assert (staged.persons, account.identical) == (97_919, 244)
    totals = found.group_by("campaign_id").agg(pl.col("amount_minor").sum())
    assert totals.height == 17
    assert dict(totals.iter_rows())["agdq2015"] == 157_608_500
    assert found["given_at"].min() == datetime.fromisoformat("2009-12-31 23:09:39")


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not here")
def test_a_file_without_a_header(tmp_path: Path) -> None:
    # PROVENANCE.md: 51,243 rows, 18,417 ids, 48 exact duplicates, 2015 revenue 478,394.13.
    found, account, staged = _staged(DATA / "essec-purchases" / "purchases.txt", tmp_path)

    assert (account.rows, account.facts["gifts"], account.identical) == (51_243, 51_243, 48)
    assert staged.persons == 18_417
    in_2015 = found.filter(pl.col("given_on").dt.year() == 2015)
    assert in_2015["amount_minor"].sum() == 47_839_413
    assert staged.latest_given_on == date(2015, 12, 31)


def _staged(path: Path, place: Path):
    reading = files.inspect(path)
    known = recognition.recognise(reading)
    ledger = rejects.Ledger()
    staged = staging.stage([(reading, known)], into=place / "staging", ledger=ledger)
    return pl.read_parquet(place / "staging" / "gifts" / "*.parquet"), staged.files[0], staged


def test_a_mark_of_a_gift_does_not_depend_on_its_batch() -> None:
    rows = pl.DataFrame(
        {"person_key": [1, 2], "given_on": [date(2023, 1, 1)] * 2, "given_at": [None, None],
         "amount_minor": [5, 5], "currency": ["EUR", "EUR"]},
        schema_overrides={"given_at": pl.Datetime("us")},
    )  # fmt: skip

    together = rows.select(gifts.content_hash()).to_series()
    alone = pl.concat([rows[i : i + 1].select(gifts.content_hash()).to_series() for i in (0, 1)])

    assert together.to_list() == alone.to_list()
