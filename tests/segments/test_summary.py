"""Segments read only what features make."""

from mecene.features import dictionary
from mecene.segments import summary


def test_every_column_read_is_one_that_features_make() -> None:
    made = {column.name: column.type for column in dictionary.columns()}

    assert set(summary.READ) - set(made) == set()
    assert {
        name: type_
        for name, type_ in summary.READ.items()
        if type_.is_numeric() != made[name].is_numeric()
    } == {}
