"""What is foretold says one thing everywhere, says how sure it is, and spares who objects."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from mecene.report import foretold, lexicon
from mecene.report.chapters import card
from mecene.report.chapters import foretold as chapter
from mecene.report.chapters.writing import Pen
from mecene.scores import card_words, leaks

pytestmark = pytest.mark.xdist_group("report")
FRENCH = Pen(lang="fr", currency="EUR")


def roll(reported: Callable[[str], Any]) -> pl.DataFrame:
    return pl.read_parquet(reported("fr").folder / "donors.parquet")


class TestOneAnswer:
    def test_more_years_never_hold_less_than_one(self, reported: Callable[[str], Any]) -> None:
        values = roll(reported).filter(pl.col("expected_value_36m_minor").is_not_null())
        one, three, five = (values[f"expected_value_{n}m_minor"] for n in (12, 36, 60))

        assert values.height > 100
        assert (three >= one - 1e-6).all()
        assert (five >= three - 1e-6).all()

    def test_what_the_page_expects_is_the_sum_of_its_donors(
        self, reported: Callable[[str], Any]
    ) -> None:
        found = reported("fr").analysis
        each = roll(reported)["expected_value_12m_minor"].sum()

        total = foretold.income(found.foretold, year_effect=found.foresight.model.year_effect)

        assert total.expected_minor == pytest.approx(each)
        assert total.expected_minor == pytest.approx(found.value_totals["expected_value_12m_minor"])
        assert total.low_minor < total.expected_minor < total.high_minor

    def test_the_alarm_is_a_chance_under_a_fifth(self, reported: Callable[[str], Any]) -> None:
        scored = roll(reported).filter(pl.col("p_gives_12m").is_not_null())

        assert scored["p_gives_12m"].is_between(0, 1).all()
        assert (
            scored["retention_alarm"] == ((scored["p_gives_12m"] < 0.2) & (scored["gifts"] > 0))
        ).all()

    def test_lists_are_in_the_order_of_what_is_expected(
        self, reported: Callable[[str], Any]
    ) -> None:
        lists = reported("fr").analysis.lists.lists
        worth = roll(reported).select("donor_id", "expected_value_12m_minor")

        assert sum(table.height for table in lists.values()) > 0
        for name, table in lists.items():
            order = table["order_minor"].drop_nulls()
            assert order.equals(order.sort(descending=True)), name
            if name != "propose_recurring":
                said = table.join(worth, on="donor_id", how="left", maintain_order="left")
                close = said["order_minor"] - said["expected_value_12m_minor"]
                assert (close.drop_nulls().abs() <= 0.5).all(), name

    def test_a_regular_gift_is_proposed_first_where_it_would_bring_most(
        self, reported: Callable[[str], Any]
    ) -> None:
        proposed = reported("fr").analysis.lists.lists["propose_recurring"]
        chance = roll(reported).select("donor_id", "p_starts_recurring")
        rows = proposed.join(chance, on="donor_id", how="left", maintain_order="left")

        year = rows["p_starts_recurring"] * rows["suggested_monthly_minor"] * 12

        assert rows.height > 0
        assert ((rows["order_minor"] - year).drop_nulls().abs() <= 0.5).all()

    def test_the_list_and_the_roll_suggest_the_same_monthly_amount(
        self, reported: Callable[[str], Any]
    ) -> None:
        proposed = reported("fr").analysis.lists.lists["propose_recurring"]
        both = proposed.join(roll(reported), on="donor_id", suffix="_roll").drop_nulls(
            "suggested_monthly_minor_roll"
        )

        assert both.height > 0
        assert both["suggested_monthly_minor"].equals(
            both["suggested_monthly_minor_roll"], null_equal=True
        )


class TestWhoIsSpared:
    def test_nothing_is_foretold_of_who_objects_nor_of_the_dead(
        self, reported: Callable[[str], Any]
    ) -> None:
        spared = roll(reported).filter(pl.col("objects_profiling") | pl.col("deceased"))
        told = [*foretold.SHOWN, "p_active", "expected_value_12m_minor", "expected_value_36m_minor"]

        assert spared.height > 0
        assert spared.select(pl.col(told).count()).row(0) == (0,) * len(told)


class TestChapter:
    def test_the_model_was_tested_on_what_it_had_not_seen(
        self, reported: Callable[[str], Any]
    ) -> None:
        found = reported("fr").analysis
        tested = found.foresight.card

        assert tested is not None
        assert tested.backtest.origin < found.as_of
        assert tested.curve["donors"].sum() == tested.goodness.donors

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_the_page_says_what_it_must_not_be_used_for(
        self, reported: Callable[[str], Any], read: Callable[[str], Any], lang: str
    ) -> None:
        page = read(reported(lang).html)

        drawn = ("chances", "net", "calibration", "lift", "card_groups", "fairness")
        assert {lexicon.say(f"pictures.{name}", lang=lang) for name in drawn} <= set(page.text)
        assert set(card_words.not_for(lang=lang)) <= set(page.text)

    def test_lists_say_how_sure_and_why_in_the_readers_words(
        self, reported: Callable[[str], Any]
    ) -> None:
        head, first = (
            (reported("fr").folder / "lists" / "reactivate.csv")
            .read_text("utf-8-sig")
            .splitlines()[:2]
        )

        assert "Confiance (12 mois)" in head
        assert "Ce qui pèse le plus sur sa chance" in head
        assert any(word in first for word in lexicon.labels("confidence", lang="fr").values())


class TestCard:
    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_the_card_speaks_of_the_segments_and_of_the_money_of_its_own_test(
        self, reported: Callable[[str], Any], lang: str
    ) -> None:
        found = reported(lang).analysis
        told = found.foresight.card

        written = card.chapter(found, Pen(lang=lang, currency="EUR"))

        assert written is not None
        assert "segment" in set(told.groups["dimension"])
        pictures = [block.picture for block in written.blocks if block.picture]
        assert all(picture.rows and len(picture.alternative) > 30 for picture in pictures)
        net = next(picture for picture in pictures if picture.name == "net")
        money = Pen(lang=lang, currency="EUR").exact(told.depths["net_minor"][-1])
        assert net.rows[-1][2] == net.rows[-1][3] == net.rows[-1][4]
        assert net.rows[-1][2][:3] in money
        assert all(block.how for block in written.blocks if block.picture or block.table)

    def test_what_is_folded_opens_on_paper(self, reported: Callable[[str], Any]) -> None:
        html = reported("fr").html

        assert html.count('<details class="more">') >= 5
        assert "details.more::details-content" in html.partition("@media print")[2]


@pytest.mark.slow
class TestLittleKnown:
    def test_one_donor_is_told_with_low_confidence(self, analysed: Callable[..., Any]) -> None:
        found = analysed([(1, "2025-03-01", 5_000)])

        written = chapter.chapter(found, FRENCH)

        assert written is not None
        assert "donateur connu" in written.lead
        assert "onfiance faible" in written.blocks[0].lead

    def test_forty_donors_of_one_day_have_chances_that_were_never_tested(
        self, analysed: Callable[..., Any]
    ) -> None:
        found = analysed([(n, "2025-03-10", 5_000) for n in range(1, 41)])

        assert found.foresight.card is None
        assert chapter.doubts(found, FRENCH)

    def test_an_untested_model_has_a_card_without_a_picture(
        self, analysed: Callable[..., Any]
    ) -> None:
        found = analysed([(n, "2025-03-10", 5_000) for n in range(1, 41)])

        written = card.chapter(found, FRENCH)

        assert written is not None
        assert "onfiance faible" in written.lead
        assert [block.picture for block in written.blocks if block.picture] == []
        assert written.blocks[0].points == card_words.not_for(lang="fr")

    def test_a_column_that_knows_the_future_is_named(
        self, analysed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = {"clicks_12m": 1.0, "gifts": 0.6}
        monkeypatch.setattr(leaks, "telling", lambda *_, **__: told)
        often = [(n, f"{y}-03-10", 5_000) for n in range(1, 41) for y in range(2021, 2026)]
        once = [(n, "2021-03-10", 5_000) for n in range(41, 81)]

        found = analysed([*often, *once])

        assert found.foresight.leaking == "clicks_12m"
        (said,) = chapter.doubts(found, FRENCH)
        assert leaks.column("clicks_12m", lang="fr") in said

    def test_a_file_where_nobody_gave_has_no_such_chapter(
        self, analysed: Callable[..., Any]
    ) -> None:
        found = analysed(known=12, as_of="2025-01-01")

        assert chapter.chapter(found, FRENCH) is None
