"""Each distinct writing is read once, and every row says what it said."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mecene.sources import distinct

_CELLS = st.lists(
    st.tuples(st.sampled_from(["1", "22", "", None]), st.sampled_from(["EUR", "USD", None])),
    max_size=30,
)


def _lengths(said: pl.DataFrame) -> pl.DataFrame:
    return said.select(
        length=pl.col("cell").str.len_chars(), cell=pl.concat_str("cell", "code", ignore_nulls=True)
    )


@given(_CELLS)
def test_what_is_read_once_is_what_is_read_row_by_row(rows):
    said = pl.DataFrame(rows, schema={"cell": pl.String, "code": pl.String}, orient="row")

    assert_frame_equal(distinct.read(said, _lengths), _lengths(said))


def test_a_writing_that_comes_back_is_read_once():
    asked = []

    def how(said: pl.DataFrame) -> pl.DataFrame:
        asked.append(said.height)
        return _lengths(said)

    distinct.read(pl.DataFrame({"cell": ["a", "b"] * 50, "code": ["EUR"] * 100}), how)

    assert asked == [2]
