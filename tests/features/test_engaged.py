"""What machines did on the way to somebody is nothing that person did."""

from importlib import resources

import pytest

import fact_rows as rows
from fact_rows import AS_OF, ago
from mecene.features import dictionary, summary

WHERE = ("engagement", "channels", "habits", "drift")
DONE = ["click", "reply", "call", "quiz_played"]


def seen(folder, *acts):
    store = rows.written(folder, interactions=[*acts], contacts=[rows.sent(1, ago(40))])
    families = ("engagement", "channels", "habits", "drift")
    return summary.of(store, as_of=AS_OF, families=families).row(0, named=True)


@pytest.fixture(scope="module")
def by_kind(tmp_path_factory):
    """Return kind → the row of a donor of whom nothing is known but one act of that kind."""
    kinds = [*dictionary.NOT_ENGAGEMENT, *DONE]
    acts = [
        rows.act(number, ago(9), kind=kind, channel="email") for number, kind in enumerate(kinds, 1)
    ]
    store = rows.written(
        tmp_path_factory.mktemp("kinds"), interactions=acts, contacts=[rows.sent(1, ago(40))]
    )
    found = summary.of(store, as_of=AS_OF, families=WHERE)
    return dict(zip(kinds, found.iter_rows(named=True), strict=True))


@pytest.mark.parametrize("kind", dictionary.NOT_ENGAGEMENT)
def test_what_is_no_engagement_counts_as_none(by_kind, kind):
    found = by_kind[kind]

    assert found["interactions_12m"] == 0
    assert found["last_interaction_age_days"] is None


@pytest.mark.parametrize("kind", DONE)
def test_what_a_person_did_counts_even_where_nobody_foresaw_it(by_kind, kind):
    found = by_kind[kind]

    assert (found["interactions_12m"], found["last_interaction_age_days"]) == (1, 9)


@pytest.mark.parametrize("family", WHERE)
def test_every_family_leaves_the_same_out(family):
    text = resources.files("mecene.features").joinpath(f"{family}.sql").read_text(encoding="utf-8")
    listed = text[text.index("kind not in (") :]
    listed = listed[: listed.index(")")]

    assert [kind for kind in dictionary.NOT_ENGAGEMENT if f"'{kind}'" not in listed] == []


@pytest.mark.parametrize("kind", ["bounce", "hard_bounce", "soft_bounce"])
def test_what_came_back_is_counted_whatever_its_cause(by_kind, kind):
    assert by_kind[kind]["bounces_12m"] == 1
