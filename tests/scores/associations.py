"""Simulated associations, written as facts once a run, for the tests of scores."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from mecene.engine.store import FactStore
from mecene.scores import model
from mecene.scores.model import ScoreModel
from mecene.simulator import facts
from mecene.simulator.recipe import Association

AS_OF = date(2026, 1, 1)


@cache
def store(donors: int = 1_500, seed: int = 3) -> FactStore:
    """Return the facts of an association of about that many donors, 2018 to 2025."""
    into = Path(mkdtemp(prefix="mecene-scores-"))
    facts.write(Association(donors=donors, seed=seed), into)
    return FactStore(into)


@cache
def fitted(as_of: date = AS_OF) -> ScoreModel:
    """Return the model learnt from it, on a day."""
    return model.fit(store(), as_of=as_of)
