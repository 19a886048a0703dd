"""Layouts: which columns each exported file has, and in which words."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from mecene.simulator import dirt as dirty_rows
from mecene.simulator import spelling
from mecene.simulator.recipe import World
from mecene.simulator.records import Dirt

_PERSON = (
    "civility", "last_name", "first_name", "organisation", "address", "postcode", "city", "email",
    "phone",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Some rows of a file as text, and what is true of each, in the same order."""

    cells: pl.DataFrame
    truth: pl.DataFrame


@dataclass(frozen=True)
class _Hand:
    """How the file is written: its language, its dirt, and what draws it."""

    lang: str
    dirt: Dirt
    rng: np.random.Generator

    def days(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return a column of days as the file writes them."""
        return spelling.dates(
            frame[name], lang=self.lang, odd=self.rng.random(frame.height), share=self.dirt.dates
        )

    def amounts(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return a column of cents as the file writes amounts."""
        return spelling.amounts(
            frame[name], lang=self.lang, odd=self.rng.random(frame.height), share=self.dirt.amounts
        )

    def words(self, section: str, name: str) -> pl.Expr:
        """Return a column in the file's words."""
        place = 0 if self.lang == "fr" else 1
        known = {word: both[place] for word, both in _labels()[section].items()}
        return pl.col(name).cast(pl.String).replace(known)


def pages(
    world: World, cards: pl.DataFrame, *, dirt: Dirt, lang: str, rng: np.random.Generator
) -> dict[str, Page]:
    """Return the rows of every file for one block of donors."""
    hand = _Hand(lang, dirt, rng)
    named = cards["last_name"].is_not_null().any()
    cards = cards.with_columns(
        spelling.phones(cards["phone"], odd=rng.random(cards.height), share=dirt.phones)
    )
    made = {
        "gifts": _gifts(world, cards, hand, named=named),
        "donors": _donors(world, cards, hand, named=named),
        "recurring": _recurring(world, hand),
        "contacts": _contacts(world, hand),
        "interactions": _interactions(world, hand),
        "consents": _consents(world, hand),
        "campaigns": _campaigns(world, hand),
    }
    homes = world.truth["people"].select("donor_id", "household_id")
    return {
        name: Page(_headed(cells, lang), truth.join(homes, on="donor_id", how="left",
                                                    maintain_order="left"))
        for name, (cells, truth) in made.items()
    }  # fmt: skip


_Made = tuple[pl.DataFrame, pl.DataFrame]


def _gifts(world: World, cards: pl.DataFrame, hand: _Hand, *, named: bool) -> _Made:
    rows = dirty_rows.rows(world.facts["gifts"], dirt=hand.dirt, rng=hand.rng)
    rows = rows.with_columns(card=_which_card(rows, cards, hand.rng))
    full = rows.join(
        cards.with_columns(pl.col("card").cast(pl.Int64)), on=["donor_id", "card"], how="left",
        maintain_order="left",
    )  # fmt: skip
    cells = full.select(
        pl.col("source_ref").alias("gift"),
        pl.coalesce("day_text", pl.lit(hand.days(full, "given_on"))).alias("given_on"),
        hand.amounts(full, "amount_minor").alias("amount"),
        "currency",
        hand.words("method", "payment_method").alias("method"),
        hand.words("kind", "kind"),
        pl.col("campaign_id").alias("campaign"),
        "designation",
        hand.words("status", "paid").alias("status"),
        hand.days(full, "status_on"),
        "return_code",
        pl.col("recurring_gift_id").alias("recurring"),
        "refers_to",
        pl.col("in_memory_of").alias("in_memory"),
        pl.col("reference").alias("donor"),
        *_person(named=named),
    )
    return cells, _true(full)


def _which_card(rows: pl.DataFrame, cards: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Return which of the donor's cards each gift was typed on: their own, mostly."""
    others = cards.filter(pl.col("card") > 0).select("donor_id", "card")
    held = others.group_by("donor_id").agg(pl.col("card").sort())
    lists = rows.select("donor_id").join(held, on="donor_id", how="left", maintain_order="left")
    draw = rng.random(rows.height)
    count = lists["card"].list.len().fill_null(0).to_numpy()
    place = np.floor(draw / 0.45 * np.maximum(count, 1)).astype(np.int64)
    chosen = lists.with_columns(place=pl.Series(place)).select(
        pl.when((pl.lit(pl.Series(draw)) < 0.45) & pl.col("card").is_not_null())
        .then(pl.col("card").list.get(pl.col("place"), null_on_oob=True))
        .otherwise(0)
        .fill_null(0)
    )
    return chosen.to_series().alias("card")


def _donors(world: World, cards: pl.DataFrame, hand: _Hand, *, named: bool) -> _Made:
    kept = cards.filter(pl.col("reference").is_not_null())
    more = world.facts["donors"].select(
        "donor_id", "acquired_on", "acquisition_channel", "deceased_on", "undeliverable_on"
    )
    full = kept.join(more, on="donor_id", how="left", maintain_order="left")
    cells = full.select(
        pl.col("reference").alias("donor"),
        *_person(named=named),
        *([hand.days(full, "birth_date")] if named else []),
        hand.days(full, "acquired_on"),
        hand.words("origin", "acquisition_channel"),
        hand.days(full, "deceased_on"),
        hand.days(full, "undeliverable_on"),
    )
    return cells, _true(full.with_columns(row_kind=pl.lit("donor")))


def _recurring(world: World, hand: _Hand) -> _Made:
    full = _with_reference(world, "recurring_gifts").join(
        _latest_changes(world), on="recurring_gift_id", how="left", maintain_order="left"
    )
    ended, paused = pl.col("ended_on").is_not_null(), pl.col("paused_on").is_not_null()
    full = full.with_columns(
        state=pl.when(ended).then(pl.lit("ended")).when(paused).then(pl.lit("paused"))
        .otherwise(pl.lit("active")),
        state_on=pl.when(ended).then("ended_on").otherwise("paused_on"),
    )  # fmt: skip
    cells = full.select(
        pl.col("recurring_gift_id").alias("recurring"),
        pl.col("mandate_ref").alias("mandate"),
        pl.col("reference").alias("donor"),
        hand.words("frequency", "months_between").alias("frequency"),
        hand.amounts(full, "amount_minor").alias("amount"),
        "currency",
        hand.days(full, "started_on"),
        hand.days(full, "first_collected_on"),
        hand.days(full, "ended_on"),
        hand.words("end_reason", "end_reason"),
        hand.words("state", "state"),
        hand.days(full, "state_on"),
        hand.amounts(full, "new_amount"),
        hand.days(full, "new_amount_on"),
        hand.words("method", "payment_method").alias("method"),
        pl.col("campaign_id").alias("campaign"),
    )
    return cells, _true(full.with_columns(row_kind=pl.lit("recurring")))


def _latest_changes(world: World) -> pl.DataFrame:
    """Return what a file that keeps only the present knows of a commitment's past."""
    changes = world.facts["recurring_changes"].sort("effective_on", maintain_order=True)
    raised = pl.col("kind") == "amount"
    last_pause = pl.col("effective_on").filter(pl.col("kind") == "pause").last()
    last_resume = pl.col("effective_on").filter(pl.col("kind") == "resume").last()
    return changes.group_by("recurring_gift_id", maintain_order=True).agg(
        pl.col("amount_minor").filter(raised).last().alias("new_amount"),
        pl.col("effective_on").filter(raised).last().alias("new_amount_on"),
        pl.when(last_resume.is_null() | (last_resume < last_pause)).then(last_pause)
        .alias("paused_on"),
    )  # fmt: skip


def _contacts(world: World, hand: _Hand) -> _Made:
    full = _with_reference(world, "contacts")
    cells = full.select(
        pl.col("reference").alias("donor"),
        _moment("at").alias("sent_at"),
        hand.words("channel", "channel"),
        hand.words("purpose", "purpose").alias("subject"),
        pl.col("campaign_id").alias("campaign"),
        "variant",
        spelling.amounts(full["cost_minor"], lang=hand.lang, odd=np.ones(full.height),
                         share=0.0).alias("cost"),
    )  # fmt: skip
    return cells, _true(full.with_columns(row_kind=pl.lit("contact")))


def _interactions(world: World, hand: _Hand) -> _Made:
    full = _with_reference(world, "interactions")
    cells = full.select(
        pl.col("reference").alias("donor"),
        pl.col("visitor_id").alias("visitor"),
        _moment("at"),
        hand.words("action", "kind").alias("action"),
        hand.words("channel", "channel"),
        "device",
        pl.col("campaign_id").alias("campaign"),
        "text",
    )
    return cells, _true(full.with_columns(row_kind=pl.lit("interaction")))


def _consents(world: World, hand: _Hand) -> _Made:
    full = _with_reference(world, "consents")
    cells = full.select(
        pl.col("reference").alias("donor"),
        _moment("occurred_at").alias("at"),
        hand.words("purpose", "purpose"),
        hand.words("channel", "channel"),
        hand.words("consent", "status").alias("status"),
        "legal_basis",
        "source",
        pl.col("text_version").alias("version"),
    )
    return cells, _true(full.with_columns(row_kind=pl.lit("consent")))


def _campaigns(world: World, hand: _Hand) -> _Made:
    full = world.facts["campaigns"].with_columns(
        donor_id=pl.lit(None, dtype=pl.Int64), row_kind=pl.lit("campaign")
    )
    cells = full.select(
        pl.col("campaign_id").alias("campaign"),
        "name",
        hand.words("channel", "channel"),
        hand.days(full, "started_on"),
        hand.days(full, "ended_on"),
        hand.words("purpose", "purpose").alias("subject"),
    )
    return cells, _true(full)


def _with_reference(world: World, table: str) -> pl.DataFrame:
    donors = world.facts["donors"].select(
        "donor_id", pl.col("external_ids").list.first().alias("reference")
    )
    return world.facts[table].join(donors, on="donor_id", how="left", maintain_order="left")


def _person(*, named: bool) -> list[pl.Expr]:
    if not named:
        return []
    return [
        pl.col("organisation_name" if name == "organisation" else name).alias(name)
        for name in _PERSON
    ]


def _moment(name: str) -> pl.Expr:
    return pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S")


def _true(full: pl.DataFrame) -> pl.DataFrame:
    """Return who each row is about, what it is, and whether its card is two people's."""
    return full.select(
        "donor_id",
        "row_kind",
        pl.col("card") if "card" in full.columns else pl.lit(0, dtype=pl.Int64).alias("card"),
        (pl.col("ambiguous").fill_null(value=False) if "ambiguous" in full.columns
         else pl.lit(value=False).alias("ambiguous")),
    )  # fmt: skip


def _headed(cells: pl.DataFrame, lang: str) -> pl.DataFrame:
    place = 0 if lang == "fr" else 1
    return cells.rename({name: _labels()["headers"][name][place] for name in cells.columns})


@cache
def _labels() -> dict[str, dict[str, list[str]]]:
    text = resources.files("mecene.simulator").joinpath("labels.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
