"""Reasons are true of the score that is shown, and say it with the figures it was asked with."""

import re
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mecene
from mecene.scores import neutral, pasts, prediction, reasons, typical
from mecene.segments import wording
from scores.explained import association, summary_of

REGULAR_YEARLY = {
    "gifts": 5, "gift_days": 5, "repeat_gift_days": 4, "gifts_12m": 0, "gifts_24m": 1,
    "gifts_36m": 2, "gifts_previous_12m": 1, "one_off_gifts": 5, "first_gift_on": date(2020, 6, 1),
    "last_gift_on": date(2024, 6, 1), "last_gift_age_days": 579, "first_gift_age_days": 2040,
    "first_to_last_gift_days": 1461, "median_gap_days": 365.0, "mean_gap_days": 365.25,
    "yearly_opportunities": 5, "repeat_years": 4, "last_repeat_year": 4, "active_years": 5,
    "amount_minor": 25_000, "mean_gift_minor": 5_000.0, "mean_one_off_minor": 5_000.0,
    "currency": "EUR", "last_one_off_age_days": 579, "amount_12m_minor": 0,
    "amount_24m_minor": 5_000, "amount_36m_minor": 10_000, "amount_previous_12m_minor": 5_000,
}  # fmt: skip


class TestPasts:
    def test_a_past_moved_to_the_present_brings_its_last_gift_into_the_year(self):
        # given a gift a year, the last one nineteen months ago
        donor = summary_of(REGULAR_YEARLY)

        # when the last gift is made a year old
        moved = donor.with_columns(**pasts.moved(days=pl.lit(360.0)))

        # then it is in the last twelve months, and the gaps are what they were
        assert moved["gifts_12m"].item() == 1
        assert moved["amount_12m_minor"].item() == 5_000
        assert moved["last_gift_age_days"].item() == 360
        assert moved["first_gift_age_days"].item() == 2040 - 219
        assert moved["first_to_last_gift_days"].item() == 1461
        assert moved["last_gift_on"].item() == date(2025, 1, 6)

    def test_a_past_moved_by_nothing_stays_the_same(self):
        donor = summary_of(REGULAR_YEARLY)
        changes = pasts.moved(days=pl.col("last_gift_age_days"))

        moved = donor.with_columns(**changes)

        for name in changes:
            assert moved[name].item() == donor[name].item(), name

    def test_a_past_cannot_be_given_more_gifts_than_it_has(self):
        often = summary_of(REGULAR_YEARLY | {"last_gift_age_days": 400, "gifts_24m": 5})

        moved = often.with_columns(**pasts.moved(days=pl.lit(10.0)))

        assert moved["gifts_12m"].item() <= 5
        assert moved["gifts_36m"].item() <= 5


class TestTypical:
    def test_a_small_group_is_compared_with_the_whole_file(self):
        # given 40 donors of one gift and one of twenty
        table = summary_of(
            *({"gifts": 1, "last_gift_age_days": 100} for _ in range(40)),
            {"gifts": 20, "last_gift_age_days": 5},
        )

        found = typical.of(table)

        # then nobody's figures are that donor's own
        assert found.groups["from_11"]["last_gift_age_days"] == 100

    def test_what_most_donors_lack_is_usually_absent(self):
        table = summary_of(
            *({"gifts": 1} for _ in range(30)), {"gifts": 1, "last_interaction_age_days": 3}
        )

        assert typical.of(table).whole["last_interaction_age_days"] is None

    def test_those_who_object_to_profiling_are_not_looked_at(self):
        table = summary_of({"gifts": 1, "objects_profiling": True})

        with pytest.raises(typical.NobodyTypical, match="no donor who may be profiled"):
            typical.of(table)


def test_every_sentence_speaks_of_a_column_in_both_languages() -> None:
    path = Path(mecene.__file__).parent / "scores" / "reasons.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))

    assert set(words["said"]) == set(words["theme"]) == {theme.name for theme in neutral.THEMES}
    blanks = re.compile(r"{(\w+)}")
    for theme, named in words["said"].items():
        for name, told in named.items():
            assert set(blanks.findall(told["fr"])) == set(blanks.findall(told["en"])), name
            assert told["column"] in summary_of({}).columns, f"{theme}.{name}"


def test_no_reason_is_about_age_gender_or_place() -> None:
    read = {name for columns in neutral.COLUMNS.values() for name in columns}

    assert not read & {"age_years", "gender", "department", "postcode", "city", "country"}


@pytest.mark.slow
@pytest.mark.xdist_group("scores_explained")
class TestReasons:
    def test_neutralising_the_first_reason_moves_the_shown_score_the_stated_way(self):
        # given the first reasons of a thousand donors
        known = association()
        told = reasons.of(known.model, known.typical, known.donors, lang="fr").drop_nulls("theme_1")
        told = told.head(1_000)
        assert told.height == 1_000

        # when each theme is made ordinary and the whole law asked again
        moved = 0
        for theme in neutral.THEMES:
            mine = told.filter(pl.col("theme_1") == theme.name)
            donors = known.donors.join(mine.select("donor_id"), on="donor_id", how="semi")
            if not donors.height:
                continue
            changed = neutral.of(theme, donors, typical=known.typical)
            law = prediction.distribution(known.model, changed)
            after = changed.select("donor_id", after=pl.Series(law.p_gives(12)))
            both = mine.join(after, on="donor_id")
            raised = both["p_gives_12m"] > both["after"]
            moved += int((raised == (both["effect_1"] > 0)).sum())

        # then the score falls where the reason raised it, and the other way round
        assert moved >= 0.95 * told.height

    def test_the_explained_chance_is_the_shown_one(self):
        known = association()

        told = reasons.of(known.model, known.typical, known.donors, lang="en")
        shown = prediction.scores(known.model, known.donors, as_of=known.model.as_of)

        assert told["donor_id"].to_list() == shown["donor_id"].to_list()
        np.testing.assert_allclose(told["p_gives_12m"], shown["p_gives_12m"], atol=1e-7)

    def test_themes_never_repeat_and_come_strongest_first(self):
        known = association()

        told = reasons.of(known.model, known.typical, known.donors, lang="fr")

        themes = told.select("theme_1", "theme_2", "theme_3").rows()
        assert all(len(set(row) - {None}) == sum(t is not None for t in row) for row in themes)
        size = told.select(pl.col("^effect_.$").abs())
        assert size.filter(pl.col("effect_1") < pl.col("effect_2")).is_empty()
        assert size.filter(pl.col("effect_2") < pl.col("effect_3")).is_empty()

    def test_a_sentence_has_figures_and_the_typography_of_its_language(self):
        known = association()
        some = known.donors.head(600)

        french = reasons.of(known.model, known.typical, some, lang="fr")["reason_1"].drop_nulls()
        english = reasons.of(known.model, known.typical, some, lang="en")["reason_1"].drop_nulls()

        assert french.str.contains(r"^À la (hausse|baisse)\u00a0: ").all()
        assert not french.str.contains(r"[{}]|null|None").any()
        assert not french.str.contains(r" [:;%!?]").any()
        assert english.str.contains(r"^(Raises|Lowers) it: ").all()
        silent = french.filter(french.str.contains("dernier don il y a"))
        assert silent.str.contains(r"\d+ (jours?|mois|ans)").all()

    def test_those_who_object_to_profiling_have_no_reason(self):
        known = association()
        some = known.donors.head(10).with_columns(objects_profiling=pl.col("donor_id") == 3)

        told = reasons.of(known.model, known.typical, some, lang="fr")

        assert 3 not in told["donor_id"].to_list()

    def test_an_unknown_language_is_refused(self):
        known = association()

        with pytest.raises(wording.UnknownLanguage, match="'de'"):
            reasons.of(known.model, known.typical, known.donors.head(5), lang="de")

    def test_drivers_say_that_silence_lowers_and_a_regular_gift_raises(self):
        known = association()

        found = reasons.drivers(known.model, known.typical, known.donors, lang="en")

        ways = dict(found.select("theme", "direction").rows())
        assert ways["silence"] < -0.15
        assert ways["recurring"] > 0.15
        assert found["effect"].is_sorted(descending=True)
        assert found["sentence"].null_count() == 0

    def test_an_unknown_theme_is_named(self):
        known = association()

        with pytest.raises(reasons.UnknownTheme, match="'age'"):
            reasons.without(known.model, known.typical, known.donors.head(5), theme="age")


@pytest.mark.slow
@pytest.mark.xdist_group("scores_explained")
@pytest.mark.parametrize("theme", neutral.THEMES, ids=lambda theme: theme.name)
def test_a_donor_made_ordinary_is_still_possible(theme: neutral.Theme) -> None:
    known = association()

    changed = neutral.of(theme, known.donors, typical=known.typical).filter(pl.col("gifts") > 0)

    col = pl.col
    impossible = {
        "first before last": col("last_gift_age_days") > col("first_gift_age_days"),
        "windows grow": (col("gifts_12m") > col("gifts_24m"))
        | (col("gifts_24m") > col("gifts_36m"))
        | (col("gifts_36m") > col("gifts")),
        "the year before": col("gifts_24m") - col("gifts_12m") != col("gifts_previous_12m"),
        "years": (col("repeat_years") > col("last_repeat_year"))
        | (col("last_repeat_year") > col("yearly_opportunities")),
        "days": col("gift_days") > col("gifts"),
        "gave this year": (col("gifts_12m") > 0) != (col("last_gift_age_days") <= 365),
        "one-off": col("one_off_gifts_12m") > col("gifts_12m"),
        "instalments": col("instalments") + col("one_off_gifts") > col("gifts"),
    }
    for name, rule in impossible.items():
        assert changed.filter(rule).is_empty(), name


@pytest.mark.slow
@pytest.mark.xdist_group("scores_explained")
@pytest.mark.parametrize("theme", neutral.THEMES, ids=lambda theme: theme.name)
def test_many_donors_are_made_ordinary_as_few_are(theme: neutral.Theme) -> None:
    known = association()
    few = known.donors.head(100)
    # More rows than polars takes in one piece.
    many = pl.concat([few] * 200)

    one = neutral.of(theme, few, typical=known.typical)
    all_of_them = neutral.of(theme, many, typical=known.typical)

    assert all_of_them.height == 200 * one.height
