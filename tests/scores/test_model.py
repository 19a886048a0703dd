"""The model of a whole association: learnt without the future, coherent for every donor."""

import hashlib
import json
import re
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from mecene.engine import store as stores
from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.scores import backtest, model, prediction, saved, targets, training, years
from scores.associations import AS_OF, fitted, store


@pytest.fixture(scope="module")
def donors():
    return summary.of(store(), as_of=AS_OF)


@pytest.mark.slow
@pytest.mark.xdist_group("scores_learnt")
class TestFit:
    def test_every_score_is_coherent_for_every_donor(self, donors):
        found = prediction.scores(
            fitted(), donors, as_of=AS_OF, mid_minor=50_000, major_minor=500_000
        )

        months = [f"p_gives_{m}m" for m in prediction.SHOWN_MONTHS]
        rising = found.select(months).to_numpy()
        assert np.all(np.diff(rising, axis=1) >= -1e-9)
        assert found.filter(pl.col("p_major") > pl.col("p_mid") + 1e-9).is_empty()
        assert found.filter(pl.col("p_mid") > pl.col("p_gives_12m") + 1e-9).is_empty()
        assert found.filter(pl.col("next_gift_from") > pl.col("next_gift_until")).is_empty()
        assert found["retention_alarm"].sum() == found.filter(
            (pl.col("retention") < 0.2) & pl.col("donor_id").is_in(
                donors.filter(pl.col("gifts") > 0)["donor_id"].implode()
            )
        ).height  # fmt: skip

    def test_some_columns_are_those_of_the_whole(self, donors):
        wanted = {"p_gives_12m", "next_gift_on", "p_starts_recurring", "next_act"}
        few = donors.head(200)

        some = prediction.scores(fitted(), few, as_of=AS_OF, columns=wanted)

        assert set(some.columns) == {"donor_id", *wanted}
        assert some.equals(prediction.scores(fitted(), few, as_of=AS_OF).select(some.columns))

    def test_sums_over_donors_are_their_income_forecast(self, donors):
        seen = training.seen(donors)
        law = prediction.distribution(fitted(), seen)
        found = prediction.scores(fitted(), donors, as_of=AS_OF)

        assert law.income_by_month()[:12].sum() == pytest.approx(
            found["expected_12m_minor"].sum(), rel=1e-9
        )

    def test_who_objects_to_profiling_and_the_dead_are_absent(self, donors):
        absent = donors.filter(pl.col("objects_profiling") | pl.col("deceased"))["donor_id"]

        found = prediction.scores(fitted(), donors, as_of=AS_OF)

        assert len(absent) > 0
        assert not set(absent) & set(found["donor_id"])
        assert found.height == donors.height - len(absent)

    def test_the_same_seed_learns_the_same(self, tmp_path):
        saved.write(model.fit(store(), as_of=AS_OF), tmp_path / "again.json")
        saved.write(fitted(), tmp_path / "first.json")

        assert (tmp_path / "again.json").read_text() == (tmp_path / "first.json").read_text()

    def test_it_beats_the_habit_on_the_last_year_put_aside(self):
        test = fitted().giving.tests[-1]

        assert test.goodness["mixture"].log_loss < test.goodness["habit"].log_loss
        assert test.goodness["mixture"].log_loss < test.goodness["rfm"].log_loss


@pytest.mark.slow
@pytest.mark.xdist_group("scores_learnt")
class TestTheFuture:
    def test_no_fact_after_the_day_changes_the_model(self, tmp_path):
        day = date(2024, 7, 1)
        whole = store()
        cut = FactStore(tmp_path)
        for table in ("donors", "gifts", "recurring_gifts", "contacts", "interactions",
                      "consents", "recurring_changes", "attributes"):  # fmt: skip
            files = whole.files(table)
            if not files:
                continue
            frame = pl.read_parquet(files)
            moment = stores.DATED.get(table)
            if moment:
                frame = frame.filter(pl.col(moment).cast(pl.Date) < day)
            stores.write_facts({table: frame}, tmp_path)

        # Written: what is not a number is not equal to itself.
        saved.write(model.fit(cut, as_of=day), tmp_path / "cut.json")
        saved.write(model.fit(whole, as_of=day), tmp_path / "whole.json")
        assert (tmp_path / "cut.json").read_text() == (tmp_path / "whole.json").read_text()


@pytest.mark.slow
@pytest.mark.xdist_group("scores_learnt")
class TestSaved:
    def test_a_model_read_back_says_the_same_and_holds_no_donor(self, tmp_path, donors):
        path = tmp_path / "model.json"

        saved.write(fitted(), path)
        again = saved.read(path)

        assert again.giving.log_odds(donors.filter(pl.col("gifts") > 0)).tolist() == (
            fitted().giving.log_odds(donors.filter(pl.col("gifts") > 0)).tolist()
        )
        assert prediction.scores(again, donors, as_of=AS_OF).equals(
            prediction.scores(fitted(), donors, as_of=AS_OF)
        )
        text = path.read_text()
        for name in donors["city"].drop_nulls().unique().head(20):
            assert name not in text
        # Trees do not say the largest gift of all either.
        ranges = [told.split() for told in re.findall(r"feature_infos=([^\\]+)", text)]
        assert ranges
        assert {one for told in ranges for one in told} <= {"[-inf:inf]", "none"}

    def test_a_model_of_the_first_format_is_read_with_the_usual_group(self, tmp_path, donors):
        path = tmp_path / "model.json"
        saved.write(fitted(), path)
        told = json.loads(path.read_text().partition("\n")[2])["model"]
        del told["group_effect"]
        # Then there were six weights, and 48 values as likely as one another.
        told["amounts"]["weights"] = told["amounts"]["weights"][:6]
        told["amounts"]["spread"] = [part[:48] for part in told["amounts"]["spread"]]
        text = json.dumps(told)
        head = {"mecene_scores": 1, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        path.write_text(json.dumps(head) + "\n" + text + "\n")

        again = saved.read(path)

        assert again.group_effect == years.USUAL_GROUP
        assert again.amounts.shares.tolist() == [1 / 48] * 48
        found = prediction.scores(again, donors, as_of=AS_OF)
        assert (found["expected_12m_minor"] > 0).any()

    def test_an_altered_file_is_refused(self, tmp_path):
        path = tmp_path / "model.json"
        saved.write(fitted(), path)
        path.write_text(path.read_text().replace('"shift": ', '"shift": 1', 1))

        with pytest.raises(saved.UnreadableModel, match="altered"):
            saved.read(path)


class TestUnreadable:
    @pytest.mark.parametrize(
        "text", ["", "{}", "not json", '{"mecene_scores": 99, "sha256": ""}\n{}', "[1]\n[2]"]
    )
    def test_something_else_is_refused_in_words(self, tmp_path, text):
        path = tmp_path / "other.json"
        path.write_text(text)

        with pytest.raises(saved.UnreadableModel):
            saved.read(path)


def gifts_of(tmp_path, rows):
    """Write gifts ``(donor_id, day, minor)`` as facts."""
    ids = sorted({donor for donor, _, _ in rows})
    tables = {
        "donors": pl.DataFrame({"donor_id": ids}),
        "gifts": pl.DataFrame(
            rows, schema={"donor_id": pl.Int64, "given_on": pl.Date, "amount_minor": pl.Int64},
            orient="row",
        ).with_columns(currency=pl.lit("EUR"), kind=pl.lit("one_off"), status=pl.lit("received")),
    }  # fmt: skip
    return stores.write_facts({n: complete(t, n) for n, t in tables.items()}, tmp_path)


def complete(frame, name):
    from mecene import facts

    contract = facts.TABLES[name]
    if name == "gifts":
        frame = frame.with_row_index("gift_id", offset=1).with_columns(
            pl.col("gift_id").cast(pl.Int64), source_ref=pl.format("g{}", "gift_id")
        )
    missing = [
        pl.lit(None, dtype=column.type).alias(column.name)
        for column in contract.columns
        if column.name not in frame.columns
    ]
    frame = frame.with_columns(missing)
    if name == "donors":
        frame = frame.with_columns(kind=pl.lit("person"))
    return frame.select(list(contract.schema))


class TestSmallFiles:
    """One donor, no outcome, no past: an answer drawn from published figures, and its doubt."""

    def test_nobody_at_all(self, tmp_path):
        learnt = model.fit(FactStore(tmp_path / "none"), as_of=AS_OF)

        assert learnt.giving.confidence == "low"
        assert "no_past" in learnt.warnings

    @pytest.mark.parametrize(
        "days",
        [
            [date(2025, 11, 2)],
            [date(2025, 11, 2), date(2025, 12, 1)],
            [date(2022, 1, 5)],
            [date(2021, 3, 1), date(2022, 3, 1), date(2023, 3, 1), date(2024, 3, 1)],
        ],
    )
    def test_one_donor(self, tmp_path, days):
        alone = gifts_of(tmp_path, [(1, day, 4_000) for day in days])

        learnt = model.fit(alone, as_of=AS_OF)
        found = prediction.scores(learnt, summary.of(alone, as_of=AS_OF), as_of=AS_OF)

        assert learnt.giving.confidence == "low"
        assert 0 < found["p_gives_12m"][0] < 1
        assert found["expected_12m_minor"][0] > 0
        assert found["score_confidence"][0] == "low"

    def test_one_donor_in_the_only_period_there_is(self, tmp_path):
        alone = gifts_of(tmp_path, [(1, date(2025, 11, 1), 4_000)])

        learnt = model.fit(alone, as_of=AS_OF)

        assert len(learnt.origins) == 1
        assert learnt.giving.tests[-1].goodness["mixture"].donors == 1

    def test_nobody_ever_gives_again(self, tmp_path):
        rows = [(n, date(2021, 1, 1) + timedelta(days=4 * n), 3_000) for n in range(1, 300)]
        many = gifts_of(tmp_path, rows)

        learnt = model.fit(many, as_of=AS_OF)
        found = prediction.scores(learnt, summary.of(many, as_of=AS_OF), as_of=AS_OF)

        assert "one_outcome" in learnt.warnings
        # Three hundred silences weigh more than the published thirty donors.
        assert found["p_gives_12m"].max() < 0.2

    def test_everybody_gives_the_same_every_month(self, tmp_path):
        rows = [
            (donor, date(2022 + month // 12, month % 12 + 1, 5), 1_000)
            for donor in range(1, 60)
            for month in range(47)
        ]
        many = gifts_of(tmp_path, rows)

        learnt = model.fit(many, as_of=AS_OF)
        found = prediction.scores(learnt, summary.of(many, as_of=AS_OF), as_of=AS_OF)

        assert found["p_gives_12m"].min() > 0.9
        assert found["expected_12m_minor"].to_numpy() == pytest.approx(12_000, rel=0.35)


class TestTargets:
    def test_every_declared_target_is_understood(self):
        for target in targets.declared():
            assert target.among.columns
            assert any(name.startswith("after_") for name in target.did.columns)
            assert 0 < target.published < 1
            assert target.mark in {"[K]", "[?]", ""}


@cache
def backtested(*, months: int) -> backtest.Backtest:
    return backtest.run(store(), origin=date(2025, 1, 1), months=months, as_of=AS_OF)


@pytest.mark.slow
@pytest.mark.xdist_group("scores_learnt")
class TestBacktest:
    def test_a_period_that_is_not_over_cannot_be_tested(self):
        with pytest.raises(backtest.NothingToTest, match="not over"):
            backtest.run(store(), origin=date(2025, 6, 1), months=12, as_of=AS_OF)

    def test_the_score_beats_recency_alone_on_a_year_it_had_not_seen(self):
        found = backtested(months=12)

        assert found.goodness["score"].log_loss < found.goodness["repeat"].log_loss
        assert found.by_depth[1] > found.by_depth_rfm[1]
        assert sum(found.pit) == found.goodness["score"].donors

    def test_the_first_half_of_a_year_is_foretold_less_than_half_of_it(self):
        year, half = backtested(months=12), backtested(months=6)

        # December, its fifth of gifts and more, is not in the half that is foretold.
        assert 0.2 * year.expected_minor < half.expected_minor < 0.6 * year.expected_minor
