"""Numbers, chances and days are written as the reader writes them."""

from datetime import date

import pytest
from django.utils import translation

from mecene_web.design.templatetags import mecene


@pytest.mark.parametrize(
    ("share", "french", "english"),
    [
        (0.5, "50\u202f%", "50%"),
        (0.996, ">\u00a099\u202f%", ">\u00a099%"),
        (1.0, ">\u00a099\u202f%", ">\u00a099%"),
        (0.004, "<\u00a01\u202f%", "<\u00a01%"),
        (None, "", ""),
    ],
)
def test_a_chance_says_neither_never_nor_always(share, french, english):
    with translation.override("fr"):
        assert mecene.chance(share) == french
    with translation.override("en"):
        assert mecene.chance(share) == english


def test_a_day_and_an_amount():
    with translation.override("fr"):
        assert mecene.day(date(2026, 3, 1)) == "1er mars 2026"
        assert mecene.amount(123_450, "EUR") == "1\u202f234,50\u00a0€"
    with translation.override("en"):
        assert mecene.amount(123_450, "EUR") == "€1,234.50"
