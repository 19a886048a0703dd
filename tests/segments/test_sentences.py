"""Every donor's segment is explained in one sentence, in French and in English."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summary_rows
from mecene import money
from mecene.segments import lifecycle, sentences, wording

NARROW, NO_BREAK = "\u202f", "\u00a0"


def sentence(lang: str = "fr", **row: object) -> str:
    found = lifecycle.classify(summary_rows.table(row))
    return sentences.written(found, lang=lang, currency="EUR")[0]


DECEMBER_DONOR = {
    "gifts": 6, "active_years": 6, "first_gift_age_days": 2_250, "last_gift_age_days": 425,
    "median_gap_days": 365.0, "usual_month": 12, "usual_month_share": 1.0, "last_gift_minor": 5_000,
}  # fmt: skip


def test_the_december_donor_in_french() -> None:
    assert sentence(**DECEMBER_DONOR) == (
        f"Donne chaque année depuis 6 ans, en décembre{NARROW}; dernier don de 50{NO_BREAK}€ "
        f"il y a 14 mois, contre 12 mois d’habitude{NARROW}: à risque."
    )


def test_the_december_donor_in_english() -> None:
    assert sentence("en", **DECEMBER_DONOR) == (
        "Has given every year for 6 years, in December; last gift of €50, 14 months ago, "
        "against 12 months usually: at risk."
    )


def test_a_single_gift_is_not_a_habit() -> None:
    once = {"gifts": 1, "first_gift_age_days": 45, "last_gift_age_days": 45}

    assert sentence("en", **once, last_gift_minor=2_050) == (
        "First gift of €20.50, 45 days ago: new donor."
    )


def test_an_ambassador_is_told_by_both_kinds_of_gift() -> None:
    row = {
        "gifts": 40, "first_gift_age_days": 1_200, "last_gift_age_days": 9, "one_off_gifts_12m": 1,
        "recurring_state": "active", "recurring_monthly_minor": 1_200,
        "recurring_started_age_days": 1_100,
    }  # fmt: skip

    assert sentence(**row) == (
        f"Don régulier de 12{NO_BREAK}€ par mois depuis 3 ans, et un don ponctuel en 12 mois"
        f"{NARROW}: ambassadeur."
    )


def test_each_donor_reads_their_own_currency() -> None:
    file = summary_rows.table(
        *({"gifts": 1, "first_gift_age_days": 9, "last_gift_age_days": 9,
           "last_gift_minor": 5_000, "currency": code} for code in ("CHF", "XOF", None))
    )  # fmt: skip

    written = sentences.written(lifecycle.classify(file), lang="fr", currency="EUR").to_list()

    assert [re.findall(r"de (.+), il|de (.+) il", text)[0][1] for text in written] == [
        f"50{NO_BREAK}CHF", f"5{NARROW}000{NO_BREAK}F{NARROW}CFA", f"50{NO_BREAK}€",
    ]  # fmt: skip


def test_another_language_is_refused() -> None:
    with pytest.raises(wording.UnknownLanguage, match="fr or en; got 'de'"):
        sentence("de", gifts=0)


@settings(max_examples=40, deadline=None)
@given(summary_rows.files(), st.sampled_from(["fr", "en"]))
def test_every_sentence_is_whole(file: pl.DataFrame, lang: str) -> None:
    found = lifecycle.classify(file)

    for text in sentences.written(found, lang=lang, currency="EUR"):
        assert text
        assert text[0].isupper()
        assert text.endswith(".")
        assert text.count(".") == 1 + len(re.findall(r"\d\.\d", text))
        assert not re.search(r"None|null|nan|[{}~]|\b[01] (ans|years|jours|days|months)\b", text)
        assert not re.search(r"(?<!\d)0 (jour|mois|an|day|month|year)", text)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_reason_and_segment_has_its_words(lang: str) -> None:
    words = wording.load(lang)

    assert set(words["reason"]) == set(lifecycle.REASONS)
    assert set(words["segment"]) == set(lifecycle.SEGMENTS)


def test_both_languages_have_the_same_words() -> None:
    french, english = wording.load("fr"), wording.load("en")

    assert french.keys() == english.keys()
    assert french["list"].keys() == english["list"].keys()


@given(
    st.integers(0, 10**14),
    st.sampled_from(["EUR", "USD", "CHF", "CAD", "XOF", "TND"]),
    st.sampled_from(["fr", "en"]),
)
def test_amounts_are_written_as_money_writes_them(minor: int, currency: str, lang: str) -> None:
    column = pl.select(wording.amount(pl.lit(minor), currency=currency, lang=lang)).item()

    assert column == money.text(minor, currency=currency, lang=lang)
