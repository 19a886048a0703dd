"""What machines did on the way to somebody is nothing that person did."""

from datetime import timedelta
from importlib import resources

import pytest

import fact_rows as rows
from fact_rows import AS_OF, ago
from mecene.features import dictionary, summary

WHERE = ("engagement", "channels", "habits", "drift")


def seen(folder, *acts):
    store = rows.written(folder, interactions=[*acts], contacts=[rows.sent(1, ago(40))])
    families = ("engagement", "channels", "habits", "drift")
    return summary.of(store, as_of=AS_OF, families=families).row(0, named=True)


@pytest.mark.parametrize("kind", dictionary.NOT_ENGAGEMENT)
def test_what_is_no_engagement_counts_as_none(tmp_path, kind):
    found = seen(tmp_path, rows.act(1, AS_OF - timedelta(days=9), kind=kind, channel="email"))

    assert found["interactions_12m"] == 0
    assert found["last_interaction_age_days"] is None


@pytest.mark.parametrize("kind", ["click", "reply", "call", "quiz_played"])
def test_what_a_person_did_counts_even_where_nobody_foresaw_it(tmp_path, kind):
    found = seen(tmp_path, rows.act(1, ago(9), kind=kind, channel="email"))

    assert (found["interactions_12m"], found["last_interaction_age_days"]) == (1, 9)


@pytest.mark.parametrize("family", WHERE)
def test_every_family_leaves_the_same_out(family):
    text = resources.files("mecene.features").joinpath(f"{family}.sql").read_text(encoding="utf-8")
    listed = text[text.index("kind not in (") :]
    listed = listed[: listed.index(")")]

    assert [kind for kind in dictionary.NOT_ENGAGEMENT if f"'{kind}'" not in listed] == []


@pytest.mark.parametrize("kind", ["bounce", "hard_bounce", "soft_bounce"])
def test_what_came_back_is_counted_whatever_its_cause(tmp_path, kind):
    found = seen(tmp_path, rows.act(1, ago(9), kind=kind, channel="email"))

    assert found["bounces_12m"] == 1
