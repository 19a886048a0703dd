"""The association: what happened in it, for a recipe, all at once or a block at a time."""

from collections.abc import Iterator

import polars as pl

from mecene.simulator import life
from mecene.simulator.recipe import Association, World

__all__ = ["Association", "World", "one_block", "simulate", "stream"]


def simulate(spec: Association) -> World:
    """Return everything that happened, in memory: for up to some 200,000 donors."""
    worlds = list(stream(spec))
    return World(
        facts=_joined([world.facts for world in worlds]),
        truth=_joined([world.truth for world in worlds]),
        blocks=tuple(number for world in worlds for number in world.blocks),
    )


def stream(spec: Association) -> Iterator[World]:
    """Yield what happened, a block of donors at a time, in memory that does not grow.

    The campaigns, common to every block, come with the first.
    """
    for block in range(spec.blocks):
        yield one_block(spec, block=block)


def one_block(spec: Association, *, block: int) -> World:
    """Return what happened to the donors of one block, whatever the others do."""
    return life.of_block(spec, block=block)


def _joined(parts: list[dict[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}
