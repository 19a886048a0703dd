"""The tables: a block's log as the fact tables of ``mecene.facts``."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene import facts, period
from mecene.simulator import consents, engagement, identities, words
from mecene.simulator.log import Ints
from mecene.simulator.recipe import BLOCK
from mecene.simulator.state import State

GIFTS_A_BLOCK = 100_000_000  # room for the gift numbers of one block
_ENDLESS = words.NEVER


def of(state: State, *, block: int) -> dict[str, pl.DataFrame]:
    """Return a block's facts by table, each in its contract's columns."""
    made = {
        "donors": identities.of(state.spec, state.people, block=block, ends=int(state.starts[-1])),
        "gifts": _gifts(state, block),
        "recurring_gifts": _recurring(state, block),
        "recurring_changes": _changes(state, block),
        "contacts": _contacts(state, block),
        "interactions": _interactions(state, block),
        "consents": _consents(state, block),
        "campaigns": _campaigns(state, block),
        "attributes": _attributes(state, block),
        "series": pl.DataFrame(),
    }
    return {
        name: facts.complete(frame, table) if frame.width else facts.empty(table)
        for name, frame in made.items()
        for table in (facts.TABLES[name],)
    }


def donor_ids(positions: Ints, block: int) -> pl.Series:
    """Return donor ids from positions in a block; nobody where the position is -1."""
    return optional(positions + block * BLOCK + 1, positions >= 0)


def optional(values: NDArray[Any], known: NDArray[np.bool_]) -> pl.Series:
    """Return whole numbers, empty where they are not known."""
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(values))).to_series()


def days(values: Ints, ends: int | None = None) -> pl.Series:
    """Return dates from day numbers, empty where the day never comes or is past the end."""
    last = _ENDLESS if ends is None else ends
    return optional(values.astype(np.int32), values < last).cast(pl.Int32).cast(pl.Date)


def said(words_known: tuple[str, ...], positions: Ints) -> pl.Series:
    """Return words from their positions, empty where the position is -1."""
    where = optional(positions, positions >= 0).cast(pl.UInt32)
    return pl.Series(words_known, dtype=pl.String).gather(where)


def references(prefix: str, numbers: Ints, block: int, *, digits: int = 7) -> pl.Series:
    """Return references such as ``PA003-0000042``, empty where the number is -1."""
    frame = pl.DataFrame({"n": optional(numbers, numbers >= 0).cast(pl.String)})
    padded = pl.format("{}{}-{}", pl.lit(prefix), pl.lit(f"{block:03d}"),
                       pl.col("n").str.zfill(digits))  # fmt: skip
    return frame.select(padded).to_series()


def moments(day: Ints, second: Ints) -> pl.Series:
    """Return moments from day numbers and seconds of the day."""
    micros = (day.astype(np.int64) * 86_400 + second) * 1_000_000
    return pl.Series(micros).cast(pl.Datetime("us"))


def _gifts(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("gifts")
    if not log:
        return pl.DataFrame()
    order = np.argsort(log["day"], kind="stable")
    log = {name: values[order] for name, values in log.items()}
    rows, ends = len(order), int(state.starts[-1])
    gift_id = block * GIFTS_A_BLOCK + np.arange(1, rows + 1)
    method, day = log["method"], log["day"]
    online = (method == words.CARD) & (log["mandate"] < 0)
    wait = np.where(method == words.CHEQUE, 2 + log["second"] % 5, 0)
    status = np.where(log["status_day"] < ends, log["status"], np.where(
        log["status"] == words.FAILED, words.FAILED, words.RECEIVED))  # fmt: skip
    return pl.DataFrame(
        {
            "gift_id": gift_id,
            "donor_id": donor_ids(log["donor"], block),
            "given_on": days(day),
            "given_at": pl.select(
                pl.when(pl.Series(online)).then(moments(day, log["second"]))
            ).to_series(),
            "received_on": days(np.where(status == words.FAILED, words.NEVER, day + wait), ends),
            "credited_on": days(
                np.where(status == words.FAILED, words.NEVER, day + wait + 2), ends
            ),
            "amount_minor": log["amount"],
            "currency": ["EUR"] * rows,
            "kind": said(words.GIFT_KINDS, log["kind"]),
            "payment_method": said(words.METHODS, method),
            "campaign_id": said(_codes(state), log["campaign"]),
            "designation": said(words.FUNDS, log["fund"]),
            "recurring_gift_id": references("PA", log["mandate"], block),
            "status": said(words.STATUSES, status),
            "status_on": days(
                np.where(
                    status == words.RECEIVED, words.NEVER, np.minimum(log["status_day"], ends - 1)
                )
            ),
            "return_code": said(words.CODES + words.CARD_CODES, log["code"]),
            "in_memory_of": said(("un proche",), np.where(log["in_memory"], 0, -1)),
            "payer_id": donor_ids(log["payer"], block),
            "source_ref": references("D", np.arange(1, rows + 1), block, digits=8),
        }
    )


def _recurring(state: State, block: int) -> pl.DataFrame:
    log, ends = state.log.columns("mandates"), state.log.columns("ends")
    if not log:
        return pl.DataFrame()
    signed = pl.DataFrame(
        {
            "number": log["number"],
            "donor_id": donor_ids(log["donor"], block),
            "months_between": log["every"],
            "amount_minor": log["amount"],
            "started_on": days(log["day"]),
            "payment_method": said(("direct_debit", "card"), log["card"].astype(np.int64)),
            "campaign_id": said(_codes(state), log["campaign"]),
            "recurring_gift_id": references("PA", log["number"], block),
            "mandate_ref": references("RUM-LDB-", log["number"], block),
            "source_ref": references("P", log["number"], block),
            "currency": ["EUR"] * len(log["number"]),
        }
    )
    none = np.zeros(0, dtype=np.int64)
    ended = pl.DataFrame(
        {
            "number": ends.get("number", none),
            "ended_on": days(ends.get("day", none), int(state.starts[-1])),
            "end_reason": said(words.END_REASONS, ends.get("reason", none)),
        }
    ).filter(pl.col("ended_on").is_not_null())
    return (
        signed.join(ended, on="number", how="left", maintain_order="left")
        .join(_first_collected(state), on="number", how="left", maintain_order="left")
        .drop("number")
    )


def _first_collected(state: State) -> pl.DataFrame:
    log = state.log.columns("gifts")
    got = (log["mandate"] >= 0) & (log["status"] == words.RECEIVED)
    debits = pl.DataFrame({"number": log["mandate"][got], "first_collected_on": log["day"][got]})
    return debits.group_by("number").agg(
        pl.col("first_collected_on").min().cast(pl.Int32).cast(pl.Date)
    )


def _changes(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("changes")
    if not log:
        return pl.DataFrame()
    frame = pl.DataFrame(
        {
            "recurring_gift_id": references("PA", log["number"], block),
            "donor_id": donor_ids(log["donor"], block),
            "effective_on": days(log["day"]),
            "kind": said(("amount", "pause", "resume"), log["kind"]),
            "amount_minor": optional(log["amount"], log["amount"] > 0),
            "source_ref": references("A", np.arange(len(log["day"])), block),
        }
    )
    return frame.filter(pl.col("effective_on") < pl.lit(state.spec.ends_on))


def _contacts(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("contacts")
    if not log:
        return pl.DataFrame()
    rows = len(log["day"])
    return pl.DataFrame(
        {
            "donor_id": donor_ids(log["donor"], block),
            "at": moments(log["day"], log["second"]),
            "channel": said(words.CHANNELS, log["channel"]),
            "purpose": ["appeal"] * rows,
            "campaign_id": said(_codes(state), log["campaign"]),
            "variant": said(("", "A", "B"), log["variant"]),
            "cost_minor": log["cost"],
            "source_ref": references("C", np.arange(rows), block, digits=8),
        }
    )


def _interactions(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("interactions")
    if not log:
        return pl.DataFrame()
    visitors = references("v", log["visitor"], block, digits=9)
    return pl.DataFrame(
        {
            "donor_id": donor_ids(log["donor"], block),
            "visitor_id": pl.select(
                pl.when(pl.Series(log["donor"] < 0)).then(visitors)
            ).to_series(),
            "at": moments(log["day"], log["second"]),
            "kind": said(engagement.KINDS, log["kind"]),
            "channel": said(engagement.CHANNEL_WORDS, log["channel"]),
            "device": said(words.DEVICES, log["device"]),
            "campaign_id": said(_codes(state), log["campaign"]),
            "text": said(engagement.TEXTS, log["text"]),
            "properties": said(engagement.DETAILS, log["detail"] - 1),
            "source_ref": references("I", np.arange(len(log["day"])), block, digits=8),
        }
    )


def _consents(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("consents")
    if not log:
        return pl.DataFrame()
    rows = len(log["day"])
    opt_out = (log["status"] == consents.OBJECTED).astype(np.int64)
    return pl.DataFrame(
        {
            "donor_id": donor_ids(log["donor"], block),
            "purpose": said(consents.PURPOSES, log["purpose"]),
            "channel": said(consents.CHANNELS, log["channel"]),
            "status": said(consents.STATUSES, log["status"]),
            "legal_basis": said(("consent", "legitimate_interest_optout"), opt_out),
            "occurred_at": moments(log["day"], log["second"]),
            "source": said(consents.SOURCES, log["source"]),
            "text_version": ["2018-05"] * rows,
            "source_ref": references("K", np.arange(rows), block),
        }
    )


def _campaigns(state: State, block: int) -> pl.DataFrame:
    held = state.calendar if block == 0 else ()
    if not held:
        return pl.DataFrame()
    return pl.DataFrame(
        {
            "campaign_id": [campaign.campaign_id for campaign in held],
            "name": [campaign.name for campaign in held],
            "channel": [words.CHANNELS[campaign.channel] for campaign in held],
            "started_on": [campaign.sent_on for campaign in held],
            "ended_on": [period.add_months(campaign.sent_on, 2) for campaign in held],
            "purpose": ["appeal"] * len(held),
            "source_ref": [campaign.campaign_id for campaign in held],
        }
    )


def _attributes(state: State, block: int) -> pl.DataFrame:
    from_survey = np.flatnonzero(state.people.measured & (state.gifts > 1))
    if not len(from_survey):
        return pl.DataFrame()
    rows = len(from_survey)
    return pl.DataFrame(
        {
            "donor_id": donor_ids(from_survey, block),
            "name": ["cause"] * rows,
            "value": said(("Accueil", "Jeunesse", "Nature"), from_survey * 7 % 3),
            "party": ["zero"] * rows,
            "collected_on": days(
                np.minimum(state.last_gift_day[from_survey] + 1, state.starts[-1] - 1)
            ),
            "source_ref": references("Q", np.arange(rows), block),
        }
    )


def _codes(state: State) -> tuple[str, ...]:
    return tuple(campaign.campaign_id for campaign in state.calendar)
