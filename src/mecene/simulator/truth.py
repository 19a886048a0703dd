"""The truth: what no association ever knows, and every estimate can be marked against."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.simulator import tables, words
from mecene.simulator.recipe import BLOCK
from mecene.simulator.state import State

ARMS = ("control", "A", "B")


def of(state: State, *, block: int, attachment: NDArray[np.float32]) -> dict[str, pl.DataFrame]:
    """Return what is true of a block.

    Args:
        state: The block, its last month lived.
        block: Its number.
        attachment: Months x donors.

    Returns:
        ``people`` (one row a donor), ``effects`` (a donor and a campaign: the arm drawn, and
        the gifts, commitments or rises each version causes in expectation), ``attachment``
        (a donor: a list, one value a month), ``mandates`` (a commitment: how it was signed).
    """
    return {
        "people": _people(state, block),
        "effects": _effects(state, block),
        "attachment": _attachment(state, block, attachment),
        "mandates": _mandates(state, block),
    }


def _people(state: State, block: int) -> pl.DataFrame:
    place = np.arange(state.people.size)
    home = np.where(state.people.partner >= 0, np.minimum(place, state.people.partner), place)
    return pl.DataFrame(
        {
            "donor_id": tables.donor_ids(place, block),
            "household_id": home + block * BLOCK + 1,
            "warmth": state.people.warmth.astype(np.float32),
            "attachment": state.attachment.astype(np.float32),
            "usual_gift_euros": np.exp(state.level).astype(np.float32),
            "why_silent": tables.said(words.WHY_SILENT, _why(state)),
            "moved_on": tables.days(state.people.move_day, int(state.starts[-1])),
            **{
                f"sensitivity_{name}": state.people.sensitivity[:, channel].astype(np.float32)
                for channel, name in enumerate(words.CHANNELS)
            },
            **_motive(state),
        }
    )


def _motive(state: State) -> dict[str, pl.Series]:
    """Return what moves each person, where the association has motives."""
    told = state.motive >= 0
    return {"motive": tables.said(words.MOTIVES, state.motive)} if told.any() else {}


def _why(state: State) -> NDArray[np.int64]:
    """Return why each donor silent for a year is: the first cause that holds; else -1."""
    ends = int(state.starts[-1])
    silent = (state.last_gift_day < ends - 365) & (state.last_gift_day > -words.NEVER)
    causes = (
        state.people.death_day < ends,
        state.objected | ~state.reachable.any(axis=1),
        state.people.move_day < ends,
        (state.blow_month >= 0) & (state.starts[state.blow_month] > state.last_gift_day - 31),
    )
    why = np.select(causes, range(len(causes)), default=len(causes))
    return np.where(silent, why, words.NONE)


def _effects(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("effects")
    if not log:
        return pl.DataFrame(schema={
            "donor_id": pl.Int64, "campaign_id": pl.String, "wants": pl.String,
            "arm": pl.String, "effect_a": pl.Float32, "effect_b": pl.Float32,
        })  # fmt: skip
    return pl.DataFrame(
        {
            "donor_id": tables.donor_ids(log["donor"], block),
            "campaign_id": tables.said(
                tuple(campaign.campaign_id for campaign in state.calendar), log["campaign"]
            ),
            "wants": tables.said(
                tuple(campaign.wants for campaign in state.calendar), log["campaign"]
            ),
            "arm": tables.said(ARMS, log["arm"]),
            "effect_a": log["effect"].astype(np.float32),
            "effect_b": log["b_effect"].astype(np.float32),
        }
    )


def _attachment(state: State, block: int, history: NDArray[np.float32]) -> pl.DataFrame:
    values = pl.Series(np.ascontiguousarray(history.T)).cast(pl.List(pl.Float32))
    ids = tables.donor_ids(np.arange(state.people.size), block)
    return pl.DataFrame({"donor_id": ids, "attachment": values})


def _mandates(state: State, block: int) -> pl.DataFrame:
    log = state.log.columns("mandates")
    none = np.zeros(0, dtype=np.int64)
    return pl.DataFrame(
        {
            "recurring_gift_id": tables.references("PA", log.get("number", none), block),
            "signed_through": tables.said(words.CAME_BY, log.get("origin", none)),
        }
    )
