"""Spark answers as DuckDB does, to the row: the summary of every donor, and a scoring batch.

One association, invented and then made harder: refunds learnt later, two currencies, ties on a
day, gifts of nobody, days and postcodes that few files have.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mecene import facts
from mecene.engine import duck, spark, store
from mecene.engine.connection import Limits
from mecene.engine.store import FactStore
from mecene.features import on_spark, summary
from mecene.lifetime_value import value
from mecene.scores import model as score_model
from mecene.scores import prediction
from mecene.segments import lifecycle
from mecene.simulator import association
from mecene.simulator.association import Association

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(spark.missing() is not None, reason=str(spark.missing())),
]

DONORS = 500
DAYS = (date(2024, 2, 29), date(2026, 1, 1))
# Most of the time goes in planning and compiling: for 500 donors, do little of either.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> FactStore:
    world = association.simulate(Association(donors=DONORS, years=6, seed=7))
    return store.write_facts(harder(world.facts), tmp_path_factory.mktemp("spark") / "facts")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    beside = tmp_path_factory.mktemp("session")
    # Planning the whole summary at once takes a gigabyte, however few the donors.
    limits = Limits(memory_mb=2_048, threads=2)
    with spark.opened(beside, limits=limits, settings=SMALL) as opened:
        yield opened


@pytest.fixture(scope="module")
def summaries(written: FactStore) -> dict[date, pl.DataFrame]:
    return {day: summary.of(written, as_of=day, year_starts_in_month=9) for day in DAYS}


# The second day is made of the same queries, planned anew: a hundred seconds (make proofs).
@pytest.mark.parametrize(
    "as_of", [DAYS[0], pytest.param(DAYS[1], marks=pytest.mark.proof)], ids=str
)
def test_the_summary_and_a_scoring_batch_are_those_of_duckdb(
    session: object, written: FactStore, summaries: dict[date, pl.DataFrame], as_of: date
) -> None:
    here = summaries[as_of]
    worth = value.fit(here)
    learnt = score_model.fit(written, as_of=as_of)
    assert learnt.giving.learners.boosted, "trees go along too"
    scores = partial(prediction.scores, learnt, as_of=as_of, mid_minor=50_000)

    with on_spark.summarised(session, written, as_of=as_of, year_starts_in_month=9) as frame:
        frame = frame.persist()
        there = spark.rows_of(frame).sort("donor_id")
        assert_frame_equal(there, here, rel_tol=1e-9, abs_tol=0)

        # lifecycle: words and whole numbers; value, scores: a fitted model goes along
        for score in (lifecycle.classify, partial(value.predict, worth), scores):
            wanted = score(here)
            scored = spark.in_batches(frame, score, schema=wanted.schema)
            assert_frame_equal(
                spark.rows_of(scored).sort("donor_id"), wanted, rel_tol=1e-9, abs_tol=0
            )


def test_the_association_puts_every_column_to_the_test(
    summaries: dict[date, pl.DataFrame],
) -> None:
    seen = pl.concat(summaries.values())

    assert [name for name in seen.columns if seen[name].drop_nulls().n_unique() < 2] == []


@pytest.mark.parametrize("bucket", ["03", "anonymous"])
def test_the_facts_seen_are_those_duckdb_sees_in_every_table(
    session: object, written: FactStore, bucket: str
) -> None:
    connection = spark.connected(session, written, as_of=DAYS[0], bucket=bucket)

    with duck.connected(written, as_of=DAYS[0], bucket=bucket) as ducks:
        for name in facts.TABLES:
            there = spark.rows_of(connection.execute(f"select * from {name}"))
            here = ducks.execute(f"from {name}").pl()
            assert_frame_equal(there, here, check_row_order=False)


def test_a_query_has_relations_and_parameters_of_its_own(session: object, tmp_path: Path) -> None:
    answer = spark.run(
        "select extra.x + three() as y, as_of() as day from extra",
        session=session,
        store=FactStore(tmp_path / "facts"),
        as_of=DAYS[1],
        relations={"extra": pl.DataFrame({"x": [1]})},
        parameters={"three": 3},
    )

    assert answer.rows() == [(4, DAYS[1])]


def test_an_overflow_is_an_error_and_never_another_number(session: object) -> None:
    with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
        spark.run(
            "select 9223372036854775807 + n as n from one",
            session=session,
            store=FactStore(Path("nowhere")),
            as_of=DAYS[1],
            relations={"one": pl.DataFrame({"n": [1]})},
        )


def harder(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the facts of an association with what a simulation has too little of."""
    rng = np.random.default_rng(11)
    gifts = tables["gifts"]
    undone = pl.Series(rng.random(gifts.height) < 0.05) & (gifts["status"] == "received")
    # One currency until the first of the days, two afterwards: each has its own way through.
    francs = (
        pl.Series(rng.random(gifts.height) < 0.3)
        & (gifts["donor_id"] % 4 == 0)
        & (gifts["given_on"] >= DAYS[0])
    )
    later = pl.Series(rng.integers(0, 700, gifts.height))
    gifts = gifts.with_columns(
        currency=pl.when(francs.fill_null(False)).then(pl.lit("CHF")).otherwise("currency"),
        status=pl.when(undone).then(pl.lit("refunded")).otherwise("status"),
        status_on=pl.when(undone)
        .then(pl.col("given_on") + pl.duration(days=later))
        .otherwise("status_on"),
        kind=pl.when(pl.Series(rng.random(gifts.height) < 0.03))
        .then(pl.lit("in_kind"))
        .when(pl.Series(rng.random(gifts.height) < 0.03))
        .then(pl.lit("membership_fee"))
        .when(pl.Series(rng.random(gifts.height) < 0.01))
        .then(pl.lit("legacy"))
        .otherwise("kind"),
    )
    return tables | {
        "gifts": pl.concat([gifts, *awkward(gifts)]).with_columns(
            gift_id=pl.int_range(1, pl.len() + 1)
        ),
        "donors": odd_addresses(tables["donors"]),
        # Commitments that only their instalments tell of.
        "recurring_gifts": tables["recurring_gifts"].filter(pl.col("donor_id") % 5 > 0),
        "recurring_changes": pl.concat(
            [tables["recurring_changes"], lowered(tables["recurring_gifts"])]
        ),
        "contacts": tables["contacts"].with_columns(
            channel=pl.when(pl.col("donor_id") % 7 == 0).then(pl.lit("sms")).otherwise("channel"),
            variant=tagged(),
        ),
        "attributes": pl.concat([tables["attributes"], said(tables["attributes"])]),
        "interactions": tables["interactions"].with_columns(
            at=pl.when(pl.col("donor_id") % 5 == 0)
            .then(pl.col("at").dt.truncate("1d") + pl.duration(hours=pl.col("donor_id") % 6))
            .otherwise("at"),
            kind=pl.when(pl.col("donor_id") % 7 == 0)
            .then(pl.lit("share"))
            .when(pl.col("donor_id") % 7 == 1)
            .then(pl.lit("survey_answered"))
            .when(pl.col("donor_id") % 7 == 2)
            .then(pl.lit("complaint"))
            .when(pl.col("donor_id") % 7 == 3)
            .then(pl.lit("open"))
            .otherwise("kind"),
            properties=pl.when(pl.col("donor_id") % 11 < 6)
            .then(pl.lit('{"motif": "') + tagged(bare=True) + '"}')
            .otherwise("properties"),
        ),
        "consents": pl.concat([tables["consents"], refusals()]),
    }


def lowered(commitments: pl.DataFrame) -> pl.DataFrame:
    """Return lower amounts of some commitments, some months after they began."""
    some = commitments.filter(pl.col("donor_id") % 3 == 0).with_row_index("place")
    return facts.complete(
        some.select(
            "recurring_gift_id", "donor_id",
            effective_on=pl.col("started_on") + pl.duration(days=200 + pl.col("place")),
            kind=pl.lit("amount"), amount_minor=pl.col("amount_minor") // 2,
            source_ref=pl.format("low{}", "place"),
        ),
        facts.RECURRING_CHANGES,
    )  # fmt: skip


def tagged(*, bare: bool = False) -> pl.Expr:
    """Return the motive of a content, each a third of the donors."""
    which = pl.col("donor_id") % 3
    motive = (
        pl.when(which == 0).then(pl.lit("émotionnel")).when(which == 1).then(pl.lit("rationnel"))
        .otherwise(pl.lit("engagé"))
    )  # fmt: skip
    return motive if bare else pl.format("motif:{}", motive)


def said(like: pl.DataFrame) -> pl.DataFrame:
    """Return what some donors declare: a channel, a cause, a motive, when their card ends."""
    told = {
        "preferred_channel": ("email", "post"), "cause": ("eau", "école"),
        "motif": ("rationnel", "engagé"), "card_expires": ("2024-05", "2026-03"),
    }  # fmt: skip
    rows = [
        {"donor_id": donor, "name": name, "value": values[donor % 2], "party": "zero",
         "collected_on": date(2021, 1, 1), "source_ref": f"a-{name}-{donor}"}
        for name, values in told.items() for donor in range(1, 60)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides=like.schema).select(like.columns).cast(like.schema)


def awkward(gifts: pl.DataFrame) -> list[pl.DataFrame]:
    """Return gifts that tie with others, of nobody, and of the century before the last."""
    one_off = gifts.filter(pl.col("kind") == "one_off")
    reference = pl.col("source_ref")
    harder = [
        one_off.head(60).with_columns(
            amount_minor=pl.lit(12_345), payment_method=None, source_ref=reference + "-tie"
        ),
        one_off.slice(60, 60).with_columns(
            kind=pl.lit("corporate"), campaign_id=None, source_ref=reference + "-tie"
        ),
        one_off.slice(120, 20).with_columns(donor_id=None, source_ref=reference + "-nobody"),
        one_off.slice(140, 20).with_columns(
            given_on=date(1890, 2, 28), given_at=None, status_on=None, source_ref=reference + "-old"
        ),
    ]
    return [facts.complete(rows, facts.GIFTS) for rows in harder]


def odd_addresses(donors: pl.DataFrame) -> pl.DataFrame:
    odd = ["2A004", "20090", "20200", "97400", "98800", "12.34", " 1234", "1e400", "01000", None]
    postcodes = pl.Series((odd * donors.height)[: donors.height])
    third = pl.col("donor_id") % 3 == 0
    return donors.with_columns(
        postcode=pl.when(third).then(postcodes).otherwise("postcode"),
        address=pl.when(pl.col("donor_id") % 13 > 0).then("address"),
        country=pl.when(pl.col("donor_id") % 10 == 0).then(pl.lit("BE")).otherwise("country"),
        language=pl.when(pl.col("donor_id") % 10 == 0).then(pl.lit("nl")).otherwise("language"),
        birth_date=pl.when(third).then(date(1952, 2, 29)).otherwise("birth_date"),
        undeliverable_on=pl.when(pl.col("donor_id") % 11 == 0).then(date(2024, 2, 29)),
        deceased_on=pl.when(pl.col("donor_id") % 97 == 0)
        .then(date(2025, 6, 1))
        .otherwise("deceased_on"),
    )


def refusals() -> pl.DataFrame:
    """Return words for and against, some at the same moment, for a purpose, a channel or all."""
    said = [
        {"donor_id": donor, "purpose": purpose, "channel": channel, "status": status,
         "occurred_at": date(2023, 1 + donor % 12, 1), "source_ref": f"r{donor}"}
        for donor in range(1, 200)
        for purpose, channel, status in (
            (("appeal", None, "profiling")[donor % 3], (None, "post", "phone", "sms")[donor % 4],
             ("refused", "objected", "withdrawn")[donor % 3]),
            (None, None, "granted" if donor % 5 == 0 else "unknown"),
            ("open_tracking", None, "granted"),
        )
    ]  # fmt: skip
    return facts.complete(pl.DataFrame(said, infer_schema_length=None), facts.CONSENTS)
