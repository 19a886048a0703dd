"""Segments of earlier days are worked out from a part of the summary, and are the same."""

from datetime import date

from polars.testing import assert_frame_equal

from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.report import movement
from mecene.segments import lifecycle
from mecene.simulator import facts
from mecene.simulator.recipe import Association


def test_segments_are_the_same_without_the_columns_they_do_not_read(tmp_path):
    # given an association with gifts, commitments, contacts and interactions
    spec = Association(donors=400, years=4, seed=7)
    store = FactStore(facts.write(spec, tmp_path / "facts"))
    day = date(2024, 6, 1)

    # when its donors are classified from every column, and from the families movement asks for
    every = lifecycle.classify(summary.of(store, as_of=day))
    some = lifecycle.classify(summary.of(store, as_of=day, families=movement._FAMILIES))

    # then nobody's segment, reason or figures differ
    assert every["segment"].n_unique() > 5
    assert_frame_equal(some, every, check_row_order=False)
