"""A simulated association with its training rows and model, made once for the tests of reasons."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import polars as pl

from mecene.engine.store import FactStore
from mecene.features import dictionary, summary
from mecene.scores import model, training, typical
from mecene.scores.model import ScoreModel
from mecene.scores.training import Rows
from mecene.scores.typical import Typical
from mecene.simulator import facts
from mecene.simulator.recipe import Association

AS_OF = date(2026, 1, 1)


@dataclass(frozen=True)
class Explained:
    rows: list[Rows]
    donors: pl.DataFrame
    model: ScoreModel
    typical: Typical


@cache
def association() -> Explained:
    """Return about 2,000 donors, 2018 to 2025, and what was learnt of them."""
    into = Path(mkdtemp(prefix="mecene-reasons-"))
    facts.write(Association(donors=2_000, seed=11), into)
    store = FactStore(into)
    looked = training.days(store, as_of=AS_OF)
    rows = list(training.rows(store, looked, in_currency="EUR"))
    donors = summary.of(store, as_of=AS_OF)
    learnt = model.learn(
        rows, donors, as_of=AS_OF, period_months=looked.period_months, currency="EUR"
    )
    return Explained(rows, donors, learnt, typical.of(donors))


def summary_of(*donors: dict[str, object]) -> pl.DataFrame:
    """Return rows of the whole summary; what a donor does not say is 0, no, or empty."""
    none = {"count": 0, "yes_no": False}
    rows = [
        {c.name: none.get(c.unit) for c in dictionary.columns()} | {"donor_id": place} | donor
        for place, donor in enumerate(donors, start=1)
    ]
    schema = {column.name: column.type for column in dictionary.columns()}
    return pl.DataFrame(rows, schema=schema)
