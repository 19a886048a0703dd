"""What is said of a group: a name of its own, true figures, and nobody in particular."""

import re

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mecene.segments import (
    behaviour,
    cluster_names,
    cluster_page,
    clusters,
    motives,
    typical_donors,
    wording,
)
from mecene.segments.clusters import Cluster, Clusters, Difference
from segments import invented_crowds

PLANTED, TRUTH = invented_crowds.planted()
EVERY_TRAIT = [trait.name for trait in behaviour.TRAITS]


@pytest.fixture(scope="module")
def found() -> Clusters:
    """Three groups asked for: the argument is tried elsewhere, and takes its time."""
    return clusters.fit(PLANTED, rng=np.random.default_rng(7), groups=3, most=3)


def made(*differences: tuple[tuple[str, float], ...]) -> Clusters:
    """Return clusters whose differences are given; their centres do not matter."""
    scaling = behaviour.learn(PLANTED)
    rows = tuple(
        Cluster(
            number=number, centre=(0.0,) * len(scaling.scales), share=0.5, stability=0.9,
            valley=0.1,
            differences=tuple(Difference(trait, d, 2.0, 1.0) for trait, d in told),
        )
        for number, told in enumerate(differences, start=1)
    )  # fmt: skip
    return Clusters(scaling, rows, (), "asked", 100)


@pytest.mark.slow
def test_groups_are_named_by_what_was_planted_in_them(found: Clusters) -> None:
    french = cluster_names.names(found, lang="fr")
    english = cluster_names.names(found, lang="en")

    assert "décembre" in french[1] or "fin d’année" in french[1]
    assert "montants élevés" in french[1]
    assert "échéances" in french[2]
    assert "arrivés récemment" in french[3] or "peu de dons" in french[3]
    assert len(set(french.values())) == len(set(english.values())) == 3
    assert cluster_names.names(found, lang="fr") == french


def test_a_name_holds_one_trait_a_theme_and_only_large_differences() -> None:
    one = made(
        (("december", 1.2), ("last_quarter", 1.1), ("amount", 0.9), ("silence", -0.3)),
        (("silence", 1.0),),
    )

    assert cluster_names.names(one, lang="fr") == {
        1: "Donateurs de décembre, montants élevés",
        2: "Donateurs silencieux depuis longtemps",
    }
    assert cluster_names.names(one, lang="en")[1] == "December donors, large amounts"


def test_two_groups_never_have_one_name() -> None:
    same = (("amount", 0.9),)
    longer = (*same, ("silence", -0.2))

    told = cluster_names.names(made(same, longer, same), lang="fr")

    assert told == {
        1: "Donateurs aux montants élevés",
        2: "Donateurs aux montants élevés, don récent",
        3: "Donateurs aux montants élevés (3)",
    }


def test_what_hardly_ever_happens_names_nobody() -> None:
    rare = made((("acts", 2.0), ("amount", 0.7)), (("amount", -0.7),))
    told = rare.clusters[0].differences[0]
    rare_figures = Difference("acts", told.standard, 0.1, 0.0)
    first = Cluster(1, rare.clusters[0].centre, 0.5, 0.9, 0.1,
                    (rare_figures, *rare.clusters[0].differences[1:]))  # fmt: skip
    rare = Clusters(rare.scaling, (first, rare.clusters[1]), (), "asked", 100)

    assert cluster_names.names(rare, lang="fr")[1] == "Donateurs aux montants élevés"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("trait", EVERY_TRAIT)
def test_every_trait_has_words_for_both_sides(trait: str, lang: str) -> None:
    two = made(((trait, 1.0),), ((trait, -1.0),))

    names = cluster_names.names(two, lang=lang)
    told = cluster_names.distinguishing(two, 1, lang=lang, currency="EUR")

    assert names[1] != names[2]
    assert len(told) == 1
    assert "{" not in told[0] + names[1] + names[2]


def test_figures_told_are_those_of_the_donors(found: Clusters) -> None:
    """The newcomers of the plan were met 200 days ago or so; the others, 1,200 and 2,500."""
    said = " · ".join(cluster_names.distinguishing(found, 3, lang="fr", most=9))
    tenure = next(each for each in found.cluster(3).differences if each.trait == "tenure")

    assert tenure.mine == pytest.approx(200, rel=0.1)
    assert 1_200 < tenure.rest < 2_500
    assert "premier don il y a 7 mois, contre 5 ans" in said


@pytest.mark.parametrize(
    ("minor", "shown"), [(80, 100), (740, 700), (1_234, 1_000), (1_260, 1_500), (7_349, 7_500),
                         (123_456, 100_000), (9_876_543, 10_000_000)]
)  # fmt: skip
def test_amounts_are_rounded_until_nobody_is_known_by_them(minor: int, shown: int) -> None:
    assert cluster_names.round_amount(minor, "EUR") == shown


def test_typical_donors_are_nobody(found: Clusters) -> None:
    told = typical_donors.of(found, PLANTED)
    said = [
        typical_donors.sentence(donor, lang=lang, currency="EUR")
        for donor in told
        for lang in ("fr", "en")
    ]

    assert [donor.cluster for donor in told] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len({donor.name for donor in told}) == 9
    assert all(donor.behind >= typical_donors.BEHIND for donor in told)
    amounts = {round(value) for value in PLANTED["mean_gift_minor"]}
    exact = {f"{value / 100:.2f}".replace(".", ",") for value in amounts}
    for sentence in said:
        figures = re.findall(r"[\d,.\u202f]+", sentence)
        assert not exact & set(figures)
        assert "{" not in sentence


def test_typical_donors_do_not_change_with_names_or_numbers(found: Clusters) -> None:
    """No reference, name or order of a real donor can reach the page: it changes nothing there."""
    renamed = PLANTED.with_columns(
        donor_id=pl.col("donor_id") + 70_000, first_name=pl.lit("Perpétue"), city=pl.lit("Sète")
    )

    told = typical_donors.of(found, renamed)

    assert told == typical_donors.of(found, PLANTED)
    assert not any("Perpétue" in donor.name for donor in told)


def test_a_group_too_small_to_hide_in_has_no_portrait(found: Clusters) -> None:
    assigned = clusters.assign(found, PLANTED)["cluster"]
    few = pl.concat([PLANTED.filter(assigned == 1)[:9], PLANTED.filter(assigned == 2)[:29]])

    assert [donor.cluster for donor in typical_donors.of(found, few)] == [2]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_adds_up_and_speaks(found: Clusters, lang: str) -> None:
    table = PLANTED.with_columns(emotional_sent_24m=9, rational_sent_24m=9)
    table = table.with_columns(
        emotional_answered_24m=pl.when(pl.col("donor_id") % 2 == 0).then(8).otherwise(0),
        rational_answered_24m=pl.when(pl.col("donor_id") % 2 == 1).then(8).otherwise(0),
    )
    scored = motives.score(motives.fit(motives.parts(table)), table)
    assigned = clusters.assign(found, table)
    cut = [
        cluster_page.parts(table[rows], assigned[rows], currency="EUR", motives=scored[rows])
        for rows in (slice(0, 300), slice(300, None))
    ]
    whole = cluster_page.parts(table, assigned, currency="EUR", motives=scored)
    assert_frame_equal(cluster_page.added(*cut), whole)

    page = cluster_page.shown(
        found, sums=whole, typical=typical_donors.of(found, table), lang=lang, currency="EUR"
    )

    assert sum(group.donors for group in page.groups) == table.height
    assert sum(group.donors_share for group in page.groups) == pytest.approx(1)
    assert sum(group.amount_12m_share or 0 for group in page.groups) == pytest.approx(1)
    assert sum(group.amount_12m_minor for group in page.groups) == table["amount_12m_minor"].sum()
    for group in page.groups:
        assert len(group.typical) == 3
        assert 1 <= len(group.distinguishing) <= 3
        assert sum(group.motives.values()) == pytest.approx(1)
        assert group.stability_words
    assert page.argument["k"].to_list() == [2, 3]
    assert page.why


def test_one_group_says_that_there_are_none() -> None:
    one = clusters.fit(PLANTED[:60], rng=np.random.default_rng(1))
    nobody = motives.score(motives.fit(motives.parts(PLANTED[:60])), PLANTED[:60])
    sums = cluster_page.parts(
        PLANTED[:60], clusters.assign(one, PLANTED[:60]), currency="EUR", motives=nobody
    )

    page = cluster_page.shown(one, sums=sums, typical=(), lang="fr", currency="EUR")

    assert page.why == "Trop peu de donateurs pour chercher des groupes."
    assert [group.name for group in page.groups] == ["Tous les donateurs"]
    assert (page.groups[0].stability, page.groups[0].motives) == (None, {})
    assert page.argument.is_empty()


def test_both_languages_say_the_same_things() -> None:
    def keys(table: object, path: str = "") -> set[str]:
        if not isinstance(table, dict):
            return {path}
        return {each for name, inside in table.items() for each in keys(inside, f"{path}.{name}")}

    french, english = (wording.load(lang, "groups.toml") for lang in ("fr", "en"))
    assert keys(dict(french)) == keys(dict(english))
