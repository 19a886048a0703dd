"""`mecene attribution`: from the folder of facts to a page, two tables and lines to read."""

import csv
from datetime import timedelta

import pytest

from cli import running
from fact_rows import AS_OF, act, gift, sent, written
from mecene.attribution import touches
from mecene.cli import options

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cli_attribution")]


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paths")
    rows = {"contacts": [], "interactions": [], "gifts": []}
    for donor in range(1, 41):
        day = AS_OF - timedelta(days=20 + donor)
        rows["contacts"].append(sent(donor, day, "post"))
        if donor % 2:
            later = day + timedelta(days=3)
            rows["contacts"].append(sent(donor, later, "email"))
            rows["interactions"].append(act(donor, later, channel="email", device="phone"))
        if donor % 4 < 2:
            given = day + timedelta(days=9)
            rows["gifts"].append(gift(donor, given, gift_id=donor, source_ref=f"g{donor}"))
    return written(folder, **rows).path


def test_what_was_found_is_told_and_left_beside(facts, tmp_path):
    ran = running.mecene("attribution", facts, "--as-of", AS_OF, "--out", tmp_path)

    assert ran.code == 0, ran.err
    # Of every four donors, those numbered 0 and 1: the first by post alone, the second by both.
    assert "20 dons dans les 90 jours après un contact\u202f; 0 sans aucun contact" in ran.out
    assert "courrier → e-mail\u00a0: 10 (50\u202f%)" in ran.out
    assert "Seul un groupe témoin le dit" in ran.out
    assert "Chemins jusqu’à l’acte" in (tmp_path / "attribution.html").read_text(encoding="utf-8")
    with (tmp_path / "attribution_channels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    last = {row["Canal"]: row["Actes"] for row in rows if row["Règle"] == "dernier contact"}
    assert last == {"courrier": "10,0", "e-mail": "10,0"}


def test_machines_are_told_the_same(facts, tmp_path):
    ran = running.mecene(
        "attribution", facts, "--as-of", AS_OF, "--out", tmp_path, "--json", "--order", 2, lang="en"
    )

    found = running.read_json(ran.out)
    assert (found["act"], found["acts"], found["untouched"], found["order"]) == ("gift", 20, 0, 2)
    # Without a letter no path to a gift is left; without an e-mail, those by post alone are.
    assert found["removal_effects"] == pytest.approx({"email": 0.5, "post": 1.0})
    assert found["paths"][0]["conversions"] == 10


def test_a_window_too_short_leaves_gifts_untouched(facts, tmp_path):
    ran = running.mecene(
        "attribution", facts, "--as-of", AS_OF, "--window", 7, "--out", tmp_path, lang="en"
    )

    # The e-mail came six days before; the letter nine.
    assert "10 gifts within 7 days of a contact; 10 without" in ran.out


def test_hold_outs_are_set_beside_what_is_credited(facts, tmp_path):
    file = running.write(tmp_path / "causes.csv", "channel;acts;low;high", "post;3,5;-2;9")

    ran = running.mecene(
        "attribution", facts, "--as-of", AS_OF, "--out", tmp_path, "--caused", file
    )

    assert ran.code == 0, ran.err
    assert "Courrier, chaîne de Markov\u00a0: 13 attribués, 4 provoqués d’après" in ran.out
    page = (tmp_path / "attribution.html").read_text(encoding="utf-8")
    assert "Courrier, dernier contact\u00a0: 10 attribués" in page
    assert "Aucun groupe témoin n’a été donné" not in page


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("channel;acts;low", "post;3;1"), "ligne 0\u00a0: «\u00a0high\u00a0»"),
        (
            ("channel;acts;low;high", "post;3;1;9", "email;x;1;2"),
            "ligne 2\u00a0: «\u00a0acts",
        ),
        (("channel;acts;low;high", "post;3;4;9"), "ligne 1\u00a0: «\u00a0low\u00a0»"),
        (("channel;acts;low;high", "radio;3;1;9"), "Aucun chemin ne passe par «\u00a0radio\u00a0»"),
    ],
)
def test_a_file_of_hold_outs_that_says_nothing_is_refused(facts, tmp_path, rows, said):
    file = running.write(tmp_path / "causes.csv", *rows)

    ran = running.mecene(
        "attribution", facts, "--as-of", AS_OF, "--out", tmp_path, "--caused", file
    )

    assert ran.code == 1
    assert said in ran.err


def test_an_act_that_nobody_did_is_no_failure(facts, tmp_path):
    ran = running.mecene(
        "attribution", facts, "--as-of", AS_OF, "--act", "subscription", "--out", tmp_path
    )

    assert ran.code == 0
    assert "rien à attribuer" in ran.out


def test_an_act_that_is_none_is_refused(facts):
    ran = running.mecene("attribution", facts, "--act", "purchase", lang="en")

    assert ran.code == 2
    assert "gift, subscription, opt_in" in ran.err


def test_the_acts_that_may_be_asked_for_are_those_of_attribution():
    assert options.ACTS == touches.ACTS
