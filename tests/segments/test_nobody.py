"""A file of anonymous gifts has no donor: everything answers, with nothing."""

import pytest

import summary_rows
from mecene.segments import context, flows, lifecycle, lists, profile, rfm, sentences, tags

NOBODY = summary_rows.table().clear()


def test_every_question_about_nobody_has_an_empty_answer() -> None:
    segments = lifecycle.classify(NOBODY)

    assert segments.is_empty()
    assert sentences.written(segments, lang="fr", currency="EUR").is_empty()
    assert tags.tag(NOBODY).is_empty()
    assert rfm.bands(NOBODY).is_empty()
    assert flows.between(segments, segments).is_empty()
    assert context.of_file(context.counts(NOBODY)) == context.fixed()
    with pytest.raises(rfm.NoCounts):
        rfm.edges(rfm.counts(NOBODY))


def test_no_batch_at_all_adds_up_to_nothing_with_the_same_columns() -> None:
    segments = lifecycle.classify(NOBODY)
    of_nobody = lists.build(NOBODY, segments, lang="fr", currency="EUR")

    assert flows.added().schema == flows.between(segments, segments).schema
    assert profile.added().schema == profile.parts(NOBODY, segments).schema
    assert context.added().schema == rfm.counts(NOBODY).schema
    assert lists.merged().excluded["donors"].sum() == 0
    for name, table in lists.merged().lists.items():
        assert table.schema == of_nobody.lists[name].schema
        assert table.is_empty()


def test_maps_of_two_batches_add_up() -> None:
    file = summary_rows.table(
        *({"gifts": n, "first_gift_age_days": 900, "last_gift_age_days": 30} for n in (1, 1, 4))
    )
    frame = rfm.bands(file).join(file, on="donor_id")

    assert rfm.added(rfm.grid(frame[:1]), rfm.grid(frame[1:])).equals(rfm.grid(frame))
    assert rfm.added().schema == rfm.grid(frame).schema
