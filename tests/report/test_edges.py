"""Associations with next to nothing, or far too much, get a page with sense in it."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mecene.report import analysis, folder, lexicon
from mecene.report.intake import Intake
from mecene.segments import rules as segment_rules

# Each analyses a file and draws its whole report.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("report_edges")]
UNFINISHED = re.compile(r"\b(?:None|nan|NaN|inf|null|undefined)\b|[{}]")


def monthly(donors: int, *, minor: int, first: int, last: int) -> list[tuple[int, str, int]]:
    """Return one gift a donor a year, some donors stopping, on days that differ."""
    return [
        (who, f"{year}-{1 + who % 12:02d}-{1 + who % 28:02d}", minor * (1 + who % 5))
        for who in range(1, donors + 1)
        for year in range(first + who % 3, last + 1 - who % 2)
    ]


CASES: dict[str, dict[str, Any]] = {
    "one donor": {"gifts": [(1, "2025-03-01", 5_000)]},
    "five donors": {"gifts": monthly(5, minor=1_000, first=2021, last=2024)},
    "nobody gave": {"known": 12, "as_of": "2025-01-01"},
    "one month": {"gifts": [(n, f"2025-03-{1 + n % 28:02d}", 500 * n) for n in range(1, 41)]},
    "one day": {"gifts": [(n, "2025-03-10", 5_000) for n in range(1, 41)]},
    "no cents": {"gifts": monthly(40, minor=5_000, first=2020, last=2024), "currency": "XOF"},
    "pounds": {"gifts": monthly(40, minor=500, first=2020, last=2024), "currency": "GBP"},
    "millions": {"gifts": monthly(40, minor=10**10, first=2020, last=2024)},
    "a generation": {"gifts": monthly(60, minor=1_000, first=2000, last=2024)},
}


@pytest.mark.parametrize("name", CASES)
def test_the_page_of_an_unusual_association_reads_well(
    analysed: Any, rendered: Any, read: Callable[[str], Any], name: str
) -> None:
    given = dict(CASES[name])
    lang = "en" if name in ("pounds", "one month") else "fr"

    found = read(rendered(analysed(given.pop("gifts", ()), lang=lang, **given)))

    labels = [str(attributes.get("aria-label", "")) for _, attributes in found.tags]
    assert [text for text in (*found.text, *labels) if UNFINISHED.search(text)] == []
    assert found.unbalanced == []
    assert found.all("figure")
    if name == "pounds":  # they stand in front of their figures
        assert any(re.fullmatch(r"£\d+–\d+", part) for part in found.text)
        assert not any(re.search(r"\d\s*£|£\s", part) for part in found.text)


def test_a_currency_without_cents_is_written_to_the_unit(
    analysed: Any, rendered: Any, read: Callable[[str], Any]
) -> None:
    found = analysed([(1, "2025-03-01", 1_234)], currency="JPY", lang="en")

    assert "JPY\u00a01,234" in read(rendered(found)).text


def test_anonymous_gifts_alone_give_a_report_on_income(
    analysed: Any, rendered: Any, read: Callable[[str], Any], tmp_path: Any
) -> None:
    given = [(None, f"{year}-{month:02d}-03", 1_000) for year in (2023, 2024) for month in (1, 6)]

    found = analysed(given)

    text = read(rendered(found)).text
    assert lexicon.say("leads.nobody_named", lang="fr") in text
    assert lexicon.say("pictures.income", lang="fr") in text
    assert lexicon.say("chapters.life", lang="fr") not in text
    figures = folder.write(found, Intake(anonymous_gifts=4), tmp_path / "out")
    assert figures["donors"] == 0
    assert figures["measures"]["income_by_year"][-1]["amount_minor"] == 2_000


def test_prospects_alone_are_told_that_nobody_gave(
    analysed: Any, rendered: Any, read: Callable[[str], Any]
) -> None:
    text = read(rendered(analysed(known=3, as_of="2025-01-01"))).text

    assert lexicon.say("leads.nobody_gave", lang="fr") in text
    assert lexicon.say("chapters.worth", lang="fr") not in text


def test_an_empty_store_is_refused_with_the_day(analysed: Any) -> None:
    with pytest.raises(analysis.NoDonors, match="before 2025-01-01"):
        analysed(as_of="2025-01-01")


def test_ones_own_segments_are_counted_on_the_page_and_in_the_figures(
    analysed: Any, rendered: Any, read: Callable[[str], Any]
) -> None:
    rules = replace(segment_rules.load(), custom=(("faithful_givers", "gifts >= 3"),))
    given = [(1, f"{year}-03-01", 5_000) for year in (2022, 2023, 2024)] + [(2, "2024-05-01", 10)]

    found = analysed(given, rules=rules)

    assert found.tags["faithful_givers"] == 1
    text = read(rendered(found)).text
    place = text.index("faithful_givers")
    assert text[place + 1 : place + 3] == ["1", "50\u202f%"]
    assert lexicon.say("leads.own_tags", lang="fr") in "\n".join(text)


def test_two_currencies_are_never_added(analysed: Any) -> None:
    given = [(who, "2024-03-01", 1_000) for who in range(1, 4)]
    given += [(9, "2024-03-02", 7_000, "CHF")]

    found = analysed(given)

    assert found.currency == "EUR"
    assert found.measures.income_last_12m.amount_minor == 3_000
    assert found.segments["donors"].sum() == 4
    assert found.segments["amount_12m_minor"].sum() == 3_000
    assert found.segments["mean_gift_minor"].max() == 1_000
    assert found.grid["amount_36m_minor"].sum() == 3_000


def test_another_currency_is_told_apart_and_shared_with_nobody(
    analysed: Any, rendered: Any, read: Callable[[str], Any]
) -> None:
    euros = monthly(40, minor=5_000, first=2020, last=2024)
    francs = [(100 + who, day, minor, "CHF") for who, day, minor in euros[:60]]

    found = analysed(euros + francs)
    text = " ".join(read(rendered(found)).text).replace("\u00a0", " ").replace("\u202f", " ")

    total = sum(minor for _, _, minor, _ in francs) // 100
    assert f"À part, sans conversion : {total // 1000} {total % 1000:03} CHF en 60 dons" in text
    assert "Plusieurs devises" in text
    # The value expected of who gives in euros is shared among them alone.
    assert found.in_currency == len({who for who, _, _ in euros})
    each = round(found.value_totals["expected_value_36m_minor"] / found.in_currency / 100)
    assert f"soit {each} € par donateur connu" in text


def test_how_figures_are_worked_out_is_printed_though_it_is_folded(
    analysed: Any, rendered: Any
) -> None:
    page = rendered(analysed(monthly(5, minor=1_000, first=2021, last=2024)))

    printed = page.partition("@media print")[2].partition("</style>")[0]
    assert "details.how::details-content { content-visibility:visible" in printed
    assert "details:not(.how):not([open]) { display:none; }" in printed
