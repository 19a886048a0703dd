"""Tallies: how often is each step followed by each other, by an act, by nothing?

All that a Markov chain of paths is estimated from, counted for each group of donors apart, so that
groups can be drawn again (the bootstrap) without reading a path twice.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
START = 0


class TooDeep(ValueError):
    """The last steps of so many channels have more combinations than can be numbered."""


class NoActs(ValueError):
    """No path leads to an act: nothing can be credited with one."""


@dataclass(frozen=True, eq=False)
class Tallies:
    """Counts by group of donors; states are the last ``order`` steps, state 0 is the start.

    Attributes:
        channels: In alphabetical order.
        order: How many last steps a state remembers.
        holds: State × channel: whether a state remembers a channel.
        origin: Of each move, the state it leaves; moves are from state to state.
        target: Of each move, the state it reaches.
        moves: Group × move: how often.
        acts: Group × state: how often it was the last before an act.
        nothing: Group × state: how often it was the last before nothing.
        worth: Group × state: what those acts were worth, minor units.
        last: Group × channel: acts whose last step it was.
        last_worth: Group × channel: what those were worth.
    """

    channels: tuple[str, ...]
    order: int
    holds: NDArray[np.bool_]
    origin: Ints
    target: Ints
    moves: Any
    acts: Any
    nothing: Any
    worth: Any
    last: Floats
    last_worth: Floats

    @property
    def groups(self) -> int:
        """Return how many groups of donors there are."""
        return int(self.last.shape[0])

    @property
    def states(self) -> int:
        """Return how many states there are, the start counted."""
        return int(self.holds.shape[0])


def of(paths: pl.DataFrame, *, order: int = 1) -> Tallies:
    """Return the tallies of paths.

    Args:
        paths: Of the schema ``paths.PATHS``; an empty path goes from the start to its end.
        order: How many last steps count, >= 1.

    Raises:
        NoActs: none of them leads to an act.
        TooDeep: the states cannot be numbered.
    """
    if not paths["conversions"].sum():
        raise NoActs("no path leads to an act: choose another act, or a longer window")
    steps = paths["path"].explode(empty_as_null=False)
    channels = tuple(steps.unique().sort())
    if (len(channels) + 1) ** order >= 2**62:
        raise TooDeep(f"{len(channels)} channels, {order} steps remembered: take fewer steps")
    lengths = paths["path"].list.len().to_numpy().astype(np.int64)
    codes = steps.replace_strict(
        list(channels), list(range(1, len(channels) + 1)), return_dtype=pl.Int64
    ).to_numpy()
    numbers, state = np.unique(_remembered(codes, lengths, len(channels) + 1, order),
                               return_inverse=True)  # fmt: skip
    state = state + 1  # 0 is the start
    groups = int(np.asarray(paths["group"].max())) + 1
    return Tallies(
        channels, order, _holds(numbers, len(channels), order),
        **_moves(paths, state, lengths, len(numbers) + 1, groups),
        **_ends(paths, state, codes, lengths, (groups, len(numbers) + 1, len(channels))),
    )  # fmt: skip


def _remembered(codes: Ints, lengths: Ints, base: int, order: int) -> Ints:
    """Return the state after each step: its code and those before it, as digits of a number."""
    place = np.arange(len(codes)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    number = codes.copy()
    for back in range(1, order):
        earlier = np.zeros_like(codes)
        earlier[back:] = codes[:-back]
        number += np.where(place >= back, earlier, 0) * base**back
    return number


def _holds(numbers: Ints, channels: int, order: int) -> NDArray[np.bool_]:
    holds = np.zeros((len(numbers) + 1, channels + 1), dtype=bool)
    rest = numbers.copy()
    for _ in range(order):
        holds[np.arange(1, len(numbers) + 1), rest % (channels + 1)] = True
        rest //= channels + 1
    return holds[:, 1:]


def _moves(
    paths: pl.DataFrame, state: Ints, lengths: Ints, states: int, groups: int
) -> dict[str, Any]:
    people = (paths["conversions"] + paths["nulls"]).to_numpy().astype(np.float64)
    first = np.cumsum(lengths) - lengths
    before = np.concatenate([[START], state[:-1]]) if len(state) else state
    before[first[lengths > 0]] = START
    keys, move = np.unique(before * states + state, return_inverse=True)
    row = np.repeat(np.arange(len(lengths)), lengths)
    group = paths["group"].to_numpy().astype(np.int64)
    counted = sparse.coo_array((people[row], (group[row], move)), shape=(groups, len(keys))).tocsr()
    return {"origin": keys // states, "target": keys % states, "moves": counted}


def _ends(
    paths: pl.DataFrame, state: Ints, codes: Ints, lengths: Ints, shape: tuple[int, int, int]
) -> dict[str, Any]:
    groups, states, channels = shape
    group = paths["group"].to_numpy().astype(np.int64)
    end = np.cumsum(lengths) - 1
    some = lengths > 0
    at = np.full(len(lengths), START)
    at[some] = state[end[some]]
    counts = {
        name: paths[column].to_numpy().astype(np.float64)
        for name, column in (("acts", "conversions"), ("nothing", "nulls"),
                             ("worth", "value_minor"))
    }  # fmt: skip
    ends: dict[str, Any] = {
        name: sparse.coo_array((count, (group, at)), shape=(groups, states)).tocsr()
        for name, count in counts.items()
    }
    where = (group[some], codes[end[some]] - 1)
    for name, of in (("last", "acts"), ("last_worth", "worth")):
        ends[name] = np.zeros((groups, channels))
        np.add.at(ends[name], where, counts[of][some])
    return ends
