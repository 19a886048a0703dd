"""Why a donor is alarmed is said in French and in English, with the figures and their spaces."""

import polars as pl
import pytest

from mecene.signals import alarms, sentences

NNBSP = "\u202f"


def told(*items, lang="fr", group="free", learnt_from="own"):
    """Return the sentence of a donor with evidence (signal, figure, usual, since)."""
    evidence = [
        {"signal": name, "figure": figure, "usual": usual, "since_days": since, "strength": 1.0}
        for name, figure, usual, since in items
    ]
    row = {
        "donor_id": 1, "group": group, "state": "watched", "alarm": 0.5, "level": "alarm",
        "learnt_from": learnt_from, "currency": "EUR",
        "signals": [item["signal"] for item in evidence], "evidence": evidence,
    }  # fmt: skip
    return sentences.written(pl.DataFrame([row], schema=alarms.SCHEMA), lang=lang)[0]


@pytest.mark.parametrize(
    ("item", "french", "english"),
    [
        (("silence", 426.0, 183.0, None),
         "N’a rien donné depuis 14 mois, contre 6 mois d’habitude entre deux dons.",
         "Has given nothing for 14 months, against 6 months usually between two gifts."),
        (("clicks", 0.0, 1.2, 122.0),
         "N’a pas cliqué depuis 4 mois, contre 1,2 clic par mois d’habitude.",
         "Has not clicked for 4 months, against 1.2 clicks a month usually."),
        (("clicks", 1.0, 3.0, 20.0),
         "1 clic sur 3 mois, contre 3 clics par mois d’habitude.",
         "1 click in 3 months, against 3 clicks a month usually."),
        (("replies", 0.0, 0.1, 400.0),
         "N’a pas répondu depuis 13 mois, contre 1,2 réponse par an d’habitude.",
         "Has not replied for 13 months, against 1.2 replies a year usually."),
        (("amounts", 2_000.0, 4_960.0, None),
         "Dernier don de 20\u00a0€, contre 50\u00a0€ d’habitude.",
         "Last gift of €20, against €50 usually."),
        (("campaigns", 0.0, 0.4, 5.0),
         f"N’a répondu à aucune des 5 dernières campagnes reçues, contre 40{NNBSP}% d’habitude.",
         "Answered none of the last 5 campaigns received, against 40% usually."),
        (("failed_debit", 2.0, 0.02, None), "2 prélèvements échoués de suite.",
         "2 debits failed in a row."),
        (("card", -40.0, 0.02, None), "Carte bancaire expirée depuis 40 jours.",
         "Bank card expired 40 days ago."),
        (("complaint", 12.0, 0.003, None), "Plainte il y a 12 jours.", "Complaint 12 days ago."),
    ],
)  # fmt: skip
def test_each_sign_has_its_words(item, french, english):
    assert told(item) == french
    assert told(item, lang="en") == english


def test_the_groups_rhythm_is_said_to_be_the_groups():
    said = told(("silence", 426.0, 300.0, None), learnt_from="group")

    assert said == (
        f"N’a rien donné depuis 14 mois{NNBSP}; les autres donateurs attendent d’habitude 10 mois "
        "(rythme du groupe, faute d’un rythme propre)."
    )


def test_a_regular_donor_is_told_of_debits():
    assert told(("silence", 50.0, 30.0, None), group="regular") == (
        "Aucun prélèvement encaissé depuis 2 mois, contre 30 jours d’habitude entre deux "
        "prélèvements."
    )


def test_the_three_strongest_signs_make_one_sentence():
    signs = [("complaint", 2.0, 0.0, None)] * 2 + [("pause", 9.0, 0.0, None)] * 2

    assert told(*signs, lang="en") == (
        "Complaint 2 days ago; complaint 2 days ago; regular gift paused for 9 days."
    )


def test_who_is_not_alarmed_is_told_nothing():
    assert told() is None


def test_another_language_is_refused():
    with pytest.raises(sentences.UnknownLanguage, match="fr or en"):
        told(("complaint", 2.0, 0.0, None), lang="de")
